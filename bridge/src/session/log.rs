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

    /// Returns once there is that room.
    pub(crate) async fn room(&self, bytes: u64) {
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
        let (from, to) = (self.told.max(self.dropped), seq.min(self.last()));
        let index = |seq: u64| usize::try_from(seq - self.dropped).unwrap_or(usize::MAX);
        if to <= from {
            return false;
        }
        let told = self.events.range(index(from)..index(to));
        self.untold -= told.map(Entry::payload_cost).sum::<u64>();
        self.told = to;
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
