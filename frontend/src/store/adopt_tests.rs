use std::net::SocketAddr;

use bytes::Bytes;
use sockscope_protocol::{
    ClientMessage, Data, DataFlags, Event, Family, HEADER_LEN, Limits, Outcome, Payload, Platform,
    Policy, Seq, SessionKey, Value, Welcome,
};

use super::super::actions::Resolving;
use super::*;
use crate::wire::{Outgoing, WINDOW};

const SOCKET: SocketId = SocketId(1);

fn welcome(resumed: bool, last: u64) -> Entry {
    Entry::Welcome(Box::new(Welcome {
        version: 1,
        bridge: String::new(),
        session: Some(SessionKey(String::new())),
        view: None,
        resumed,
        last: Seq(last),
        epoch_us: 0,
        policy: Policy::default(),
        limits: Limits::default(),
        platform: Platform::default(),
        relay: false,
    }))
}

/// A page, and the log that a bridge would tell it.
struct Page {
    state: State,
    log: Vec<Event>,
}

impl Page {
    fn new(first: u64) -> Self {
        let mut state = State::new(first);
        state.take(welcome(false, 0));
        Self {
            state,
            log: Vec::new(),
        }
    }

    /// Something happens at the bridge.
    fn happens(&mut self, body: EventBody) -> Entry {
        let seq = self.log.len() as u64 + 1;
        let event = Event {
            seq: Seq(seq),
            time: seq,
            body,
        };
        self.log.push(event.clone());
        Entry::Event(event)
    }

    /// Something happens at the bridge, and the page hears of it.
    fn hears(&mut self, body: EventBody) {
        let entry = self.happens(body);
        self.state.take(entry);
    }

    /// The page connects again.
    fn resumes(&mut self) {
        self.state.catching_up = true;
        self.state.take(welcome(true, self.log.len() as u64));
        let known = usize::try_from(self.state.model.last.0).unwrap();
        for event in &self.log[known..] {
            self.state.take(Entry::Event(event.clone()));
        }
    }

    fn says(&mut self) -> Vec<ClientMessage> {
        std::iter::from_fn(|| self.state.outbox.next_message())
            .filter_map(|message| match message {
                Outgoing::Text(message) => Some(message),
                Outgoing::Binary(_) => None,
            })
            .collect()
    }

    fn streams(&mut self) -> CallId {
        let call = self.state.begin_stream(SOCKET, 65_536).unwrap();
        self.says();
        self.hears(EventBody::Called {
            call,
            request: Call::Stream {
                socket: SOCKET,
                size: 65_536,
                credit: WINDOW,
            },
        });
        call
    }
}

fn piece(call: CallId, offset: u64, len: usize) -> EventBody {
    EventBody::Received(Data {
        call,
        socket: SOCKET,
        offset,
        flags: DataFlags::default(),
        size: u32::try_from(len).unwrap(),
        address: None,
        payload: Bytes::from(vec![0; len]),
    })
}

#[test]
fn a_stream_is_given_credit_as_it_is_read_and_told_again_after_a_cut() {
    let mut page = Page::new(1 << 20);
    let call = page.streams();
    let len = usize::try_from(WINDOW / 2).unwrap();
    page.hears(piece(call, 0, len));
    let total = WINDOW + WINDOW / 2 + HEADER_LEN as u64;
    let credit = ClientMessage::Credit { call, total };
    assert_eq!(page.says(), std::slice::from_ref(&credit));
    page.hears(piece(call, WINDOW / 2, 10));
    assert_eq!(page.says(), []);
    page.resumes();
    assert_eq!(page.says(), [credit]);
}

#[test]
fn what_happened_during_a_cut_is_counted_once() {
    let mut page = Page::new(1 << 20);
    let call = page.streams();
    let len = usize::try_from(WINDOW / 4).unwrap();
    page.hears(piece(call, 0, len));
    page.happens(piece(call, WINDOW / 4, len));
    page.resumes();
    let total = WINDOW + WINDOW / 2 + 2 * HEADER_LEN as u64;
    assert_eq!(page.says(), [ClientMessage::Credit { call, total }]);
    let again = page.log.clone();
    for event in again {
        page.state.take(Entry::Event(event));
    }
    assert_eq!(page.state.credits.total(call), Some(total));
}

