//! The session's log: an append-only sequence of numbered events that any number of readers follow,
//! each at its own place.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use sockscope_protocol::{Data, Event, EventBody, Limits, Seq};
use tokio::sync::{Notify, watch};

use super::entry::Entry;

/// What [`Log::read`] returns.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch<T = Event> {
    /// The first and the last of the events that were asked for and are not held any more.
    pub truncated: Option<(Seq, Seq)>,
    /// The events, in order, without gaps.
    pub events: Vec<T>,
}

/// An event for who sends it on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Logged {
    /// As it is.
    Event(Event),
    /// As the message that it is for everybody.
    Message(Seq, Bytes),
}

/// An append-only sequence of events. Appending never waits for a reader: what exceeds the limits
/// gives way, the oldest payloads first (`log_bytes`), then the oldest events (`log_events`).
///
/// Whoever can wait with what it would append asks for room first: so that what was
/// not asked for one by one does not push out what nobody has been told yet.
#[derive(Debug)]
pub struct Log {
    held: Mutex<Held>,
    last: watch::Sender<Seq>,
    /// Fires when somebody was told something.
    told: Notify,
    /// Where those who wait for room stand in line: who asks for much is not passed by who asks for little.
    line: tokio::sync::Mutex<()>,
    start: Instant,
    max_bytes: u64,
    max_events: usize,
}

#[derive(Debug, Default)]
struct Held {
    events: VecDeque<Entry>,
    /// How many events are gone from the front; the front is number `dropped + 1`.
    dropped: u64,
    /// The cost of the payloads held.
    bytes: u64,
    /// No event in front of this index holds a payload.
    oldest_payload: usize,
    /// The last event that was told to somebody who makes calls.
    told: u64,
    /// The cost of the payloads after it.
    untold: u64,
}

impl Log {
    /// An empty log whose clock stands at 0.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            held: Mutex::default(),
            last: watch::Sender::new(Seq(0)),
            told: Notify::new(),
            line: tokio::sync::Mutex::default(),
            start: Instant::now(),
            max_bytes: limits.log_bytes,
            max_events: usize::try_from(limits.log_events)
                .unwrap_or(usize::MAX)
                .max(1),
        }
    }

    /// The number of the newest event; 0 while there is none.
    #[must_use]
    pub fn last(&self) -> Seq {
        *self.last.borrow()
    }

    /// Microseconds since the session began.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Appends events that belong together: no other event comes between them.
    pub(crate) fn append(&self, bodies: impl IntoIterator<Item = EventBody>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let time = self.now();
        for body in bodies {
            held.add(Entry::new(time, body));
        }
        held.give_way(self.max_bytes, self.max_events);
        // Inside the lock, so that `last` never runs backwards.
        self.last.send_replace(Seq(held.last()));
    }

    /// Appends a `received` whose bytes stand in `message`, behind room for their header. The message is
    /// made right there, once for all who follow; `data` has no payload of its own.
    pub(crate) fn append_received(&self, data: Data, message: Vec<u8>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let event = Event {
            seq: Seq(held.last()).next(),
            time: self.now(),
            body: EventBody::Received(data),
        };
        held.add(Entry::made(event, message));
        held.give_way(self.max_bytes, self.max_events);
        self.last.send_replace(Seq(held.last()));
    }

    /// The events after `after`, until their messages add up to `max_bytes`; at least one if there is one.
    #[must_use]
    pub fn read(&self, after: Seq, max_bytes: usize) -> Batch {
        self.read_as(after, max_bytes, Entry::event)
    }

    /// The same, for who sends them on.
    pub(crate) fn read_to_send(&self, after: Seq, max_bytes: usize) -> Batch<Logged> {
        self.read_as(after, max_bytes, Entry::logged)
    }

    fn read_as<T>(
        &self,
        after: Seq,
        max_bytes: usize,
        make: impl Fn(&Entry, Seq) -> T,
    ) -> Batch<T> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let truncated = (after.0 < held.dropped).then(|| (after.next(), Seq(held.dropped)));
        let start = usize::try_from(after.0.saturating_sub(held.dropped)).unwrap_or(usize::MAX);
        let mut events = Vec::new();
        let mut bytes = 0;
        let start = start.min(held.events.len());
        for (index, entry) in (start as u64..).zip(held.events.range(start..)) {
            bytes += entry.message_cost();
            if bytes > max_bytes && !events.is_empty() {
                break;
            }
            events.push(make(entry, Seq(held.dropped + index + 1)));
        }
        Batch { truncated, events }
    }

    /// Somebody who makes calls has everything up to `seq`.
    pub fn tell(&self, seq: Seq) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.tell(seq.0) {
            self.told.notify_waiters();
        }
    }

    /// Whether, with `bytes` more, what was not told is at most half of what the log holds; the other
    /// half is for what cannot wait. Who was told everything always has room for one event.
    pub(crate) fn has_room(&self, bytes: u64) -> bool {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let events = held.last() - held.told;
        let few = usize::try_from(events).is_ok_and(|events| events < self.max_events / 2);
        let small = held.untold == 0 || held.untold.saturating_add(bytes) <= self.max_bytes / 2;
        events == 0 || few && small
    }

    /// Returns once there is that room, in turn.
    pub(crate) async fn room(&self, bytes: u64) {
        let _turn = self.line.lock().await;
        loop {
            let told = self.told.notified();
            if self.has_room(bytes) {
                return;
            }
            told.await;
        }
    }

    /// Returns once there is an event after `after`; at once if there already is.
    pub async fn changed(&self, after: Seq) {
        // The sender lives as long as `self`, so that the wait cannot fail.
        let _ = self.last.subscribe().wait_for(|last| *last > after).await;
    }
}

