//! From call to call with the arrow keys.

use sockscope_protocol::CallId;

use super::layout::Layout;
use super::parts::{CallBox, Column};

/// The call that an arrow key leads to: up and down in the same lane, left and right to the lane
/// beside it, to what happened there at the same time or soonest before or after.
pub(super) fn step(layout: &Layout, lanes: &[Column], from: CallId, key: &str) -> Option<CallId> {
    let at = layout.find(from)?;
    let here = layout.boxes.get(at)?;
    let shown = |one: &&CallBox| one.column.is_some_and(|column| lanes.contains(&column));
    let same = |one: &&CallBox| one.column == here.column;
    let (mut before, mut after) = (layout.boxes.range(0..at), layout.boxes.from(at + 1));
    let found = match key {
        "ArrowUp" => before.rfind(same),
        "ArrowDown" => after.find(same),
        "Home" => layout.boxes.iter().find(shown),
        "End" => layout.boxes.iter().rev().find(shown),
        "ArrowLeft" | "ArrowRight" => {
            let place = lanes.iter().position(|one| Some(*one) == here.column)?;
            let (left, right) = lanes.split_at(place);
            let nearest = |column: &Column| {
                let there = layout
                    .boxes
                    .iter()
                    .filter(|one| one.column == Some(*column));
                there.min_by_key(|one| one.first.abs_diff(here.first))
            };
            // Lanes without a call (a peer outside) are passed over.
            if key == "ArrowLeft" {
                left.iter().rev().find_map(nearest)
            } else {
                right.iter().skip(1).find_map(nearest)
            }
        }
        _ => None,
    };
    found.map(|one| one.call)
}
