//! A queue whose copies cost next to nothing: they share what they have in common, block by block, and
//! a block is copied when one of them changes it. That is what lets a film keep many moments of a long
//! session.

use std::ops::{Index, IndexMut, Range};
use std::sync::Arc;

/// Values in a block: what is copied at most to change one.
const BLOCK: usize = 64;

/// Values in the order in which they came.
#[derive(Debug, Clone)]
pub struct Queue<T> {
    /// All but the last are full, counting what is gone of the first.
    blocks: Vec<Arc<Vec<T>>>,
    /// How many values of the first block are gone.
    gone: usize,
    len: usize,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            gone: 0,
            len: 0,
        }
    }
}

impl<T: PartialEq> PartialEq for Queue<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T> Queue<T> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The block of a place, and the place in it.
    fn place(&self, at: usize) -> (usize, usize) {
        let at = at + self.gone;
        let gone = if at < BLOCK { self.gone } else { 0 };
        (at / BLOCK, at % BLOCK - gone)
    }

    /// The value at a place.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&T> {
        (at < self.len).then(|| &self[at])
    }

    /// The newest value.
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.get(self.len.checked_sub(1)?)
    }

    /// All of them, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.range(0..self.len)
    }

    /// Those from a place on.
    pub fn from(&self, at: usize) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.range(at.min(self.len)..self.len)
    }

    /// Those of a range of places that are there.
    pub fn range(
        &self,
        range: Range<usize>,
    ) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        range.map(|at| &self[at])
    }

    /// Where the first value stands for which `before` does not hold, when it holds for all before it
    /// and for none after it.
    pub fn partition_point(&self, before: impl Fn(&T) -> bool) -> usize {
        let (mut from, mut to) = (0, self.len);
        while from < to {
            let middle = from.midpoint(to);
            if before(&self[middle]) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        from
    }
}

impl<T: Clone> Queue<T> {
    /// A block, to be changed.
    #[inline(never)]
    fn own(&mut self, block: usize) -> &mut Vec<T> {
        Arc::make_mut(&mut self.blocks[block])
    }

    /// The value at a place, to be changed.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        (at < self.len).then(|| &mut self[at])
    }

    /// Adds one at the end.
    pub fn push(&mut self, value: T) {
        let (block, _) = self.place(self.len);
        if block == self.blocks.len() {
            self.blocks.push(Arc::default());
        }
        self.own(block).push(value);
        self.len += 1;
    }

    /// Takes the oldest one out.
    pub fn pop(&mut self) -> Option<T> {
        if self.len == 0 {
            return None;
        }
        let value = self.own(0).remove(0);
        self.len -= 1;
        self.gone += 1;
        if self.gone == BLOCK || self.len == 0 {
            self.blocks.remove(0);
            self.gone = 0;
        }
        Some(value)
    }

    /// Takes one out; cheap near the beginning.
    pub fn remove(&mut self, at: usize) -> Option<T> {
        let removed = self.get(at)?.clone();
        for at in (0..at).rev() {
            self[at + 1] = self[at].clone();
        }
        self.pop();
        Some(removed)
    }
}

impl<T: Clone> FromIterator<T> for Queue<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut queue = Self::default();
        for value in values {
            queue.push(value);
        }
        queue
    }
}

impl<T> Index<usize> for Queue<T> {
    type Output = T;

    #[inline(never)]
    fn index(&self, at: usize) -> &T {
        let (block, at) = self.place(at);
        &self.blocks[block][at]
    }
}

impl<T: Clone> IndexMut<usize> for Queue<T> {
    fn index_mut(&mut self, at: usize) -> &mut T {
        let (block, at) = self.place(at);
        &mut self.own(block)[at]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_does_what_a_deque_does_and_copies_stay_what_they_were(
            steps in prop::collection::vec((0..10_u8, 0..300_usize), 0..900),
        ) {
            let (mut ours, mut theirs) = (Queue::default(), VecDeque::new());
            let mut copies = Vec::new();
            for (value, (step, at)) in steps.into_iter().enumerate() {
                match step {
                    0..6 => {
                        ours.push(value);
                        theirs.push_back(value);
                    }
                    6 => prop_assert_eq!(ours.pop(), theirs.pop_front()),
                    7 => prop_assert_eq!(ours.remove(at), theirs.remove(at)),
                    8 => {
                        let (one, other) = (ours.get_mut(at), theirs.get_mut(at));
                        prop_assert_eq!(&one, &other);
                        if let (Some(one), Some(other)) = (one, other) {
                            (*one, *other) = (value, value);
                        }
                    }
                    _ => copies.push((ours.clone(), theirs.clone())),
                }
                prop_assert_eq!(ours.last(), theirs.back());
                prop_assert_eq!(ours.get(at), theirs.get(at));
            }
            copies.push((ours, theirs));
            for (ours, theirs) in copies {
                prop_assert_eq!(ours.len(), theirs.len());
                prop_assert_eq!(ours.is_empty(), theirs.is_empty());
                prop_assert!(ours.iter().eq(theirs.iter()));
                prop_assert!(ours.iter().rev().eq(theirs.iter().rev()));
                let half = theirs.len() / 2;
                prop_assert!(ours.from(half).eq(theirs.range(half..)));
            }
        }

        #[test]
        fn the_partition_point_is_where_values_begin_to_be_as_large(
            gone in 0..200_usize, len in 0..400_usize, sought in 0..700_usize,
        ) {
            let mut queue: Queue<usize> = (0..gone + len).collect();
            for _ in 0..gone {
                queue.pop();
            }
            let found = queue.partition_point(|value| *value < sought);
            prop_assert_eq!(found, sought.saturating_sub(gone).min(len));
        }
    }
}
