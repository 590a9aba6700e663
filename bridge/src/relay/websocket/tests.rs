//! Against the frames of another implementation, cut anywhere.

use proptest::prelude::*;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{
    Control as ControlCode, Data as DataCode, OpCode,
};
use tokio_tungstenite::tungstenite::protocol::frame::{Frame, FrameHeader};

use super::{MAX_SERVER_HEAD, Opcode, Piece, Reader, write_head};

/// What a client sent.
#[derive(Debug, Clone, PartialEq)]
enum Sent {
    Message(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
    Close,
}

fn frame(code: OpCode, fin: bool, mask: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let header = FrameHeader {
        is_final: fin,
        opcode: code,
        mask: Some(mask),
        ..FrameHeader::default()
    };
    let mut bytes = Vec::new();
    Frame::from_payload(header, payload.to_vec().into())
        .format(&mut bytes)
        .unwrap();
    bytes
}

/// One message or control frame: what it means, and its bytes.
fn sent() -> impl Strategy<Value = (Sent, Vec<u8>)> {
    let payload = |max| prop::collection::vec(any::<u8>(), 0..max);
    let whole = (payload(300), any::<[u8; 4]>()).prop_map(|(payload, mask)| {
        let bytes = frame(OpCode::Data(DataCode::Binary), true, mask, &payload);
        (Sent::Message(payload), bytes)
    });
    let long = (65_530..65_545_usize, any::<[u8; 4]>()).prop_map(|(len, mask)| {
        let payload: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
        let bytes = frame(OpCode::Data(DataCode::Binary), true, mask, &payload);
        (Sent::Message(payload), bytes)
    });
    let parts =
        (prop::collection::vec(payload(40), 2..5), any::<[u8; 4]>()).prop_map(|(parts, mask)| {
            let mut bytes = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                let code = match index {
                    0 => DataCode::Binary,
                    _ => DataCode::Continue,
                };
                let fin = index == parts.len() - 1;
                bytes.extend(frame(OpCode::Data(code), fin, mask, part));
            }
            (Sent::Message(parts.concat()), bytes)
        });
    let ping = (payload(125), any::<[u8; 4]>()).prop_map(|(payload, mask)| {
        let bytes = frame(OpCode::Control(ControlCode::Ping), true, mask, &payload);
        (Sent::Ping(payload), bytes)
    });
    let pong = (payload(125), any::<[u8; 4]>()).prop_map(|(payload, mask)| {
        let bytes = frame(OpCode::Control(ControlCode::Pong), true, mask, &payload);
        (Sent::Pong, bytes)
    });
    let close = any::<[u8; 4]>().prop_map(|mask| {
        let bytes = frame(OpCode::Control(ControlCode::Close), true, mask, &[3, 232]);
        (Sent::Close, bytes)
    });
    prop_oneof![8 => whole, 1 => long, 4 => parts, 2 => ping, 1 => pong, 1 => close]
}

/// Reads bytes that arrive in pieces of these sizes.
fn read(bytes: &[u8], sizes: &[usize]) -> Vec<Sent> {
    let mut reader = Reader::new();
    let (mut read, mut message) = (Vec::new(), Vec::new());
    let mut sizes = sizes.iter().copied().cycle();
    let mut rest = bytes;
    while !rest.is_empty() {
        let size = sizes.next().unwrap_or(1).clamp(1, rest.len());
        let (now, later) = rest.split_at(size);
        rest = later;
        let (mut input, mut at) = (now.to_vec(), 0);
        while let Some(piece) = reader.next(&mut input, &mut at).unwrap() {
            match piece {
                Piece::Data(data) => {
                    assert_eq!(data.first, message.is_empty() && data.first);
                    message.extend_from_slice(&input[data.range]);
                    if data.last {
                        read.push(Sent::Message(std::mem::take(&mut message)));
                    }
                }
                Piece::Ping(payload) => read.push(Sent::Ping(payload.bytes().to_vec())),
                Piece::Pong => read.push(Sent::Pong),
                Piece::Close(code) => {
                    assert_eq!(code, Some(1000));
                    read.push(Sent::Close);
                }
            }
        }
        assert_eq!(at, input.len());
    }
    read
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_another_implementation_sends_is_read_wherever_it_is_cut(
        sent in prop::collection::vec(sent(), 1..8),
        sizes in prop::collection::vec(prop_oneof![1..20_usize, 1..70_000_usize], 1..6),
    ) {
        let (expected, bytes): (Vec<Sent>, Vec<Vec<u8>>) = sent.into_iter().unzip();
        prop_assert_eq!(read(&bytes.concat(), &sizes), expected);
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        mut bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let (mut reader, mut at) = (Reader::new(), 0);
        while let Ok(Some(_)) = reader.next(&mut bytes, &mut at) {}
        prop_assert!(at <= bytes.len());
    }

    #[test]
    fn heads_are_those_of_another_implementation(length in prop_oneof![0..200_usize, 65_530..65_540_usize, Just(1 << 20)]) {
        let header = FrameHeader { opcode: OpCode::Data(DataCode::Binary), ..FrameHeader::default() };
        let mut expected = Vec::new();
        header.format(length as u64, &mut expected).unwrap();
        let mut room = [0; MAX_SERVER_HEAD];
        let size = write_head(&mut room, Opcode::Binary, length);
        prop_assert_eq!(&room[MAX_SERVER_HEAD - size..], expected);
    }
}

#[test]
fn what_no_client_may_send_is_refused_with_the_right_code() {
    for (bytes, code) in [
        (&[0x82, 0x00][..], 1002),                                    // not masked
        (&[0xc2, 0x80, 0, 0, 0, 0], 1002),                            // a reserved bit
        (&[0x83, 0x80, 0, 0, 0, 0], 1002),                            // an unknown kind
        (&[0x80, 0x80, 0, 0, 0, 0], 1002),                            // nothing to continue
        (&[0x09, 0x80, 0, 0, 0, 0], 1002),                            // a ping in parts
        (&[0x89, 0xfe, 0, 126, 0, 0, 0, 0], 1002),                    // a long ping
        (&[0x88, 0x81, 0, 0, 0, 0, 3], 1002),                         // half a status code
        (&[0x81, 0x80, 0, 0, 0, 0], 1003),                            // text
        (&[0x02, 0x80, 0, 0, 0, 0, 0x82, 0x80, 0, 0, 0, 0], 1002),    // a message within another
        (&[0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1002), // 2^63 bytes
    ] {
        let (mut input, mut at, mut reader) = (bytes.to_vec(), 0, Reader::new());
        let refused = loop {
            match reader.next(&mut input, &mut at) {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{bytes:x?} was not refused"),
                Err(violation) => break violation,
            }
        };
        assert_eq!(refused.code, code, "{bytes:x?}: {}", refused.message);
    }
}
