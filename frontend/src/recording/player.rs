use sockscope_protocol::Seq;

use super::Log;
use super::moments::Moments;
use super::stops::Stops;
use crate::model::{Entry, Model};

/// Events that are folded before the clock is looked at: less than a millisecond's worth.
const SLICE: usize = 64;

/// The speeds of a film, as parts of the real one, and how they are written.
const SPEEDS: [(&str, f64); 7] = [
    ("0.1 ×", 0.1),
    ("0.25 ×", 0.25),
    ("0.5 ×", 0.5),
    ("1 ×", 1.0),
    ("2 ×", 2.0),
    ("5 ×", 5.0),
    ("10 ×", 10.0),
];

/// Where a film of a log is, and how it goes on. The model that it shows is always that of the log's
/// beginning up to one event.
#[derive(Debug, Clone)]
pub struct Player {
    /// Whether it runs.
    pub playing: bool,
    /// How fast, as a place in [`SPEEDS`].
    speed: usize,
    /// Microseconds since the session began. Between two events nothing changes but how long
    /// waiting calls have waited.
    time: f64,
    /// The last event that has happened; 0 before the first.
    at: Seq,
    /// On the way to a place, beside what is shown.
    working: Option<Model>,
    moments: Moments,
    stops: Stops,
}

impl Player {
    /// At the end of a log.
    #[must_use]
    pub fn new(log: &Log) -> Self {
        let mut player = Self {
            playing: false,
            speed: 3,
            time: 0.0,
            at: Seq(0),
            working: None,
            moments: Moments::default(),
            stops: Stops::default(),
        };
        player.stops.update(log);
        player.seek(log, log.events().len());
        player
    }

    /// Where it is, in microseconds since the session began.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time of the log, or between two"
    )]
    pub fn time(&self) -> u64 {
        self.time as u64
    }

    /// The last event that has happened; 0 before the first.
    #[must_use]
    pub fn at(&self) -> Seq {
        self.at
    }

    /// Goes to a time.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a session is shorter than 2^53 microseconds"
    )]
    pub fn seek_time(&mut self, log: &Log, time: u64) {
        let count = log.until(time);
        self.time = time.min(log.end()) as f64;
        self.at = last_of(log, count);
    }

    /// Goes to where this many events have happened.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a session is shorter than 2^53 microseconds"
    )]
    pub fn seek(&mut self, log: &Log, count: usize) {
        let event = count.checked_sub(1).and_then(|last| log.get(last));
        self.time = event.map_or(0, |event| event.time) as f64;
        self.at = last_of(log, count);
    }

    /// Stops, and goes to the next or the former stop; where there is none, to the end or the beginning.
    pub fn step(&mut self, log: &Log, forward: bool) {
        self.playing = false;
        self.stops.update(log);
        let stops = self.stops();
        let stop = if forward {
            let next = stops.partition_point(|(stop, _)| *stop <= self.at);
            stops.get(next).map_or(log.last(), |(stop, _)| *stop)
        } else {
            let before = stops.partition_point(|(stop, _)| *stop < self.at);
            let before = before.checked_sub(1).and_then(|index| stops.get(index));
            before.map_or(Seq(0), |(stop, _)| *stop)
        };
        self.seek(log, log.up_to(stop));
    }

    /// How fast it runs, as a part of the real speed: `0.25 ×`.
    #[must_use]
    pub fn speed(&self) -> &'static str {
        SPEEDS[self.speed].0
    }

    /// Takes the next speed; after the fastest, the slowest.
    pub fn next_speed(&mut self) {
        self.speed = (self.speed + 1) % SPEEDS.len();
    }

    /// Runs, or stops. At the end it begins anew.
    pub fn toggle(&mut self, log: &Log) {
        self.playing = !self.playing;
        if self.playing && self.at == log.last() {
            self.seek(log, 0);
        }
    }

    /// So many microseconds have passed for the person who looks. At the end it stops.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a session is shorter than 2^53 microseconds"
    )]
    pub fn run(&mut self, log: &Log, elapsed_us: f64) {
        if !self.playing {
            return;
        }
        let time = self.time + elapsed_us * SPEEDS[self.speed].1;
        if time < log.end() as f64 {
            self.time = time;
            // What shares its time with an event that has happened may still be ahead of a step.
            self.at = self.at.max(last_of(log, log.until(self.time())));
        } else {
            self.playing = false;
            self.seek(log, log.events().len());
        }
    }

    /// Where it goes call by call: each return, and each beginning of a call that then waited. With the
    /// times of these events.
    #[must_use]
    pub fn stops(&self) -> &[(Seq, u64)] {
        self.stops.all()
    }

    /// Brings what is shown nearer to where the film is, as long as there is `more` time in this frame.
    /// What lies behind, or far ahead, is told from the nearest moment that is kept, beside what is
    /// shown. Returns whether it is there.
    pub fn advance(
        &mut self,
        log: &Log,
        shown: &mut Model,
        more: &mut dyn FnMut() -> bool,
    ) -> bool {
        self.stops.update(log);
        self.begin(log, shown);
        let to = log.up_to(self.at);
        let model = self.working.as_mut().unwrap_or(shown);
        let mut next = log.up_to(model.last);
        while next < to {
            let slice = next..to.min(next + SLICE);
            next = slice.end;
            for event in slice.filter_map(|index| log.get(index)) {
                model.apply(Entry::Event(event.clone()));
            }
            self.moments.keep(model);
            if !more() {
                break;
            }
        }
        if next == to
            && let Some(model) = self.working.take()
        {
            *shown = model;
        }
        next == to
    }

    /// Chooses from where to go on.
    fn begin(&mut self, log: &Log, shown: &Model) {
        let kept = self.moments.before(self.at);
        let best = kept.map_or(Seq(0), |kept| kept.last);
        let nearest = |model: &Model| (best..=self.at).contains(&model.last);
        let on = self.working.as_ref().filter(|on| nearest(on));
        if nearest(shown) && on.is_none_or(|on| on.last <= shown.last) {
            self.working = None;
        } else if on.is_none() {
            self.working = Some(kept.cloned().unwrap_or_else(|| log.beginning()));
        }
    }
}

fn last_of(log: &Log, count: usize) -> Seq {
    let event = count.checked_sub(1).and_then(|last| log.get(last));
    event.map_or(Seq(0), |event| event.seq)
}
