//! What a person sees of logs written by hand.
#![allow(clippy::unwrap_used, reason = "a mistake in a test is to stop it")]

mod common;

use bytes::Bytes;
use common::{Log, TCP, UDP, at, datagram, endpoint, errno_of, made};
use sockscope_frontend::model::{
    Availability, Chunk, Direction, Entry, FarEnd, HalfClosed, Held, LaneId, Op, Origin, Piece,
    Reason, Role, What, available, keep,
};
use sockscope_protocol::{
    Call, Data, DataFlags, EventBody, How, Outcome, PeerGone, Seq, SocketId, TcpState, Value,
};

fn lane(socket: SocketId) -> LaneId {
    LaneId::Socket(socket)
}

fn lanes(log: &Log) -> Vec<LaneId> {
    log.model.lanes().iter().map(|lane| lane.id).collect()
}

fn role(log: &Log, socket: SocketId) -> Role {
    log.model.socket(socket).unwrap().role()
}

#[test]
fn an_echo_stands_side_by_side_and_its_bytes_are_followed() {
    let mut log = Log::new();
    let (server, conn, client) = log.pair();
    assert_eq!(role(&log, server), Role::Listening);
    assert_eq!(role(&log, conn), Role::Connected);
    assert_eq!(log.model.far_end(client), FarEnd::Own(conn));
    assert_eq!(log.model.far_end(conn), FarEnd::Own(client));
    assert_eq!(lanes(&log), [lane(server), lane(conn), lane(client)]);

    let sent = log.sendall(client, "你好".as_bytes());
    assert_eq!(log.model.in_kernel(client).unwrap().bytes, 6);
    let received = log.recv(conn, "你好".as_bytes());
    assert_eq!(log.model.in_kernel(client).unwrap().bytes, 0);
    let flows = log.model.flows(client, Direction::Sent, sent);
    assert_eq!(flows.len(), 1);
    assert_eq!(
        (
            flows[0].from,
            flows[0].to,
            flows[0].received,
            &flows[0].bytes
        ),
        (client, conn, received, &(0..6))
    );
    assert_eq!(log.model.flows(conn, Direction::Received, received), flows);

    log.sendall(conn, "你好".as_bytes());
    log.recv(client, "你好".as_bytes());
    log.close(client);
    log.gone(conn, PeerGone::Fin);
    assert_eq!(role(&log, client), Role::Closed);
    assert_eq!(role(&log, conn), Role::HalfClosed(HalfClosed::There));
    let client = log.model.socket(client).unwrap();
    assert_eq!((client.sent.total(), client.received.total()), (6, 6));
}

#[test]
fn three_sends_that_one_recv_took_are_three_flows() {
    let mut log = Log::new();
    let (_, conn, client) = log.pair();
    let sends: Vec<Seq> = [&b"one"[..], b"two", b"three"]
        .map(|bytes| log.sendall(client, bytes))
        .into();
    let received = log.recv(conn, b"onetwothree");
    let flows = log.model.flows(conn, Direction::Received, received);
    let parts: Vec<_> = flows
        .iter()
        .map(|flow| (flow.sent, flow.bytes.clone()))
        .collect();
    assert_eq!(
        parts,
        [(sends[0], 0..3), (sends[1], 3..6), (sends[2], 6..11)]
    );
}

#[test]
fn one_send_split_over_recvs_keeps_its_flows_though_it_was_peeked_at() {
    let mut log = Log::new();
    let (_, conn, client) = log.pair();
    let sent = log.sendall(client, b"0123456789");
    let call = log.recv_called(conn);
    let peek = DataFlags {
        peek: true,
        ..DataFlags::default()
    };
    log.piece(call, conn, false, b"01234567", None, peek);
    let parts = [log.recv(conn, b"0123"), log.recv(conn, b"456789")];
    let flows = log.model.flows(client, Direction::Sent, sent);
    let split: Vec<_> = flows
        .iter()
        .map(|flow| (flow.received, flow.bytes.clone()))
        .collect();
    assert_eq!(split, [(parts[0], 0..4), (parts[1], 4..10)]);
    let conn = log.model.socket(conn).unwrap();
    assert_eq!(conn.received.total(), 10);
    assert_eq!(conn.received.pieces().count(), 2);
    assert_eq!(conn.received.chunks().len(), 3);
}

