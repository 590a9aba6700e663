use sockscope_protocol::{CallId, Data, HEADER_LEN};

/// How many bytes of messages a `stream` may be ahead of the page, at most: enough to keep a fast
/// local bridge busy while the page draws.
pub const WINDOW: u64 = 1 << 20;
/// And at least, among however many.
const LEAST: u64 = 16 << 10;

/// What each `stream` of this page was promised and has used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Credits {
    streams: Vec<Ledger>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ledger {
    call: CallId,
    total: u64,
    used: u64,
}

impl Ledger {
    /// How far it may be ahead.
    fn ahead(&self) -> u64 {
        self.total.saturating_sub(self.used)
    }
}

impl Credits {
    /// The credit that one more `stream` is asked for with, where the bridge's log holds payloads of
    /// `log_bytes`.
    #[must_use]
    pub fn first(&self, log_bytes: u64) -> u64 {
        let promised: u64 = self.streams.iter().map(Ledger::ahead).sum();
        (log_bytes / 2)
            .saturating_sub(promised)
            .div_ceil(2)
            .clamp(LEAST, WINDOW)
    }

    /// A `stream` was asked for, with a credit of [`Self::first`].
    pub fn begin(&mut self, call: CallId, total: u64) {
        self.streams.push(Ledger {
            call,
            total,
            used: 0,
        });
    }

    /// The page has taken a message. Returns whether the total went up, so that it is to be said:
    /// whenever half a window is used, which keeps `credit` messages few.
    pub fn took(&mut self, data: &Data, log_bytes: u64) -> bool {
        let window = window(log_bytes, self.streams.len());
        let mut ledgers = self.streams.iter_mut();
        let Some(ledger) = ledgers.find(|ledger| ledger.call == data.call) else {
            return false;
        };
        // What is omitted now was sent, and counted, when it was there.
        let bytes = if data.flags.omitted {
            u64::from(data.size)
        } else {
            data.payload.len() as u64
        };
        ledger.used += HEADER_LEN as u64 + bytes;
        let due = ledger.used + window;
        let raise = due.saturating_sub(ledger.total) >= window / 2;
        if raise {
            ledger.total = due;
        }
        raise
    }

    /// A call ended.
    pub fn ended(&mut self, call: CallId) {
        self.streams.retain(|ledger| ledger.call != call);
    }

    /// The total of a `stream` of this page that goes on.
    #[must_use]
    pub fn total(&self, call: CallId) -> Option<u64> {
        let mut ledgers = self.streams.iter();
        ledgers
            .find(|ledger| ledger.call == call)
            .map(|ledger| ledger.total)
    }

    /// The `stream` calls of this page that go on.
    pub fn calls(&self) -> impl Iterator<Item = CallId> {
        self.streams.iter().map(|ledger| ledger.call)
    }

    /// Forgets all, with the session.
    pub fn clear(&mut self) {
        self.streams.clear();
    }
}

/// How far ahead each of so many streams may be. What they bring must not push out of the bridge's log
/// what the page has not read: they share one half of it, what is sent has the other.
fn window(log_bytes: u64, streams: usize) -> u64 {
    (log_bytes / 2 / streams.max(1) as u64).clamp(LEAST, WINDOW)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;
    use sockscope_protocol::{DataFlags, SocketId};

    use super::*;

    const LOG: u64 = 4 << 20;

    fn data(call: u64, size: usize) -> Data {
        Data {
            call: CallId(call),
            socket: SocketId(1),
            offset: 0,
            flags: DataFlags::default(),
            size: u32::try_from(size).unwrap(),
            address: None,
            payload: Bytes::from(vec![0; size]),
        }
    }

    proptest! {
        #[test]
        fn the_total_stays_within_a_window_of_what_was_used(
            sizes in prop::collection::vec(0_usize..70_000, 0..200),
        ) {
            let mut credits = Credits::default();
            credits.begin(CallId(7), credits.first(LOG));
            let mut used = 0;
            let mut said = WINDOW;
            for size in sizes {
                used += (HEADER_LEN + size) as u64;
                if credits.took(&data(7, size), LOG) {
                    let total = credits.total(CallId(7)).unwrap();
                    prop_assert!(total > said);
                    said = total;
                }
                prop_assert!(said <= used + WINDOW);
                prop_assert!(said + WINDOW / 2 > used + WINDOW);
            }
        }
    }

    #[test]
    fn many_streams_share_what_the_log_holds() {
        let mut credits = Credits::default();
        let mut ahead = 0;
        for call in 1..=40 {
            credits.begin(CallId(call), credits.first(LOG));
        }
        let promised: u64 = credits.streams.iter().map(Ledger::ahead).sum();
        assert!(promised <= (2 << 20) + 40 * LEAST, "{promised}");
        // Those that came first were promised more, until they have used it.
        for round in 0..40 {
            ahead = 0;
            for call in 1..=40 {
                credits.took(&data(call, 65_536), LOG);
                let used = (round + 1) * (HEADER_LEN as u64 + 65_536);
                ahead += credits.total(CallId(call)).unwrap().saturating_sub(used);
            }
        }
        assert!(ahead <= 2 << 20, "{ahead}");
    }

    #[test]
    fn only_streams_that_go_on_count() {
        let mut credits = Credits::default();
        assert!(!credits.took(&data(1, 1 << 20), LOG));
        credits.begin(CallId(1), WINDOW);
        assert!(credits.took(&data(1, 1 << 20), LOG));
        credits.ended(CallId(1));
        assert_eq!(credits.total(CallId(1)), None);
    }
}
