//! What the kernel shows of a connection: its states, also after close, its queues, its figures.

use anyhow::Result;
use sockscope_e2e::{Case, Page, Target, case};

const LOCALHOST: (&str, &str) = ("arg-host", "127.0.0.1");

fn state(name: &str) -> Target {
    Target::id("tcp-path-state").with("data-state", name)
}

/// A server that listens, and its port.
async fn server(page: &Page<'_>) -> Result<(String, String)> {
    let server = page.new_socket("new-tcp").await?;
    page.call("bind", &[LOCALHOST, ("arg-port", "0")]).await?;
    let port = page.local_port().await?;
    page.call("listen", &[("arg-backlog", "1")]).await?;
    page.read("inspector-state", "LISTEN").await?;
    Ok((server, port))
}

async fn client(page: &Page<'_>, port: &str) -> Result<String> {
    let client = page.new_socket("new-tcp").await?;
    page.call("connect", &[LOCALHOST, ("arg-port", port)])
        .await?;
    page.read("inspector-state", "ESTABLISHED").await?;
    Ok(client)
}

#[tokio::test]
async fn a_connection_waits_in_the_queue_before_accept() -> Result<()> {
    case(Case::new("accept-queue"), async |page, _| {
        let (server, port) = server(page).await?;
        page.read("lane-queue", "0/1").await?;
        page.see(state("LISTEN").with("data-seen", "true")).await?;
        client(page, &port).await?;
        page.read("lane-queue", "1/1").await?;
        page.read("lane-figures", "rtt").await?;
        page.read("kernel-rtt", "µs").await?;
        page.read("kernel-retransmits", "0").await?;
        // The handshake is nobody's report: it follows.
        page.see(state("SYN-SENT").with("data-seen", "false"))
            .await?;
        page.see(state("ESTABLISHED").with("data-seen", "true"))
            .await?;
        page.select(&server).await?;
        page.read("kernel-accept-q", "1 / 1").await?;
        page.call("accept", &[]).await?;
        page.read("lane-queue", "0/1").await
    })
    .await
}

#[tokio::test]
async fn who_closes_first_is_left_in_time_wait() -> Result<()> {
    case(Case::new("time-wait"), async |page, _| {
        let (server, port) = server(page).await?;
        let client = client(page, &port).await?;
        page.select(&server).await?;
        page.call("accept", &[]).await?;
        let connection = "3";
        page.select(connection).await?;
        page.call("close", &[]).await?;
        // The descriptor is closed, and the kernel waits for the other side.
        page.read("inspector-state", "FIN-WAIT-2").await?;
        page.see(Target::id("lane-3").with("data-state", "FIN-WAIT-2"))
            .await?;
        page.select(&client).await?;
        page.read("inspector-state", "CLOSE-WAIT").await?;
        page.call("close", &[]).await?;
        page.read("inspector-state", "CLOSED").await?;
        page.see(state("LAST-ACK")).await?;

        page.see(Target::id("lane-3").with("data-state", "TIME-WAIT"))
            .await?;
        page.js(
            "document.querySelector('.closed-sockets').open = true",
            vec![],
        )
        .await?;
        page.select(connection).await?;
        page.see(Target::id("tcp-path").with("data-state", "TIME-WAIT"))
            .await?;
        page.see(state("TIME-WAIT").with("data-seen", "true"))
            .await?;
        page.read(state("FIN-WAIT-1"), "close()").await?;
        page.read("kernel", "for up to").await?;

        // The port is taken by nobody, and bind says so.
        page.select(&server).await?;
        page.call("close", &[]).await?;
        page.new_socket("new-tcp").await?;
        page.call("bind", &[LOCALHOST, ("arg-port", &port)]).await?;
        page.read("result", "EADDRINUSE").await?;
        page.read("holder", "TIME-WAIT").await
    })
    .await
}

#[tokio::test]
async fn what_nobody_has_can_be_taken_with_reuseaddr() -> Result<()> {
    case(Case::new("reuseaddr"), async |page, _| {
        let server = page.new_socket("new-tcp").await?;
        page.click("call-setsockopt").await?;
        page.choose("arg-option", "SO_REUSEADDR").await?;
        page.choose("arg-value", "true").await?;
        page.click("do-call").await?;
        page.see(Target::row("setsockopt", "ok")).await?;
        page.call("bind", &[LOCALHOST, ("arg-port", "0")]).await?;
        let port = page.local_port().await?;
        page.call("listen", &[("arg-backlog", "1")]).await?;
        let client = client(page, &port).await?;
        page.select(&server).await?;
        page.call("accept", &[]).await?;
        page.select("3").await?;
        page.call("close", &[]).await?;
        page.select(&client).await?;
        page.call("close", &[]).await?;
        page.see(Target::id("lane-3").with("data-state", "TIME-WAIT"))
            .await?;
        page.select(&server).await?;
        page.call("close", &[]).await?;

        let next = page.new_socket("new-tcp").await?;
        page.call("bind", &[LOCALHOST, ("arg-port", &port)]).await?;
        page.read("holder", "TIME-WAIT").await?;
        page.click("holder-reuse").await?;
        page.see(Target::row("bind", "ok").with("data-lane", &next))
            .await
    })
    .await
}

#[tokio::test]
async fn a_port_of_ours_leads_to_its_socket() -> Result<()> {
    case(Case::new("holder"), async |page, _| {
        let (server, port) = server(page).await?;
        page.new_socket("new-tcp").await?;
        page.call("bind", &[LOCALHOST, ("arg-port", &port)]).await?;
        page.read("holder", "server 1").await?;
        page.click("holder-show").await?;
        page.see(Target::id("inspector").with("data-socket", server))
            .await
    })
    .await
}

#[tokio::test]
async fn a_refusal_is_told_from_silence() -> Result<()> {
    case(Case::new("refused-path"), async |page, _| {
        let (server, port) = server(page).await?;
        page.call("close", &[]).await?;
        page.see(Target::id(&format!("lane-{server}")).with("data-state", "fd closed"))
            .await?;
        page.new_socket("new-tcp").await?;
        page.call("connect", &[LOCALHOST, ("arg-port", &port)])
            .await?;
        page.read("result-explain", "RST").await?;
        page.see(state("SYN-SENT").with("data-seen", "false"))
            .await?;
        page.read(state("CLOSED"), "← RST").await
    })
    .await
}
