use std::sync::Arc;

use sockscope_protocol::{CallId, Seq};

use crate::sorted::Map;

/// Calls of a page. Numbers mostly come one after another.
const PAGE: usize = 32;

/// The event that began each call. Copies share their pages.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Index(Map<u64, Arc<[Seq; PAGE]>>);

/// No event has this number.
const NONE: Seq = Seq(0);

fn place(id: CallId) -> (u64, usize) {
    (id.0 / PAGE as u64, (id.0 % PAGE as u64) as usize)
}

impl Index {
    pub(super) fn get(&self, id: CallId) -> Option<Seq> {
        let (page, at) = place(id);
        let seq = self.0.get(&page)?.get(at).copied();
        seq.filter(|seq| *seq != NONE)
    }

    /// The event that began a call: `seq`, if none is known.
    pub(super) fn get_or_insert(&mut self, id: CallId, seq: Seq) -> Seq {
        let (page, at) = place(id);
        let page = self.0.get_or_insert_with(page, || Arc::new([NONE; PAGE]));
        match page[at] {
            NONE => {
                Arc::make_mut(page)[at] = seq;
                seq
            }
            known => known,
        }
    }

    pub(super) fn remove(&mut self, id: CallId) {
        let (number, at) = place(id);
        if let Some(page) = self.0.get_mut(&number) {
            Arc::make_mut(page)[at] = NONE;
            if page.iter().all(|seq| *seq == NONE) {
                self.0.remove(&number);
            }
        }
    }
}
