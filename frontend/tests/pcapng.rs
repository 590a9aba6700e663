//! The blocks of an exported file, and what stands in its packets; what Wireshark makes of them is
//! seen in `recorded`.

#![allow(clippy::unwrap_used)]

mod common;

use common::{UDP, any, at, datagram, welcome};
use proptest::prelude::*;
use sockscope_frontend::model::Entry;
use sockscope_frontend::recording::Log;
use sockscope_protocol::{Call, Endpoint, Event, EventBody, PeerGone, Welcome};

fn logged(events: &[Event]) -> Log {
    let mut log = Log::default();
    let welcome = Welcome {
        epoch_us: 1_767_225_600_000_000,
        ..welcome(false, 0)
    };
    log.take(&Entry::Welcome(Box::new(welcome)), Some("{}"));
    for event in events {
        log.take(&Entry::Event(event.clone()), None);
    }
    log
}

fn word(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

/// Type and body of every block of a file; pieces are cut between them.
fn blocks(log: &Log) -> Vec<(usize, Vec<u8>)> {
    let mut blocks = Vec::new();
    for piece in log.pcapng() {
        let mut rest = piece.as_slice();
        while !rest.is_empty() {
            let length = word(rest, 4);
            assert_eq!(length % 4, 0);
            assert_eq!(word(rest, length - 4), length);
            blocks.push((word(rest, 0), rest[8..length - 4].to_vec()));
            rest = &rest[length..];
        }
    }
    blocks
}

/// The options behind a block's fields, by their codes.
fn options(mut rest: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let mut options = Vec::new();
    loop {
        let (code, length) = (word(rest, 0) & 0xffff, word(rest, 0) >> 16);
        let next = 4 + length.next_multiple_of(4);
        if code == 0 {
            assert_eq!(next, rest.len());
            return options;
        }
        options.push((code, rest[4..4 + length].to_vec()));
        rest = &rest[next..];
    }
}

fn text(options: &[(usize, Vec<u8>)], code: usize) -> String {
    let option = options.iter().find(|(one, _)| *one == code);
    String::from_utf8(option.unwrap().1.clone()).unwrap()
}

struct Packet {
    time: u64,
    bytes: Vec<u8>,
    original: usize,
    comment: String,
}

fn packets(log: &Log) -> Vec<Packet> {
    let blocks = blocks(log);
    let packets = blocks.iter().skip(2).map(|(kind, body)| {
        assert_eq!((*kind, word(body, 0)), (6, 0));
        let captured = word(body, 12);
        let options = options(&body[20 + captured.next_multiple_of(4)..]);
        Packet {
            time: (word(body, 4) as u64) << 32 | word(body, 8) as u64,
            bytes: body[20..20 + captured].to_vec(),
            original: word(body, 16),
            comment: text(&options, 1),
        }
    });
    packets.collect()
}

fn comment(log: &Log) -> String {
    let (kind, body) = &blocks(log)[0];
    assert_eq!(*kind, 0x0a0d_0d0a);
    assert_eq!(word(body, 0), 0x1a2b_3c4d);
    assert_eq!(body[4..8], [1, 0, 0, 0]);
    let options = options(&body[16..]);
    assert!(text(&options, 4).starts_with("Sockscope "));
    text(&options, 1)
}

#[test]
fn a_datagram_byte_by_byte() {
    let mut session = common::Log::new();
    let socket = session.socket(UDP);
    session.bind(socket, "127.0.0.1:50000");
    session.sendto(socket, "127.0.0.1:9999", b"hi!");
    let log = logged(&session.events);
    assert!(comment(&log).contains("nothing was captured from a network"));
    let interface = &blocks(&log)[1];
    assert_eq!(interface.0, 1);
    // Raw IP, any length; the name; microseconds; the end.
    assert_eq!(interface.1[..8], [101, 0, 0, 0, 0, 0, 0, 0]);
    let expected = [(2, b"sockscope".to_vec()), (9, vec![6])];
    assert_eq!(options(&interface.1[8..]), expected);
    let packets = packets(&log);
    let [packet] = packets.as_slice() else {
        panic!("{} packets", packets.len());
    };
    // IPv4, UDP with its checksum, three bytes.
    let bytes = "45 00 00 1f 00 00 40 00 40 11 3c cc 7f 00 00 01 7f 00 00 01 \
                 c3 50 27 0f 00 0b 8e 0c 68 69 21";
    let shown: Vec<_> = packet
        .bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(shown.join(" "), bytes);
    assert_eq!(packet.original, packet.bytes.len());
    let sent = &session.events[session.events.len() - 2];
    assert!(matches!(sent.body, EventBody::Sent(_)));
    assert_eq!(packet.time, 1_767_225_600_000_000 + sent.time);
    assert_eq!(
        packet.comment,
        format!("sent by socket 1, event {}", sent.seq)
    );
}

#[test]
fn what_is_long_is_cut_into_packets_that_ip_can_carry() {
    let mut session = common::Log::new();
    let (_, conn, client) = session.pair();
    session.sendall(client, &[7; 150_000]);
    session.recv(conn, &[7; 150_000]);
    let lengths: Vec<_> = packets(&logged(&session.events))
        .iter()
        .map(|packet| (packet.bytes.len(), packet.original))
        .filter(|(length, _)| *length > 100)
        .collect();
    let whole = |length| (length, length);
    assert_eq!(lengths, [whole(65_535), whole(65_535), whole(19_050)]);
}

#[test]
fn what_nobody_holds_is_cut_short() {
    let mut session = common::Log::new();
    let (_, conn, client) = session.pair();
    session.sendall(client, &[7; 100_000]);
    session.recv(conn, &[7; 100_000]);
    for event in &mut session.events {
        if let EventBody::Sent(data) | EventBody::Received(data) = &mut event.body {
            data.payload.clear();
            data.flags.omitted = true;
        }
    }
    let packets = packets(&logged(&session.events));
    let cut = packets
        .iter()
        .filter(|packet| packet.original > packet.bytes.len());
    let lengths: Vec<_> = cut
        .map(|packet| (packet.bytes.len(), packet.original))
        .collect();
    assert_eq!(lengths, [(40, 65_535), (40, 34_545)]);
    // A datagram that was longer than the buffer, and came from outside.
    let mut session = common::Log::new();
    let socket = session.socket(UDP);
    session.bind(socket, "127.0.0.1:50000");
    let flags = sockscope_protocol::DataFlags {
        truncated: true,
        ..datagram()
    };
    let call = session.recv_called(socket);
    session.piece(call, socket, false, b"0123", Some("10.0.0.1:7"), flags);
    let EventBody::Received(data) = &mut session.events.last_mut().unwrap().body else {
        panic!("not received");
    };
    data.size = 1_500;
    let packets = self::packets(&logged(&session.events));
    assert_eq!((packets[0].bytes.len(), packets[0].original), (32, 1_528));
    assert_eq!(packets[0].bytes[12..16], [10, 0, 0, 1]);
}

#[test]
fn a_file_says_what_is_missing() {
    let mut session = common::Log::new();
    let (_, conn, client) = session.pair();
    session.sendall(client, b"one");
    let three = session.events.len();
    session.sendall(client, b"two");
    session.recv(conn, b"onetwo");
    session.events.drain(three..three + 3);
    // And a name that nobody has resolved.
    let socket = session.socket(common::TCP);
    let address = Endpoint {
        host: "somewhere.test".into(),
        port: 80,
    };
    session.fails(Call::Connect { socket, address }, "ECONNREFUSED");
    let call = session.recv_called(socket);
    session.data(call, socket, false, b"from where?");
    let log = logged(&session.events);
    let comment = comment(&log);
    assert!(
        comment.contains(" Events missing in the recording: 3."),
        "{comment}"
    );
    assert!(comment.ends_with("addresses: payloads of 1."), "{comment}");
    // What was received tells what was sent in the gap.
    let packets = packets(&log);
    let bytes = packets.iter().flat_map(|packet| &packet.bytes[40..]);
    let bytes: Vec<_> = bytes.copied().filter(u8::is_ascii_lowercase).collect();
    assert_eq!(bytes, b"onetwo");
}

#[test]
fn a_peer_that_only_ends_has_its_fin_after_what_nobody_received() {
    let mut session = common::Log::new();
    let socket = session.socket(common::TCP);
    session.connect(socket, "127.0.0.1:50000", "127.0.0.1:7");
    session.recv(socket, b"read");
    session.gone(socket, PeerGone::Fin);
    session.event(EventBody::Observed {
        socket,
        kernel: sockscope_protocol::Observation {
            local: Some(at("127.0.0.1:50000")),
            peer: Some(at("127.0.0.1:7")),
            state: Some(sockscope_protocol::TcpState::CloseWait),
            recv_queue: Some(10),
            ..Default::default()
        },
    });
    let packets = packets(&logged(&session.events));
    let fin = packets
        .iter()
        .find(|packet| packet.bytes[33] & 1 == 1)
        .unwrap();
    assert_eq!(fin.bytes[24..28], 15_u32.to_be_bytes());
    assert!(fin.comment.starts_with("inferred from event "));
}

proptest! {
    #[test]
    fn every_log_gives_whole_blocks(events in any::log()) {
        let log = logged(&events);
        comment(&log);
        let mut before = 0;
        for packet in packets(&log) {
            prop_assert!(packet.original >= packet.bytes.len());
            let length = |at: usize| usize::from(packet.bytes[at]) << 8 | usize::from(packet.bytes[at + 1]);
            let (said, header) = match packet.bytes[0] {
                0x45 => (length(2), 28),
                0x60 => (40 + length(4), 48),
                other => panic!("IP version {other:x}"),
            };
            prop_assert!(packet.bytes.len() >= header);
            prop_assert_eq!(said, packet.original.min(said.max(65_535)));
            prop_assert!(packet.time >= before);
            before = packet.time;
        }
    }
}
