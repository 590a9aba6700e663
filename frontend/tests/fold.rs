//! Properties of the fold, for any log, sensible or not.

mod common;

use bytes::Bytes;
use common::{at, endpoint, welcome};
use proptest::prelude::*;
use sockscope_frontend::model::{Direction, Entry, Model, available};
use sockscope_protocol::{
    AcceptQueue, Call, CallId, CancelledBy, ClosedBy, Data, DataFlags, Event, EventBody, Failure,
    Family, How, Observation, Outcome, PeerGone, RecvFlag, Seq, SocketId, SocketType, TcpState,
    Value,
};

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
        let flags = DataFlags { peek, truncated, datagram, omitted };
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

fn log() -> impl Strategy<Value = Vec<Event>> {
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

fn greeted(resumed: bool) -> Entry {
    Entry::Welcome(Box::new(welcome(resumed, 0)))
}

fn fold(events: &[Event]) -> Model {
    let mut model = Model::default();
    model.apply(greeted(false));
    for event in events {
        model.apply(Entry::Event(event.clone()));
    }
    model.apply(greeted(true));
    model
}

proptest! {
    /// Every cut names a place where the connection breaks and how much of what came before is told
    /// again after it.
    #[test]
    fn cuts_and_repetitions_change_nothing(
        events in log(),
        cuts in prop::collection::vec((0_usize..80, 0_usize..20), 0..5),
    ) {
        let mut model = Model::default();
        model.apply(greeted(false));
        let mut from = 0;
        let mut cuts = cuts;
        cuts.sort_unstable();
        for (cut, again) in cuts {
            let cut = cut.min(events.len());
            for event in &events[from..cut.max(from)] {
                model.apply(Entry::Event(event.clone()));
            }
            model.apply(greeted(true));
            from = cut.max(from).saturating_sub(again);
        }
        for event in &events[from..] {
            model.apply(Entry::Event(event.clone()));
        }
        model.apply(greeted(true));
        prop_assert_eq!(model, fold(&events));
    }

    /// Whatever a log says, what is asked of the model has an answer, and the answers agree.
    #[test]
    fn any_log_can_be_looked_at(events in log(), gap in 0_u64..80) {
        let mut model = fold(&events[..events.len() / 2]);
        let after = Seq(model.last.0 + gap);
        model.apply(Entry::Truncated { first: model.last.next(), last: after });
        for event in &events {
            model.apply(Entry::Event(event.clone()));
        }
        for lane in model.lanes() {
            prop_assert!(lane.beside.is_none_or(|socket| model.socket(socket).is_some()));
        }
        let shown: std::collections::HashSet<_> = model.lanes().iter().map(|lane| lane.id).collect();
        prop_assert_eq!(shown.len(), model.lanes().len());
        for socket in model.sockets() {
            prop_assert_eq!(available(&model, socket.id).len(), 16);
            if let Some(pair) = socket.pair {
                prop_assert_eq!(model.socket(pair).and_then(|pair| pair.pair), Some(socket.id));
            }
            let _ = (model.far_end(socket.id), model.in_kernel(socket.id));
            for direction in [Direction::Sent, Direction::Received] {
                for chunk in socket.stream(direction).chunks() {
                    for flow in model.flows(socket.id, direction, chunk.seq) {
                        prop_assert!(flow.bytes.start <= flow.bytes.end);
                    }
                }
            }
        }
        for call in model.calls() {
            prop_assert_eq!(model.call(call.id).map(|call| call.seq), Some(call.seq));
        }
    }
}
