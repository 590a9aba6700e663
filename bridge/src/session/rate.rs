//! How fast calls may be started.

use std::time::Instant;

/// A token bucket: `per_second` on average, bursts of twice as many.
#[derive(Debug)]
pub(crate) struct Rate {
    per_second: f64,
    tokens: f64,
    filled: Instant,
}

impl Rate {
    pub(crate) fn new(per_second: u32, now: Instant) -> Self {
        let per_second = f64::from(per_second);
        Self {
            per_second,
            tokens: per_second * 2.0,
            filled: now,
        }
    }

    /// Whether one more may be started now; [`Self::spend`] counts it.
    pub(crate) fn allows(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.per_second * 2.0);
        self.filled = now;
        self.tokens >= 1.0
    }

    /// Counts one that [`Self::allows`] let through.
    pub(crate) fn spend(&mut self) {
        self.tokens -= 1.0;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn take(rate: &mut Rate, now: Instant) -> u32 {
        let mut taken = 0;
        while rate.allows(now) {
            rate.spend();
            taken += 1;
        }
        taken
    }

    #[test]
    fn a_burst_of_twice_the_rate_then_the_rate() {
        let start = Instant::now();
        let mut rate = Rate::new(100, start);
        assert_eq!(take(&mut rate, start), 200);
        assert_eq!(take(&mut rate, start + Duration::from_millis(500)), 50);
        assert_eq!(take(&mut rate, start + Duration::from_secs(60)), 200);
    }
}
