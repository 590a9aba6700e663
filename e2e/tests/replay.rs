//! Films of a session: of the one that goes on, and of a file in a page without any bridge.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use sockscope_e2e::{Bridge, Case, Downloads, Page, Target, case, until};
use thirtyfour::prelude::*;

/// Presses a key, wherever the focus is.
async fn press(page: &Page<'_>, key: impl Into<TypingData>) -> Result<()> {
    let chain = page.driver().action_chain();
    Ok(chain.send_keys(key).perform().await?)
}

/// What the stage shows of every call, and what flows between the lanes.
async fn picture(page: &Page<'_>) -> Result<Value> {
    let script = "const all = id => [...document.querySelectorAll(`[data-testid=${id}]`)];
        const { stringify } = JSON;
        return [...all('row').map(row => stringify([row.dataset.op, row.dataset.state,
                                                    row.dataset.lane, row.dataset.count])),
                ...all('flow').map(flow => stringify([flow.dataset.from, flow.dataset.to,
                                                      flow.dataset.bytes, flow.dataset.kind]))]";
    page.js(script, vec![]).await
}

async fn shows(page: &Page<'_>, expected: &Value) -> Result<()> {
    until("the same picture", async || {
        let shown = picture(page).await?;
        ensure!(shown == *expected, "{shown} instead of {expected}");
        Ok(Some(()))
    })
    .await
}

/// Goes back step by step until something has not happened yet.
async fn back_until_gone(page: &Page<'_>, target: Target) -> Result<()> {
    const FRAMES: &str = "return new Promise(done => {
        const frames = left => left ? requestAnimationFrame(() => frames(left - 1)) : done(0);
        frames(3); })";
    for _ in 0..4 {
        press(page, Key::Left).await?;
        page.js(FRAMES, vec![]).await?;
        if page.count(target.clone()).await? == 0 {
            return Ok(());
        }
    }
    bail!("four steps back, and it is still there");
}

/// Eight calls, the last of which closes the client.
async fn conversation(page: &Page<'_>) -> Result<()> {
    page.new_socket("new-tcp").await?;
    page.call("bind", &[("arg-host", "127.0.0.1"), ("arg-port", "0")])
        .await?;
    page.see(Target::row("bind", "ok")).await?;
    page.call("listen", &[]).await?;
    page.see(Target::row("listen", "ok")).await?;
    let port = page.local_port().await?;
    page.call("accept", &[]).await?;
    let client = page.new_socket("new-tcp").await?;
    page.call("connect", &[("arg-host", "127.0.0.1"), ("arg-port", &port)])
        .await?;
    page.see(Target::row("accept", "ok")).await?;
    page.select(&client).await?;
    page.click("call-sendall").await?;
    page.fill("composer-text", r"你好\n").await?;
    page.click("do-call").await?;
    page.see(Target::row("sendall", "ok")).await?;
    page.select("3").await?;
    page.call("recv", &[]).await?;
    page.see(Target::row("recv", "ok").with("data-count", "7"))
        .await?;
    page.select(&client).await?;
    page.call("close", &[]).await?;
    page.see(Target::row("close", "ok")).await
}

