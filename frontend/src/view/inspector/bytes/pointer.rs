//! From the pointer to the byte under it. All characters of a run are alike, so that the place within
//! it tells which one it is.

use sockscope_protocol::Seq;
use web_sys::{Element, PointerEvent};

use super::select::Place;

fn number(element: &Element, name: &str) -> Option<usize> {
    element.get_attribute(name)?.parse().ok()
}

/// The chunk that an element belongs to.
pub(super) fn chunk(element: &Element) -> Option<Seq> {
    let line = element.closest("[data-seq]").ok()??;
    number(&line, "data-seq").map(|seq| Seq(seq as u64))
}

/// The byte under the pointer: none over a head, which stands for the whole chunk.
pub(super) fn byte(event: &PointerEvent) -> Option<Place> {
    let window = web_sys::window()?;
    let x = f64::from(event.client_x());
    // With the pointer captured, the target is who captured it.
    let under = window
        .document()?
        .element_from_point(event.client_x() as f32, event.client_y() as f32)?;
    let line = under.closest("[data-from]").ok()??;
    let seq = Seq(number(&line, "data-seq")? as u64);
    let (from, to) = (number(&line, "data-from")?, number(&line, "data-to")?);
    let Some(run) = under.closest("[data-at]").ok()? else {
        // Beside the text: the nearer end of the line.
        let middle = line.get_bounding_client_rect();
        let left = x < middle.left() + middle.width() / 3.0;
        return Some((seq, if left { from } else { to.saturating_sub(1) }));
    };
    let (at, count) = (number(&run, "data-at")?, number(&run, "data-count")?);
    let each = number(&run, "data-each").unwrap_or(1);
    let rect = run.get_bounding_client_rect();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a line"
    )]
    let which = ((x - rect.left()) / rect.width().max(1.0) * count as f64) as usize;
    Some((seq, at + which.min(count.saturating_sub(1)) * each))
}
