use proptest::prelude::*;
use sockscope_protocol::{Call, Outcome, Value};

use super::*;
use crate::view::stage::common::{Log, UDP, datagram};

/// Everything in sight.
const ALL: (usize, usize) = (0, usize::MAX - 1);

fn seen(log: &Log, rows: (usize, usize)) -> Vec<Band> {
    let lanes: Vec<SocketId> = log.model.sockets().map(|one| one.id).collect();
    seen_in(log, rows, &lanes)
}

fn seen_in(log: &Log, rows: (usize, usize), lanes: &[SocketId]) -> Vec<Band> {
    let mut layout = Layout::default();
    layout.update(&log.model, usize::MAX);
    bands(&log.model, &layout, rows, lanes.iter().copied())
}

/// How many rows there are so far.
fn rows_of(log: &Log) -> usize {
    let mut layout = Layout::default();
    layout.update(&log.model, usize::MAX);
    layout.times.len()
}

/// Kind, bytes, and the part of either end.
fn short(band: &Band) -> (Kind, u64, Range<u64>, Range<u64>) {
    (
        band.kind,
        band.bytes,
        band.from.part.clone(),
        band.to.part.clone(),
    )
}

#[test]
fn three_sends_join_in_one_recv() {
    let mut log = Log::new();
    let (_, conn, client) = log.pair();
    for bytes in [b"ab".as_slice(), b"c", b"def"] {
        log.sendall(client, bytes);
    }
    log.recv(conn, b"abcdef");
    let bands = seen(&log, ALL);
    let shorts: Vec<_> = bands.iter().map(short).collect();
    let expected = [(2, 0..2), (1, 2..3), (3, 3..6)];
    let expected = expected.map(|(bytes, part)| (Kind::Stream, bytes, 0..bytes, part));
    assert_eq!(shorts, expected);
    assert!(
        bands
            .iter()
            .all(|band| band.to.whole == 6 && band.from.call.is_some())
    );
}

#[test]
fn one_send_is_split_over_four_recvs_and_the_rest_is_in_the_kernel() {
    let mut log = Log::new();
    let (_, conn, client) = log.pair();
    log.sendall(client, b"abcdefghij");
    for bytes in [b"a".as_slice(), b"bc", b"def", b"gh"] {
        log.recv(conn, bytes);
    }
    let shorts: Vec<_> = seen(&log, ALL).iter().map(short).collect();
    let parts = [0..1, 1..3, 3..6, 6..8];
    let mut expected: Vec<_> = parts
        .map(|part| {
            (
                Kind::Stream,
                part.end - part.start,
                part.clone(),
                0..part.end - part.start,
            )
        })
        .into();
    expected.push((Kind::InKernel, 2, 8..10, 0..2));
    assert_eq!(shorts, expected);
}

#[test]
fn what_was_peeked_at_has_not_arrived() {
    let mut log = Log::new();
    let (_, conn, client) = log.pair();
    log.sendall(client, b"ab");
    let call = log.recv_called(conn);
    let flags = sockscope_protocol::DataFlags {
        peek: true,
        ..Default::default()
    };
    log.piece(call, conn, false, b"ab", None, flags);
    log.returned(call, Outcome::Ok(Value::Count(2)));
    let kinds: Vec<Kind> = seen(&log, ALL).iter().map(|band| band.kind).collect();
    assert_eq!(kinds, [Kind::InKernel]);
}

fn udp(log: &mut Log) -> (SocketId, SocketId) {
    let (server, client) = (log.socket(UDP), log.socket(UDP));
    log.bind(server, "127.0.0.1:9999");
    log.bind(client, "127.0.0.1:50001");
    (server, client)
}

#[test]
fn a_datagram_that_was_cut_off_says_by_how_much() {
    let mut log = Log::new();
    let (server, client) = udp(&mut log);
    log.sendto(client, "127.0.0.1:9999", b"hello");
    let call = log.called(Call::RecvFrom {
        socket: server,
        size: 4,
        flags: Vec::new(),
    });
    let mut flags = datagram();
    flags.truncated = true;
    let mut data = log.events[log.events.len() - 3].clone();
    if let sockscope_protocol::EventBody::Sent(sent) = &mut data.body {
        sent.call = call;
        sent.socket = server;
        sent.flags = flags;
        sent.address = Some("127.0.0.1:50001".parse().unwrap());
        sent.payload = sent.payload.slice(..4);
        let received = sent.clone();
        log.event(sockscope_protocol::EventBody::Received(received));
    }
    let kinds: Vec<(Kind, u64)> = seen(&log, ALL)
        .iter()
        .map(|band| (band.kind, band.bytes))
        .collect();
    assert_eq!(kinds, [(Kind::Datagram { cut: 1 }, 5)]);
}