#[test]
fn half_close_ends_one_direction_only() {
    let mut log = Log::new();
    let (_, conn, client) = log.pair();
    log.done(Call::Shutdown {
        socket: client,
        how: How::Write,
    });
    assert_eq!(role(&log, client), Role::HalfClosed(HalfClosed::Here));
    log.recv(conn, b"");
    assert_eq!(role(&log, conn), Role::HalfClosed(HalfClosed::There));
    let now = available(&log.model, client);
    assert!(now.contains(&(Op::Recv, Availability::Yes)));
    assert!(now.contains(&(Op::Send, Availability::No(Reason::SendSideShut))));
    log.sendall(conn, b"late");
    log.recv(client, b"late");
    log.done(Call::Shutdown {
        socket: conn,
        how: How::Both,
    });
    assert_eq!(role(&log, conn), Role::HalfClosed(HalfClosed::Both));
}

#[test]
fn a_reset_is_seen_by_the_kernel_or_by_a_call() {
    let mut log = Log::new();
    let (_, conn, client) = log.pair();
    log.gone(client, PeerGone::Reset);
    assert_eq!(role(&log, client), Role::Reset);
    let call = log.recv_called(conn);
    log.returned(call, errno_of("ECONNRESET"));
    assert_eq!(role(&log, conn), Role::Reset);
    assert_eq!(log.model.call(call).unwrap().errno(), Some("ECONNRESET"));
    log.close(conn);
    assert_eq!(role(&log, conn), Role::Closed);
}

#[test]
fn a_refused_connect_leaves_a_fresh_socket() {
    let mut log = Log::new();
    let socket = log.socket(TCP);
    let call = log.called(Call::Connect {
        socket,
        address: endpoint("127.0.0.1:1"),
    });
    assert_eq!(role(&log, socket), Role::Connecting);
    log.returned(call, errno_of("ECONNREFUSED"));
    assert_eq!(role(&log, socket), Role::Fresh);
    let again = log.called(Call::Connect {
        socket,
        address: endpoint("127.0.0.1:1"),
    });
    log.returned(again, Outcome::Timeout);
    assert_eq!(role(&log, socket), Role::Connecting, "the kernel goes on");
}

#[test]
fn calls_wait_until_they_return() {
    let mut log = Log::new();
    let server = log.listener("127.0.0.1:8888");
    let accept = log.called(Call::Accept { socket: server });
    let waiting: Vec<_> = log.model.pending(server).map(|call| call.id).collect();
    assert_eq!(waiting, [accept]);
    let conn = log.accepted(accept, "127.0.0.1:8888", "127.0.0.1:40000");
    assert_eq!(log.model.pending(server).count(), 0);
    let conn = log.model.socket(conn).unwrap();
    assert_eq!(
        conn.origin,
        Origin::Accepted {
            call: accept,
            listener: Some(server)
        }
    );
    let stream = log.called(Call::Stream {
        socket: conn_id(&log),
        size: 10,
        credit: 100,
    });
    assert_eq!(log.model.streaming(conn_id(&log)), Some(stream));
}

fn conn_id(log: &Log) -> SocketId {
    log.model.sockets().next_back().unwrap().id
}

#[test]
fn a_peer_that_is_not_ours_has_a_lane_of_its_own() {
    let mut log = Log::new();
    let server = log.listener("127.0.0.1:8888");
    let accept = log.called(Call::Accept { socket: server });
    let conn = log.accepted(accept, "127.0.0.1:8888", "127.0.0.1:40000");
    let outside = LaneId::Outside(at("127.0.0.1:40000"));
    assert_eq!(lanes(&log), [lane(server), lane(conn), outside]);
    assert_eq!(log.model.lanes()[2].beside, Some(conn));
}

#[test]
fn a_peer_of_ours_is_never_outside_not_even_before_the_kernel_tells_both_addresses() {
    for told_first in [true, false] {
        let mut log = Log::new();
        let server = log.listener("0.0.0.0:8888");
        let client = log.socket(TCP);
        let connect = log.called(Call::Connect {
            socket: client,
            address: endpoint("127.0.0.1:8888"),
        });
        if told_first {
            let (local, peer) = (Some("127.0.0.1:50000"), Some("127.0.0.1:8888"));
            log.observe(client, local, peer, Some(TcpState::Established));
        }
        let accept = log.called(Call::Accept { socket: server });
        let conn = log.next_socket();
        log.returned(accept, made(conn, Some(at("127.0.0.1:50000"))));
        let far = if told_first {
            FarEnd::Own(client)
        } else {
            FarEnd::Unknown
        };
        assert_eq!(log.model.far_end(conn), far);
        if told_first {
            assert_eq!(log.model.far_end(client), FarEnd::Own(conn));
        }
        assert_eq!(lanes(&log), [lane(server), lane(conn), lane(client)]);
        log.returned(connect, Outcome::Ok(Value::Nothing));
        assert_eq!(lanes(&log), [lane(server), lane(conn), lane(client)]);
        // Another connection at the same time is somebody else's.
        let accept = log.called(Call::Accept { socket: server });
        let other = log.accepted(accept, "127.0.0.1:8888", "127.0.0.1:50001");
        if told_first {
            let outside = FarEnd::Outside(at("127.0.0.1:50001"));
            assert_eq!(log.model.far_end(other), outside);
        }
    }
}

