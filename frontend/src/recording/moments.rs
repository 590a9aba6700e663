use sockscope_protocol::Seq;

use crate::model::Model;

/// Events from one moment to the next, at first.
const EVERY: u64 = 1_000;
/// Moments that are kept at most. When there would be more, every other one goes, and the next ones
/// come half as often.
const MOST: usize = 64;

/// A film's session at moments some way apart, to go on from. What they have in common they share.
#[derive(Debug, Clone)]
pub(super) struct Moments {
    kept: Vec<Model>,
    every: u64,
}

impl Default for Moments {
    fn default() -> Self {
        Self {
            kept: Vec::new(),
            every: EVERY,
        }
    }
}

impl Moments {
    /// The last one at or before an event.
    pub(super) fn before(&self, seq: Seq) -> Option<&Model> {
        let after = self.kept.partition_point(|model| model.last <= seq);
        self.kept.get(after.checked_sub(1)?)
    }

    /// Keeps a moment, unless one is kept that is near or later.
    pub(super) fn keep(&mut self, model: &Model) {
        let last = self.kept.last().map_or(0, |kept| kept.last.0);
        if model.last.0 < last + self.every {
            return;
        }
        if self.kept.len() == MOST {
            let mut odd = true;
            self.kept.retain(|_| {
                odd = !odd;
                odd
            });
            self.every *= 2;
        }
        self.kept.push(model.clone());
    }
}