#[test]
fn a_datagram_is_lost_only_where_that_is_known() {
    let kind = |log: &Log| seen(log, ALL).pop().map(|band| band.kind);
    let mut log = Log::new();
    let (server, client) = udp(&mut log);
    log.sendto(client, "127.0.0.1:9999", b"hello");
    assert_eq!(kind(&log), Some(Kind::Underway));
    log.close(server);
    assert_eq!(kind(&log), Some(Kind::Lost { refused: false }));

    // To somebody who does not tell.
    let mut log = Log::new();
    let client = log.socket(UDP);
    log.bind(client, "127.0.0.1:50001");
    log.connect(client, "127.0.0.1:50001", "127.0.0.1:9");
    log.sendto(client, "127.0.0.1:9", b"x");
    assert_eq!(kind(&log), Some(Kind::Datagram { cut: 0 }));
    let recv = || Call::Recv {
        socket: client,
        size: 9,
        flags: Vec::new(),
    };
    log.fails(recv(), "ECONNREFUSED");
    assert_eq!(kind(&log), Some(Kind::Lost { refused: true }));
    // Of two, nobody knows which.
    log.sendto(client, "127.0.0.1:9", b"y");
    log.sendto(client, "127.0.0.1:9", b"z");
    log.fails(recv(), "ECONNREFUSED");
    let lost = seen(&log, ALL);
    let lost = lost
        .iter()
        .filter(|band| matches!(band.kind, Kind::Lost { .. }));
    assert_eq!(lost.count(), 1);
}

#[test]
fn datagrams_that_pass_out_of_sight_are_seen() {
    let mut log = Log::new();
    let (server, client) = udp(&mut log);
    for bytes in [b"a".as_slice(), b"bc"] {
        log.sendto(client, "127.0.0.1:9999", bytes);
    }
    let above = rows_of(&log);
    for _ in 0..9 {
        log.fails(
            Call::Recv {
                socket: client,
                size: 9,
                flags: Vec::new(),
            },
            "EAGAIN",
        );
    }
    let below = rows_of(&log);
    for bytes in [b"a".as_slice(), b"bc"] {
        log.recvfrom(server, "127.0.0.1:50001", bytes);
    }
    let window = (above + 2, below - 2);
    for lanes in [vec![server], vec![client], vec![server, client]] {
        let bands = seen_in(&log, window, &lanes);
        let sizes: Vec<_> = bands.iter().map(|band| (band.kind, band.bytes)).collect();
        let whole = Kind::Datagram { cut: 0 };
        assert_eq!(sizes.len(), 2, "{lanes:?}");
        assert!(sizes.contains(&(whole, 1)) && sizes.contains(&(whole, 2)));
        for band in &bands {
            assert_eq!((band.from.call, band.to.call), (None, None));
            assert!(band.from.row < window.0 && window.1 < band.to.row);
            assert_eq!(band.from.column, Column::Socket(client));
            assert_eq!(band.to.column, Column::Socket(server));
        }
    }
    // Beside one that ends in sight, it is not drawn twice; after the last, nothing is there.
    assert_eq!(seen(&log, ALL).len(), 2);
    let after = rows_of(&log);
    assert!(seen(&log, (after, after + 9)).is_empty());
}

proptest! {
    /// Whatever part of the stage is looked at, the bands of each piece in sight add up to the piece.
    #[test]
    fn every_byte_in_sight_has_its_band(
        steps in prop::collection::vec((any::<bool>(), 1..9_usize), 1..40),
        first in 0..90_usize,
        rows in 1..30_usize,
    ) {
        let mut log = Log::new();
        let (_, conn, client) = log.pair();
        let (mut sent, mut received) = (0, 0);
        for (sends, size) in steps {
            if sends {
                log.sendall(client, &vec![b'x'; size]);
                sent += size;
            } else if received < sent {
                let size = size.min(sent - received);
                log.recv(conn, &vec![b'x'; size]);
                received += size;
            }
        }
        let window = (first, first + rows);
        let bands = seen(&log, window);
        let mut layout = Layout::default();
        layout.update(&log.model, usize::MAX);
        for line in lines(&log.model, &layout, window) {
            let mine = |end: &End| end.call == Some(line.chunk.call);
            let total: u64 = bands
                .iter()
                .filter(|band| mine(&band.from) || mine(&band.to))
                .map(|band| band.bytes)
                .sum();
            prop_assert_eq!(total, line.chunk.len());
        }
        // And no more bands than there are pieces in sight, and one that passes by.
        let pieces = lines(&log.model, &layout, window).count();
        prop_assert!(bands.len() <= 2 * pieces + 2, "{} bands of {pieces}", bands.len());
    }
}
