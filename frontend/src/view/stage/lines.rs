//! The lanes in sight, and their lifelines.

use std::rc::Rc;

use sockscope_frontend::model::{Lane, LaneId, Model};
use yew::prelude::*;

use super::layout::Layout;
use super::parts::Column;
use super::scene::Scene;
use crate::view::element::element;

/// The lanes of the session, looked up when they may have changed.
#[derive(Default)]
pub(super) struct Lanes {
    /// Of which state of the session.
    of: Option<(Option<u64>, u64)>,
    all: Vec<Lane>,
    shown: Rc<Vec<Column>>,
}

impl Lanes {
    /// The lanes that have anything in these rows: those of sockets that are closed go when their rows
    /// have scrolled away, and a peer's goes with that of the socket beside it.
    pub(super) fn in_sight(
        &mut self,
        model: &Model,
        layout: &Layout,
        (first, last): (usize, usize),
    ) -> Rc<Vec<Column>> {
        let session = model.welcome.as_ref().map(|welcome| welcome.epoch_us);
        let state = Some((session, model.shape()));
        if self.of != state {
            self.of = state;
            self.all = model.lanes();
        }
        let alive = |column| {
            let life = layout.life(column);
            life.is_none_or(|life| life.first <= last && life.last.is_none_or(|end| end >= first))
        };
        let lanes = self.all.iter().filter_map(|Lane { id, beside }| {
            let (column, by) = match id {
                LaneId::Socket(socket) => (Column::Socket(*socket), Column::Socket(*socket)),
                LaneId::Outside(address) => {
                    let outside = Column::Outside(*address);
                    (outside, beside.map_or(outside, Column::Socket))
                }
            };
            alive(by).then_some(column)
        });
        let loose = (layout.loose && alive(Column::Loose)).then_some(Column::Loose);
        let lanes: Vec<Column> = lanes.chain(loose).collect();
        if *self.shown != lanes {
            self.shown = Rc::new(lanes);
        }
        self.shown.clone()
    }
}

/// The lifelines of the lanes.
pub(super) fn lifelines(scene: &Scene<'_>, selected: Option<Column>) -> Html {
    let columns = scene.lanes.iter().enumerate();
    columns
        .filter(|(place, _)| scene.geometry.shows(*place, *place))
        .filter_map(|(place, column)| {
            let life = match column {
                // A peer outside is there while nobody has said otherwise.
                Column::Outside(_) => None,
                column => Some(scene.layout.life(*column)?),
            };
            let outside = if life.is_none() { " outside" } else { "" };
            let chosen = if selected == Some(*column) {
                " selected"
            } else {
                ""
            };
            let x = scene.geometry.center(place);
            let top = life.map_or(0, |life| scene.scale.y(life.first));
            let last = life.and_then(|life| life.last);
            let end = last.map_or(scene.now + 24, |row| scene.scale.bottom(row));
            let line = element("line", "")
                .key(column.name())
                .with("class", ["life", outside, chosen].concat())
                .numbers(&[("x1", x), ("x2", x), ("y1", top), ("y2", end)]);
            Some(line.done())
        })
        .collect()
}
