//! The way of a TCP socket through its states: what the kernel showed, and what follows from it.

mod common;

use common::{Log, TCP, at, endpoint, errno_of, made};
use sockscope_frontend::model::{ARROWS, Cause};
use sockscope_protocol::TcpState::{
    CloseWait, Closed, Established, FinWait1, FinWait2, LastAck, Listen, SynReceived, SynSent,
    TimeWait,
};
use sockscope_protocol::{
    Call, EventBody, How, Linger, Observation, OptionName, OptionValue, Outcome, PeerGone,
    SocketId, TcpState, Value,
};

type Told = (TcpState, bool, Option<Cause>);

const SEEN: bool = true;
const INFERRED: bool = false;

/// What the kernel shows of a connection.
fn sees(log: &mut Log, socket: SocketId, state: TcpState) {
    log.event(EventBody::Observed {
        socket,
        kernel: Observation {
            local: Some(at("127.0.0.1:50000")),
            peer: Some(at("127.0.0.1:8888")),
            state: Some(state),
            ..Observation::default()
        },
    });
}

fn path(log: &Log, socket: SocketId) -> Vec<Told> {
    let socket = log.model.socket(socket);
    socket.map_or_else(Vec::new, |socket| {
        let visits = socket.path.visits().iter();
        visits
            .map(|visit| (visit.state, visit.seen, visit.cause))
            .collect()
    })
}

fn call(log: &mut Log, call: Call, outcome: Outcome) {
    let id = log.called(call);
    log.returned(id, outcome);
}

fn connect(socket: SocketId) -> Call {
    Call::Connect {
        socket,
        address: endpoint("127.0.0.1:8888"),
    }
}

/// A client that is connected.
fn client(log: &mut Log) -> SocketId {
    let socket = log.socket(TCP);
    sees(log, socket, Closed);
    call(log, connect(socket), Outcome::Ok(Value::Nothing));
    sees(log, socket, Established);
    socket
}

const OPENED: [Told; 3] = [
    (Closed, SEEN, None),
    (SynSent, INFERRED, Some(Cause::Connect)),
    (Established, SEEN, Some(Cause::SynAck)),
];

fn after_opening(log: &Log, socket: SocketId) -> Vec<Told> {
    let path = path(log, socket);
    assert_eq!(path.get(..3), Some(&OPENED[..]));
    path.into_iter().skip(3).collect()
}

#[test]
fn who_closes_first_is_seen_in_time_wait_after_close() {
    let mut log = Log::new();
    let socket = client(&mut log);
    log.close(socket);
    sees(&mut log, socket, FinWait2);
    sees(&mut log, socket, TimeWait);
    sees(&mut log, socket, Closed);
    assert_eq!(
        after_opening(&log, socket),
        [
            (FinWait1, INFERRED, Some(Cause::Close)),
            (FinWait2, SEEN, Some(Cause::Ack)),
            (TimeWait, SEEN, Some(Cause::Fin)),
            (Closed, SEEN, Some(Cause::Timeout)),
        ]
    );
}

#[test]
fn a_state_that_a_call_led_to_began_with_the_call() {
    let mut log = Log::new();
    let socket = client(&mut log);
    let shutdown = Call::Shutdown {
        socket,
        how: How::Write,
    };
    let began = log.called(shutdown);
    let time = log.model.time;
    log.returned(began, Outcome::Ok(Value::Nothing));
    sees(&mut log, socket, FinWait2);
    let visits = log
        .model
        .socket(socket)
        .map(|socket| socket.path.visits().to_vec());
    let visits = visits.unwrap_or_default();
    assert_eq!(
        visits.get(3).map(|visit| (visit.cause, visit.time)),
        Some((Some(Cause::Shutdown), time))
    );
}

#[test]
fn who_closes_second_waits_for_the_last_acknowledgement() {
    let mut log = Log::new();
    let socket = client(&mut log);
    sees(&mut log, socket, CloseWait);
    log.gone(socket, PeerGone::Fin);
    log.close(socket);
    sees(&mut log, socket, Closed);
    assert_eq!(
        after_opening(&log, socket),
        [
            (CloseWait, SEEN, Some(Cause::Fin)),
            (LastAck, INFERRED, Some(Cause::Close)),
            (Closed, SEEN, Some(Cause::Ack)),
        ]
    );
}

