//! Free conversations: no lesson, every call chosen by hand.

use anyhow::Result;
use sockscope_e2e::{Case, Target, case};

#[tokio::test]
async fn tcp_from_socket_to_close() -> Result<()> {
    case(Case::new("tcp-conversation"), async |page, _| {
        let server = page.new_socket("new-tcp").await?;
        page.call("bind", &[("arg-host", "127.0.0.1"), ("arg-port", "0")])
            .await?;
        page.see(Target::row("bind", "ok")).await?;
        page.call("listen", &[("arg-backlog", "5")]).await?;
        page.see(Target::row("listen", "ok")).await?;
        page.read("inspector-state", "LISTEN").await?;
        let port = page.local_port().await?;
        page.call("accept", &[]).await?;
        page.see(Target::row("accept", "waiting")).await?;

        let client = page.new_socket("new-tcp").await?;
        page.call("connect", &[("arg-host", "localhost"), ("arg-port", &port)])
            .await?;
        page.see(Target::row("connect", "ok")).await?;
        page.see(Target::row("accept", "ok")).await?;
        let sockets = page.sockets().await?;
        let accepted = sockets
            .iter()
            .find(|id| **id != server && **id != client)
            .expect("accept gives a third socket")
            .clone();

        page.select(&accepted).await?;
        page.call("recv", &[("arg-size", "1024")]).await?;
        page.see(Target::row("recv", "waiting")).await?;

        page.select(&client).await?;
        page.click("call-sendall").await?;
        page.fill("composer-text", r"你好, \x00\xff!\n").await?;
        page.click("do-call").await?;
        page.see(Target::row("sendall", "ok")).await?;
        page.see(Target::row("recv", "ok")).await?;
        // 你好 is six bytes, then comma, space, 00, ff, exclamation mark, line feed.
        page.see(Target::id("flow").with("data-bytes", "12"))
            .await?;

        page.select(&accepted).await?;
        page.click("bytes-mode-text").await?;
        page.read("bytes-text", "你好").await?;
        page.click("bytes-mode-hex").await?;
        page.read("bytes-hex", "e4 bd a0").await?;
        page.read("bytes-received-total", "12").await?;

        // Half-close: the client ends its direction, the other one stays.
        page.select(&client).await?;
        page.click("call-shutdown").await?;
        page.choose("arg-how", "SHUT_WR").await?;
        page.click("do-call").await?;
        page.see(Target::row("shutdown", "ok")).await?;
        page.select(&accepted).await?;
        page.read("inspector-state", "CLOSE-WAIT").await?;
        page.call("recv", &[]).await?;
        page.see(Target::row("recv", "ok").with("data-count", "0"))
            .await?;
        page.call("close", &[]).await?;
        page.see(Target::row("close", "ok")).await
    })
    .await
}

#[tokio::test]
async fn udp_with_a_truncated_datagram() -> Result<()> {
    case(Case::new("udp-conversation"), async |page, _| {
        let server = page.new_socket("new-udp").await?;
        page.call("bind", &[("arg-host", "127.0.0.1"), ("arg-port", "0")])
            .await?;
        page.see(Target::row("bind", "ok")).await?;
        let port = page.local_port().await?;
        page.call("recvfrom", &[("arg-size", "4")]).await?;
        page.see(Target::row("recvfrom", "waiting")).await?;

        page.new_socket("new-udp").await?;
        page.click("call-sendto").await?;
        page.fill("arg-host", "127.0.0.1").await?;
        page.fill("arg-port", &port).await?;
        page.click("composer-mode-hex").await?;
        page.fill("composer-hex", "0x48, 65:6c-6C 6f").await?;
        page.click("do-call").await?;
        page.see(Target::row("sendto", "ok")).await?;
        page.see(Target::row("recvfrom", "ok")).await?;

        // Four of five bytes fit; the page says that one is lost.
        page.select(&server).await?;
        page.click("bytes-mode-text").await?;
        page.read("bytes-text", "Hell").await?;
        page.see(Target::id("bytes-entry").with("data-truncated", "1"))
            .await
    })
    .await
}

#[tokio::test]
async fn a_waiting_call_is_cancelled() -> Result<()> {
    case(Case::new("cancel"), async |page, _| {
        page.new_socket("new-udp").await?;
        page.call("bind", &[("arg-host", "127.0.0.1"), ("arg-port", "0")])
            .await?;
        page.see(Target::row("bind", "ok")).await?;
        page.call("recvfrom", &[]).await?;
        let waiting = Target::row("recvfrom", "waiting");
        page.see(waiting.clone()).await?;
        let call = page.attribute(waiting, "data-call").await?;
        page.click(format!("cancel-{call}")).await?;
        page.see(Target::row("recvfrom", "cancelled")).await
    })
    .await
}
