//! Spans of rows, and which of them meet a window. Looking costs as much as is found, and a little
//! for every [`BLOCK`] of the rest.

/// How many spans are passed over with one look.
const BLOCK: usize = 128;

/// The end of a span that has none yet.
pub(crate) const OPEN: usize = usize::MAX;

type Span = (usize, usize);

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Spans {
    all: Vec<Span>,
    /// What every [`BLOCK`] of them covers at most.
    blocks: Vec<Span>,
}

fn meets(one: Span, window: Span) -> bool {
    one.0 <= window.1 && one.1 >= window.0
}

impl Spans {
    /// Adds one, with the next number.
    pub(crate) fn push(&mut self, first: usize, last: usize) {
        if self.all.len().is_multiple_of(BLOCK) {
            self.blocks.push((first, last));
        }
        self.all.push((first, last));
        self.cover(self.all.len() - 1);
    }

    /// Ends the span of that number.
    pub(crate) fn end(&mut self, number: usize, last: usize) {
        if let Some(span) = self.all.get_mut(number) {
            span.1 = last;
            self.cover(number);
        }
    }

    fn cover(&mut self, number: usize) {
        let block = number / BLOCK;
        let members = self.all.iter().skip(block * BLOCK).take(BLOCK);
        let whole = members.fold((OPEN, 0), |whole, one| {
            (whole.0.min(one.0), whole.1.max(one.1))
        });
        if let Some(block) = self.blocks.get_mut(block) {
            *block = whole;
        }
    }

    /// The numbers of those that have a row between these two, in their order.
    pub(crate) fn between(&self, first: usize, last: usize) -> impl Iterator<Item = usize> {
        let window = (first, last);
        let blocks = self.blocks.iter().enumerate();
        blocks
            .filter(move |(_, whole)| meets(**whole, window))
            .flat_map(|(block, _)| {
                let from = block * BLOCK;
                let members = self.all.iter().enumerate();
                members.skip(from).take(BLOCK)
            })
            .filter(move |(_, one)| meets(**one, window))
            .map(|(number, _)| number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_found_is_what_meets_the_window(
            spans in prop::collection::vec((0..2_000_usize, 0..60_usize, any::<bool>()), 0..600),
            ends in prop::collection::vec((0..600_usize, 0..60_usize), 0..200),
            windows in prop::collection::vec((0..2_100_usize, 0..80_usize), 1..20),
        ) {
            let (mut kept, mut plain) = (Spans::default(), Vec::new());
            for (first, length, open) in spans {
                let last = if open { OPEN } else { first + length };
                kept.push(first, last);
                plain.push((first, last));
            }
            for (number, length) in ends {
                if let Some(span) = plain.get_mut(number) {
                    span.1 = span.0 + length;
                    kept.end(number, span.1);
                }
            }
            for (first, length) in windows {
                let last = first + length;
                let found: Vec<usize> = kept.between(first, last).collect();
                let expected: Vec<usize> = (0..plain.len())
                    .filter(|number| meets(plain[*number], (first, last)))
                    .collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
