//! Boxes by the rows that they take, and which of them meet a window. Looking costs as much as is found,
//! and a little for every [`BLOCK`] of the rest.

use sockscope_frontend::shared::Queue;

use super::parts::CallBox;

/// How many boxes are passed over with one look.
const BLOCK: usize = 64;

/// The end of a span that has none yet.
const OPEN: usize = usize::MAX;

type Span = (usize, usize);

/// What every [`BLOCK`] of the boxes covers at most.
#[derive(Debug, Default, Clone)]
pub(crate) struct Spans(Vec<Span>);

fn span(one: &CallBox) -> Span {
    (one.first, one.last.unwrap_or(OPEN))
}

fn meets(one: Span, window: Span) -> bool {
    one.0 <= window.1 && one.1 >= window.0
}

fn block(boxes: &Queue<CallBox>, block: usize) -> impl Iterator<Item = &CallBox> {
    boxes.range(block * BLOCK..((block + 1) * BLOCK).min(boxes.len()))
}

impl Spans {
    /// Takes in a box that is new, or has got its end.
    pub(crate) fn cover(&mut self, boxes: &Queue<CallBox>, number: usize) {
        let at = number / BLOCK;
        let members = block(boxes, at).map(span);
        let whole = members.fold((OPEN, 0), |whole, one| {
            (whole.0.min(one.0), whole.1.max(one.1))
        });
        match self.0.get_mut(at) {
            Some(block) => *block = whole,
            None => self.0.push(whole),
        }
    }

    /// Those of the boxes that have a row between these two, in their order.
    pub(crate) fn between<'a>(
        &'a self,
        boxes: &'a Queue<CallBox>,
        first: usize,
        last: usize,
    ) -> impl Iterator<Item = &'a CallBox> {
        let window = (first, last);
        let blocks = self.0.iter().enumerate();
        blocks
            .filter(move |(_, whole)| meets(**whole, window))
            .flat_map(move |(at, _)| block(boxes, at))
            .filter(move |one| meets(span(one), window))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sockscope_protocol::CallId;

    use super::*;

    proptest! {
        #[test]
        fn what_is_found_is_what_meets_the_window(
            spans in prop::collection::vec((0..2_000_usize, 0..60_usize, any::<bool>()), 0..600),
            ends in prop::collection::vec((0..600_usize, 0..60_usize), 0..200),
            windows in prop::collection::vec((0..2_100_usize, 0..80_usize), 1..20),
        ) {
            let (mut kept, mut boxes) = (Spans::default(), Queue::default());
            for (first, length, open) in spans {
                boxes.push(CallBox {
                    call: CallId(boxes.len() as u64),
                    column: None,
                    depth: 0,
                    first,
                    last: (!open).then_some(first + length),
                    data: None,
                    before: None,
                });
                kept.cover(&boxes, boxes.len() - 1);
            }
            for (number, length) in ends {
                if let Some(one) = boxes.get_mut(number) {
                    one.last = Some(one.first + length);
                    kept.cover(&boxes, number);
                }
            }
            for (first, length) in windows {
                let last = first + length;
                let found: Vec<&CallBox> = kept.between(&boxes, first, last).collect();
                let met = |one: &&CallBox| meets(span(one), (first, last));
                let expected: Vec<&CallBox> = boxes.iter().filter(met).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