#[test]
fn a_descriptor_that_linux_calls_closed_is_in_time_wait() {
    let mut log = Log::new();
    let socket = client(&mut log);
    let shutdown = Call::Shutdown {
        socket,
        how: How::Write,
    };
    call(&mut log, shutdown, Outcome::Ok(Value::Nothing));
    sees(&mut log, socket, FinWait2);
    sees(&mut log, socket, Closed);
    let inferred = (TimeWait, INFERRED, Some(Cause::Fin));
    assert!(path(&log, socket).contains(&inferred));
    log.close(socket);
    sees(&mut log, socket, TimeWait);
    assert_eq!(
        path(&log, socket).last(),
        Some(&(TimeWait, SEEN, Some(Cause::Fin)))
    );
    assert!(!path(&log, socket).contains(&inferred));
}

#[test]
fn a_listening_socket_listens_and_what_it_accepts_was_received() {
    let mut log = Log::new();
    let server = log.socket(TCP);
    sees(&mut log, server, Closed);
    let listen = Call::Listen {
        socket: server,
        backlog: 1,
    };
    call(&mut log, listen, Outcome::Ok(Value::Nothing));
    sees(&mut log, server, Listen);
    let accepted = SocketId(77);
    let accept = Call::Accept { socket: server };
    let peer = Some(at("127.0.0.1:50000"));
    call(&mut log, accept, made(accepted, peer));
    sees(&mut log, accepted, Established);
    assert_eq!(
        path(&log, accepted),
        [
            (Listen, INFERRED, None),
            (SynReceived, INFERRED, Some(Cause::Syn)),
            (Established, SEEN, Some(Cause::Ack)),
        ]
    );
    log.close(server);
    assert_eq!(
        path(&log, server),
        [
            (Closed, SEEN, None),
            (Listen, SEEN, Some(Cause::Listen)),
            (Closed, INFERRED, Some(Cause::Close)),
        ]
    );
}

#[test]
fn a_refused_connect_sent_a_syn() {
    let mut log = Log::new();
    let socket = log.socket(TCP);
    sees(&mut log, socket, Closed);
    call(&mut log, connect(socket), errno_of("ECONNREFUSED"));
    assert_eq!(
        path(&log, socket),
        [
            (Closed, SEEN, None),
            (SynSent, INFERRED, Some(Cause::Connect)),
            (Closed, SEEN, Some(Cause::Reset)),
        ]
    );
}

#[test]
fn a_connect_that_nobody_answers_ends_by_time() {
    let mut log = Log::new();
    let socket = log.socket(TCP);
    sees(&mut log, socket, Closed);
    let id = log.called(connect(socket));
    sees(&mut log, socket, SynSent);
    log.returned(id, errno_of("ETIMEDOUT"));
    sees(&mut log, socket, Closed);
    assert_eq!(
        path(&log, socket),
        [
            (Closed, SEEN, None),
            (SynSent, SEEN, Some(Cause::Connect)),
            (Closed, SEEN, Some(Cause::Timeout)),
        ]
    );
}

#[test]
fn a_reset_takes_no_way_through_the_figure() {
    let mut log = Log::new();
    let socket = client(&mut log);
    // The bridge tells the state first, and then why.
    sees(&mut log, socket, Closed);
    log.gone(socket, PeerGone::Reset);
    assert_eq!(
        after_opening(&log, socket),
        [(Closed, SEEN, Some(Cause::Reset))]
    );
}

#[test]
fn close_without_lingering_aborts() {
    let mut log = Log::new();
    let socket = client(&mut log);
    let linger = Call::SetSockOpt {
        socket,
        option: OptionName::SoLinger,
        value: OptionValue::Linger(Linger {
            on: true,
            seconds: 0,
        }),
    };
    call(&mut log, linger, Outcome::Ok(Value::Nothing));
    log.close(socket);
    sees(&mut log, socket, Closed);
    assert_eq!(
        after_opening(&log, socket),
        [(Closed, SEEN, Some(Cause::Abort))]
    );
}

#[test]
fn what_cannot_be_told_is_not_invented() {
    let mut log = Log::new();
    let socket = client(&mut log);
    log.close(socket);
    sees(&mut log, socket, Closed);
    assert_eq!(after_opening(&log, socket), [(Closed, SEEN, None)]);
}

#[test]
fn every_state_of_the_figure_is_reached_from_closed() {
    let mut reached = vec![Closed];
    for _ in 0..ARROWS.len() {
        for arrow in ARROWS {
            if reached.contains(&arrow.from) && !reached.contains(&arrow.to) {
                reached.push(arrow.to);
            }
        }
    }
    assert_eq!(reached.len(), 11, "RFC 9293 has eleven states");
}

#[test]
fn a_path_is_bounded() {
    let mut log = Log::new();
    let socket = log.socket(TCP);
    sees(&mut log, socket, Closed);
    for _ in 0..100 {
        call(&mut log, connect(socket), errno_of("ECONNREFUSED"));
    }
    assert_eq!(path(&log, socket).len(), 64);
}