#[test]
fn a_connection_that_nobody_accepted_waits_at_its_listening_socket() {
    let mut log = Log::new();
    let server = log.listener("0.0.0.0:8888");
    let client = log.socket(TCP);
    log.connect(client, "127.0.0.1:50000", "127.0.0.1:8888");
    assert_eq!(log.model.far_end(client), FarEnd::Queued(server));
    assert_eq!(lanes(&log), [lane(server), lane(client)]);
    let accept = log.called(Call::Accept { socket: server });
    let conn = log.accepted(accept, "127.0.0.1:8888", "127.0.0.1:50000");
    assert_eq!(log.model.far_end(client), FarEnd::Own(conn));
    assert_eq!(lanes(&log), [lane(server), lane(conn), lane(client)]);
}

#[test]
fn a_mapped_address_is_the_same_end() {
    let mut log = Log::new();
    let server = log.listener("[::]:8888");
    let client = log.socket(TCP);
    log.connect(client, "127.0.0.1:50000", "127.0.0.1:8888");
    let accept = log.called(Call::Accept { socket: server });
    let conn = log.accepted(
        accept,
        "[::ffff:127.0.0.1]:8888",
        "[::ffff:127.0.0.1]:50000",
    );
    assert_eq!(log.model.far_end(conn), FarEnd::Own(client));
}

#[test]
fn datagrams_are_whole_truncated_or_lost() {
    let mut log = Log::new();
    let server = log.socket(UDP);
    log.bind(server, "127.0.0.1:9999");
    let client = log.socket(UDP);
    let sends = [&b"first"[..], b"lost", b"long one"]
        .map(|bytes| log.sendto(client, "127.0.0.1:9999", bytes));
    log.observe(client, Some("0.0.0.0:50000"), None, None);

    let whole = log.recvfrom(server, "127.0.0.1:50000", b"first");
    let call = log.called(Call::RecvFrom {
        socket: server,
        size: 4,
        flags: Vec::new(),
    });
    let cut = log.event(EventBody::Received(Data {
        call,
        socket: server,
        offset: 5,
        flags: DataFlags {
            truncated: true,
            ..datagram()
        },
        size: 8,
        address: Some(at("127.0.0.1:50000")),
        payload: Bytes::from_static(b"long"),
    }));
    let arrived = |sent| -> Vec<Seq> {
        let flows = log.model.flows(client, Direction::Sent, sent);
        flows.iter().map(|flow| flow.received).collect()
    };
    assert_eq!(arrived(sends[0]), [whole]);
    assert_eq!(arrived(sends[1]), []);
    assert_eq!(arrived(sends[2]), [cut]);
    let chunk: &Chunk = log.model.chunk(server, Direction::Received, cut).unwrap();
    assert!(chunk.flags.truncated);
    assert_eq!((chunk.len(), chunk.size), (4, 8));
    assert_eq!(log.model.far_end_of(server, chunk), FarEnd::Own(client));
    assert_eq!(lanes(&log), [lane(server), lane(client)]);
}

#[test]
fn a_datagram_to_a_group_arrives_at_all_of_it() {
    let mut log = Log::new();
    let members = [0, 1].map(|_| {
        let member = log.socket(UDP);
        log.bind(member, "0.0.0.0:9999");
        member
    });
    let sender = log.socket(UDP);
    log.sendto(sender, "224.0.0.251:9999", b"all");
    for member in members {
        let received = log.recvfrom(member, "127.0.0.1:50000", b"all");
        let flows = log.model.flows(member, Direction::Received, received);
        assert_eq!(flows[0].from, sender);
    }
}

#[test]
fn a_datagram_that_is_received_before_it_was_sent_is_matched_too() {
    let mut log = Log::new();
    let server = log.socket(UDP);
    log.bind(server, "127.0.0.1:9999");
    let client = log.socket(UDP);
    let received = log.recvfrom(server, "127.0.0.1:50000", b"x");
    let sent = log.sendto(client, "127.0.0.1:9999", b"x");
    let flows = log.model.flows(client, Direction::Sent, sent);
    assert_eq!(flows[0].received, received);
}

