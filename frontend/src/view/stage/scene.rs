//! All that a drawing of the stage looks at.

use sockscope_frontend::model::Model;
use sockscope_protocol::{CallId, SocketId};

use super::geometry::Geometry;
use super::layout::Layout;
use super::parts::{CallBox, Column};
use super::scale::Scale;
use crate::i18n::Messages;

pub(super) struct Scene<'a> {
    pub(super) model: &'a Model,
    pub(super) layout: &'a Layout,
    pub(super) scale: &'a Scale,
    pub(super) geometry: &'a Geometry,
    /// The lanes from left to right.
    pub(super) lanes: &'a [Column],
    /// The first and the last row to draw.
    pub(super) rows: (usize, usize),
    /// The calls in these rows.
    pub(super) boxes: Vec<&'a CallBox>,
    /// The place of the present.
    pub(super) now: i32,
    /// The call that all views point out.
    pub(super) lit: Option<CallId>,
    pub(super) t: &'static Messages,
}

impl Scene<'_> {
    /// Where a column stands, if its lane is there.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.lanes.iter().position(|one| *one == column)
    }

    /// The sockets of the lanes in sight.
    pub(super) fn sockets(&self) -> impl Iterator<Item = SocketId> {
        let (first, last) = self.geometry.columns;
        let lanes = self.lanes.iter().skip(first).take(last - first + 1);
        lanes.filter_map(|column| match column {
            Column::Socket(id) => Some(*id),
            _ => None,
        })
    }

    /// Where what runs to or from another lane meets this one: at the edge of the box that stands in
    /// that row, else at the lifeline.
    pub(super) fn edge(&self, place: usize, towards: usize, row: usize) -> i32 {
        let column = self.lanes.get(place).copied();
        let boxed = self.boxes.iter().any(|one| {
            one.column == column && one.first <= row && one.last.is_none_or(|last| row <= last)
        });
        if boxed {
            self.geometry.edge(place, towards)
        } else {
            self.geometry.center(place)
        }
    }

    /// The upper edge of a box.
    pub(super) fn top(&self, one: &CallBox) -> i32 {
        self.scale.y(one.first) + i32::from(self.scale.steps.is_equal())
    }

    /// The lower edge of a box.
    pub(super) fn bottom(&self, one: &CallBox) -> i32 {
        match one.last {
            Some(last) if self.scale.steps.is_equal() => self.scale.bottom(last) - 2,
            Some(last) => self.scale.bottom(last),
            None if self.scale.steps.is_equal() => {
                let below = self.deepest(one).saturating_sub(one.depth);
                self.scale.bottom(self.layout.times.len() + below) - 2
            }
            None => self.now,
        }
    }

    /// How deep the calls stand in each other that wait in the lane of this one.
    fn deepest(&self, one: &CallBox) -> usize {
        let waiting = self.layout.waiting.iter();
        let boxes = waiting.filter_map(|index| self.layout.boxes.get(*index));
        let here = boxes.filter(|other| other.column == one.column);
        here.map(|other| other.depth).max().unwrap_or_default()
    }
}
