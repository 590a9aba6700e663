/// Finds bytes in a stream that comes piece by piece. As for a person who reads on behind each hit,
/// hits do not overlap.
#[derive(Debug, Clone)]
pub struct Finder {
    needle: Vec<u8>,
    /// How far to move on, by the byte under the needle's end (Horspool 1980).
    skip: Vec<usize>,
    /// The last bytes of the stream: one less than the needle has.
    tail: Vec<u8>,
    /// The offset behind them.
    at: u64,
    /// Where the next hit may begin.
    next: u64,
}

impl Finder {
    /// A finder; none when there is nothing to look for.
    #[must_use]
    pub fn new(needle: Vec<u8>) -> Option<Self> {
        let last = needle.len().checked_sub(1)?;
        let mut skip = vec![needle.len(); 256];
        for (at, byte) in needle.iter().enumerate().take(last) {
            skip[usize::from(*byte)] = last - at;
        }
        Some(Self {
            needle,
            skip,
            tail: Vec::new(),
            at: 0,
            next: 0,
        })
    }

    /// The length of what is looked for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.needle.len()
    }

    /// Whether nothing is looked for: never.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.needle.is_empty()
    }

    /// The stream goes on with a piece at an offset; elsewhere than where it ended, nothing is found
    /// across the gap. `hit` is asked about each offset where the bytes stand, and says whether it
    /// counts.
    pub fn piece(&mut self, offset: u64, bytes: &[u8], mut hit: impl FnMut(u64) -> bool) {
        if offset != self.at {
            self.restart();
        }
        let overlap = self.needle.len() - 1;
        if !self.tail.is_empty() {
            let mut joined = std::mem::take(&mut self.tail);
            let begin = offset - joined.len() as u64;
            joined.extend_from_slice(bytes.get(..overlap).unwrap_or(bytes));
            self.find(begin, &joined, &mut hit);
            self.tail = joined;
        }
        self.find(offset, bytes, &mut hit);
        if bytes.len() >= overlap {
            self.tail.clear();
            self.tail.extend_from_slice(&bytes[bytes.len() - overlap..]);
        } else {
            if self.tail.is_empty() {
                self.tail.extend_from_slice(bytes);
            }
            let old = self.tail.len().saturating_sub(overlap);
            self.tail.drain(..old);
        }
        self.at = offset + bytes.len() as u64;
    }

    /// What comes next has nothing to do with what came before.
    pub fn restart(&mut self) {
        self.tail.clear();
        self.next = 0;
    }

    fn find(&mut self, base: u64, bytes: &[u8], hit: &mut impl FnMut(u64) -> bool) {
        let mut at = usize::try_from(self.next.saturating_sub(base)).unwrap_or(usize::MAX);
        while let Some(window) = at
            .checked_add(self.needle.len())
            .and_then(|end| bytes.get(at..end))
        {
            let offset = base + at as u64;
            if window == self.needle && hit(offset) {
                at += self.needle.len();
                self.next = base + at as u64;
            } else {
                let last = window.last().copied().unwrap_or_default();
                at += self.skip[usize::from(last)];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(needle: &[u8], bytes: &[u8]) -> Vec<u64> {
        let (mut found, mut at) = (Vec::new(), 0);
        while at + needle.len() <= bytes.len() {
            if bytes[at..].starts_with(needle) {
                found.push(at as u64);
                at += needle.len();
            } else {
                at += 1;
            }
        }
        found
    }

    fn found(needle: &[u8], pieces: &[&[u8]]) -> Vec<u64> {
        let mut finder = Finder::new(needle.to_vec()).unwrap();
        let (mut found, mut offset) = (Vec::new(), 0);
        for piece in pieces {
            finder.piece(offset, piece, |at| {
                found.push(at);
                true
            });
            offset += piece.len() as u64;
        }
        found
    }

    #[test]
    fn nothing_is_found_across_a_gap() {
        let mut finder = Finder::new(b"ab".to_vec()).unwrap();
        let mut found = Vec::new();
        finder.piece(0, b"a", |at| {
            found.push(at);
            true
        });
        finder.piece(2, b"bab", |at| {
            found.push(at);
            true
        });
        assert_eq!(found, [3]);
        assert!(Finder::new(Vec::new()).is_none());
    }

    #[test]
    fn what_does_not_count_hides_nothing() {
        let mut finder = Finder::new(b"aa".to_vec()).unwrap();
        let mut found = Vec::new();
        finder.piece(0, b"aaaa", |at| {
            found.push(at);
            at != 0
        });
        assert_eq!(found, [0, 1]);
    }

    proptest! {
        #[test]
        fn any_pieces_give_what_a_naive_search_gives(
            bytes in prop::collection::vec(0_u8..3, 0..120),
            needle in prop::collection::vec(0_u8..3, 1..7),
            mut cuts in prop::collection::vec(0_usize..120, 0..12),
        ) {
            cuts.sort_unstable();
            let (mut pieces, mut from) = (Vec::new(), 0);
            for cut in cuts.into_iter().chain([bytes.len()]) {
                let cut = cut.min(bytes.len()).max(from);
                pieces.push(&bytes[from..cut]);
                from = cut;
            }
            prop_assert_eq!(found(&needle, &pieces), naive(&needle, &bytes));
        }
    }
}
