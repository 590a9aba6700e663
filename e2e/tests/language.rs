//! Chinese and English, light and dark, wide and narrow, with the keyboard alone.

use anyhow::{Result, ensure};
use sockscope_e2e::{Case, Page, Target, case};
use thirtyfour::prelude::*;

async fn language(page: &Page<'_>) -> Result<String> {
    let language = page
        .js("return document.documentElement.lang", vec![])
        .await?;
    Ok(language.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn the_browsers_language_decides_and_can_be_switched() -> Result<()> {
    let wanted = Case {
        language: "zh-CN",
        ..Case::new("language")
    };
    case(wanted, async |page, _| {
        ensure!(language(page).await? == "zh-CN");
        page.read("app", "套接字").await?;
        page.click("lang-en").await?;
        page.read("app", "Sockets").await?;
        ensure!(language(page).await? == "en");

        page.driver().refresh().await?;
        page.connected().await?;
        ensure!(
            language(page).await? == "en",
            "the choice is lost with a reload"
        );
        page.click("lang-zh").await?;
        page.read("app", "套接字").await
    })
    .await
}

#[tokio::test]
async fn no_english_is_left_in_the_chinese_page() -> Result<()> {
    let wanted = Case {
        language: "zh-CN",
        ..Case::new("chinese")
    };
    case(wanted, async |page, _| {
        page.new_socket("new-tcp").await?;
        page.call("connect", &[("arg-host", "10.1.2.3"), ("arg-port", "80")])
            .await?;
        page.read("result", "内网地址").await?;
        let text = page.text("app").await?;
        for english in [
            "Sockets",
            "Inspector",
            "Lessons",
            "Language",
            "Theme",
            "waiting",
            "private",
        ] {
            ensure!(!text.contains(english), "{english:?} stands in {text}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn nothing_sticks_out_of_a_telephone() -> Result<()> {
    let wanted = Case {
        size: (390, 844),
        ..Case::new("telephone")
    };
    case(wanted, async |page, _| {
        for tab in ["tab-sockets", "tab-stage", "tab-inspector", "tab-lesson"] {
            page.click(tab).await?;
            fits(page, tab).await?;
        }
        page.click("tab-sockets").await?;
        page.click("new-tcp").await?;
        page.see("socket-1").await?;
        page.click("tab-inspector").await?;
        page.call("bind", &[("arg-host", "127.0.0.1"), ("arg-port", "0")])
            .await?;
        fits(page, "the inspector of a socket").await?;
        page.click("tab-stage").await?;
        page.see(Target::row("bind", "ok")).await?;
        fits(page, "the stage of a socket").await
    })
    .await
}

async fn fits(page: &Page<'_>, what: &str) -> Result<()> {
    let widths = page
        .js(
            "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]",
            vec![],
        )
        .await?;
    ensure!(
        widths[0] == widths[1],
        "{what} is wider than the window: {widths}"
    );
    Ok(())
}

#[tokio::test]
async fn the_theme_is_chosen_and_kept() -> Result<()> {
    case(Case::new("theme"), async |page, _| {
        let background = "return getComputedStyle(document.body).backgroundColor";
        page.choose("theme", "light").await?;
        let light = page.js(background, vec![]).await?;
        page.choose("theme", "dark").await?;
        let dark = page.js(background, vec![]).await?;
        ensure!(light != dark, "both themes are {light}");
        page.driver().refresh().await?;
        page.connected().await?;
        ensure!(page.js(background, vec![]).await? == dark);
        Ok(())
    })
    .await
}

/// Tabs until the focus is on the element, as somebody without a mouse does.
async fn tab_to(page: &Page<'_>, testid: &str) -> Result<()> {
    for _ in 0..150 {
        let focused = page
            .js(
                "return document.activeElement?.dataset?.testid ?? ''",
                vec![],
            )
            .await?;
        if focused == testid {
            return Ok(());
        }
        page.driver()
            .action_chain()
            .send_keys(Key::Tab)
            .perform()
            .await?;
    }
    anyhow::bail!("{testid} is not reached by the Tab key")
}

async fn press(page: &Page<'_>, keys: impl Into<TypingData>) -> Result<()> {
    Ok(page
        .driver()
        .action_chain()
        .send_keys(keys)
        .perform()
        .await?)
}

#[tokio::test]
async fn the_keyboard_alone_is_enough() -> Result<()> {
    case(Case::new("keyboard"), async |page, _| {
        tab_to(page, "new-tcp").await?;
        press(page, Key::Enter + "").await?;
        page.see("socket-1").await?;
        page.see("call-form").await?;
        tab_to(page, "call-bind").await?;
        press(page, Key::Enter + "").await?;
        tab_to(page, "arg-port").await?;
        let keys = page.driver().action_chain();
        let keys = keys.key_down(Key::Control).send_keys("a");
        keys.key_up(Key::Control).perform().await?;
        press(page, "0").await?;
        press(page, Key::Enter + "").await?;
        page.see(Target::row("bind", "ok")).await
    })
    .await
}