#[test]
fn equal_datagrams_are_told_apart_by_their_order() {
    let mut log = Log::new();
    let server = log.socket(UDP);
    log.bind(server, "127.0.0.1:9999");
    let client = log.socket(UDP);
    let sends = [0, 1].map(|_| log.sendto(client, "127.0.0.1:9999", b"x"));
    let received = [0, 1].map(|_| log.recvfrom(server, "127.0.0.1:50000", b"x"));
    for (sent, received) in sends.into_iter().zip(received) {
        let flows = log.model.flows(client, Direction::Sent, sent);
        assert_eq!(flows[0].received, received);
    }
    log.sendto(client, "127.0.0.1:7", b"out");
    let outside = LaneId::Outside(at("127.0.0.1:7"));
    assert_eq!(lanes(&log), [lane(server), lane(client), outside]);
}

#[test]
fn what_makes_sense_depends_on_what_the_socket_is() {
    let why = |log: &Log, socket, op| {
        available(&log.model, socket)
            .into_iter()
            .find_map(|(known, availability)| (known == op).then_some(availability))
            .unwrap()
    };
    let no = Availability::No;
    let mut log = Log::new();
    let tcp = log.socket(TCP);
    assert_eq!(why(&log, tcp, Op::Bind), Availability::Yes);
    assert_eq!(why(&log, tcp, Op::Connect), Availability::Yes);
    assert_eq!(why(&log, tcp, Op::Listen), no(Reason::NotBound));
    assert_eq!(why(&log, tcp, Op::Recv), no(Reason::NotConnected));
    assert_eq!(why(&log, tcp, Op::SendTo), no(Reason::Stream));
    log.bind(tcp, "127.0.0.1:8888");
    assert_eq!(why(&log, tcp, Op::Bind), no(Reason::AlreadyBound));
    assert_eq!(why(&log, tcp, Op::Accept), no(Reason::NotListening));
    log.done(Call::Listen {
        socket: tcp,
        backlog: 1,
    });
    assert_eq!(why(&log, tcp, Op::Accept), Availability::Yes);
    assert_eq!(why(&log, tcp, Op::Send), no(Reason::Listening));
    let udp = log.socket(UDP);
    assert_eq!(why(&log, udp, Op::Accept), no(Reason::NoConnections));
    assert_eq!(why(&log, udp, Op::SendTo), Availability::Yes);
    assert_eq!(why(&log, udp, Op::Send), no(Reason::NotConnected));
    assert_eq!(why(&log, udp, Op::RecvFrom), no(Reason::NothingCanArrive));
    log.sendto(udp, "127.0.0.1:9", b"x");
    log.observe(udp, Some("0.0.0.0:50000"), None, None);
    assert_eq!(why(&log, udp, Op::RecvFrom), Availability::Yes);
    log.close(udp);
    assert_eq!(why(&log, udp, Op::Close), no(Reason::Closed));
    assert_eq!(available(&log.model, SocketId(99)), []);
}

#[test]
fn options_and_timeouts_are_remembered() {
    use sockscope_protocol::{OptionName, OptionValue};
    let mut log = Log::new();
    let socket = log.socket(TCP);
    log.done(Call::SetSockOpt {
        socket,
        option: OptionName::SoRcvbuf,
        value: OptionValue::Int(1_000),
    });
    let get = log.called(Call::GetSockOpt {
        socket,
        option: OptionName::SoRcvbuf,
    });
    log.returned(get, Outcome::Ok(Value::Option(OptionValue::Int(2_000))));
    log.fails(
        Call::SetSockOpt {
            socket,
            option: OptionName::TcpNodelay,
            value: OptionValue::Bool(true),
        },
        "EINVAL",
    );
    log.done(Call::SetTimeout {
        socket,
        timeout_us: Some(0),
    });
    let socket = log.model.socket(socket).unwrap();
    assert_eq!(
        socket.options,
        [(OptionName::SoRcvbuf, OptionValue::Int(2_000))]
    );
    assert_eq!(socket.timeout_us, Some(0));
}

