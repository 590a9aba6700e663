//! The main job with the keyboard alone: nothing here clicks.

use anyhow::{Context as _, Result, ensure};
use sockscope_e2e::{Case, Page, Target, case, until};
use thirtyfour::prelude::*;

/// Presses keys, one after the other, wherever the focus is.
async fn press(page: &Page<'_>, keys: impl Into<TypingData>) -> Result<()> {
    let chain = page.driver().action_chain();
    Ok(chain.send_keys(keys).perform().await?)
}

async fn enter(page: &Page<'_>) -> Result<()> {
    press(page, Key::Enter).await
}

/// Presses keys while Ctrl is held.
async fn control(page: &Page<'_>, keys: impl Into<TypingData>) -> Result<()> {
    let chain = page.driver().action_chain().key_down(Key::Control);
    Ok(chain.send_keys(keys).key_up(Key::Control).perform().await?)
}

/// Waits until something has the focus, and shows it.
async fn focused(page: &Page<'_>, testid: &str) -> Result<()> {
    until(&format!("the focus on {testid}"), async || {
        let focus = page
            .js(
                "const e = document.activeElement; const style = getComputedStyle(e);
                 return [e.dataset.testid ?? e.tagName,
                         e.matches(':focus-visible') && style.outlineStyle !== 'none'
                         && parseFloat(style.outlineWidth) >= 2]",
                vec![],
            )
            .await?;
        let at = focus.get(0).and_then(|id| id.as_str());
        ensure!(at == Some(testid), "it is on {at:?}");
        let visible = focus.get(1).and_then(serde_json::Value::as_bool);
        ensure!(visible == Some(true), "it cannot be seen on {at:?}");
        Ok(Some(()))
    })
    .await
}

/// Replaces what stands in the field that has the focus.
async fn replace(page: &Page<'_>, text: &str) -> Result<()> {
    control(page, "a").await?;
    press(page, text).await
}

/// The address of a call: its host stays, its port is typed.
async fn port(page: &Page<'_>, port: &str) -> Result<()> {
    focused(page, "arg-host").await?;
    press(page, Key::Tab).await?;
    focused(page, "arg-port").await?;
    replace(page, port).await?;
    enter(page).await
}

async fn selected(page: &Page<'_>, socket: &str) -> Result<()> {
    page.see(Target::id("inspector").with("data-socket", socket))
        .await
}

async fn root(page: &Page<'_>, attribute: &str) -> Result<Option<String>> {
    let value = page
        .js(
            "return document.documentElement.getAttribute(arguments[0])",
            vec![attribute.into()],
        )
        .await?;
    Ok(value.as_str().map(str::to_owned))
}

#[tokio::test]
async fn a_conversation() -> Result<()> {
    case(Case::new("keyboard-conversation"), async |page, _| {
        press(page, "t").await?;
        selected(page, "1").await?;
        press(page, "b").await?;
        port(page, "0").await?;
        let served = page.local_port().await?;
        press(page, "l").await?;
        focused(page, "arg-backlog").await?;
        enter(page).await?;
        page.read("inspector-state", "LISTEN").await?;
        press(page, "a").await?;
        focused(page, "do-call").await?;
        enter(page).await?;
        page.see(Target::row("accept", "waiting")).await?;

        press(page, "t").await?;
        selected(page, "2").await?;
        press(page, "c").await?;
        port(page, &served).await?;
        page.see(Target::row("accept", "ok")).await?;

        // In a text field letters are text.
        press(page, "s").await?;
        focused(page, "composer-text").await?;
        press(page, "thump").await?;
        page.read("composer-count", "5").await?;
        control(page, Key::Enter).await?;
        page.see(Target::row("sendall", "ok").with("data-count", 5))
            .await?;
        ensure!(page.sockets().await?.len() == 3, "letters made sockets");
        press(page, Key::Escape).await?;

        press(page, "j").await?;
        selected(page, "3").await?;
        press(page, "r").await?;
        focused(page, "arg-size").await?;
        enter(page).await?;
        page.see(Target::row("recv", "ok").with("data-count", 5))
            .await?;
        press(page, Key::Escape).await?;
        press(page, "h").await?;
        focused(page, "arg-how").await?;
        control(page, Key::Enter).await?;
        page.see(Target::row("shutdown", "ok")).await?;
        press(page, Key::Escape).await?;
        press(page, "x").await?;
        focused(page, "do-call").await?;
        enter(page).await?;
        page.see(Target::row("close", "ok")).await
    })
    .await
}

