/// The first wait before a new attempt, milliseconds.
const FIRST_MS: f64 = 250.0;
/// The longest.
const LONGEST_MS: f64 = 8_000.0;

/// How long to wait before the next attempt to connect: twice as long each time, up to a limit,
/// less a random part, so that a class of pages does not come back all at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Backoff {
    attempts: u32,
}

impl Backoff {
    /// The next wait in milliseconds. `random` is in `0.0..1.0`.
    pub fn next_ms(&mut self, random: f64) -> f64 {
        let doubled = FIRST_MS * f64::from(1_u32 << self.attempts.min(16));
        self.attempts = self.attempts.saturating_add(1);
        doubled.min(LONGEST_MS) * (0.5 + 0.5 * random)
    }

    /// Begins anew, after a success or on a person's word.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_limit_and_begin_anew() {
        let mut backoff = Backoff::default();
        let waits: Vec<f64> = (0..8).map(|_| backoff.next_ms(1.0)).collect();
        assert_eq!(waits[..3], [250.0, 500.0, 1_000.0]);
        assert_eq!(waits[6..], [8_000.0, 8_000.0]);
        backoff.reset();
        assert!((backoff.next_ms(0.0) - 125.0).abs() < f64::EPSILON);
        for _ in 0..100 {
            assert!(backoff.next_ms(0.5) <= LONGEST_MS);
        }
    }
}
