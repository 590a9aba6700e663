//! Who is let in.

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{RelayBridge, Wisp, handshake, refused};
use crate::common::peer::Peer;
use crate::common::process::BridgeProcess;
use crate::common::{TestBridge, soon};

#[tokio::test]
async fn the_door_is_closed_unless_it_is_opened() {
    let bridge = TestBridge::start().await;
    for path in ["/wisp/", &format!("/wisp/{}/", bridge.token)] {
        assert_eq!(refused(bridge.address, path, &[]).await, 404);
    }
    let path = format!("/wsproxy/{}/127.0.0.1:80", bridge.token);
    assert_eq!(refused(bridge.address, &path, &[]).await, 404);
}

#[tokio::test]
async fn only_the_relays_own_token_opens_it() {
    let bridge = RelayBridge::start().await;
    let wrong = "0".repeat(32);
    for token in [&bridge.bridge.token, &wrong, &bridge.token[1..].to_owned()] {
        let path = format!("/wisp/{token}/");
        assert_eq!(refused(bridge.address, &path, &[]).await, 403);
        let path = format!("/wsproxy/{token}/127.0.0.1:80");
        assert_eq!(refused(bridge.address, &path, &[]).await, 403);
    }
    // Wisp 1 has nowhere else to put it.
    assert_eq!(refused(bridge.address, "/wisp/", &[]).await, 403);
    // A path without the last slash means the same.
    let path = format!("/wisp/{}", bridge.token);
    let socket = handshake(bridge.address, &path, &[]).await.unwrap();
    Wisp::first(socket).await;
}

#[tokio::test]
async fn pages_of_other_sites_are_let_in_only_by_the_operator() {
    let bridge = RelayBridge::with(
        |config| config.origins = vec!["https://app.example".parse().unwrap()],
        |_| {},
    )
    .await;
    let (address, path) = (bridge.address, bridge.wisp_path());
    let own = format!("http://{address}");
    for (name, value, status) in [
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("origin", "https://app.example", 101),
        ("origin", &own, 101),
        ("host", "evil.example", 403),
    ] {
        assert_eq!(
            refused(address, &path, &[(name, value)]).await,
            status,
            "{value}"
        );
    }
}

#[tokio::test]
async fn what_is_no_handshake_is_told_so() {
    let bridge = RelayBridge::start().await;
    let head = |more: &str| {
        let path = bridge.wisp_path();
        format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\n{more}\r\n",
            bridge.address
        )
    };
    let upgrade = "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n";
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for (more, status) in [
        (String::new(), "426"),
        (format!("{upgrade}{key}"), "426"),
        (format!("{upgrade}Sec-WebSocket-Version: 13\r\n"), "400"),
        (format!("{upgrade}{key}Sec-WebSocket-Version: 8\r\n"), "426"),
        (
            format!("{upgrade}{key}Sec-WebSocket-Version: 13\r\n"),
            "101",
        ),
    ] {
        let mut stream = TcpStream::connect(bridge.address).await.unwrap();
        stream.write_all(head(&more).as_bytes()).await.unwrap();
        let mut answer = vec![0; 4096];
        let length = soon("an answer", stream.read(&mut answer)).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{more}{answer}"
        );
        // RFC 9110 section 15.5.22, RFC 6455 section 4.4.
        if status == "426" {
            for header in ["upgrade: websocket", "sec-websocket-version: 13"] {
                assert!(answer.contains(&format!("\r\n{header}\r\n")), "{answer}");
            }
        }
        if status == "101" {
            // RFC 6455 section 1.3.
            assert!(answer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{answer}");
        }
    }
}

#[tokio::test]
async fn what_comes_with_the_handshake_is_not_lost() {
    let bridge = RelayBridge::start().await;
    let mut stream = TcpStream::connect(bridge.address).await.unwrap();
    let mut request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        bridge.wisp_path(),
        bridge.address
    )
    .into_bytes();
    // A ping, masked with zeroes.
    request.extend(b"\x89\x84\0\0\0\0here");
    stream.write_all(&request).await.unwrap();
    let mut answer = Vec::new();
    let reading = async {
        while !answer.ends_with(b"\x8a\x04here") {
            assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0);
        }
    };
    soon("a pong", reading).await;
}

#[tokio::test]
async fn there_are_only_so_many_websockets() {
    let bridge = RelayBridge::with(|_| {}, |relay| relay.websockets = 2).await;
    let first = bridge.wisp().await;
    let _second = bridge.wisp().await;
    let path = bridge.wisp_path();
    assert_eq!(refused(bridge.address, &path, &[]).await, 503);
    // The page has room all the same.
    bridge.client().await;
    drop(first);
    let again = async {
        while handshake(bridge.address, &path, &[]).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    soon("a place", again).await;
}

#[tokio::test]
async fn a_ping_is_answered() {
    let bridge = RelayBridge::start().await;
    let mut wisp = bridge.wisp().await;
    wisp.socket
        .send(Message::Ping("are you there".into()))
        .await
        .unwrap();
    let answer = soon("a pong", wisp.socket.next()).await.unwrap().unwrap();
    assert_eq!(answer, Message::Pong("are you there".into()));
}

#[tokio::test]
async fn no_log_holds_the_token_or_what_is_sent() {
    let token = "t0k3n-".repeat(8);
    let bridge = BridgeProcess::spawn(&["--relay"], "trace", |command| {
        command.env("SOCKSCOPE_RELAY_TOKEN", &token);
    })
    .await;
    let echo = Peer::echo().await;
    let socket = handshake(bridge.address, &format!("/wisp/{token}/"), &[]).await;
    let mut wisp = Wisp::first(socket.unwrap()).await;
    wisp.connect(1, echo.address).await;
    wisp.echo(1, b"a word between us").await;
    wisp.close(1).await;
    wisp.connect_to(2, 1, "10.0.0.7", 80).await;
    assert_eq!(wisp.closed(2).await, 0x48);
    let path = format!("/wsproxy/{token}/{}", echo.address);
    drop(handshake(bridge.address, &path, &[]).await.unwrap());
    assert_eq!(
        refused(bridge.address, &format!("/wisp/x{token}/"), &[]).await,
        403
    );
    wisp.is_heard().await;
    bridge.signal("TERM").await;
    let ended = bridge.ended().await;
    assert!(ended.status.success());
    assert!(!ended.stdout.contains(&token));
    // The URL on stderr is no line of the log.
    let (url, log): (Vec<_>, Vec<_>) = ended
        .stderr
        .lines()
        .partition(|line| line.starts_with("relay: ws://"));
    assert_eq!(url.len(), 1, "{url:?}");
    assert!(url[0].ends_with(&format!("/wisp/{token}/")));
    let log = log.join("\n");
    assert!(!log.contains("t0k3n-t0k3n"), "{log}");
    assert!(!log.contains("a word between us"), "{log}");
    // But what happened is there.
    let peer = format!("peer={}", echo.address);
    for word in [
        &peer[..],
        "stream",
        "up=17",
        "down=17",
        "reason=\"client\"",
        "reason=\"blocked\"",
    ] {
        assert!(log.contains(word), "{word}: {log}");
    }
}
