//! Logs in pieces: what was packed is unpacked again, event by event and as the same picture.

#![allow(clippy::unwrap_used)]

mod common;

use common::{any, welcome};
use proptest::prelude::*;
use sockscope_frontend::model::{Entry, Model};
use sockscope_frontend::recording::{Log, Packed};
use sockscope_protocol::{Event, EventBody, Seq, ServerMessage};

/// What a page has after a bridge sent these.
fn page(events: &[Event]) -> (Log, Model) {
    let mut log = Log::default();
    let greeting = Entry::Welcome(Box::new(welcome(false, 0)));
    let text = serde_json::to_string(&ServerMessage::Welcome(welcome(false, 0))).unwrap();
    log.take(&greeting, Some(&text));
    for event in events {
        // None for what carries bytes: that comes as a binary message.
        let text = serde_json::to_string(&ServerMessage::Event(event.clone())).ok();
        log.take(&Entry::Event(event.clone()), text.as_deref());
    }
    let model = fold(&log);
    (log, model)
}

fn fold(log: &Log) -> Model {
    let mut model = log.beginning();
    for event in log.events() {
        model.apply(Entry::Event(event.clone()));
    }
    model
}

fn pieces(log: &Log, size: usize) -> Vec<Packed> {
    let mut pieces: Vec<Packed> = Vec::new();
    while let Some(packed) = log.pack(pieces.last().map_or(Seq(0), |last| last.last), size) {
        pieces.push(packed);
    }
    pieces
}

/// The page after a reload.
fn again(greeting: &str, pieces: &[(Packed, bool)]) -> (Log, Model) {
    let mut log = Log::default();
    assert!(log.greet_again(greeting));
    let mut model = log.beginning();
    for (piece, whole) in pieces {
        let payload = whole.then_some(piece.payload.as_slice());
        log.unpack(&piece.events, payload, &mut model);
    }
    (log, model)
}

/// As a bridge would send them: sizes agree with payloads.
fn sound(mut events: Vec<Event>) -> Vec<Event> {
    for event in &mut events {
        let (EventBody::Sent(data) | EventBody::Received(data)) = &mut event.body else {
            continue;
        };
        let len = u32::try_from(data.payload.len()).unwrap();
        if data.flags.omitted {
            data.payload.clear();
        } else if data.flags.truncated {
            data.size = data.size.max(len);
        } else {
            data.size = len;
        }
    }
    events
}

proptest! {
    #[test]
    fn every_log_comes_back(events in any::log(), size in 1_usize..2_000) {
        let (log, model) = page(&sound(events));
        let pieces: Vec<_> = pieces(&log, size).into_iter().map(|piece| (piece, true)).collect();
        let (found, folded) = again(log.greeting(), &pieces);
        prop_assert!(found.events().eq(log.events()));
        prop_assert_eq!(found.write(), log.write());
        prop_assert_eq!(folded, model);
    }

    #[test]
    fn a_payload_that_gave_way_is_said_to_have(events in any::log(), whole: Vec<bool>) {
        let (log, _) = page(&sound(events));
        let whole = whole.into_iter().chain(std::iter::repeat(false));
        let pieces: Vec<_> = pieces(&log, 1).into_iter().zip(whole).collect();
        let (found, folded) = again(log.greeting(), &pieces);
        prop_assert_eq!(&folded, &fold(&found));
        prop_assert_eq!(found.events().len(), log.events().len());
        for ((event, found), (_, whole)) in log.events().zip(found.events()).zip(&pieces) {
            let (EventBody::Sent(data) | EventBody::Received(data)) = &found.body else {
                prop_assert_eq!(event, found);
                continue;
            };
            if *whole {
                prop_assert_eq!(event, found);
            } else {
                prop_assert!(data.payload.is_empty());
            }
            let (EventBody::Sent(before) | EventBody::Received(before)) = &event.body else {
                continue;
            };
            prop_assert_eq!(data.size, before.size);
            let gone = !*whole && !before.payload.is_empty();
            prop_assert_eq!(data.flags.omitted, before.flags.omitted || gone);
        }
    }

    #[test]
    fn no_piece_is_too_strange(events: Vec<u8>, payload: Option<Vec<u8>>) {
        let (mut log, mut model) = (Log::default(), Model::default());
        log.unpack(&events, payload.as_deref(), &mut model);
        log.greet_again(&String::from_utf8_lossy(&events));
    }

    #[test]
    fn a_damaged_piece_gives_no_more_than_was_in_it(
        events in any::log(), at in 0_usize..4_000, byte: u8, cut in 0_usize..4_000,
    ) {
        let (log, _) = page(&sound(events));
        if let Some(mut piece) = log.pack(Seq(0), usize::MAX) {
            if let Some(damaged) = piece.events.get_mut(at) {
                *damaged = byte;
            }
            piece.events.truncate(cut);
            let (found, _) = again(log.greeting(), &[(piece, true)]);
            prop_assert!(found.events().len() <= log.events().len());
        }
    }
}

#[test]
fn the_greeting_has_no_secrets() {
    let (log, _) = page(&[]);
    assert!(log.greeting().contains("\"bridge\":\"0.1.0\""));
    assert!(!log.greeting().contains("session\":\"key"));
    assert_eq!(log.pack(Seq(0), 1_000), None);
}
