//! Every guided lesson, from its first step to its summary, and off the rails.

use std::net::TcpListener;

use anyhow::{Result, ensure};
use sockscope_e2e::{Case, Page, Python, Target, case, until};

/// The tutorial's ports are the lessons' point; only one lesson at a time can have them.
static PORTS: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn begin(page: &Page<'_>, lesson: &str) -> Result<()> {
    page.click(format!("lesson-{lesson}")).await?;
    page.see(Target::id("lesson").with("data-lesson", lesson))
        .await
}

/// Presses the lesson's one button and waits for what it does.
async fn step(page: &Page<'_>) -> Result<()> {
    let step = page.attribute("lesson", "data-step").await?;
    ensure!(
        !page.text("lesson-text").await?.trim().is_empty(),
        "step {step} says nothing"
    );
    page.click("lesson-next").await?;
    until(&format!("step {step} to be done"), async || {
        let state = page.attribute("lesson", "data-state").await?;
        let now = page.attribute("lesson", "data-step").await?;
        Ok((state == "done" || now != step).then_some(()))
    })
    .await
}

/// Steps until there is nothing left to do.
async fn finish(page: &Page<'_>) -> Result<()> {
    for _ in 0..40 {
        if page.attribute("lesson", "data-state").await? == "done" {
            return page.see("lesson-summary").await;
        }
        step(page).await?;
    }
    anyhow::bail!("the lesson has no end")
}

async fn to_the_end(page: &Page<'_>, lesson: &str) -> Result<()> {
    begin(page, lesson).await?;
    finish(page).await
}

#[tokio::test]
async fn tcp_echo() -> Result<()> {
    let _ports = PORTS.lock().await;
    case(Case::new("lesson-tcp-echo"), async |page, _| {
        to_the_end(page, "tcp-echo").await?;
        for op in [
            "socket", "bind", "listen", "accept", "connect", "recv", "close",
        ] {
            page.see(Target::row(op, "ok")).await?;
        }
        page.see("flow").await
    })
    .await
}

#[tokio::test]
async fn tcp_server() -> Result<()> {
    let _ports = PORTS.lock().await;
    case(Case::new("lesson-tcp-server"), async |page, _| {
        to_the_end(page, "tcp-server").await?;
        for op in ["bind", "listen", "accept", "recv", "close"] {
            page.see(Target::row(op, "ok")).await?;
        }
        Ok(())
    })
    .await
}

/// The tutorial's client, as somebody types it in.
const CALLER: &str = r#"
import socket
with socket.create_connection(("127.0.0.1", 8888)) as s:
    s.sendall("你好".encode())
    print(s.recv(1024).decode())
"#;

#[tokio::test]
async fn somebody_else_calls_the_lessons_server() -> Result<()> {
    let _ports = PORTS.lock().await;
    case(Case::new("lesson-other-caller"), async |page, _| {
        begin(page, "tcp-server").await?;
        for _ in ["socket", "bind", "listen", "accept"] {
            step(page).await?;
        }
        let mut caller = Python::run(CALLER, &[]).await?;
        page.see(Target::row("accept", "ok")).await?;
        for _ in ["recv", "sendall"] {
            step(page).await?;
        }
        ensure!(caller.line().await? == "你好");
        // The caller hangs up first: the port would be in TIME_WAIT otherwise, and nobody else's lesson.
        caller.success().await?;
        finish(page).await?;
        // Nobody had to play the caller: the listener and the connection are all there is.
        page.see_none(Target::id("row").with("data-op", "connect"))
            .await
    })
    .await
}

#[tokio::test]
async fn who_leaves_the_rails_finds_back() -> Result<()> {
    let _ports = PORTS.lock().await;
    case(Case::new("lesson-off-the-rails"), async |page, _| {
        begin(page, "tcp-echo").await?;
        step(page).await?;
        step(page).await?;
        // A socket of one's own, and the lesson's server closed: neither is in the script.
        page.new_socket("new-udp").await?;
        page.click("socket-1").await?;
        page.call("close", &[]).await?;
        page.see(Target::row("close", "ok")).await?;
        page.see(Target::id("lesson").with("data-state", "off_rails"))
            .await?;
        page.click("lesson-restart").await?;
        page.see(Target::id("lesson").with("data-state", "running"))
            .await?;
        finish(page).await
    })
    .await
}

#[tokio::test]
async fn tcp_client() -> Result<()> {
    let _ports = PORTS.lock().await;
    case(Case::new("lesson-tcp-client"), async |page, _| {
        to_the_end(page, "tcp-client").await?;
        for op in ["socket", "connect", "recv", "close"] {
            page.see(Target::row(op, "ok")).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn udp_echo() -> Result<()> {
    let _ports = PORTS.lock().await;
    case(Case::new("lesson-udp-echo"), async |page, _| {
        to_the_end(page, "udp-echo").await?;
        for op in ["socket", "bind", "sendto", "recvfrom", "close"] {
            page.see(Target::row(op, "ok")).await?;
        }
        page.see("flow").await
    })
    .await
}

#[tokio::test]
async fn a_taken_port_has_a_way_on() -> Result<()> {
    let _ports = PORTS.lock().await;
    let _taken = TcpListener::bind("127.0.0.1:8888")?;
    case(Case::new("lesson-port-taken"), async |page, _| {
        page.click("lesson-tcp-echo").await?;
        let running = Target::id("lesson").with("data-lesson", "tcp-echo");
        page.see(running.clone()).await?;
        page.click("lesson-next").await?;
        page.see(Target::row("socket", "ok")).await?;
        page.click("lesson-next").await?;
        page.read(Target::row("bind", "errno"), "EADDRINUSE")
            .await?;
        page.click("lesson-other-port").await?;
        page.see(Target::row("bind", "ok")).await
    })
    .await
}
