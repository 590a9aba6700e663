//! The stage in a film, which jumps: layouts of moments some way apart, to go on from.

use sockscope_frontend::model::Model;

use super::layout::Layout;

/// Rows from one moment to the next, at first.
const EVERY: usize = 1_000;
/// Moments that are kept at most. When there would be more, every other one goes, and the next ones
/// come half as often.
const MOST: usize = 64;

pub(crate) struct Moments {
    kept: Vec<Layout>,
    every: usize,
    most: usize,
}

impl Default for Moments {
    fn default() -> Self {
        Self::new(EVERY, MOST)
    }
}

impl Moments {
    pub(crate) fn new(every: usize, most: usize) -> Self {
        Self {
            kept: Vec::new(),
            every,
            most,
        }
    }

    /// Brings a layout to what the model shows; of a `film`, from the nearest moment that is kept.
    pub(crate) fn update(&mut self, layout: &mut Layout, model: &Model, film: bool) {
        if !film {
            *self = Self::default();
            layout.update(model, usize::MAX);
            return;
        }
        let mut kept = self.kept.iter().rev();
        if let Some(best) = kept.find(|one| one.leads_to(model))
            && (best.done > layout.done || !layout.leads_to(model))
        {
            *layout = best.clone();
        }
        while layout.update(model, self.every) {
            self.keep(layout);
        }
        self.keep(layout);
    }

    fn keep(&mut self, layout: &Layout) {
        let last = self.kept.last().map_or(0, |kept| kept.done);
        if layout.done < last + self.every as u64 {
            return;
        }
        if self.kept.len() == self.most {
            let mut odd = true;
            self.kept.retain(|_| {
                odd = !odd;
                odd
            });
            self.every *= 2;
        }
        self.kept.push(layout.clone());
    }
}
