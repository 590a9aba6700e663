use bytes::Bytes;
use proptest::prelude::*;
use sockscope_frontend::model::Entry;
use sockscope_protocol::{
    Data, DataFlags, Event, EventBody, Family, Observation, Outcome, SocketType,
};

use super::super::moments::Moments;
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
        self.layout.update(&self.model, usize::MAX);
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
    assert_eq!(one.data.map(|(line, _)| line.row), one.last);
}

/// What the stage shows of a layout.
fn shown(layout: &Layout) -> (Vec<u64>, Vec<CallBox>, Vec<Note>, String) {
    let data: Vec<_> = layout.data.iter().collect();
    let rest = format!(
        "{:?} {:?} {data:?} {:?} {:?} {:?}",
        layout.lives, layout.waiting, layout.farewells, layout.newest, layout.last_data
    );
    (
        layout.times.iter().copied().collect(),
        layout.boxes.iter().cloned().collect(),
        layout.notes.iter().copied().collect(),
        rest,
    )
}

/// Any conversation between two sockets: who does what next.
fn conversation(steps: &[(u8, bool)]) -> Session {
    let mut session = connected();
    let (mut call, mut offsets) = (10, [0; 2]);
    let mut waiting = [None; 2];
    for (what, second) in steps {
        let (socket, side) = (if *second { TWO } else { ONE }, usize::from(*second));
        call += 1;
        match what % 5 {
            0 => {
                session.called(call, Call::Send { socket, length: 3 });
                let sent = session.data(call, socket.0, offsets[side], b"abc");
                offsets[side] += 3;
                session.event(EventBody::Sent(sent));
                session.returned(call, Value::Count(3));
            }
            1 if waiting[side].is_none() => {
                session.called(
                    call,
                    Call::Stream {
                        socket,
                        size: 1,
                        credit: 9,
                    },
                );
                waiting[side] = Some((call, 0));
            }
            2 => {
                if let Some((call, offset)) = &mut waiting[side] {
                    let received = session.data(*call, socket.0, *offset, b"a");
                    *offset += 1;
                    session.event(EventBody::Received(received));
                }
            }
            3 => {
                if let Some((call, _)) = waiting[side].take() {
                    session.returned(call, Value::Nothing);
                }
            }
            _ => session.made(call, Call::GetSockName { socket }, 9, None),
        }
    }
    session
}

proptest! {
    #[test]
    fn however_it_grew_the_layout_is_the_same(
        steps in prop::collection::vec((any::<u8>(), any::<bool>()), 0..60),
        every in 1..9_usize,
    ) {
        let whole = conversation(&steps);
        let mut grown = Session::default();
        for prefix in (0..steps.len()).step_by(every) {
            grown.model = conversation(&steps[..prefix]).model;
            grown.layout();
        }
        grown.model = whole.model.clone();
        let mut at_once = Session { model: whole.model, ..Session::default() };
        prop_assert_eq!(shown(grown.layout()), shown(at_once.layout()));
    }

    #[test]
    fn in_a_film_it_is_that_of_the_moment(
        steps in prop::collection::vec((any::<u8>(), any::<bool>()), 0..60),
        moments in prop::collection::vec(0..60_usize, 1..12),
    ) {
        let mut film = Moments::new(7, 4);
        let mut layout = Layout::default();
        for moment in moments {
            let model = conversation(&steps[..moment.min(steps.len())]).model;
            film.update(&mut layout, &model, true);
            let mut fresh = Session { model, ..Session::default() };
            prop_assert_eq!(shown(&layout), shown(fresh.layout()));
        }
    }

    #[test]
    fn what_is_in_sight_is_found(
        steps in prop::collection::vec((any::<u8>(), any::<bool>()), 0..60),
        first in 0..100_usize,
        rows in 0..20_usize,
    ) {
        let mut session = conversation(&steps);
        let layout = session.layout();
        let last = first + rows;
        let in_sight = |one: &&CallBox| {
            one.first <= last && one.last.is_none_or(|end| end >= first)
        };
        let expected: Vec<&CallBox> = layout.boxes.iter().filter(in_sight).collect();
        let found: Vec<&CallBox> = layout.boxes_between(first, last).collect();
        prop_assert_eq!(found, expected);
        let noted = |note: &&Note| first <= note.row && note.row <= last;
        let expected: Vec<&Note> = layout.notes.iter().filter(noted).collect();
        let found: Vec<&Note> = layout.notes_between(first, last).collect();
        prop_assert_eq!(found, expected);
        let here = |line: &&DataLine| first <= line.row && line.row <= last;
        let expected: Vec<&DataLine> = layout.data.iter().filter(here).collect();
        let found: Vec<&DataLine> = layout.data_between(first, last).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn what_is_left_keeps_its_place_when_the_oldest_rows_go(
        steps in prop::collection::vec((any::<u8>(), any::<bool>()), 10..60),
        gone in 1..15_usize,
    ) {
        let mut session = conversation(&steps);
        session.layout();
        let before = shown(&session.layout);
        // Those steps may make fewer rows than that.
        let gone = gone.min(before.0.len());
        session.layout.let_go(gone);
        let layout = &session.layout;
        prop_assert!(layout.times.iter().eq(&before.0[gone..]));
        for one in layout.boxes.iter() {
            let former = before.1.iter().find(|former| former.call == one.call);
            let former = former.unwrap();
            prop_assert_eq!(one.first, former.first.saturating_sub(gone));
            prop_assert_eq!(one.last, former.last.map(|last| last - gone));
        }
        for line in layout.data.iter() {
            prop_assert_eq!(layout.data_row(line.seq), Some(line.row));
            let one = layout.boxes.get(line.of).unwrap();
            let record = session.model.call(one.call).unwrap();
            let (first, last) = record.data.unwrap();
            prop_assert!(first <= line.seq && line.seq <= last);
        }
        let all: Vec<&CallBox> = layout.boxes_between(0, usize::MAX - 1).collect();
        prop_assert_eq!(all.len(), layout.boxes.len());
    }
}

#[test]
fn another_session_begins_an_empty_stage() {
    let mut session = connected();
    assert!(!session.layout().boxes.is_empty());
    session.model = Model::default();
    assert!(session.layout().boxes.is_empty());
    assert!(session.layout().times.is_empty());
}