impl Held {
    fn last(&self) -> u64 {
        self.dropped + self.events.len() as u64
    }

    fn add(&mut self, entry: Entry) {
        self.bytes += entry.payload_cost();
        self.untold += entry.payload_cost();
        self.events.push_back(entry);
    }

    /// Whether that was news.
    fn tell(&mut self, seq: u64) -> bool {
        let seq = seq.min(self.last());
        if seq <= self.told {
            return false;
        }
        let index = |seq: u64| usize::try_from(seq.saturating_sub(self.dropped));
        let told = index(self.told).unwrap_or(0)..index(seq).unwrap_or(0);
        let told = self.events.range(told).map(Entry::payload_cost);
        self.untold -= told.sum::<u64>();
        self.told = seq;
        true
    }

    /// The entry at `index` holds no payload any more, which cost so much.
    fn gave_way(&mut self, index: usize, cost: u64) {
        self.bytes -= cost;
        if self.dropped + index as u64 >= self.told {
            self.untold -= cost;
        }
    }

    fn give_way(&mut self, max_bytes: u64, max_events: usize) {
        while self.events.len() > max_events {
            if let Some(entry) = self.events.pop_front() {
                self.gave_way(0, entry.payload_cost());
                self.dropped += 1;
                self.oldest_payload = self.oldest_payload.saturating_sub(1);
            }
        }
        // The newest event keeps its payload whatever its size, or nobody could ever read it.
        while self.bytes > max_bytes && self.oldest_payload + 1 < self.events.len() {
            let index = self.oldest_payload;
            if let Some(entry) = self.events.get_mut(index) {
                let cost = entry.payload_cost();
                entry.give_way();
                self.gave_way(index, cost);
            }
            self.oldest_payload += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sockscope_protocol::{CallId, DataFlags, HEADER_LEN, SocketId};

    use super::*;

    fn data(size: usize) -> Data {
        Data {
            call: CallId(1),
            socket: SocketId(1),
            offset: 0,
            flags: DataFlags::default(),
            size: u32::try_from(size).unwrap_or(u32::MAX),
            address: None,
            payload: Bytes::new(),
        }
    }

    fn log(log_bytes: u64, log_events: u32) -> Log {
        Log::new(&Limits {
            log_bytes,
            log_events,
            ..Limits::default()
        })
    }

    #[derive(Debug, Clone)]
    enum Act {
        Sent(usize),
        Received(usize),
        Tell(u64),
    }

    proptest! {
        #[test]
        fn what_is_held_and_what_is_untold_are_known(
            acts in prop::collection::vec(
                prop_oneof![
                    (0..400_usize).prop_map(Act::Sent),
                    (0..400_usize).prop_map(Act::Received),
                    (0..40_u64).prop_map(Act::Tell),
                ],
                0..40,
            ),
            bytes in 0..2000_u64,
            events in 1..12_u32,
        ) {
            let log = log(bytes, events);
            for act in acts {
                match act {
                    Act::Sent(size) => {
                        let payload = Bytes::from(vec![1; size]);
                        log.append([EventBody::Sent(Data { payload, ..data(size) })]);
                    }
                    Act::Received(size) => {
                        log.append_received(data(size), vec![2; HEADER_LEN + size]);
                    }
                    Act::Tell(seq) => log.tell(Seq(seq)),
                }
                let held = log.held.lock().unwrap();
                let cost = |after: u64| {
                    let seqs = held.dropped + 1..;
                    let held = seqs.zip(&held.events).filter(|(seq, _)| *seq > after);
                    held.map(|(_, entry)| entry.payload_cost()).sum::<u64>()
                };
                prop_assert_eq!(held.bytes, cost(0));
                prop_assert_eq!(held.untold, cost(held.told));
                prop_assert!(held.told <= held.last());
            }
            // Who was told everything always has room.
            log.tell(Seq(u64::MAX));
            prop_assert!(log.has_room(u64::MAX));
        }
    }

    #[tokio::test]
    async fn there_is_room_again_once_what_is_there_was_told() {
        let log = log(2000, 100);
        let receive = || log.append_received(data(400), vec![0; HEADER_LEN + 400]);
        receive();
        log.room(400).await;
        receive();
        let mut room = Box::pin(log.room(400));
        assert!(futures_util::poll!(&mut room).is_pending());
        log.tell(Seq(1));
        room.await;
        assert!(!log.has_room(1000));
        assert!(log.has_room(10));
        let mut much = Box::pin(log.room(1000));
        assert!(futures_util::poll!(&mut much).is_pending());
        let mut little = Box::pin(log.room(10));
        assert!(futures_util::poll!(&mut little).is_pending(), "it passes");
        log.tell(Seq(2));
        much.await;
        little.await;
        // Events are few, too, whatever they carry.
        let socket = SocketId(1);
        let gone = || EventBody::PeerGone {
            socket,
            how: sockscope_protocol::PeerGone::Fin,
        };
        log.append(std::iter::repeat_with(gone).take(50));
        assert!(!log.has_room(0));
        log.tell(log.last());
        assert!(log.has_room(1000));
    }
}
