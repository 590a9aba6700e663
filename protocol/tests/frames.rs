//! Binary messages: round trips, and refusal of whatever is none.

#![allow(clippy::unwrap_used)]

use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use bytes::Bytes;
use proptest::prelude::*;
use sockscope_protocol::{
    CallId, Data, DataFlags, Event, EventBody, FrameError, HEADER_LEN, Payload, Seq, SocketId,
    decode_event, decode_payload, encode_data, encode_payload, parse_client_message,
};

fn address() -> impl Strategy<Value = SocketAddr> {
    (any::<IpAddr>(), any::<u16>(), any::<u32>()).prop_map(|(ip, port, scope)| match ip {
        IpAddr::V4(_) => SocketAddr::new(ip, port),
        IpAddr::V6(v6) => SocketAddr::V6(SocketAddrV6::new(v6, port, 0, scope)),
    })
}

fn bytes() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..300).prop_map(Bytes::from)
}

prop_compose! {
    fn data()(
        call: u64, socket: u32, offset: u64, peek: bool, datagram: bool,
        lost in 0_u32..100, omitted: bool, kept: bool,
        address in prop::option::of(address()), payload in bytes(),
    ) -> Data {
        let bare = omitted || kept;
        let size = u32::try_from(payload.len()).unwrap() + if bare { 0 } else { lost };
        Data {
            call: CallId(call),
            socket: SocketId(socket),
            offset,
            flags: DataFlags { peek, truncated: lost > 0 && !bare, datagram, omitted, kept },
            size,
            address,
            payload: if bare { Bytes::new() } else { payload },
        }
    }
}

