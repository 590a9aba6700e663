//! Who is let in: Host, Origin, subprotocol, token, version.

#![allow(clippy::unwrap_used)]

mod common;

use common::client::{closing, greet, handshake, hello};
use common::{Client, TestBridge, soon};
use futures_util::SinkExt as _;
use sockscope_protocol::{Hello, Seq, SessionKey, ViewKey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

/// The status of a handshake with these headers.
async fn status(bridge: &TestBridge, headers: &[(&'static str, &str)]) -> u16 {
    match soon("the handshake", handshake(bridge.address, headers)).await {
        Ok(_) => 101,
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn pages_of_other_origins_are_kept_out() {
    let bridge = TestBridge::with(|config| {
        config
            .origins
            .push("http://127.0.0.1:8080".parse().unwrap());
    })
    .await;
    let own = format!("http://{}", bridge.address);
    for origin in [own.as_str(), "http://127.0.0.1:8080"] {
        assert_eq!(
            status(&bridge, &[("origin", origin)]).await,
            101,
            "{origin}"
        );
    }
    let with_suffix = format!("{own}.evil.example");
    let secure = own.replace("http", "https");
    let localhost = own.replace("127.0.0.1", "localhost");
    for origin in [
        "http://evil.example",
        "null",
        "http://127.0.0.1",
        "http://127.0.0.1:80801",
        &with_suffix,
        &secure,
        &localhost,
    ] {
        assert_eq!(
            status(&bridge, &[("origin", origin)]).await,
            403,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn a_program_that_sends_no_origin_is_let_in_with_the_token() {
    let bridge = TestBridge::start().await;
    assert_eq!(status(&bridge, &[]).await, 101);
    assert_eq!(
        Client::open(bridge.address, &bridge.token)
            .await
            .welcome
            .version,
        1
    );
}

#[tokio::test]
async fn a_name_that_was_rebound_to_this_machine_is_not_answered() {
    let bridge = TestBridge::start().await;
    let port = bridge.address.port();
    let foreign = format!("evil.example:{port}");
    let origin = format!("http://{foreign}");
    assert_eq!(status(&bridge, &[("host", &foreign)]).await, 403);
    assert_eq!(
        status(&bridge, &[("host", &foreign), ("origin", &origin)]).await,
        403
    );
    let localhost = format!("localhost:{port}");
    let origin = format!("http://{localhost}");
    assert_eq!(
        status(&bridge, &[("host", &localhost), ("origin", &origin)]).await,
        101
    );
}

#[tokio::test]
async fn the_host_is_checked_on_every_route() {
    let bridge = TestBridge::start().await;
    for path in ["/", "/healthz", "/ws", "/nothing"] {
        let mut stream = TcpStream::connect(bridge.address).await.unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        soon("the answer", stream.read_to_string(&mut answer))
            .await
            .unwrap();
        assert!(answer.starts_with("HTTP/1.1 403 "), "{path}: {answer}");
    }
}

#[tokio::test]
async fn the_subprotocol_is_required() {
    let bridge = TestBridge::start().await;
    assert_eq!(
        status(&bridge, &[("sec-websocket-protocol", "")]).await,
        400
    );
    assert_eq!(
        status(&bridge, &[("sec-websocket-protocol", "chat")]).await,
        400
    );
    assert_eq!(
        status(&bridge, &[("sec-websocket-protocol", "chat, sockscope.v1")]).await,
        101
    );
}

#[tokio::test]
async fn a_wrong_or_missing_token_opens_nothing() {
    let bridge = TestBridge::start().await;
    let shorter = &bridge.token[1..];
    let longer = format!("{}0", bridge.token);
    for token in [
        "",
        "0",
        shorter,
        &longer,
        &bridge.token.to_uppercase().replace(char::is_numeric, "X"),
    ] {
        assert_eq!(
            greet(bridge.address, hello(token)).await.unwrap_err(),
            4001,
            "{token}"
        );
    }
    // Nor does it come back to a session whose key is right.
    let session = Some(bridge.client().await.key());
    let theirs = Hello {
        session,
        ..hello("")
    };
    assert_eq!(greet(bridge.address, theirs).await.unwrap_err(), 4001);
}

#[tokio::test]
async fn another_version_is_not_spoken() {
    let bridge = TestBridge::start().await;
    let newer = Hello {
        version: 2,
        ..hello(&bridge.token)
    };
    assert_eq!(greet(bridge.address, newer).await.unwrap_err(), 4002);
}

#[tokio::test]
async fn sessions_that_are_not_held_cannot_be_taken_up() {
    let bridge = TestBridge::start().await;
    let unknown = SessionKey("0".repeat(32));
    let resumed = Client::resume(bridge.address, &bridge.token, &unknown, Seq(0)).await;
    assert_eq!(resumed.err(), Some(4003));
    let looked = Client::view(bridge.address, &ViewKey("0".repeat(32))).await;
    assert_eq!(looked.err(), Some(4003));
    // An event that the session never had is one of another session.
    let key = bridge.client().await.key();
    let ahead = Client::resume(bridge.address, &bridge.token, &key, Seq(1000)).await;
    assert_eq!(ahead.err(), Some(4003));
}

#[tokio::test]
async fn a_new_session_has_no_event_to_come_back_to() {
    let bridge = TestBridge::with(|config| config.limits.sessions = 1).await;
    let confused = Hello {
        after: Seq(5),
        ..hello(&bridge.token)
    };
    assert_eq!(greet(bridge.address, confused).await.unwrap_err(), 4003);
    // No session was begun for it, or there would be no room for this one.
    bridge.client().await;
}

#[tokio::test]
async fn hello_must_come_first() {
    let bridge = TestBridge::start().await;
    for first in [
        Message::text(r#"{"kind":"ping","nonce":1}"#),
        Message::text("hello"),
        Message::binary(vec![1; 72]),
    ] {
        let mut socket = handshake(bridge.address, &[]).await.unwrap();
        socket.send(first).await.unwrap();
        let (code, said) = closing(&mut socket).await;
        assert_eq!(code, 4005);
        assert!(said.unwrap().contains("hello"));
    }
}

#[tokio::test]
async fn sessions_and_views_are_limited() {
    let bridge = TestBridge::with(|config| {
        config.limits.sessions = 2;
        config.limits.views = 2;
    })
    .await;
    let first = bridge.client().await;
    let _second = bridge.client().await;
    assert_eq!(
        greet(bridge.address, hello(&bridge.token))
            .await
            .unwrap_err(),
        4004
    );
    let view = first.welcome.view.clone().unwrap();
    let _viewer = Client::view(bridge.address, &view).await.unwrap();
    assert_eq!(Client::view(bridge.address, &view).await.err(), Some(4004));
}

#[tokio::test]
async fn a_client_that_closes_is_answered() {
    let bridge = TestBridge::start().await;
    let mut client = Client::open(bridge.address, &bridge.token).await;
    let close = Message::Close(Some(CloseFrame {
        code: CloseCode::Normal,
        reason: "".into(),
    }));
    client.socket().send(close).await.unwrap();
    assert_eq!(client.until_closed().await, 1000);
}
