//! What is counted.

use std::fmt::Write as _;
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

/// What a family of figures is called, of what kind it is, and what it says.
type Family = (&'static str, &'static str, &'static str);

/// Writes the sums over all threads in the text format of Prometheus.
pub(super) fn write(text: &mut String, all: &[&Counters]) {
    let sum = |of: &dyn Fn(&Counters) -> &Counter| -> u64 {
        all.iter().map(|counters| of(counters).get()).sum()
    };
    let opened = sum(&|counters| &counters.websockets_opened);
    let closed = sum(&|counters| &counters.websockets_closed);
    let begun = sum(&|counters| &counters.streams_opened);
    let ended: Vec<u64> = (0..Reason::ALL.len())
        .map(|index| sum(&move |counters| &counters.streams_closed[index]))
        .collect();
    let up = sum(&|counters| &counters.bytes_up);
    let down = sum(&|counters| &counters.bytes_down);
    let dropped = sum(&|counters| &counters.datagrams_dropped);
    let ignored = sum(&|counters| &counters.packets_ignored);

    let mut family = |(name, kind, help): Family, values: &[(String, u64)]| {
        // Writing to a string does not fail.
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for (labels, value) in values {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    };
    let plain = |value: u64| vec![(String::new(), value)];
    let by = |label: &str, word: &str, value: u64| (format!("{{{label}=\"{word}\"}}"), value);
    let gauge = |opened: u64, closed: u64| plain(opened.saturating_sub(closed));
    family(
        (
            "sockscope_relay_websockets",
            "gauge",
            "WebSockets that are open.",
        ),
        &gauge(opened, closed),
    );
    family(
        (
            "sockscope_relay_websockets_total",
            "counter",
            "WebSockets that were opened.",
        ),
        &plain(opened),
    );
    family(
        ("sockscope_relay_streams", "gauge", "Streams that are held."),
        &gauge(begun, ended.iter().sum()),
    );
    family(
        (
            "sockscope_relay_streams_total",
            "counter",
            "Streams that were asked for.",
        ),
        &plain(begun),
    );
    let reasons = Reason::ALL.iter().zip(ended);
    let reasons: Vec<_> = reasons
        .map(|(reason, count)| by("reason", reason.name(), count))
        .collect();
    family(
        (
            "sockscope_relay_streams_closed_total",
            "counter",
            "Streams that ended, and why.",
        ),
        &reasons,
    );
    family(
        (
            "sockscope_relay_bytes_total",
            "counter",
            "Payload that was passed on.",
        ),
        &[by("direction", "up", up), by("direction", "down", down)],
    );
    family(
        (
            "sockscope_relay_datagrams_dropped_total",
            "counter",
            "Datagrams that were lost here.",
        ),
        &plain(dropped),
    );
    family(
        (
            "sockscope_relay_packets_ignored_total",
            "counter",
            "Packets that meant nothing.",
        ),
        &plain(ignored),
    );
}
