//! How many packets a client may send (CONTINUE).
//!
//! Wisp counts packets, but memory is bytes, and a packet may have any size. So the number given out
//! follows the size of the packets that come: a few large ones, or many small ones.

/// What each stream begins with, before anything is known of its packets.
pub(in crate::relay) const INITIAL: u32 = 16;

/// How many bytes a client shall be able to have under way. It may have half a window more than the
/// last number says, because that number crosses with packets that were sent before it came; so that
/// with packets of up to 64 KiB no stream holds a mebibyte.
const WINDOW: usize = 512 * 1024;
const FEWEST: usize = 2;
const MOST: usize = 512;

/// The account of one stream.
#[derive(Debug)]
pub(in crate::relay) struct Credit {
    given: u32,
    received: u32,
    /// The largest packet of late.
    largest: usize,
}

impl Credit {
    pub(in crate::relay) const fn new() -> Self {
        Self {
            given: INITIAL,
            received: 0,
            largest: 0,
        }
    }

    pub(in crate::relay) fn received(&mut self, packets: u32, largest: usize) {
        self.received = self.received.saturating_add(packets);
        self.largest = self.largest.max(largest);
    }

    /// Whether the client should hear of more credit before it runs out of it.
    pub(in crate::relay) fn is_due(&self) -> bool {
        self.received > 0 && self.received >= self.given / 2
    }

    /// What the client may send from now on.
    pub(in crate::relay) fn renew(&mut self) -> u32 {
        // Of packets that have not come nothing is known.
        let packets = WINDOW.checked_div(self.largest);
        let packets = packets.map(|packets| packets.clamp(FEWEST, MOST));
        let packets = packets.and_then(|packets| u32::try_from(packets).ok());
        self.given = packets.unwrap_or(INITIAL);
        self.received = 0;
        self.largest /= 2;
        self.given
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_follows_the_size_of_packets() {
        let mut credit = Credit::new();
        assert!(!credit.is_due());
        assert_eq!(credit.renew(), INITIAL);
        credit.received(INITIAL / 2, 64 * 1024);
        assert!(credit.is_due());
        assert_eq!(credit.renew(), 8);
        assert!(!credit.is_due());
        credit.received(5, 1000);
        assert!(credit.is_due());
        // Not at once: the large packets may come back.
        assert_eq!(credit.renew(), 16);
        for _ in 0..10 {
            credit.received(10, 1);
            credit.renew();
        }
        credit.received(1, 1);
        assert_eq!(credit.renew(), 512);
        credit.received(1, 1 << 30);
        assert_eq!(credit.renew(), 2);
    }
}
