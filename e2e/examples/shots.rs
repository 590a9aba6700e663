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
        page.new_socket("new-tcp").await?;
        page.call("connect", &[("arg-host", "127.0.0.1"), ("arg-port", "1")])
            .await?;
        page.see(Target::row("connect", "errno")).await?;
        save("error").await
    }
    .await;
    browser.quit().await?;
    pictures
}
