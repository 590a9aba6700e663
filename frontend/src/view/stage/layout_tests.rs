use bytes::Bytes;
use sockscope_frontend::model::Entry;
use sockscope_protocol::{Data, DataFlags, Event, EventBody, Family, Observation, SocketType};

use super::*;

/// A session as a log, written event by event.
#[derive(Default)]
struct Session {
    model: Model,
    layout: Layout,
}

impl Session {
    fn event(&mut self, body: EventBody) {
        let seq = self.model.last.next();
        let event = Event {
            seq,
            time: seq.0 * 1_000,
            body,
        };
        self.model.apply(Entry::Event(event));
    }

    fn called(&mut self, call: u64, request: Call) {
        let call = CallId(call);
        self.event(EventBody::Called { call, request });
    }

    fn returned(&mut self, call: u64, value: Value) {
        self.event(EventBody::Returned {
            call: CallId(call),
            took_us: 10,
            blocked: false,
            outcome: Outcome::Ok(value),
        });
    }

    fn made(&mut self, call: u64, request: Call, socket: u32, peer: Option<&str>) {
        let value = Value::Socket {
            socket: SocketId(socket),
            fd: 10,
            peer: peer.map(|peer| peer.parse().unwrap()),
        };
        self.called(call, request);
        self.returned(call, value);
    }

    fn tcp(&mut self, call: u64, socket: u32) {
        let request = Call::Socket {
            family: Family::Inet,
            kind: SocketType::Stream,
        };
        self.made(call, request, socket, None);
    }

    fn observed(&mut self, socket: u32, local: &str, peer: &str) {
        self.event(EventBody::Observed {
            socket: SocketId(socket),
            kernel: Observation {
                local: Some(local.parse().unwrap()),
                peer: Some(peer.parse().unwrap()),
                state: Some(TcpState::Established),
                ..Observation::default()
            },
        });
    }

    fn data(&mut self, call: u64, socket: u32, offset: u64, bytes: &'static [u8]) -> Data {
        let _ = self;
        Data {
            call: CallId(call),
            socket: SocketId(socket),
            offset,
            flags: DataFlags::default(),
            size: u32::try_from(bytes.len()).unwrap(),
            address: None,
            payload: Bytes::from_static(bytes),
        }
    }

    fn layout(&mut self) -> &Layout {
        self.layout.update(&self.model);
        &self.layout
    }

    fn one(&self, call: u64) -> &CallBox {
        let call = CallId(call);
        self.layout
            .boxes
            .iter()
            .find(|one| one.call == call)
            .unwrap()
    }
}

const ONE: SocketId = SocketId(1);
const TWO: SocketId = SocketId(2);

/// Two sockets of the session that are each other's peers.
fn connected() -> Session {
    let mut session = Session::default();
    session.tcp(1, 1);
    session.tcp(2, 2);
    let address = sockscope_protocol::Endpoint {
        host: "127.0.0.1".to_owned(),
        port: 2,
    };
    session.called(
        3,
        Call::Connect {
            socket: ONE,
            address,
        },
    );
    session.returned(3, Value::Nothing);
    session.observed(1, "127.0.0.1:1", "127.0.0.1:2");
    session.observed(2, "127.0.0.1:2", "127.0.0.1:1");
    session
}

#[test]
fn a_call_that_waits_reaches_over_the_rows_of_others() {
    let mut session = Session::default();
    session.tcp(1, 1);
    session.called(2, Call::Accept { socket: ONE });
    session.tcp(3, 2);
    session.layout();
    assert_eq!((session.one(2).first, session.one(2).last), (2, None));
    session.made(4, Call::GetSockName { socket: ONE }, 9, None);
    session.layout();
    let inner = session.one(4);
    assert_eq!((inner.depth, inner.column), (1, Some(Column::Socket(ONE))));
}

#[test]
fn bytes_that_come_with_the_result_share_its_row() {
    let mut session = connected();
    let rows = session.layout().times.len();
    session.called(
        5,
        Call::SendAll {
            socket: ONE,
            length: 2,
        },
    );
    let sent = session.data(5, 1, 0, b"hi");
    session.event(EventBody::Sent(sent));
    session.returned(5, Value::Count(2));
    assert_eq!(session.layout().times.len(), rows + 2);
    let one = session.one(5);
    assert_eq!(one.last, Some(rows + 1));
    assert_eq!(one.data.first().map(|line| line.row), one.last);
}

#[test]
fn every_send_is_linked_to_the_recv_that_took_its_bytes() {
    let mut session = connected();
    for (call, offset, bytes) in [(5, 0, b"ab".as_slice()), (6, 2, b"cd")] {
        session.called(
            call,
            Call::Send {
                socket: ONE,
                length: 2,
            },
        );
        let sent = session.data(call, 1, offset, bytes);
        session.event(EventBody::Sent(sent));
        session.returned(call, Value::Count(2));
    }
    let receive = |size| Call::Recv {
        socket: TWO,
        size,
        flags: Vec::new(),
    };
    session.called(7, receive(3));
    let received = session.data(7, 2, 0, b"abc");
    session.event(EventBody::Received(received));
    session.returned(7, Value::Count(3));
    let layout = session.layout();
    let flows: Vec<u64> = layout
        .links
        .iter()
        .filter_map(|link| match link.kind {
            LinkKind::Bytes { bytes, .. } => Some(bytes),
            _ => None,
        })
        .collect();
    assert_eq!(flows, [2, 1]);
}

#[test]
fn however_it_was_updated_the_layout_is_the_same() {
    let mut at_once = connected();
    let mut step_by_step = Session::default();
    at_once.called(5, Call::Close { socket: ONE });
    at_once.event(EventBody::Closed {
        socket: ONE,
        by: ClosedBy::Call,
    });
    at_once.returned(5, Value::Nothing);
    at_once.layout();
    step_by_step.model = at_once.model.clone();
    // The same log again, the layout asked for after every event.
    let mut replayed = connected();
    replayed.layout();
    replayed.called(5, Call::Close { socket: ONE });
    replayed.layout();
    replayed.event(EventBody::Closed {
        socket: ONE,
        by: ClosedBy::Call,
    });
    replayed.layout();
    replayed.returned(5, Value::Nothing);
    let shown = |session: &mut Session| {
        let layout = session.layout();
        (
            layout.times.clone(),
            layout.boxes.clone(),
            layout.notes.clone(),
            layout.links.clone(),
            layout.lives.clone(),
        )
    };
    assert_eq!(shown(&mut at_once), shown(&mut replayed));
    assert_eq!(shown(&mut at_once), shown(&mut step_by_step));
}

#[test]
fn another_session_begins_an_empty_stage() {
    let mut session = connected();
    assert!(!session.layout().boxes.is_empty());
    session.model = Model::default();
    assert!(session.layout().boxes.is_empty());
    assert!(session.layout().times.is_empty());
}
