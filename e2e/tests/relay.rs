//! The streams of the relay are seen on the page, on request.

use anyhow::{Context as _, Result};
use futures_util::{SinkExt as _, StreamExt as _};
use sockscope_e2e::{Bridge, Case, Target, case, until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

/// The URL of the Wisp door, which the bridge prints on stderr.
async fn door(bridge: &Bridge) -> Result<String> {
    until("the relay's URL", async || {
        let log = bridge.log();
        let url = log.lines().find_map(|line| line.strip_prefix("relay: "));
        Ok(url.map(str::to_owned))
    })
    .await
}

/// A packet of Wisp (the kind, the stream's number, the payload).
fn packet(kind: u8, stream: u32, payload: &[u8]) -> Message {
    Message::binary([&[kind][..], &stream.to_le_bytes(), payload].concat())
}

#[tokio::test]
async fn streams_of_other_programs_are_seen_on_request() -> Result<()> {
    let case_ = Case {
        bridge: &["--relay"],
        ..Case::new("relay-streams")
    };
    case(case_, async |page, bridge| {
        page.see_none("relay-stream").await?;
        page.click("relay-watch").await?;

        let target = TcpListener::bind("127.0.0.1:0").await?;
        let port = target.local_addr()?.port();
        let (mut wisp, _) = connect_async(door(bridge).await?).await?;
        let connect = [&[1][..], &port.to_le_bytes(), b"localhost"].concat();
        wisp.send(packet(1, 1, &connect)).await?;
        wisp.send(packet(2, 1, b"question")).await?;
        let (mut connection, _) = target.accept().await?;
        connection.read_exact(&mut [0; 8]).await?;
        connection.write_all(b"answer").await?;

        let open = Target::id("relay-stream").with("data-state", "open");
        page.read(open.clone(), &format!("localhost:{port}"))
            .await?;
        page.read(open.clone(), "wisp ↑ 8 B ↓ 6 B").await?;
        page.click("lang-zh").await?;
        page.read(open.clone(), "已打开").await?;

        wisp.send(packet(4, 1, &[2])).await?;
        let closed = Target::id("relay-stream").with("data-state", "closed");
        page.read(closed.clone(), "客户端已关闭").await?;
        page.click("lang-en").await?;
        page.read(closed, "client closed").await?;
        page.click("relay-watch").await?;
        page.see_none("relay-stream").await?;
        wisp.close(None).await?;
        let end = async { while let Some(Ok(_)) = wisp.next().await {} };
        tokio::time::timeout(sockscope_e2e::PATIENCE, end)
            .await
            .context("the relay does not take its leave")
    })
    .await
}

#[tokio::test]
async fn there_is_nothing_to_see_where_the_relay_is_closed() -> Result<()> {
    case(Case::new("no-relay"), async |page, _| {
        page.see("new-tcp").await?;
        page.see_none("relay-watch").await
    })
    .await
}
