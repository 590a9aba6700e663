//! Which call numbers were used, so that no call is made twice.

use std::collections::BTreeMap;

use sockscope_protocol::CallId;

/// How many separate runs of numbers are remembered. A client that counts upwards makes one, several
/// clients of a session one each; only a client that scatters its numbers reaches this.
const MAX_RUNS: usize = 1024;

/// A set of numbers, kept as runs: first number to last number.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    runs: BTreeMap<u64, u64>,
}

/// The set remembers as many runs as it may.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Numbers {
    pub(crate) fn contains(&self, call: CallId) -> bool {
        self.runs
            .range(..=call.0)
            .next_back()
            .is_some_and(|(_, last)| *last >= call.0)
    }

    /// Adds a number that is not in the set.
    pub(crate) fn insert(&mut self, call: CallId) -> Result<(), Full> {
        let number = call.0;
        let below = self
            .runs
            .range(..number)
            .next_back()
            .filter(|(_, last)| **last + 1 == number)
            .map(|(first, _)| *first);
        let above = number
            .checked_add(1)
            .and_then(|next| self.runs.get(&next).copied().map(|last| (next, last)));
        match (below, above) {
            (None, None) if self.runs.len() >= MAX_RUNS => return Err(Full),
            (None, None) => {
                self.runs.insert(number, number);
            }
            (Some(first), None) => {
                self.runs.insert(first, number);
            }
            (below, Some((next, last))) => {
                self.runs.remove(&next);
                self.runs.insert(below.unwrap_or(number), last);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_as_a_set(numbers in proptest::collection::vec(0_u64..60, 0..80)) {
            let mut expected = BTreeSet::new();
            let mut actual = Numbers::default();
            for number in numbers {
                prop_assert_eq!(actual.contains(CallId(number)), expected.contains(&number));
                if expected.insert(number) {
                    prop_assert_eq!(actual.insert(CallId(number)), Ok(()));
                }
            }
            for number in 0..60 {
                prop_assert_eq!(actual.contains(CallId(number)), expected.contains(&number));
            }
        }
    }

    #[test]
    fn the_ends_of_the_range_are_numbers_like_others() {
        let mut numbers = Numbers::default();
        for number in [u64::MAX, 0, u64::MAX - 1] {
            assert!(!numbers.contains(CallId(number)));
            assert_eq!(numbers.insert(CallId(number)), Ok(()));
            assert!(numbers.contains(CallId(number)));
        }
    }

    #[test]
    fn scattered_numbers_fill_it_and_adjacent_ones_still_fit() {
        let mut numbers = Numbers::default();
        for run in 0..MAX_RUNS as u64 {
            assert_eq!(numbers.insert(CallId(run * 2)), Ok(()));
        }
        assert_eq!(numbers.insert(CallId(1 << 40)), Err(Full));
        assert_eq!(numbers.insert(CallId(1)), Ok(()));
        assert_eq!(numbers.insert(CallId(1 << 40)), Ok(()));
    }
}
