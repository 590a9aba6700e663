use sockscope_protocol::{CallId, EventBody, Seq};

use super::Log;

/// Where a film goes call by call: each return, and each beginning of a call that then waited.
#[derive(Debug, Clone, Default)]
pub(super) struct Stops {
    all: Vec<(Seq, u64)>,
    /// The calls that have not returned, and the events that began them.
    waiting: Vec<(CallId, Seq)>,
    /// The last event that was looked at.
    seen: Seq,
}

impl Stops {
    pub(super) fn all(&self) -> &[(Seq, u64)] {
        &self.all
    }

    /// Takes in what is new in the log.
    pub(super) fn update(&mut self, log: &Log) {
        let first = log.up_to(self.seen);
        for event in (first..log.events().len()).filter_map(|index| log.get(index)) {
            self.seen = event.seq;
            match event.body {
                EventBody::Called { call, .. } => self.waiting.push((call, event.seq)),
                EventBody::Returned { call, blocked, .. } => {
                    let mut waiting = self.waiting.iter();
                    if let Some(index) = waiting.rposition(|(known, _)| *known == call) {
                        let (_, began) = self.waiting.remove(index);
                        if !blocked
                            && let Ok(place) = self.all.binary_search_by_key(&began, |stop| stop.0)
                        {
                            self.all.remove(place);
                        }
                    }
                }
                _ => continue,
            }
            self.all.push((event.seq, event.time));
        }
    }
}
