//! Every example of the specification is a message that this crate understands, to the last field.

#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use sockscope_protocol::{
    CallId, CloseCode, Limits, Payload, ServerMessage, SocketId, decode_payload, encode_payload,
    parse_client_message,
};

const SPECIFICATION: &str = include_str!("../SPECIFICATION.md");

fn blocks(language: &str) -> Vec<&'static str> {
    SPECIFICATION
        .split("```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| block.strip_prefix(language))
        .collect()
}

/// Reads an example and writes it again, so that a field of the example that the types do not
/// have, or the reverse, shows.
fn rewritten(example: &str) -> serde_json::Value {
    let client =
        parse_client_message(example).map(|message| serde_json::to_value(message).unwrap());
    let server = serde_json::from_str::<ServerMessage>(example)
        .map(|message| serde_json::to_value(message).unwrap());
    match (client, server) {
        (Ok(value), Err(_)) | (Err(_), Ok(value)) => value,
        (Err(client), Err(server)) => panic!("{example}\nclient: {client}\nserver: {server}"),
        (Ok(_), Ok(_)) => panic!("{example} is of both directions"),
    }
}

#[test]
fn every_example_is_understood_and_complete() {
    let examples = blocks("json");
    assert!(examples.len() > 35, "the specification lost its examples");
    for example in examples {
        let mut written: serde_json::Value = serde_json::from_str(example).unwrap();
        let mut read = rewritten(example);
        for value in [&mut written, &mut read] {
            let fields = value.as_object_mut().unwrap();
            // A default that a writer may leave out.
            if fields.get("after") == Some(&0.into()) {
                fields.remove("after");
            }
        }
        assert_eq!(written, read, "{example}");
    }
}

#[test]
fn every_kind_has_an_example() {
    let written = blocks("json").concat();
    for word in [
        "hello",
        "call",
        "cancel",
        "credit",
        "ping",
        "watch_relay",
        "end",
        "welcome",
        "event",
        "truncated",
        "rejected",
        "duplicate",
        "pong",
        "relay",
        "error",
        "goodbye",
    ] {
        assert!(written.contains(&format!(r#""kind":"{word}""#)), "{word}");
    }
    for word in [
        "socket",
        "bind",
        "listen",
        "accept",
        "connect",
        "sendto",
        "recv",
        "recvfrom",
        "stream",
        "shutdown",
        "close",
        "getsockopt",
        "setsockopt",
        "settimeout",
        "getsockname",
        "getpeername",
        "getaddrinfo",
    ] {
        assert!(written.contains(&format!(r#""op":"{word}""#)), "{word}");
    }
    for word in ["called", "returned", "observed", "peer_gone", "closed"] {
        assert!(written.contains(&format!(r#""type":"{word}""#)), "{word}");
    }
}

#[test]
fn the_bytes_of_the_example_are_those_of_the_encoder() {
    let written: Vec<u8> = blocks("text")[0]
        .split_whitespace()
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect();
    let encoded = encode_payload(CallId(7), SocketId(2), &Payload::Send, b"hi");
    assert_eq!(encoded, written);
    assert_eq!(
        decode_payload(encoded),
        Ok((
            CallId(7),
            SocketId(2),
            Payload::Send,
            Bytes::from_static(b"hi")
        ))
    );
}

#[test]
fn every_close_code_is_listed() {
    for code in CloseCode::ALL {
        assert!(
            SPECIFICATION.contains(&format!("| {} |", code.code())),
            "{code:?}"
        );
        assert_eq!(CloseCode::from_code(code.code()), Some(code));
    }
}

#[test]
fn the_limits_shown_are_the_defaults() {
    let welcome = blocks("json")
        .into_iter()
        .find(|block| block.contains(r#""kind":"welcome""#))
        .unwrap();
    match serde_json::from_str(welcome).unwrap() {
        ServerMessage::Welcome(welcome) => assert_eq!(welcome.limits, Limits::default()),
        other => panic!("{other:?}"),
    }
}
