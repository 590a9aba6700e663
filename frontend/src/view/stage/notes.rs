//! What happens to a socket without a call: changes of its state, its peer's end, its own.

use sockscope_protocol::{ClosedBy, PeerGone};
use yew::prelude::*;

use super::geometry::place;
use super::parts::{Note, NoteKind};
use super::scale::ROW;
use super::scene::Scene;
use crate::i18n::Messages;
use crate::view::element::element;

/// What the page itself has let go.
pub(super) fn gave_way(rows: u64, t: &Messages) -> Html {
    if rows == 0 {
        return Html::default();
    }
    element("p", "hint").words((t.stage.gave_way)(rows)).done()
}

pub(super) fn draw(scene: &Scene<'_>) -> Html {
    let (first, last) = scene.rows;
    let notes = scene.layout.notes_between(first, last);
    // To scale, those of one lane that come too close to each other give way to the first.
    let mut taken: Vec<(usize, i32)> = Vec::new();
    notes
        .filter_map(|note| {
            let y = scene.scale.middle(note.row) - ROW / 2;
            if let Some(column) = note.column {
                let lane = scene.place(column)?;
                if taken.iter().any(|(one, below)| *one == lane && y < *below) {
                    return None;
                }
                taken.push((lane, y + ROW - 4));
            }
            one(scene, note, y)
        })
        .collect()
}

fn one(scene: &Scene<'_>, note: &Note, y: i32) -> Option<Html> {
    let t = &scene.t.stage;
    let (left, width) = match note.column {
        Some(column) => {
            let lane = scene.place(column)?;
            if !scene.geometry.shows(lane, lane) || scene.geometry.folded(lane) {
                return None;
            }
            scene.geometry.boxed(lane, 0)
        }
        None => (
            scene.geometry.ruler,
            scene.geometry.width() - scene.geometry.ruler,
        ),
    };
    let scaled = if scene.scale.steps.is_equal() {
        ""
    } else {
        "beside"
    };
    let (class, text) = match note.kind {
        NoteKind::State(state) => ("state", state.name().to_owned()),
        NoteKind::PeerGone(PeerGone::Fin) => ("fin", format!("FIN: {}", t.fin)),
        NoteKind::PeerGone(PeerGone::Reset) => ("reset", format!("RST: {}", t.reset)),
        NoteKind::Closed(ClosedBy::Call) => ("closed", t.closed.to_owned()),
        NoteKind::Closed(ClosedBy::SessionEnd) => ("closed", t.closed_session.to_owned()),
        NoteKind::Missing(count) => ("gap", (t.missing)(count)),
    };
    let segment = match note.kind {
        NoteKind::PeerGone(PeerGone::Fin) => Some("FIN"),
        NoteKind::PeerGone(PeerGone::Reset) => Some("RST"),
        _ => None,
    };
    // To those who do not see how it is drawn.
    let inferred = segment.map(|name| format!("; {}", (scene.t.diagram.says_inferred)(name)));
    let unseen = element("span", "unseen").words(inferred.unwrap_or_default());
    let drawn = element("div", "")
        .with("class", ["note", class, scaled].join(" "))
        .style(&place(left, y, width, ROW))
        .child(element("span", "").with("title", text.clone()).words(text))
        .child(unseen);
    Some(drawn.key(note.seq.to_string()).done())
}
