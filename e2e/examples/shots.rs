//! Takes pictures of the page's main views, wide and narrow, light and dark, English and Chinese:
//! `cargo xtask shots` puts them into `target/shots`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sockscope_e2e::{Bridge, Browser, Page, Target, until};

/// The panels of the narrow layout, one at a time.
const TABS: [&str; 4] = ["sockets", "stage", "inspector", "lesson"];
/// Enough steps of the echo lesson for both ends to stand and bytes to flow.
const STEPS: usize = 10;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.context("usage: shots FOLDER")?;
    std::fs::create_dir_all(&folder)?;
    for language in ["en", "zh-CN"] {
        for (width, height) in [(1440, 900), (390, 844)] {
            for dark in [false, true] {
                let theme = if dark { "dark" } else { "light" };
                let name = format!("{width}-{theme}-{language}");
                shoot(&folder, &name, (width, height), language, dark)
                    .await
                    .with_context(|| format!("no pictures of {name}"))?;
            }
        }
    }
    Ok(())
}

/// One step of the lesson.
async fn step(page: &Page<'_>) -> Result<()> {
    let before = page.attribute("lesson", "data-step").await?;
    page.click("lesson-next").await?;
    until("the step to be done", async || {
        let done = page.attribute("lesson", "data-state").await? == "done";
        let now = page.attribute("lesson", "data-step").await?;
        Ok((done || now != before).then_some(()))
    })
    .await
}

/// A new session in which one `recv` takes what three `send` gave, and two more take one.
async fn coalesce(page: &Page<'_>) -> Result<()> {
    let (accepted, client) = page.pair().await?;
    page.select(&client).await?;
    for (number, text) in ["one", "two and", "three"].into_iter().enumerate() {
        page.click("call-send").await?;
        page.fill("composer-text", text).await?;
        page.click("do-call").await?;
        counted(page, Target::row("send", "ok"), number as u64 + 1).await?;
    }
    page.select(&accepted).await?;
    page.call("recv", &[("arg-size", "1024")]).await?;
    page.see(Target::row("recv", "ok").with("data-count", "15"))
        .await?;
    page.click("call-sendall").await?;
    page.fill("composer-text", "taken by two").await?;
    page.click("do-call").await?;
    page.select(&client).await?;
    for count in ["5", "7"] {
        page.call("recv", &[("arg-size", count)]).await?;
        page.see(Target::row("recv", "ok").with("data-count", count))
            .await?;
    }
    Ok(())
}

async fn counted(page: &Page<'_>, target: Target, count: u64) -> Result<()> {
    until(&format!("{count} of {target:?}"), async || {
        Ok((page.count(target.clone()).await? == count).then_some(()))
    })
    .await
}

async fn shoot(
    folder: &Path,
    name: &str,
    (width, height): (u32, u32),
    language: &str,
    dark: bool,
) -> Result<()> {
    let bridge = Bridge::start(&[]).await?;
    let browser = Browser::open(width, height, language).await?;
    let pictures = async {
        browser.prefer_dark(dark).await?;
        let page = Page::new(&browser);
        page.open(bridge.url()).await?;
        let save = async |view: &str| {
            let path = folder.join(format!("{view}-{name}.png"));
            page.picture(&path).await?;
            println!("{}", path.display());
            anyhow::Ok(())
        };
        save("empty").await?;
        let narrow = page.count("tab-lesson").await? > 0
            && page
                .driver()
                .find(thirtyfour::By::Css("[data-testid=tab-lesson]"))
                .await?
                .is_displayed()
                .await?;
        if narrow {
            page.click("tab-lesson").await?;
        }
        page.click("lesson-tcp-echo").await?;
        for _ in 0..STEPS {
            step(&page).await?;
        }
        if narrow {
            for tab in TABS {
                page.click(format!("tab-{tab}")).await?;
                save(&format!("lesson-{tab}")).await?;
            }
            page.click("tab-lesson").await?;
        } else {
            save("lesson").await?;
        }
        // A lesson that is broken off would leave its port in TIME_WAIT for the next one.
        while page.attribute("lesson", "data-state").await? != "done" {
            step(&page).await?;
        }
        save("lesson-done").await?;
        if narrow {
            return Ok(());
        }
        coalesce(&page).await?;
        save("flows").await?;
        page.click("steps-time").await?;
        save("to-scale").await?;
        page.click("steps-equal").await?;
        for panel in ["kernel", "bytes-both", "code"] {
            if panel == "code" {
                // Its line is lit.
                page.click(Target::row("recv", "ok").with("data-count", 7))
                    .await?;
            }
            page.show(panel).await?;
            if panel == "code" {
                page.read("code-text", "recv").await?;
            }
            save(panel).await?;
        }
        page.new_socket("new-tcp").await?;
        page.call("connect", &[("arg-host", "127.0.0.1"), ("arg-port", "1")])
            .await?;
        page.see(Target::row("connect", "errno")).await?;
        save("error").await?;
        page.click("menu").await?;
        page.click("menu-replay").await?;
        page.click("replay-back").await?;
        save("replay").await?;
        page.click("projector").await?;
        save("projector").await
    }
    .await;
    browser.quit().await?;
    pictures
}
