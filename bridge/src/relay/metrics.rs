//! What is counted.

use std::sync::atomic::{AtomicU64, Ordering};

use super::wisp::Reason;

/// The figures of one thread, which alone writes them.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) websockets_opened: Counter,
    pub(super) websockets_closed: Counter,
    pub(super) streams_opened: Counter,
    pub(super) streams_closed: [Counter; Reason::ALL.len()],
    /// From clients to targets.
    pub(super) bytes_up: Counter,
    /// From targets to clients.
    pub(super) bytes_down: Counter,
    /// Datagrams that found no room, or were none.
    pub(super) datagrams_dropped: Counter,
    /// Packets that mean nothing.
    pub(super) packets_ignored: Counter,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counters {
    pub(super) fn closed(&self, reason: Reason) {
        let index = Reason::ALL.iter().position(|known| *known == reason);
        if let Some(counter) = index.and_then(|index| self.streams_closed.get(index)) {
            counter.add(1);
        }
    }
}