#[tokio::test]
async fn back_in_time_and_live_again() -> Result<()> {
    case(Case::new("replay"), async |page, _| {
        conversation(page).await?;
        let whole = picture(page).await?;

        press(page, "v").await?;
        page.see(Target::id("replay").with("data-source", "session"))
            .await?;
        shows(page, &whole).await?;
        // Back to before the last call, and to before the bytes were received.
        back_until_gone(page, Target::id("row").with("data-op", "close")).await?;
        page.see(Target::row("recv", "ok")).await?;
        back_until_gone(page, Target::row("recv", "ok")).await?;
        page.see(Target::row("sendall", "ok")).await?;
        // Nothing can be done there, and the page says why.
        page.read("inspector", "live session").await?;
        ensure!(page.count("new-tcp").await? == 1);
        let new = page.driver().find(By::Testid("new-tcp")).await?;
        ensure!(!new.is_enabled().await?);

        press(page, Key::Home).await?;
        page.see_none("row").await?;
        press(page, Key::End).await?;
        shows(page, &whole).await?;

        // The same by its buttons.
        page.click("replay-start").await?;
        page.see_none("row").await?;
        page.click("replay-forward").await?;
        page.see("row").await?;
        page.click("replay-back").await?;
        page.see_none("row").await?;
        page.click("replay-end").await?;
        shows(page, &whole).await?;

        // As a film: from the beginning to the end.
        press(page, Key::Home).await?;
        page.see_none("row").await?;
        for _ in 0..3 {
            page.click("replay-speed").await?;
        }
        page.read("replay-speed", "10").await?;
        press(page, "2").await?;
        press(page, " ").await?;
        page.see(Target::id("replay").with("data-playing", "true"))
            .await?;
        shows(page, &whole).await?;
        page.see(Target::id("replay").with("data-playing", "false"))
            .await?;

        press(page, Key::Home).await?;
        page.see_none("row").await?;
        page.click("replay-live").await?;
        page.see_none("replay").await?;
        shows(page, &whole).await?;
        page.new_socket("new-udp").await?;

        // From the film's end, too: what it shows there is what is.
        press(page, "v").await?;
        page.read("inspector", "live session").await?;
        page.click("replay-live").await?;
        page.see_none("replay").await?;
        page.call("bind", &[("arg-port", "0")]).await?;
        page.see(Target::row("bind", "ok")).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_file_opens_without_a_bridge() -> Result<()> {
    let wanted = Case {
        breaks_connections: true,
        ..Case::new("replay-file")
    };
    case(wanted, async |page, bridge| {
        let downloads = Downloads::of(page).await?;
        conversation(page).await?;
        let whole = picture(page).await?;
        page.click("menu").await?;
        page.click("menu-save").await?;
        let file = downloads.file(".jsonl").await?;
        let text = std::fs::read_to_string(&file)?;
        ensure!(text.starts_with(r#"{"format":"sockscope-recording","format_version":1,"#));
        let token = bridge.url().rsplit('=').next().context("a token")?;
        ensure!(!text.contains(token), "the token is in the file");

        // The page of another bridge, to which it has no token, and which goes away.
        let mut other = Bridge::start(&[]).await?;
        let address = format!("http://{}/", other.address()?);
        page.driver().goto(address).await?;
        page.see(Target::id("banner").with("data-kind", "unauthorized"))
            .await?;
        other.kill().await?;
        bridge.kill().await?;
        let field = page.driver().find(By::Testid("open-file")).await?;
        field.send_keys(file.to_string_lossy()).await?;
        page.see(Target::id("replay").with("data-source", "file"))
            .await?;
        shows(page, &whole).await?;
        page.click("replay-live").await?;
        page.see_none("row").await?;

        // What is no recording is told apart.
        let wrong = downloads.folder().join("wrong.txt");
        std::fs::write(&wrong, "no recording")?;
        let field = page.driver().find(By::Testid("open-file")).await?;
        field.send_keys(wrong.to_string_lossy()).await?;
        page.read("banner", "wrong.txt").await
    })
    .await
}

/// What tshark reads of a file, a line for every packet.
fn tshark(file: &Path, fields: &[&str]) -> Result<String> {
    let program = std::env::var_os("SOCKSCOPE_TSHARK").unwrap_or("tshark".into());
    let mut command = Command::new(program);
    command.arg("-n").arg("-r").arg(file).args(["-T", "fields"]);
    let output = command
        .args(fields.iter().flat_map(|field| ["-e", field]))
        .output()
        .context("tshark does not start; `cargo xtask setup` installs it")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{errors}");
    Ok(String::from_utf8(output.stdout)?)
}

#[tokio::test]
async fn wireshark_reads_the_packets() -> Result<()> {
    case(Case::new("packets"), async |page, _| {
        let downloads = Downloads::of(page).await?;
        conversation(page).await?;
        page.select("1").await?;
        let port = page.local_port().await?;
        page.click("menu").await?;
        page.click("menu-packets").await?;
        let file = downloads.file(".pcapng").await?;
        let name = file.file_name().context("a name")?.to_string_lossy();
        ensure!(name.starts_with("sockscope-20"), "{name}");
        let fields = ["tcp.dstport", "tcp.flags", "tcp.payload"];
        let text = tshark(&file, &fields)?;
        let lines: Vec<_> = text.lines().collect();
        ensure!(lines[0] == format!("{port}\t0x0002\t"), "{text}");
        // 你好 and a line feed, to the server, once.
        let said = format!("{port}\t0x0018\te4bda0e5a5bd0a");
        ensure!(
            lines.iter().filter(|line| **line == said).count() == 1,
            "{text}"
        );
        let comments = tshark(&file, &["frame.comment"])?;
        ensure!(comments.contains("sent by socket 2"), "{comments}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_sample_opens() -> Result<()> {
    case(Case::new("sample"), async |page, _| {
        let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
        let sample = Path::new(examples)
            .canonicalize()?
            .join("echo.sockscope.jsonl");
        let field = page.driver().find(By::Testid("open-file")).await?;
        field.send_keys(sample.to_string_lossy()).await?;
        page.see(Target::id("replay").with("data-source", "file"))
            .await?;
        page.see("stage").await?;
        // The connection that was reset stands in the last lanes, once all of them are there.
        let script =
            "const e = document.querySelector('[data-testid=stage]'); e.scrollLeft = e.scrollWidth";
        until("the last lanes", async || {
            page.js(script, vec![]).await?;
            let reset = page.count(Target::row("recv", "errno")).await?;
            Ok((reset > 0).then_some(()))
        })
        .await
    })
    .await
}
