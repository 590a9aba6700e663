//! What a client may do wrong before it is sent away.

use std::time::Instant;

use sockscope_protocol::CloseCode;

use super::farewell::{Farewell, LastWords};

/// How many messages of one WebSocket may be impossible to understand. A client that works sends
/// none, a person who tries things out by hand some.
const MAX_BAD_MESSAGES: u32 = 100;
/// How many seconds' worth of calls a client may send too much. Calls above the rate are rejected one
/// by one; only who keeps sending them (40,000 at once with the usual limit of 2,000 a second) is
/// sent away.
const FLOOD_SECONDS: u32 = 20;

/// What a client has left.
#[derive(Debug)]
pub(super) struct Budget {
    bad_messages: u32,
    /// A bucket that every call fills by one and that leaks `per_second`.
    flood: f64,
    per_second: f64,
    leaked: Instant,
}

impl Budget {
    pub(super) fn new(calls_per_second: u32, now: Instant) -> Self {
        Self {
            bad_messages: 0,
            flood: 0.0,
            per_second: f64::from(calls_per_second),
            leaked: now,
        }
    }

    /// Counts a message that asks for something to be done.
    pub(super) fn request(&mut self, now: Instant) -> Result<(), LastWords> {
        let passed = now.saturating_duration_since(self.leaked).as_secs_f64();
        self.leaked = now;
        self.flood = (self.flood - passed * self.per_second).max(0.0) + 1.0;
        if self.flood <= self.per_second * f64::from(FLOOD_SECONDS) {
            return Ok(());
        }
        let message = format!("calls kept coming far above {} a second", self.per_second);
        Err(Some(Farewell::new(CloseCode::Flood, message)))
    }

    /// Counts a message that could not be understood.
    pub(super) fn bad_message(&mut self) -> Result<(), LastWords> {
        self.bad_messages += 1;
        if self.bad_messages <= MAX_BAD_MESSAGES {
            return Ok(());
        }
        let message = format!("more than {MAX_BAD_MESSAGES} messages could not be understood");
        Err(Some(Farewell::new(CloseCode::BadMessages, message)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Budget, MAX_BAD_MESSAGES};

    #[test]
    fn who_keeps_to_the_rate_stays_and_who_floods_goes() {
        let start = Instant::now();
        let mut budget = Budget::new(1000, start);
        for millisecond in 0..100_000 {
            let now = start + Duration::from_millis(millisecond);
            assert_eq!(budget.request(now), Ok(()));
        }
        let later = start + Duration::from_secs(1000);
        let taken = (0..).take_while(|_| budget.request(later).is_ok()).count();
        assert_eq!(taken, 20_000);
    }

    #[test]
    fn some_bad_messages_are_forgiven() {
        let mut budget = Budget::new(1, Instant::now());
        for _ in 0..MAX_BAD_MESSAGES {
            assert_eq!(budget.bad_message(), Ok(()));
        }
        assert_eq!(budget.bad_message().unwrap_err().unwrap().code, 4000);
    }
}
