use sockscope_protocol::{CallId, Data, HEADER_LEN};

/// How many bytes of messages a `stream` may be ahead of the page. Enough to keep a fast local
/// bridge busy; a small part of the log that the bridge holds for a page that comes back.
pub const WINDOW: u64 = 1 << 20;

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

impl Credits {
    /// A `stream` was asked for, with a credit of [`WINDOW`].
    pub fn begin(&mut self, call: CallId) {
        self.streams.push(Ledger {
            call,
            total: WINDOW,
            used: 0,
        });
    }

    /// The page has taken a message. Returns whether the total went up, so that it is to be said:
    /// whenever half a window is used, which keeps `credit` messages few.
    pub fn took(&mut self, data: &Data) -> bool {
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
        let due = ledger.used + WINDOW;
        let raise = due.saturating_sub(ledger.total) >= WINDOW / 2;
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;
    use sockscope_protocol::{DataFlags, SocketId};

    use super::*;

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
            credits.begin(CallId(7));
            let mut used = 0;
            let mut said = WINDOW;
            for size in sizes {
                used += (HEADER_LEN + size) as u64;
                if credits.took(&data(7, size)) {
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
    fn only_streams_that_go_on_count() {
        let mut credits = Credits::default();
        assert!(!credits.took(&data(1, 1 << 20)));
        credits.begin(CallId(1));
        assert!(credits.took(&data(1, 1 << 20)));
        credits.ended(CallId(1));
        assert_eq!(credits.total(CallId(1)), None);
    }
}
