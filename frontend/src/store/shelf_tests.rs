use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::prelude::*;
use sockscope_protocol::{
    CallId, Data, DataFlags, Event, EventBody, PeerGone, ServerMessage, SocketId,
};

use super::*;
use crate::model::{Entry, Model};

/// What stands in a database.
#[derive(Default)]
struct Disk(BTreeMap<u32, (Vec<u8>, Vec<u8>)>);

impl Disk {
    fn write(&mut self, writing: Writing) {
        let Packed {
            events, payload, ..
        } = writing.packed;
        self.0.insert(writing.number, (events, payload));
        for number in writing.bare {
            self.0.entry(number).and_modify(|piece| piece.1.clear());
        }
        self.0.retain(|number, _| *number >= writing.from);
    }

    /// What a page that is loaded now finds.
    fn read(&self) -> (Log, Shelf) {
        let (mut log, mut model, mut shelf) = (Log::default(), Model::default(), Shelf::default());
        for (number, (events, payload)) in &self.0 {
            let first = log.last().next();
            log.unpack(events, (!payload.is_empty()).then_some(payload), &mut model);
            shelf.found(*number, (first, log.last()), events.len(), payload.len());
        }
        (log, shelf)
    }
}

fn fin(log: &mut Log) {
    push(
        log,
        EventBody::PeerGone {
            socket: SocketId(1),
            how: PeerGone::Fin,
        },
    );
}

fn carries(log: &mut Log, payload: &Bytes) {
    let data = Data {
        call: CallId(1),
        socket: SocketId(1),
        offset: 0,
        flags: DataFlags::default(),
        size: payload.len().try_into().unwrap(),
        address: None,
        payload: payload.clone(),
    };
    push(log, EventBody::Received(data));
}

fn push(log: &mut Log, body: EventBody) {
    let seq = log.last().next();
    let event = Event {
        seq,
        time: seq.0,
        body,
    };
    let text = serde_json::to_string(&ServerMessage::Event(event.clone())).ok();
    log.take(&Entry::Event(event), text.as_deref());
}

#[derive(Debug, Clone)]
enum Step {
    Fin,
    Carries(usize),
    Write,
    Reload,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => Just(Step::Fin),
        3 => (0_usize..40_000).prop_map(Step::Carries),
        2 => Just(Step::Write),
        1 => Just(Step::Reload),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_found_again(steps in prop::collection::vec(step(), 0..120)) {
        let (mut log, mut shelf, mut disk) = (Log::default(), Shelf::default(), Disk::default());
        for step in steps {
            match step {
                Step::Fin => fin(&mut log),
                Step::Carries(len) => carries(&mut log, &vec![7; len].into()),
                Step::Write => {
                    if let Some(writing) = shelf.next(&log) {
                        disk.write(writing);
                    }
                }
                Step::Reload => {
                    while let Some(writing) = shelf.next(&log) {
                        disk.write(writing);
                    }
                    let (found, again) = disk.read();
                    prop_assert!(found.events().eq(log.events()));
                    prop_assert_eq!(again.last(), log.last());
                    (log, shelf) = (found, again);
                }
            }
        }
    }
}

#[test]
fn what_trickles_in_makes_few_pieces() {
    let (mut log, mut shelf, mut disk) = (Log::default(), Shelf::default(), Disk::default());
    for _ in 0..2_000 {
        fin(&mut log);
        disk.write(shelf.next(&log).unwrap());
        assert!(shelf.next(&log).is_none());
    }
    assert!(disk.0.len() < 10, "{} pieces", disk.0.len());
    assert!(disk.read().0.events().eq(log.events()));
}

#[test]
fn payloads_give_way_as_they_do_on_the_page() {
    let (mut log, mut shelf, mut disk) = (Log::default(), Shelf::default(), Disk::default());
    let payload = Bytes::from(vec![1; 4 << 20]);
    let most = usize::try_from(keep::PAYLOAD_BYTES).unwrap() / payload.len();
    for _ in 0..most + 3 {
        fin(&mut log);
        carries(&mut log, &payload);
        while let Some(mut writing) = shelf.next(&log) {
            // Their sizes will do.
            writing.packed.payload.truncate(1);
            disk.write(writing);
        }
    }
    let full = disk.0.values().filter(|piece| !piece.1.is_empty()).count();
    assert_eq!((disk.0.len(), full), (most + 3, most));
    assert!(disk.0.values().take(3).all(|piece| piece.1.is_empty()));
    assert!(disk.0.values().all(|piece| !piece.0.is_empty()));
}

#[test]
fn events_go_when_the_page_lets_them_go() {
    let (mut log, mut shelf, mut disk) = (Log::default(), Shelf::default(), Disk::default());
    for round in 0..keep::ROWS + 5_000 {
        fin(&mut log);
        if round % 1_000 == 0 {
            while let Some(writing) = shelf.next(&log) {
                disk.write(writing);
            }
        }
    }
    let kept = disk.read().0;
    let missed = kept.events().next().unwrap().seq.0;
    assert!(missed > 3_000, "begins at {missed}");
    assert!(missed <= 5_001, "begins at {missed}");
}
