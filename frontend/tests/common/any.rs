//! Any log, sensible or not.

use bytes::Bytes;
use proptest::prelude::*;
use sockscope_protocol::{
    AcceptQueue, Call, CallId, CancelledBy, ClosedBy, Data, DataFlags, Event, EventBody, Failure,
    Family, How, Observation, Outcome, PeerGone, RecvFlag, Seq, SocketId, SocketType, TcpState,
    Value,
};

use super::{at, endpoint};

fn socket() -> impl Strategy<Value = SocketId> {
    (1_u32..6).prop_map(SocketId)
}

fn call() -> impl Strategy<Value = CallId> {
    (1_u64..20).prop_map(CallId)
}

fn address() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "127.0.0.1:8888",
        "127.0.0.1:50000",
        "0.0.0.0:8888",
        "[::ffff:127.0.0.1]:8888",
        "[::1]:9999",
        "224.0.0.1:9999",
    ])
}

fn request() -> impl Strategy<Value = Call> {
    let kind = prop::sample::select(vec![SocketType::Stream, SocketType::Datagram]);
    let how = prop::sample::select(vec![How::Read, How::Write, How::Both]);
    prop_oneof![
        kind.prop_map(|kind| Call::Socket {
            family: Family::Inet,
            kind
        }),
        (socket(), address()).prop_map(|(socket, to)| Call::Bind {
            socket,
            address: endpoint(to)
        }),
        socket().prop_map(|socket| Call::Listen { socket, backlog: 1 }),
        socket().prop_map(|socket| Call::Accept { socket }),
        (socket(), address()).prop_map(|(socket, to)| Call::Connect {
            socket,
            address: endpoint(to)
        }),
        (socket(), 0_u32..9).prop_map(|(socket, length)| Call::SendAll { socket, length }),
        (socket(), 0_u32..9).prop_map(|(socket, size)| Call::Recv {
            socket,
            size,
            flags: vec![RecvFlag::Peek]
        }),
        socket().prop_map(|socket| Call::Stream {
            socket,
            size: 9,
            credit: 9
        }),
        (socket(), how).prop_map(|(socket, how)| Call::Shutdown { socket, how }),
        socket().prop_map(|socket| Call::Close { socket }),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let errno = prop::sample::select(vec!["ECONNRESET", "EADDRINUSE", "EINPROGRESS", "EISCONN"]);
    prop_oneof![
        Just(Outcome::Ok(Value::Nothing)),
        (0_u64..3).prop_map(|count| Outcome::Ok(Value::Count(count))),
        (socket(), prop::option::of(address())).prop_map(|(socket, peer)| {
            Outcome::Ok(Value::Socket {
                socket,
                fd: 3,
                peer: peer.map(at),
            })
        }),
        errno.prop_map(|name| Outcome::Errno(Failure {
            number: 1,
            name: name.into(),
            message: String::new(),
            held_by: None,
        })),
        Just(Outcome::Timeout),
        Just(Outcome::Cancelled(CancelledBy::Client)),
    ]
}

prop_compose! {
    fn data()(
        call in call(), socket in socket(), offset in 0_u64..20, peek: bool, truncated: bool,
        datagram: bool, omitted in prop::bool::weighted(0.2), lost in 0_u32..5,
        address in prop::option::of(address()), payload in prop::collection::vec(0_u8..3, 0..6),
    ) -> Data {
        let size = payload.iter().fold(lost, |size, _| size + 1);
        let payload = if omitted { Bytes::new() } else { Bytes::from(payload) };
        let flags = DataFlags { peek, truncated, datagram, omitted, kept: false };
        Data { call, socket, offset, flags, size, address: address.map(at), payload }
    }
}

prop_compose! {
    fn observation()(
        local in prop::option::of(address()), peer in prop::option::of(address()),
        state in prop::option::of(prop::sample::select(vec![
            TcpState::Listen, TcpState::SynSent, TcpState::Established, TcpState::Closed,
        ])),
        queue in prop::option::of(0_u32..9),
    ) -> Observation {
        Observation {
            local: local.map(at),
            peer: peer.map(at),
            state,
            recv_queue: queue,
            accept_queue: queue.map(|length| AcceptQueue { length, backlog: 1 }),
            ..Observation::default()
        }
    }
}

fn body() -> impl Strategy<Value = EventBody> {
    let gone = prop::sample::select(vec![PeerGone::Fin, PeerGone::Reset]);
    prop_oneof![
        3 => (call(), request()).prop_map(|(call, request)| EventBody::Called { call, request }),
        3 => (call(), outcome(), any::<bool>()).prop_map(|(call, outcome, blocked)| {
            EventBody::Returned { call, took_us: 5, blocked, outcome }
        }),
        2 => data().prop_map(EventBody::Sent),
        2 => data().prop_map(EventBody::Received),
        2 => (socket(), observation())
            .prop_map(|(socket, kernel)| EventBody::Observed { socket, kernel }),
        1 => (socket(), gone).prop_map(|(socket, how)| EventBody::PeerGone { socket, how }),
        1 => socket().prop_map(|socket| EventBody::Closed { socket, by: ClosedBy::Call }),
    ]
}

pub fn log() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(body(), 0..80).prop_map(|bodies| {
        (1..)
            .zip(bodies)
            .map(|(seq, body)| Event {
                seq: Seq(seq),
                time: seq * 10,
                body,
            })
            .collect()
    })
}
