//! The session as programs: copied, downloaded and run, and lit where the selected call is.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use sockscope_e2e::{Case, Downloads, PATIENCE, Page, Target, case, until};
use thirtyfour::prelude::*;
use tokio::process::Command;

/// A server that has accepted a client. Gives the numbers of both.
async fn connected(page: &Page<'_>) -> Result<(String, String)> {
    let server = page.new_socket("new-tcp").await?;
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
    page.see(Target::row("connect", "ok")).await?;
    Ok((server, client))
}

/// An echo, to the end: what they say, and that they close.
async fn echo(page: &Page<'_>) -> Result<()> {
    let (server, client) = connected(page).await?;
    for (from, to, rows) in [(client.as_str(), "3", 1), ("3", &client, 2)] {
        page.select(from).await?;
        page.click("call-sendall").await?;
        page.fill("composer-text", "你好").await?;
        page.click("do-call").await?;
        rows_of(page, "sendall", rows).await?;
        page.select(to).await?;
        page.call("recv", &[]).await?;
        rows_of(page, "recv", rows).await?;
    }
    for (socket, rows) in [(client.as_str(), 1), ("3", 2), (&server, 3)] {
        page.select(socket).await?;
        page.call("close", &[]).await?;
        rows_of(page, "close", rows).await?;
    }
    Ok(())
}

async fn rows_of(page: &Page<'_>, op: &str, count: u64) -> Result<()> {
    until(&format!("{count} times {op}"), async || {
        let rows = page.count(Target::row(op, "ok")).await?;
        Ok((rows == count).then_some(()))
    })
    .await
}

/// Lets the page write to the clipboard, and the test read it.
async fn share_clipboard(page: &Page<'_>) -> Result<()> {
    let permissions = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
    page.browser()
        .cdp("Browser.grantPermissions", permissions)
        .await
}

/// What the panel shows.
async fn shown(page: &Page<'_>) -> Result<String> {
    page.text(Target::id("code-text").with_in(".code-line"))
        .await
}

/// The program, once it has a line that says this.
async fn program(page: &Page<'_>, name: &str, line: &str) -> Result<String> {
    page.show("code").await?;
    page.click(format!("code-file-{name}")).await?;
    page.read("code-text", line).await?;
    shown(page).await
}

#[tokio::test]
async fn a_program_is_copied_as_it_is_shown() -> Result<()> {
    case(Case::new("code-copy"), async |page, _| {
        echo(page).await?;
        share_clipboard(page).await?;
        let server = program(page, "server", "server.close()").await?;
        let client = program(page, "client", "client.close()").await?;
        ensure!(server != client);
        page.click("code-copy").await?;
        until("the clipboard to have the program", async || {
            let script = "const done = arguments[arguments.length - 1];
                navigator.clipboard.readText().then(done, error => done(String(error)))";
            let copied = page.driver().execute_async(script, vec![]).await?;
            let copied = copied.json().as_str().context("a text")?.to_owned();
            ensure!(copied.trim_end() == client.trim_end(), "{copied}");
            Ok(Some(()))
        })
        .await
    })
    .await
}

fn python(folder: &Path, program: &str, port: u16) -> Result<Command> {
    let python = std::env::var_os("SOCKSCOPE_PYTHON").unwrap_or("python3".into());
    let mut command = Command::new(python);
    command
        .args(["-u", program])
        .arg(port.to_string())
        .current_dir(folder)
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    Ok(command)
}

/// Whether somebody listens at a port of this machine, asked without connecting.
fn listens(port: u16) -> Result<bool> {
    let table = std::fs::read_to_string("/proc/net/tcp")?;
    let port = format!(":{port:04X} 00000000:0000 0A");
    Ok(table.contains(&port))
}

#[tokio::test]
async fn downloaded_programs_run_against_each_other() -> Result<()> {
    case(Case::new("code-download"), async |page, _| {
        let downloads = Downloads::of(page).await?;
        echo(page).await?;
        for name in ["server", "client"] {
            let shown = program(page, name, &format!("{name}.close()")).await?;
            page.click("code-save").await?;
            let saved = downloads.file(&format!("{name}.py")).await?;
            let saved = std::fs::read_to_string(saved)?;
            ensure!(saved.trim_end() == shown.trim_end(), "{saved}");
        }
        // Free a moment ago, and below those that the kernel gives away.
        let free = (20_000..30_000).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
        let port = free.context("a free port")?;
        let server = python(downloads.folder(), "server.py", port)?.spawn()?;
        until("the server to listen", async || {
            Ok(listens(port)?.then_some(()))
        })
        .await?;
        let client = python(downloads.folder(), "client.py", port)?.spawn()?;
        for (program, says) in [
            (client, "client received 6: 你好"),
            (server, "conn received 6: 你好"),
        ] {
            let output = tokio::time::timeout(PATIENCE, program.wait_with_output()).await??;
            let said = String::from_utf8_lossy(&output.stdout);
            let errors = String::from_utf8_lossy(&output.stderr);
            ensure!(output.status.success(), "{said}{errors}");
            ensure!(said.contains(says), "{said}{errors}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_line_of_the_selected_call_is_lit() -> Result<()> {
    case(Case::new("code-lit"), async |page, _| {
        connected(page).await?;
        page.show("code").await?;
        // Whichever program makes the call is the one that is shown.
        for (op, line) in [
            ("connect", "client.connect("),
            ("listen", "server.listen("),
            ("accept", "server.accept("),
        ] {
            page.click(Target::row(op, "ok")).await?;
            until(&format!("{line} to be lit"), async || {
                let lit = Target::id("code-text").with_in("[data-lit=true]");
                let lit = page.text(lit).await?;
                ensure!(lit.contains(line), "{lit:?}");
                Ok(Some(()))
            })
            .await?;
        }
        // And from the line to the call.
        let line = "//*[contains(@class, 'code-line')][contains(., 'server.listen(')]";
        let line = page.driver().find(By::XPath(line)).await?;
        line.click().await?;
        until("the call to be selected", async || {
            let chosen = By::Css(".call.selected[data-op=listen]");
            page.driver().find(chosen).await?;
            Ok(Some(()))
        })
        .await
    })
    .await
}