#[test]
fn a_stream_of_a_former_page_load_is_ended_and_begun_anew() {
    let mut former = Page::new(1 << 20);
    let call = former.streams();
    former.hears(piece(call, 0, 100));
    let mut page = Page {
        state: State::new(2 << 20),
        log: former.log,
    };
    page.resumes();
    let said = page.says();
    assert!(
        matches!(
            &said[..],
            [
                ClientMessage::Call { call: CallId(2_097_152), request: Call::Stream { socket: SOCKET, .. } },
                ClientMessage::Cancel { call: ended },
            ] if *ended == call
        ),
        "{said:?}"
    );
}

#[test]
fn a_stream_that_ran_through_a_gap_is_begun_anew() {
    let mut page = Page::new(1 << 20);
    let call = page.streams();
    let last = page.state.model.last;
    page.state.take(Entry::Truncated {
        first: last.next(),
        last: Seq(last.0 + 9),
    });
    assert!(page.says().contains(&ClientMessage::Cancel { call }));
}

#[test]
fn calls_that_the_log_does_not_show_are_made_again_after_it_was_told() {
    let mut page = Page::new(1 << 20);
    let made = page.state.ask(Call::Accept { socket: SOCKET }).unwrap();
    let lost = page.state.ask(Call::Close { socket: SOCKET }).unwrap();
    page.says();
    page.happens(EventBody::Called {
        call: made,
        request: Call::Accept { socket: SOCKET },
    });
    page.resumes();
    let again = ClientMessage::Call {
        call: lost,
        request: Call::Close { socket: SOCKET },
    };
    assert_eq!(page.says(), [again]);
    assert!(!page.state.outbox.has(made));
}

#[test]
fn a_name_is_resolved_before_it_is_sent_to() {
    for resolves in [true, false] {
        let mut page = Page::new(1 << 20);
        let lookup = Call::GetAddrInfo {
            host: "localhost".into(),
            port: 9999,
            family: Some(Family::Inet),
        };
        let call = page.state.ask(lookup.clone()).unwrap();
        page.state.resolving.push(Resolving {
            call,
            socket: SOCKET,
            bytes: Bytes::from_static(b"hi"),
        });
        page.state.send_resolved();
        page.hears(EventBody::Called {
            call,
            request: lookup,
        });
        page.state.send_resolved();
        assert_eq!(page.state.resolving.len(), 1, "not yet");
        let to: SocketAddr = "127.0.0.1:9999".parse().unwrap();
        page.hears(EventBody::Returned {
            call,
            took_us: 1,
            blocked: false,
            outcome: if resolves {
                Outcome::Ok(Value::Addresses(vec![to]))
            } else {
                Outcome::Timeout
            },
        });
        page.state.send_resolved();
        let asked: Vec<Call> = page
            .state
            .outbox
            .requests()
            .map(|request| request.call.clone())
            .collect();
        let expected = Payload::SendTo(to).call(SOCKET, 2);
        assert_eq!(asked, if resolves { vec![expected] } else { vec![] });
        assert!(page.state.resolving.is_empty());
    }
}

#[test]
fn bytes_that_find_no_room_after_the_lookup_are_not_dropped_in_silence() {
    let mut page = Page::new(1 << 20);
    let full = Bytes::from(vec![0; 1 << 19]);
    for _ in 0..4 {
        page.state
            .give(SOCKET, Payload::SendAll, full.clone())
            .unwrap();
    }
    let call = CallId(5);
    page.hears(EventBody::Returned {
        call,
        took_us: 1,
        blocked: false,
        outcome: Outcome::Ok(Value::Addresses(vec!["127.0.0.1:9".parse().unwrap()])),
    });
    page.state.resolving.push(Resolving {
        call,
        socket: SOCKET,
        bytes: Bytes::from_static(b"hi"),
    });
    page.state.send_resolved();
    let refused = page.state.outbox.rejections().next().unwrap();
    assert_eq!(refused.call.name(), "sendto");
}
