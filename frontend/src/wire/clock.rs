/// The session's clock as the page can tell it: an event that just came is at least as old as the
/// quickest one was on its way.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Clock {
    /// Page time less session time, microseconds, the smallest seen.
    offset_us: Option<f64>,
    /// An event before this time tells little more than the one before it.
    next_us: u64,
}

/// How often it is worth to ask for the time.
const EVERY_US: u64 = 10_000;

impl Clock {
    /// An event of session time `time_us` arrives, at page time `page_ms`.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a session is shorter than 2^53 microseconds"
    )]
    pub fn arrived(&mut self, time_us: u64, page_ms: impl FnOnce() -> f64) {
        if time_us < self.next_us {
            return;
        }
        self.next_us = time_us + EVERY_US;
        let offset = page_ms() * 1_000.0 - time_us as f64;
        self.offset_us = Some(self.offset_us.map_or(offset, |known| known.min(offset)));
    }

    /// When the session began, in microseconds since 1970 by the computer's clock; the page's own began
    /// at `origin_ms` of it.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "after 1970, and below 2^53"
    )]
    pub fn zero_us(&self, origin_ms: f64) -> Option<u64> {
        Some((origin_ms * 1_000.0 + self.offset_us?) as u64)
    }

    /// The clock of a session that began then, as a former page knew it.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
    pub fn since(zero_us: u64, origin_ms: f64) -> Self {
        Self {
            offset_us: Some(zero_us as f64 - origin_ms * 1_000.0),
            next_us: 0,
        }
    }

    /// The session's time now, microseconds; none before the first event.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to what u64 holds"
    )]
    pub fn now_us(&self, page_ms: f64) -> Option<u64> {
        Some((page_ms * 1_000.0 - self.offset_us?).max(0.0) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quickest_event_sets_the_clock() {
        let mut clock = Clock::default();
        assert_eq!(clock.now_us(5.0), None);
        clock.arrived(1_000, || 900.0);
        clock.arrived(2_000_000, || 2_100.0);
        clock.arrived(2_500_000, || 3_000.0);
        // So soon after another one it is not asked.
        clock.arrived(2_500_001, || 0.0);
        assert_eq!(clock.now_us(3_100.0), Some(3_000_000));
    }

    #[test]
    fn the_next_page_knows_it_too() {
        let mut clock = Clock::default();
        clock.arrived(2_000_000, || 2_100.0);
        // Loaded again five seconds later.
        let zero = clock.zero_us(1_767_225_600_000.0).unwrap();
        let next = Clock::since(zero, 1_767_225_605_000.0);
        assert_eq!(next.now_us(40.0), Some(4_940_000));
    }
}
