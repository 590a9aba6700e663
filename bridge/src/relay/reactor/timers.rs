//! What is to happen at a certain time.

use std::collections::BTreeSet;
use std::time::Instant;

/// Whose time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::relay) enum Whose {
    /// A connection's own.
    Connection(usize),
    /// That of one stream of a connection.
    Stream(usize, usize),
}

/// A time that is set or not; known to [`Timers`].
#[derive(Debug, Default)]
pub(in crate::relay) struct Timer(Option<Instant>);

impl Timer {
    /// The time has come.
    pub(in crate::relay) fn ran(&mut self) {
        self.0 = None;
    }
}

/// All times that are set.
#[derive(Debug, Default)]
pub(in crate::relay) struct Timers(BTreeSet<(Instant, Whose)>);

impl Timers {
    pub(in crate::relay) fn set(&mut self, timer: &mut Timer, whose: Whose, at: Instant) {
        self.stop(timer, whose);
        timer.0 = Some(at);
        self.0.insert((at, whose));
    }

    pub(in crate::relay) fn stop(&mut self, timer: &mut Timer, whose: Whose) {
        if let Some(at) = timer.0.take() {
            self.0.remove(&(at, whose));
        }
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.0.first().map(|(at, _)| *at)
    }

    /// Takes one whose time has come. Its [`Timer`] has to be told by [`Timer::ran`].
    pub(super) fn due(&mut self, now: Instant) -> Option<Whose> {
        let (at, whose) = *self.0.first()?;
        if at > now {
            return None;
        }
        self.0.pop_first();
        Some(whose)
    }

    /// Forgets all of a connection.
    pub(super) fn forget(&mut self, connection: usize) {
        self.0.retain(|(_, whose)| match whose {
            Whose::Connection(of) | Whose::Stream(of, _) => *of != connection,
        });
    }
}