#[test]
fn a_gap_of_the_log_is_shown_and_nothing_is_made_up() {
    let mut log = Log::new();
    let (_, conn, client) = log.pair();
    log.sendall(client, b"abc");
    let pending = log.recv_called(conn);
    let last = log.model.last.0;
    log.model.apply(Entry::Truncated {
        first: Seq(last + 1),
        last: Seq(last + 10),
    });
    assert_eq!(log.model.missing, 10);
    assert!(!log.model.call(pending).unwrap().pending());
    assert!(log.model.call(pending).unwrap().uncertain);
    assert!(matches!(
        log.model.rows().next_back().unwrap().what,
        What::Missing { .. }
    ));
    let call = log.recv_called(conn);
    log.event(EventBody::Received(Data {
        call,
        socket: conn,
        offset: 7,
        flags: DataFlags::default(),
        size: 1,
        address: None,
        payload: Bytes::from_static(b"z"),
    }));
    let pieces: Vec<Piece<'_>> = log.model.socket(conn).unwrap().received.pieces().collect();
    assert_eq!(pieces[0], Piece::Gap { offset: 0, len: 7 });
    assert_eq!(pieces.len(), 2);
    // A socket that was made in the gap.
    log.observe(SocketId(77), Some("127.0.0.1:1234"), None, None);
    let strange = log.model.socket(SocketId(77)).unwrap();
    assert_eq!((strange.origin, strange.kind), (Origin::Unknown, None));
}

#[test]
fn the_page_lets_the_oldest_payload_go_and_says_so() {
    let mut log = Log::new();
    let (_, _, client) = log.pair();
    let payload = Bytes::from(vec![7; 1 << 20]);
    let pieces = keep::PAYLOAD_BYTES / (1 << 20) + 3;
    for piece in 0..pieces {
        let call = log.called(Call::SendAll {
            socket: client,
            length: 1 << 20,
        });
        log.event(EventBody::Sent(Data {
            call,
            socket: client,
            offset: piece << 20,
            flags: DataFlags::default(),
            size: 1 << 20,
            address: None,
            payload: payload.clone(),
        }));
    }
    assert_eq!(log.model.payload_bytes(), keep::PAYLOAD_BYTES);
    assert_eq!(log.model.forgotten.payload_bytes, 3 << 20);
    let sent = &log.model.socket(client).unwrap().sent;
    assert_eq!(sent.total(), pieces << 20);
    let lost = |chunk: &&Chunk| chunk.held == Held::LostByPage && chunk.payload.is_empty();
    assert_eq!(sent.chunks().take_while(lost).count(), 3);
    assert!(sent.chunks().skip(3).all(|chunk| chunk.held == Held::Yes));
    assert!(sent.pieces().all(|piece| matches!(piece, Piece::Chunk(_))));
}

#[test]
fn calls_and_bytes_go_with_their_rows() {
    let mut log = Log::new();
    let (_, _, client) = log.pair();
    let waits = log.called(Call::Recv {
        socket: client,
        size: 1,
        flags: Vec::new(),
    });
    let sends = keep::ROWS / 3;
    for _ in 0..sends + 100 {
        log.sendall(client, b"x");
    }
    let model = &log.model;
    assert_eq!(model.rows().len(), keep::ROWS);
    let sent = &model.socket(client).unwrap().sent;
    // Of one more call, all but the beginning.
    assert_eq!(sent.chunks().len(), sends + 1);
    assert_eq!(sent.total(), sends as u64 + 100);
    assert_eq!(model.payload_bytes(), sends as u64 + 1);
    // What waits stays, however long ago it began.
    assert!(model.call(waits).unwrap().pending());
    assert_eq!(model.calls().len(), sends + 2);
    for row in model.rows() {
        match row.what {
            What::Returned(call) => assert!(model.call(call).is_some()),
            What::Sent(_) => assert!(sent.chunk(row.seq).is_some()),
            _ => {}
        }
    }
}

#[test]
fn closed_sockets_beyond_the_limit_are_forgotten() {
    let mut log = Log::new();
    let first = log.socket(UDP);
    log.sendto(first, "127.0.0.1:9", b"x");
    log.close(first);
    for _ in 0..keep::CLOSED_SOCKETS {
        let socket = log.socket(UDP);
        log.close(socket);
    }
    assert_eq!(log.model.forgotten.sockets, 1);
    assert_eq!(log.model.socket(first), None);
    assert_eq!(log.model.sockets().len(), keep::CLOSED_SOCKETS);
    assert_eq!(log.model.payload_bytes(), 0);
}

#[test]
fn a_new_session_begins_with_an_empty_page() {
    let mut log = Log::new();
    log.pair();
    log.model
        .apply(Entry::Welcome(Box::new(common::welcome(false, 0))));
    assert_eq!(log.model.sockets().len(), 0);
    assert_eq!(log.model.last, Seq(0));
}
