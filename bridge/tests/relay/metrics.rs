//! `/metrics`: what programs that watch a bridge read.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::RelayBridge;
use crate::common::peer::Peer;
use crate::common::soon;

async fn metrics(bridge: &RelayBridge, headers: &str) -> String {
    let mut stream = TcpStream::connect(bridge.address).await.unwrap();
    let request = format!(
        "GET /metrics HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n",
        bridge.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    soon("the figures", stream.read_to_string(&mut answer))
        .await
        .unwrap();
    answer
}

#[tokio::test]
async fn what_happened_is_counted() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let mut wisp = bridge.wisp().await;
    wisp.connect(1, echo.address).await;
    wisp.connect(2, echo.address).await;
    wisp.echo(1, &[0; 1000]).await;
    wisp.echo(2, &[0; 10]).await;
    wisp.close(2).await;
    wisp.connect_to(3, 1, "10.0.0.7", 80).await;
    assert_eq!(wisp.closed(3).await, 0x48);
    let counted = async {
        loop {
            let answer = metrics(&bridge, "").await;
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
            let has = |line: &str| answer.lines().any(|one| one == line);
            let all = [
                "sockscope_sessions 0",
                "# TYPE sockscope_relay_streams gauge",
                "sockscope_relay_websockets 1",
                "sockscope_relay_websockets_total 1",
                "sockscope_relay_streams 1",
                "sockscope_relay_streams_total 3",
                "sockscope_relay_streams_closed_total{reason=\"client\"} 1",
                "sockscope_relay_streams_closed_total{reason=\"blocked\"} 1",
                "sockscope_relay_bytes_total{direction=\"up\"} 1010",
                "sockscope_relay_bytes_total{direction=\"down\"} 1010",
            ];
            if all.into_iter().all(has) {
                return;
            }
        }
    };
    soon("all to be counted", counted).await;
}

#[tokio::test]
async fn from_elsewhere_a_token_is_needed() {
    let bridge = RelayBridge::start().await;
    // As a proxy on this machine would ask for somebody else.
    let forwarded = "X-Forwarded-For: 192.0.2.1\r\n";
    for (headers, status) in [
        (forwarded.to_owned(), 403),
        (format!("{forwarded}Authorization: Bearer wrong\r\n"), 403),
        (
            format!("{forwarded}Authorization: Bearer {}\r\n", bridge.token),
            200,
        ),
        (
            format!(
                "{forwarded}Authorization: Bearer {}\r\n",
                bridge.bridge.token
            ),
            200,
        ),
        ("Origin: https://evil.example\r\n".to_owned(), 403),
    ] {
        let answer = metrics(&bridge, &headers).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{headers}{answer}"
        );
    }
}
