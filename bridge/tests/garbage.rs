//! Messages that are too long, too short, not text, not known, or nothing at all.

#![allow(clippy::unwrap_used)]

mod common;

use common::client::{Incoming, closing, handshake};
use common::{Client, TestBridge, soon};
use futures_util::SinkExt as _;
use proptest::prelude::*;
use sockscope_protocol::{
    CallId, ClientMessage, Payload, RejectReason, ServerMessage, SocketId, encode_payload,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::Message;

/// The bridge still answers on this WebSocket.
async fn alive(client: &mut Client) {
    client.say(&ClientMessage::Ping { nonce: 77 }).await;
    client
        .until(|incoming| {
            matches!(
                incoming,
                Incoming::Message(ServerMessage::Pong { nonce: 77 })
            )
            .then_some(())
        })
        .await;
}

/// What the bridge says to a text that is no message.
async fn error(client: &mut Client, text: &str) -> String {
    client.say_text(text).await;
    client
        .until(|incoming| match incoming {
            Incoming::Message(ServerMessage::Error { message }) => Some(message.clone()),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn unknown_kinds_are_refused_by_name() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    assert!(
        error(&mut client, r#"{"kind":"dance"}"#)
            .await
            .contains("dance")
    );
    assert!(error(&mut client, "{}").await.contains("kind"));
    error(&mut client, "").await;
    error(&mut client, "[1,2").await;
    error(
        &mut client,
        &format!(
            r#"{{"kind":"hello","version":1,"token":"{}"}}"#,
            bridge.token
        ),
    )
    .await;
    client
        .say_text(r#"{"kind":"call","call":5,"request":{"op":"dance"}}"#)
        .await;
    let (call, reason) = client
        .until(|incoming| match incoming {
            Incoming::Message(ServerMessage::Rejected { call, reason, .. }) => {
                Some((*call, *reason))
            }
            _ => None,
        })
        .await;
    assert_eq!((call, reason), (CallId(5), RejectReason::Malformed));
    alive(&mut client).await;
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    client
        .say_text(r#"{"kind":"ping","nonce":9,"colour":"blue"}"#)
        .await;
    client
        .until(|incoming| {
            matches!(
                incoming,
                Incoming::Message(ServerMessage::Pong { nonce: 9 })
            )
            .then_some(())
        })
        .await;
}

#[tokio::test]
async fn truncated_binary_messages_are_errors() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    let whole = encode_payload(CallId(1), SocketId(1), &Payload::Send, b"bytes");
    for length in [0, 1, 71, 72, 76] {
        client.say_bytes(whole.slice(..length)).await;
        client
            .until(|incoming| {
                matches!(incoming, Incoming::Message(ServerMessage::Error { .. })).then_some(())
            })
            .await;
    }
    alive(&mut client).await;
}

#[tokio::test]
async fn a_message_over_the_limit_closes_with_1009() {
    let bridge = TestBridge::with(|config| config.limits.message_bytes = 4096).await;
    let mut client = bridge.client().await;
    alive(&mut client).await;
    let longest = format!(r#"{{"kind":"ping","nonce":77,"x":"{}"}}"#, "x".repeat(4000));
    client.say_text(&longest).await;
    alive(&mut client).await;
    let _ = client.socket().send(Message::binary(vec![0; 4097])).await;
    assert_eq!(closing(client.socket()).await.0, 1009);
    // In pieces as well (RFC 6455 section 5.4).
    let client = bridge.client().await;
    let mut raw = client.into_stream();
    for piece in 0..3 {
        // Not final, masked, 2,000 bytes; the first is binary, the others continue it.
        let mut frame = vec![if piece == 0 { 0x02 } else { 0x00 }, 0xfe];
        frame.extend_from_slice(&2000_u16.to_be_bytes());
        frame.extend_from_slice(&[0; 2004]);
        raw.write_all(&frame).await.unwrap();
    }
    assert_eq!(close_code(&mut raw).await, 1009);
}

#[tokio::test]
async fn text_that_is_not_utf8_closes_with_1007() {
    let bridge = TestBridge::start().await;
    let mut raw = bridge.client().await.into_stream();
    // A final text frame of two bytes, with a mask of zeroes.
    raw.write_all(&[0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])
        .await
        .unwrap();
    assert_eq!(close_code(&mut raw).await, 1007);
}

#[tokio::test]
async fn frames_that_are_not_websocket_close_with_1002() {
    let bridge = TestBridge::start().await;
    for frame in [
        // Not masked (RFC 6455 section 5.1), a reserved bit, a reserved opcode.
        [0x81, 0x02, b'{', b'}', 0, 0, 0, 0],
        [0xf1, 0x82, 0, 0, 0, 0, b'{', b'}'],
        [0x83, 0x82, 0, 0, 0, 0, b'{', b'}'],
    ] {
        let mut raw = bridge.client().await.into_stream();
        raw.write_all(&frame).await.unwrap();
        assert_eq!(close_code(&mut raw).await, 1002, "{frame:?}");
    }
}

#[tokio::test]
async fn a_frame_that_never_ends_holds_up_nobody() {
    let bridge = TestBridge::start().await;
    let mut raw = bridge.client().await.into_stream();
    raw.write_all(&[0x82, 0xfe, 0x04]).await.unwrap();
    let mut other = bridge.client().await;
    alive(&mut other).await;
    drop(raw);
    alive(&mut other).await;
}

#[tokio::test]
async fn who_never_makes_sense_is_sent_away_with_4000() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    for _ in 0..101 {
        client.say_text("?").await;
    }
    assert_eq!(client.until_closed().await, 4000);
}

#[tokio::test]
async fn a_client_that_says_nothing_is_sent_away_with_4005() {
    let bridge = TestBridge::start().await;
    let mut socket = handshake(bridge.address, &[]).await.unwrap();
    assert_eq!(closing(&mut socket).await.0, 4005);
}

/// Reads frames from the bridge until one closes; the code it carries.
async fn close_code(raw: &mut tokio::net::TcpStream) -> u16 {
    let read = async {
        loop {
            let mut head = [0; 2];
            raw.read_exact(&mut head).await.unwrap();
            let length = match head[1] {
                126 => usize::from(raw.read_u16().await.unwrap()),
                127 => usize::try_from(raw.read_u64().await.unwrap()).unwrap(),
                short => usize::from(short),
            };
            let mut payload = vec![0; length];
            raw.read_exact(&mut payload).await.unwrap();
            if head[0] == 0x88 {
                return u16::from_be_bytes([payload[0], payload[1]]);
            }
        }
    };
    soon("a close frame", read).await
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever comes, the bridge stays, and a client that behaves is served.
    #[test]
    fn random_messages_harm_nobody(messages in proptest::collection::vec(noise(), 1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bridge = TestBridge::start().await;
            let mut noisy = bridge.client().await;
            for message in messages {
                let message = match message {
                    Noise::Text(text) => Message::text(text),
                    Noise::Bytes(bytes) => Message::binary(bytes),
                    Noise::Frame(kind, socket, rest) => {
                        let mut frame = encode_payload(CallId(1), SocketId(socket), &Payload::Send, &rest).to_vec();
                        frame[0] = kind;
                        Message::binary(frame)
                    }
                };
                noisy.socket().send(message).await.unwrap();
            }
            alive(&mut noisy).await;
            let mut other = bridge.client().await;
            alive(&mut other).await;
        });
    }
}

#[derive(Debug, Clone)]
enum Noise {
    Text(String),
    Bytes(Vec<u8>),
    /// A binary message with a header that could be one.
    Frame(u8, u32, Vec<u8>),
}

fn noise() -> impl Strategy<Value = Noise> {
    prop_oneof![
        any::<String>().prop_map(Noise::Text),
        any::<Vec<u8>>().prop_map(Noise::Bytes),
        any::<(u8, u32, Vec<u8>)>()
            .prop_map(|(kind, socket, rest)| Noise::Frame(kind, socket, rest)),
    ]
}
