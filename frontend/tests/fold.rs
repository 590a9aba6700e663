//! Properties of the fold, for any log, sensible or not.

mod common;

use common::any::log;
use common::welcome;
use proptest::prelude::*;
use sockscope_frontend::model::{Direction, Entry, Model, available};
use sockscope_protocol::{Event, Seq};

fn greeted(resumed: bool) -> Entry {
    Entry::Welcome(Box::new(welcome(resumed, 0)))
}

fn fold(events: &[Event]) -> Model {
    let mut model = Model::default();
    model.apply(greeted(false));
    for event in events {
        model.apply(Entry::Event(event.clone()));
    }
    model.apply(greeted(true));
    model
}

proptest! {
    /// Every cut names a place where the connection breaks and how much of what came before is told
    /// again after it.
    #[test]
    fn cuts_and_repetitions_change_nothing(
        events in log(),
        cuts in prop::collection::vec((0_usize..80, 0_usize..20), 0..5),
    ) {
        let mut model = Model::default();
        model.apply(greeted(false));
        let mut from = 0;
        let mut cuts = cuts;
        cuts.sort_unstable();
        for (cut, again) in cuts {
            let cut = cut.min(events.len());
            for event in &events[from..cut.max(from)] {
                model.apply(Entry::Event(event.clone()));
            }
            model.apply(greeted(true));
            from = cut.max(from).saturating_sub(again);
        }
        for event in &events[from..] {
            model.apply(Entry::Event(event.clone()));
        }
        model.apply(greeted(true));
        prop_assert_eq!(model, fold(&events));
    }

    /// Whatever a log says, what is asked of the model has an answer, and the answers agree.
    #[test]
    fn any_log_can_be_looked_at(events in log(), gap in 0_u64..80) {
        let mut model = fold(&events[..events.len() / 2]);
        let after = Seq(model.last.0 + gap);
        model.apply(Entry::Truncated { first: model.last.next(), last: after });
        for event in &events {
            model.apply(Entry::Event(event.clone()));
        }
        for lane in model.lanes() {
            prop_assert!(lane.beside.is_none_or(|socket| model.socket(socket).is_some()));
        }
        let shown: std::collections::HashSet<_> = model.lanes().iter().map(|lane| lane.id).collect();
        prop_assert_eq!(shown.len(), model.lanes().len());
        for socket in model.sockets() {
            prop_assert_eq!(available(&model, socket.id).len(), 16);
            if let Some(pair) = socket.pair {
                prop_assert_eq!(model.socket(pair).and_then(|pair| pair.pair), Some(socket.id));
            }
            let _ = (model.far_end(socket.id), model.in_kernel(socket.id));
            for direction in [Direction::Sent, Direction::Received] {
                for chunk in socket.stream(direction).chunks() {
                    for flow in model.flows(socket.id, direction, chunk.seq) {
                        prop_assert!(flow.bytes.start <= flow.bytes.end);
                    }
                }
            }
        }
        for call in model.calls() {
            prop_assert_eq!(model.call(call.id).map(|call| call.seq), Some(call.seq));
        }
    }
}
