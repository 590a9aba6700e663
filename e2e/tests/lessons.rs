//! Every guided lesson, from its first step to its summary, and off the rails.

use std::net::TcpListener;

use anyhow::{Result, ensure};
use sockscope_e2e::{Case, Page, Target, case, until};

/// The tutorial's ports are the lessons' point; only one lesson at a time can have them.
static PORTS: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Presses the lesson's one button until there is nothing left to do.
async fn to_the_end(page: &Page<'_>, lesson: &str) -> Result<()> {
    page.click(format!("lesson-{lesson}")).await?;
    let running = Target::id("lesson").with("data-lesson", lesson);
    page.see(running.clone()).await?;
    for _ in 0..40 {
        if page.attribute(running.clone(), "data-state").await? == "done" {
            return page.see("lesson-summary").await;
        }
        let step = page.attribute(running.clone(), "data-step").await?;
        ensure!(
            !page.text("lesson-text").await?.trim().is_empty(),
            "step {step} says nothing"
        );
        page.click("lesson-next").await?;
        until(&format!("step {step} to be done"), async || {
            let state = page.attribute(running.clone(), "data-state").await?;
            let now = page.attribute(running.clone(), "data-step").await?;
            Ok((state == "done" || now != step).then_some(()))
        })
        .await?;
    }
    anyhow::bail!("the lesson has no end")
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
