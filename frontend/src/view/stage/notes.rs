//! What happens to a socket without a call: changes of its state, its peer's end, its own.

use sockscope_protocol::{ClosedBy, PeerGone};
use yew::prelude::*;

use super::geometry::{Geometry, ROW, place};
use super::layout::Layout;
use super::links::Places;
use super::parts::{Note, NoteKind};
use crate::i18n::Stage;

pub(super) fn notes(layout: &Layout, geometry: &Geometry, places: &Places<'_>, t: &Stage) -> Html {
    layout
        .notes
        .iter()
        .filter(|note| geometry.shows(note.row, note.row))
        .filter_map(|note| draw(note, geometry, places, t))
        .collect()
}

fn draw(note: &Note, geometry: &Geometry, places: &Places<'_>, t: &Stage) -> Option<Html> {
    let (left, width) = match note.column {
        Some(column) => geometry.boxed(places.get(column)?, 0),
        None => (geometry.ruler, geometry.width() - geometry.ruler),
    };
    let (class, text) = match note.kind {
        NoteKind::State(state) => ("state", state.name().to_owned()),
        NoteKind::PeerGone(PeerGone::Fin) => ("fin", format!("FIN: {}", t.fin)),
        NoteKind::PeerGone(PeerGone::Reset) => ("reset", format!("RST: {}", t.reset)),
        NoteKind::Closed(ClosedBy::Call) => ("closed", t.closed.to_owned()),
        NoteKind::Closed(ClosedBy::SessionEnd) => ("closed", t.closed_session.to_owned()),
        NoteKind::Missing(count) => ("gap", (t.missing)(count)),
    };
    let style = place(left, Geometry::y(note.row), width, ROW);
    Some(html! {
        <div key={note.seq.0} class={classes!("note", class)} ~style={style}>
            <span title={text.clone()}>{ text.clone() }</span>
        </div>
    })
}
