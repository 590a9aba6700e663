//! The session's log: an append-only sequence of numbered events that any number of readers follow,
//! each at its own place.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use sockscope_protocol::{Event, EventBody, Limits, Seq};
use tokio::sync::watch;

use super::entry::Entry;

/// What [`Log::read`] returns.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The first and the last of the events that were asked for and are not held any more.
    pub truncated: Option<(Seq, Seq)>,
    /// The events, in order, without gaps.
    pub events: Vec<Event>,
}

/// An append-only sequence of events. Appending never waits for a reader: what exceeds the limits
/// gives way, the oldest payloads first (`log_bytes`), then the oldest events (`log_events`).
#[derive(Debug)]
pub struct Log {
    held: Mutex<Held>,
    last: watch::Sender<Seq>,
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
}

impl Log {
    /// An empty log whose clock stands at 0.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            held: Mutex::default(),
            last: watch::Sender::new(Seq(0)),
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
            held.push(time, body);
        }
        held.give_way(self.max_bytes, self.max_events);
        // Inside the lock, so that `last` never runs backwards.
        self.last.send_replace(Seq(held.last()));
    }

    /// The events after `after`, until their messages add up to `max_bytes`; at least one if there is one.
    #[must_use]
    pub fn read(&self, after: Seq, max_bytes: usize) -> Batch {
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
            events.push(entry.event(Seq(held.dropped + index + 1)));
        }
        Batch { truncated, events }
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

    fn push(&mut self, time: u64, body: EventBody) {
        let entry = Entry::new(time, body);
        self.bytes += entry.payload_cost();
        self.events.push_back(entry);
    }

    fn give_way(&mut self, max_bytes: u64, max_events: usize) {
        while self.events.len() > max_events {
            if let Some(entry) = self.events.pop_front() {
                self.dropped += 1;
                self.oldest_payload = self.oldest_payload.saturating_sub(1);
                self.bytes -= entry.payload_cost();
            }
        }
        // The newest event keeps its payload whatever its size, or nobody could ever read it.
        while self.bytes > max_bytes && self.oldest_payload + 1 < self.events.len() {
            if let Some(entry) = self.events.get_mut(self.oldest_payload) {
                self.bytes -= entry.payload_cost();
                entry.give_way();
            }
            self.oldest_payload += 1;
        }
    }
}