#[tokio::test]
async fn a_wait_is_ended() -> Result<()> {
    case(Case::new("keyboard-cancel"), async |page, _| {
        press(page, "u").await?;
        selected(page, "1").await?;
        press(page, "b").await?;
        port(page, "0").await?;
        page.local_port().await?;
        press(page, "r").await?;
        focused(page, "arg-size").await?;
        enter(page).await?;
        page.see(Target::row("recv", "waiting")).await?;
        press(page, Key::Escape).await?;
        press(page, ".").await?;
        page.see(Target::row("recv", "cancelled")).await
    })
    .await
}

#[tokio::test]
async fn language_theme_projector_and_help() -> Result<()> {
    case(Case::new("keyboard-page"), async |page, _| {
        press(page, "z").await?;
        page.read("app", "套接字").await?;
        press(page, "z").await?;
        page.read("app", "Sockets").await?;
        press(page, "d").await?;
        until("the light theme", async || {
            Ok((root(page, "data-theme").await?.as_deref() == Some("light")).then_some(()))
        })
        .await?;
        press(page, "p").await?;
        page.see(Target::id("projector").with("aria-pressed", "true"))
            .await?;
        ensure!(root(page, "data-projector").await?.is_some());
        page.driver().refresh().await?;
        page.connected().await?;
        ensure!(root(page, "data-projector").await?.is_some(), "not kept");

        press(page, "1").await?;
        focused(page, "new-tcp").await?;
        press(page, "?").await?;
        focused(page, "help-close").await?;
        let listed = page
            .js(
                "return [...document.querySelectorAll('.help kbd')].map(e => e.textContent)",
                vec![],
            )
            .await?;
        let listed = listed.as_array().context("a list of keys")?.len();
        ensure!(listed > 20, "{listed} keys");
        press(page, Key::Escape).await?;
        focused(page, "new-tcp").await?;

        // Who dictates or leans on keys can switch single letters off.
        press(page, "?").await?;
        focused(page, "help-close").await?;
        press(page, Key::Tab).await?;
        focused(page, "help-keys").await?;
        press(page, " ").await?;
        press(page, Key::Escape).await?;
        focused(page, "new-tcp").await?;
        press(page, "z").await?;
        press(page, Key::Tab).await?;
        focused(page, "new-udp").await?;
        page.read("app", "Sockets").await
    })
    .await
}

#[tokio::test]
async fn a_lesson() -> Result<()> {
    case(Case::new("keyboard-lesson"), async |page, _| {
        press(page, "4").await?;
        focused(page, "lesson-tcp-echo").await?;
        for lesson in ["lesson-tcp-server", "lesson-tcp-client", "lesson-udp-echo"] {
            press(page, Key::Tab).await?;
            focused(page, lesson).await?;
        }
        enter(page).await?;
        page.see("lesson").await?;
        let lesson = Target::id("lesson");
        let done = lesson.clone().with("data-state", "done");
        while page.count(done.clone()).await? == 0 {
            let step = page.attribute(lesson.clone(), "data-step").await?;
            press(page, "n").await?;
            let before = lesson.clone().with("data-state", "running");
            page.see_none(before.with("data-step", &step)).await?;
        }
        page.see("lesson-summary").await
    })
    .await
}
