//! What runs between lanes: bytes, handshakes, and bytes that are still in the kernel.

use sockscope_frontend::model::{FarEnd, Model};
use sockscope_protocol::Seq;
use yew::prelude::*;

use super::geometry::{Geometry, ROW};
use super::layout::Layout;
use super::parts::{Column, Link, LinkKind};
use crate::i18n::Stage;
use crate::view::{format, testid};

/// Where the columns stand.
#[derive(Debug)]
pub(super) struct Places<'a>(pub(super) &'a [Column]);

impl Places<'_> {
    pub(super) fn get(&self, column: Column) -> Option<usize> {
        self.0.iter().position(|one| *one == column)
    }
}

/// All links that can be seen.
pub(super) fn links(layout: &Layout, geometry: &Geometry, places: &Places<'_>, t: &Stage) -> Html {
    let seen = layout.links.iter().filter(|link| {
        let (one, other) = (link.from.1, link.to.1);
        geometry.shows(one.min(other), one.max(other))
    });
    seen.filter_map(|link| draw(link, geometry, places, t))
        .collect()
}

fn draw(link: &Link, geometry: &Geometry, places: &Places<'_>, t: &Stage) -> Option<Html> {
    let from = places.get(link.from.0)?;
    let to = places.get(link.to.0)?;
    if from == to {
        return None;
    }
    // Outside there are no boxes, and where a connection comes about its lane has none yet.
    let bytes = matches!(link.kind, LinkKind::Bytes { .. });
    let boxed = |column| matches!(column, Column::Socket(_));
    let path = Path::between(
        geometry,
        (from, link.from.1, boxed(link.from.0)),
        (to, link.to.1, boxed(link.to.0) && bytes),
    );
    let key = format!("{}-{}", link.id.0, link.id.1);
    Some(match link.kind {
        LinkKind::Bytes { bytes, datagram } => {
            let label = format::bytes(bytes);
            html! {
                <g key={key} class={classes!("flow", datagram.then_some("udp"))} data-testid={testid::FLOW}
                    data-from={name(link.from.0)} data-to={name(link.to.0)} data-bytes={bytes.to_string()}>
                    <path class="band" d={path.line.clone()} stroke-width={thickness(bytes)} />
                    <path class="head" d={path.head.clone()} />
                    { path.label(&label) }
                </g>
            }
        }
        // Both ends speak in a handshake: it has no direction.
        LinkKind::Handshake => html! {
            <g key={key} class="handshake">
                <path class="band" d={path.line.clone()} />
                { path.end() }
                { path.label(t.inferred_handshake) }
            </g>
        },
        LinkKind::Accepted => html! {
            <g key={key} class="handshake">
                <path class="band" d={path.line.clone()} />
                { path.end() }
            </g>
        },
    })
}

/// The name of a column in `data-from`, `data-to` and the lanes' test ids.
pub(super) fn name(column: Column) -> String {
    match column {
        Column::Loose => "none".to_owned(),
        Column::Socket(id) => id.to_string(),
        Column::Outside(address) => format!("outside-{address}"),
    }
}

/// Thicker for more, in steps that the eye can tell: a factor of sixteen is two pixels.
fn thickness(bytes: u64) -> String {
    let magnitude = u64::BITS - bytes.leading_zeros();
    (2 + magnitude / 2).min(12).to_string()
}

/// A line from lane to lane with its arrow head.
struct Path {
    line: String,
    head: String,
    middle: (i32, i32),
    end: (i32, i32),
}

impl Path {
    /// Between two places: a column, a row, and whether a box stands there, at whose edge the line
    /// ends, else it ends at the lifeline.
    fn between(geometry: &Geometry, from: (usize, usize, bool), to: (usize, usize, bool)) -> Self {
        let rightwards = from.0 < to.0;
        let edge = |column, boxed, right| {
            let (left, width) = geometry.boxed(column, 0);
            match (boxed, right) {
                (false, _) => geometry.center(column),
                (true, true) => left + width,
                (true, false) => left,
            }
        };
        let start = (edge(from.0, from.2, rightwards), Geometry::middle(from.1));
        let end = (edge(to.0, to.2, !rightwards), Geometry::middle(to.1));
        Self::new(start, end, rightwards)
    }