proptest! {
    #[test]
    fn events_with_bytes_survive_the_wire(seq: u64, time: u64, data in data(), received: bool) {
        let body = if received { EventBody::Received(data) } else { EventBody::Sent(data) };
        let event = Event { seq: Seq(seq), time, body };
        let message = encode_data(&event).unwrap();
        prop_assert_eq!(decode_event(message), Ok(event));
    }

    #[test]
    fn calls_with_bytes_survive_the_wire(
        call: u64, socket: u32, to in prop::option::of(address()), all: bool, bytes in bytes(),
    ) {
        let payload = match to {
            Some(address) => Payload::SendTo(address),
            None if all => Payload::SendAll,
            None => Payload::Send,
        };
        let message = encode_payload(CallId(call), SocketId(socket), &payload, &bytes);
        prop_assert_eq!(message.len(), HEADER_LEN + bytes.len());
        prop_assert_eq!(decode_payload(message), Ok((CallId(call), SocketId(socket), payload, bytes)));
    }

    #[test]
    fn no_bytes_make_a_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = Bytes::from(bytes);
        let _ = decode_payload(bytes.clone());
        let _ = decode_event(bytes.clone());
        let _ = parse_client_message(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_header_makes_a_decoder_panic(
        kind in 0_u8..20, flags in 0_u8..32, family in 0_u8..8,
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut message = vec![kind, flags, family];
        message.extend(rest);
        let message = Bytes::from(message);
        let _ = decode_payload(message.clone());
        let _ = decode_event(message);
    }

    #[test]
    fn no_text_makes_the_parser_panic(
        text in r#"\{"kind":"(call|hello|cancel|credit|end|x)","call":[0-9]{0,25},"request":\{.{0,40}\}\}"#,
    ) {
        let _ = parse_client_message(&text);
    }
}

#[test]
fn a_cut_message_is_refused() {
    let message = encode_payload(CallId(1), SocketId(1), &Payload::Send, b"bytes");
    assert_eq!(
        decode_payload(message.slice(..HEADER_LEN - 1)),
        Err(FrameError::Short(HEADER_LEN - 1))
    );
    assert_eq!(
        decode_payload(message.slice(..HEADER_LEN + 2)),
        Err(FrameError::Size {
            size: 5,
            payload: 2
        })
    );
}

#[test]
fn a_direction_refuses_the_kinds_of_the_other() {
    let message = encode_payload(CallId(1), SocketId(1), &Payload::Send, b"bytes");
    assert_eq!(decode_event(message), Err(FrameError::Kind(1)));
}

#[test]
fn what_is_wrong_is_told_in_one_short_line() {
    let kind = format!(r"\n\u001b[2J{}", "x".repeat(100_000));
    let error = parse_client_message(&format!(r#"{{"kind":"{kind}"}}"#)).unwrap_err();
    assert!(error.message.contains("xxx"), "{error}");
    assert!(error.message.len() < 2000);
    assert!(!error.message.contains(char::is_control), "{error}");
}

#[test]
fn a_malformed_call_is_refused_by_its_number() {
    let refused = |text| parse_client_message(text).unwrap_err();
    let unknown = refused(r#"{"kind":"call","call":5,"request":{"op":"dance"}}"#);
    assert_eq!(unknown.call, Some(CallId(5)));
    assert!(unknown.message.contains("dance"), "{unknown}");
    let lacking = refused(r#"{"kind":"call","call":6,"request":{"op":"accept"}}"#);
    assert_eq!(lacking.call, Some(CallId(6)));
    assert!(lacking.message.contains("socket"), "{lacking}");
    let textual =
        refused(r#"{"kind":"call","call":7,"request":{"op":"send","socket":1,"length":3}}"#);
    assert!(textual.message.contains("binary"), "{textual}");
    assert_eq!(refused("[]").call, None);
    assert_eq!(refused(r#"{"kind":"dance","call":7}"#).call, None);
}

#[test]
fn what_is_missing_or_unknown_is_named() {
    for (message, named) in [
        (
            r#"{"kind":"call","call":1,"request":{"op":"dance"}}"#,
            "unknown call `dance` in `request`",
        ),
        (
            r#"{"kind":"call","call":1,"request":{"socket":1}}"#,
            "missing field `op`",
        ),
        (
            r#"{"kind":"call","call":1,"request":{"op":"close"}}"#,
            "missing field `socket`",
        ),
        (
            r#"{"kind":"call","call":1,"request":{"op":"bind","socket":1}}"#,
            "missing field `address`",
        ),
        (
            r#"{"kind":"call","call":1,"request":{"op":"setsockopt","socket":1,"option":"SO_ERROR"}}"#,
            "missing field `value`",
        ),
    ] {
        let error = parse_client_message(message).unwrap_err();
        assert_eq!(error.call, Some(CallId(1)), "{message}");
        assert!(error.message.contains(named), "{}", error.message);
    }
    let unknown_fields =
        r#"{"kind":"call","call":1,"request":{"op":"accept","socket":1,"flags":[],"new":{"a":1}}}"#;
    assert!(parse_client_message(unknown_fields).is_ok());
}

#[test]
fn what_is_wrong_is_found_where_it_is() {
    for (message, wrong) in [
        (
            r#"{"kind":"call","call":1,"request":{"op":"bind","socket":1,"address":{"host":"a","port":70000}}}"#,
            "expected a number from 0 to 65535, found a number in `request.address.port`",
        ),
        (
            r#"{"kind":"call","call":1,"request":{"op":"shutdown","socket":1,"how":"SHUT_UP"}}"#,
            "unknown direction `SHUT_UP` in `request.how`",
        ),
        (
            r#"{"kind":"call","call":1,"request":"close"}"#,
            "expected an object, found text in `request`",
        ),
    ] {
        let error = parse_client_message(message).unwrap_err();
        assert_eq!(error.message, wrong);
    }
}

#[test]
fn a_message_of_very_many_values_is_refused() {
    let values = "0,".repeat(100_000);
    let message = format!(r#"{{"kind":"ping","nonce":1,"more":[{values}0]}}"#);
    let error = parse_client_message(&message).unwrap_err();
    assert!(error.message.contains("20000 values"), "{error}");
}
