//! What the relay's threads tell of their streams, to those who watch.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};
use std::time::{Duration, Instant};

use sockscope_protocol::{Relay, RelayStream};

/// How often it is told.
pub(super) const EVERY: Duration = Duration::from_secs(1);
/// How long a stream that has ended is told of.
const ENDED: Duration = Duration::from_secs(5);
/// How many of these a thread remembers.
const MOST_ENDED: usize = 20;

/// A stream, and when it was opened.
#[derive(Debug)]
struct Aged {
    opened: Instant,
    stream: RelayStream,
}

impl PartialEq for Aged {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Aged {}

impl PartialOrd for Aged {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Aged {
    fn cmp(&self, other: &Self) -> Ordering {
        let place = |aged: &Self| (aged.opened, aged.stream.websocket, aged.stream.stream);
        place(self).cmp(&place(other))
    }
}

/// The youngest streams.
#[derive(Debug, Default)]
pub(super) struct Report {
    open: u64,
    /// The oldest of them on top.
    youngest: BinaryHeap<Reverse<Aged>>,
}

impl Report {
    /// Counts a stream that is held, and describes it if it is one of the youngest.
    pub(super) fn held(&mut self, opened: Instant, describe: impl FnOnce() -> RelayStream) {
        self.open += 1;
        self.add(opened, describe);
    }

    fn add(&mut self, opened: Instant, describe: impl FnOnce() -> RelayStream) {
        let full = self.youngest.len() >= Relay::STREAMS;
        let oldest = self.youngest.peek().filter(|_| full);
        if oldest.is_some_and(|Reverse(oldest)| oldest.opened > opened) {
            return;
        }
        let stream = describe();
        self.youngest.push(Reverse(Aged { opened, stream }));
        if full {
            self.youngest.pop();
        }
    }

    /// Takes up what another thread has told.
    pub(super) fn merge(&mut self, other: Self) {
        self.open += other.open;
        for Reverse(Aged { opened, stream }) in other.youngest {
            self.add(opened, || stream);
        }
    }

    pub(super) fn done(self) -> Relay {
        Relay {
            open: self.open,
            // Ascending by what is reversed: the youngest first.
            streams: self
                .youngest
                .into_sorted_vec()
                .into_iter()
                .map(|Reverse(aged)| aged.stream)
                .collect(),
        }
    }
}

/// The streams of a thread that have ended of late. Without anybody who watches there are none.
#[derive(Debug, Default)]
pub(super) struct Ended {
    watched: Option<Instant>,
    streams: VecDeque<(Instant, Aged)>,
}

impl Ended {
    /// Notes the end of a stream.
    pub(super) fn note(
        &mut self,
        now: Instant,
        opened: Instant,
        describe: impl FnOnce() -> RelayStream,
    ) {
        if self.watched.is_none_or(|until| until < now) {
            return;
        }
        if self.streams.len() >= MOST_ENDED {
            self.streams.pop_front();
        }
        let stream = describe();
        self.streams.push_back((now, Aged { opened, stream }));
    }

    /// Adds them. From now on they are noted for a while.
    pub(super) fn tell(&mut self, now: Instant, report: &mut Report) {
        self.watched = Some(now + ENDED);
        self.streams
            .retain(|(ended, _)| now.duration_since(*ended) < ENDED);
        for (_, Aged { opened, stream }) in &self.streams {
            report.add(*opened, || stream.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use sockscope_protocol::{RelayProtocol, RelayState, SocketType};

    use super::*;

    fn stream(number: u64) -> RelayStream {
        RelayStream {
            websocket: 1,
            stream: number,
            protocol: RelayProtocol::Wisp,
            kind: SocketType::Stream,
            target: String::new(),
            state: RelayState::Open,
            reason: None,
            up: 0,
            down: 0,
        }
    }

    fn numbers(relay: &Relay) -> Vec<u64> {
        relay.streams.iter().map(|stream| stream.stream).collect()
    }

    #[test]
    fn the_youngest_of_all_threads_are_told() {
        let start = Instant::now();
        let opened = |number: u64| start + Duration::from_millis(number);
        let most = Relay::STREAMS as u64;
        let (mut even, mut odd) = (Report::default(), Report::default());
        for number in 0..2 * most {
            let report = if number % 2 == 0 { &mut even } else { &mut odd };
            report.held(opened(number), || stream(number));
        }
        even.merge(odd);
        let told = even.done();
        assert_eq!(told.open, 2 * most);
        assert_eq!(numbers(&told), (most..2 * most).rev().collect::<Vec<_>>());
    }

    #[test]
    fn what_has_ended_is_told_for_a_while_to_those_who_watch() {
        let start = Instant::now();
        let mut ended = Ended::default();
        ended.note(start, start, || panic!("nobody watches"));
        ended.tell(start, &mut Report::default());
        for number in 0..=MOST_ENDED as u64 {
            ended.note(start, start, || stream(number));
        }
        let mut report = Report::default();
        ended.tell(start + EVERY, &mut report);
        let told = report.done();
        assert_eq!(told.open, 0);
        assert_eq!(numbers(&told).len(), MOST_ENDED);
        assert!(!numbers(&told).contains(&0));
        let mut report = Report::default();
        ended.tell(start + ENDED, &mut report);
        assert_eq!(report.done(), Relay::default());
    }
}