    fn new((x1, y1): (i32, i32), (x2, y2): (i32, i32), rightwards: bool) -> Self {
        let back = if rightwards { -7 } else { 7 };
        let (neck, reach) = (x2 + back, (x2 - x1).abs().max(40) / 2);
        let bend = if rightwards { reach } else { -reach };
        // The label stands above a straight line, and in the middle of a bent one.
        let (line, label) = if y1 == y2 {
            (format!("M{x1} {y1}H{neck}"), y1 - 9)
        } else {
            let (out, into) = (x1 + bend, neck - bend);
            let line = format!("M{x1} {y1}C{out} {y1} {into} {y2} {neck} {y2}");
            (line, i32::midpoint(y1, y2))
        };
        Self {
            line,
            head: format!("M{x2} {y2}l{back} -5v10z"),
            middle: (i32::midpoint(x1, x2), label),
            end: (x2, y2),
        }
    }

    /// The beginning of a connection, on its lifeline.
    fn end(&self) -> Html {
        let (x, y) = self.end;
        html! { <circle class="head" cx={x.to_string()} cy={y.to_string()} r="5" /> }
    }

    fn label(&self, text: &str) -> Html {
        let (x, y) = self.middle;
        html! { <text x={x.to_string()} y={y.to_string()}>{ text }</text> }
    }
}

/// Bytes of the calls in sight that have left and not arrived: they are in the kernel.
pub(super) fn in_kernel(
    model: &Model,
    layout: &Layout,
    geometry: &Geometry,
    places: &Places<'_>,
    t: &Stage,
) -> Html {
    let seen = layout
        .boxes
        .iter()
        .filter(|one| geometry.shows(one.first, one.last.unwrap_or(geometry.rows)));
    seen.flat_map(|one| one.data.iter().map(move |line| (one.column, line)))
        .filter(|(_, line)| geometry.shows(line.row, line.row))
        .filter_map(|(column, line)| {
            let Some(Column::Socket(id)) = column else {
                return None;
            };
            let (there, bytes) = underway(model, id, line.direction, line.seq)?;
            let from = places.get(Column::Socket(id))?;
            let to = places.get(there)?;
            let rightwards = from < to;
            let (left, width) = geometry.boxed(from, 0);
            let y = Geometry::middle(line.row);
            let (x1, x2) = if rightwards {
                (left + width, left + width + geometry.gutter * 2 - 4)
            } else {
                (left, left - geometry.gutter * 2 + 4)
            };
            let path = Path::new((x1, y), (x2, y), rightwards);
            let label = format::bytes(bytes);
            Some(html! {
                <g key={format!("kernel-{}", line.seq)} class="flow kernel">
                    <title>{ format!("{label} {}", t.in_kernel) }</title>
                    <path class="band" d={path.line.clone()} stroke-width="2" />
                    <path class="head" d={path.head.clone()} />
                    { path.label(&label) }
                </g>
            })
        })
        .collect()
}

/// How much of what was sent has not been received by a socket of ours, and by which.
fn underway(
    model: &Model,
    id: sockscope_protocol::SocketId,
    direction: sockscope_frontend::model::Direction,
    seq: Seq,
) -> Option<(Column, u64)> {
    if direction != sockscope_frontend::model::Direction::Sent {
        return None;
    }
    let chunk = model.chunk(id, direction, seq)?;
    let FarEnd::Own(other) = model.far_end_of(id, chunk) else {
        return None;
    };
    let receiver = model.socket(other).filter(|one| one.is_open())?;
    let bytes = if chunk.flags.datagram {
        if chunk.matched.is_some() {
            return None;
        }
        chunk.len()
    } else {
        let arrived = receiver.received.total();
        chunk.end().saturating_sub(arrived.max(chunk.offset))
    };
    (bytes > 0 || chunk.flags.datagram).then_some((Column::Socket(other), bytes))
}

/// The lifelines of the lanes.
pub(super) fn lifelines(
    layout: &Layout,
    geometry: &Geometry,
    places: &Places<'_>,
    selected: Option<Column>,
) -> Html {
    let bottom = geometry.height();
    let columns = places.0.iter().enumerate();
    columns
        .filter_map(|(place, column)| {
            let life = layout.life(*column)?;
            let outside = matches!(column, Column::Outside(_));
            let class = classes!(
                "life",
                outside.then_some("outside"),
                (selected == Some(*column)).then_some("selected"),
            );
            let x = geometry.center(place).to_string();
            let top = Geometry::y(life.first);
            let end = life.last.map_or(bottom, |row| Geometry::y(row) + ROW);
            Some(html! {
                <line key={name(*column)} {class} x1={x.clone()} x2={x}
                    y1={top.to_string()} y2={end.to_string()} />
            })
        })
        .collect()
}
