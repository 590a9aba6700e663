//! The flows between lanes: bytes of streams as bands, datagrams as parcels.

use yew::prelude::*;

use super::flows::{Band, End, Kind};
use super::parts::Column;
use super::scene::Scene;
use super::shapes::{Point, curve, point, port, ribbon, thickness};
use super::tanks;
use crate::i18n::Diagram;
use crate::view::element::{Element, element};
use crate::view::testid;

/// The bar at which a band meets a box.
const PORT: i32 = 4;
/// Half a parcel's height.
const PARCEL: i32 = 9;
/// What arrived within so many microseconds of the newest event is seen to arrive.
const FRESH_US: u64 = 400_000;

pub(super) fn draw(scene: &Scene<'_>, bands: &[Band]) -> Html {
    bands.iter().filter_map(|band| one(scene, band)).collect()
}

/// Where a part of a piece begins and ends, at the edge of its box.
fn strip(scene: &Scene<'_>, end: &End) -> (f64, f64) {
    let equal = scene.scale.steps.is_equal();
    let most = match (equal, end.roomy) {
        (true, true) => 34.0,
        (true, false) => 16.0,
        (false, _) => 24.0,
    };
    let thick = thickness(end.whole).min(most);
    let center = f64::from(scene.scale.middle(end.row));
    // What is thicker than a row reaches upwards, into the row above.
    let bottom = center + (thick / 2.0).min(8.0);
    #[expect(clippy::cast_precision_loss, reason = "a share of some pixels")]
    let at = |bytes: u64| bottom - thick + thick * bytes as f64 / end.whole.max(1) as f64;
    if end.whole == 0 {
        return (bottom - thick, bottom);
    }
    (at(end.part.start), at(end.part.end))
}

/// A size in few letters.
pub(super) fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..10_000 => return format!("{bytes} B"),
        10_000..1_048_576 => (1 << 10, "KiB"),
        1_048_576..0x4000_0000 => (1 << 20, "MiB"),
        _ => (1 << 30, "GiB"),
    };
    let (whole, tenths) = (bytes / unit, bytes % unit * 10 / unit);
    if whole < 10 {
        format!("{whole}.{tenths} {name}")
    } else {
        format!("{whole} {name}")
    }
}

fn one(scene: &Scene<'_>, band: &Band) -> Option<Html> {
    let from = scene.place(band.from.column)?;
    let to = scene.place(band.to.column)?;
    if from == to || !scene.geometry.shows(from, to) {
        return None;
    }
    let rightwards = from < to;
    let ahead = if rightwards { 1 } else { -1 };
    let edge = |place: usize, towards: usize, end: &End| {
        let outside = end.call.is_none() && matches!(end.column, Column::Outside(_));
        if outside {
            scene.geometry.center(place)
        } else {
            scene.geometry.edge(place, towards)
        }
    };
    let (x1, mut x2) = (edge(from, to, &band.from), edge(to, from, &band.to));
    let (top1, bottom1) = strip(scene, &band.from);
    let (mut top2, mut bottom2) = strip(scene, &band.to);
    if band.kind == Kind::InKernel {
        (x2, top2) = tanks::mouth(scene, to, from);
        bottom2 = top2 + (bottom1 - top1).min(6.0);
    }
    let start = Point {
        x: f64::from(x1 + ahead * PORT),
        y: f64::midpoint(top1, bottom1),
    };
    let end = Point {
        x: f64::from(x2 - ahead * PORT),
        y: f64::midpoint(top2, bottom2),
    };
    let t = &scene.t.diagram;
    let ends = Ends {
        from: start,
        to: end,
        ahead,
        gutter: f64::from(scene.geometry.gutter - PORT),
    };
    let shape = match band.kind {
        Kind::Stream | Kind::InKernel => {
            let thick = ((bottom1 - top1).max(1.0), (bottom2 - top2).max(1.0));
            let mut ports = String::new();
            let left = |x: i32| f64::from(if rightwards { x } else { x - PORT });
            if band.from.call.is_some() {
                ports += &port(left(x1), top1, bottom1 - 0.6, f64::from(PORT));
            }
            if band.to.call.is_some() {
                ports += &port(
                    left(x2 - ahead * PORT),
                    top2,
                    bottom2 - 0.6,
                    f64::from(PORT),
                );
            }
            let whole = band.from.call.is_some() && band.from.part == (0..band.from.whole);
            let drift = (band.kind == Kind::InKernel).then(|| path("drift", curve(start, end)));
            let pointed = band.kind == Kind::Stream;
            element("g", "")
                .child(path("band", ribbon(start, end, thick, pointed)))
                .maybe(drift)
                .child(path("port", ports))
                .child(ends.label(band, whole, thick))
        }
        Kind::Datagram { .. } | Kind::Underway | Kind::Lost { .. } => ends.parcel(band, t),
    };
    let lit = scene.lit.is_some_and(|call| band.touches(call));
    let kind = match band.kind {
        Kind::Stream => "stream",
        Kind::InKernel => "kernel",
        Kind::Datagram { cut: 0 } => "datagram",
        Kind::Datagram { .. } => "truncated",
        Kind::Underway => "underway",
        Kind::Lost { .. } => "lost",
    };
    let fresh = scene.model.time.saturating_sub(band.time) < FRESH_US;
    let stream = matches!(band.kind, Kind::Stream | Kind::InKernel);
    let fresh = match (fresh, rightwards) {
        (false, _) => "",
        (true, true) => " fresh",
        (true, false) => " fresh left",
    };
    let udp = if stream { "" } else { " udp" };
    let class = ["flow ", kind, udp, if lit { " lit" } else { "" }, fresh].concat();
    let (one, other) = (&band.from, &band.to);
    let key = format!(
        "{}-{}-{}-{}",
        band.id.0, band.id.1, one.part.start, other.part.start
    );
    let call = other.call.or(one.call).map(|call| call.to_string());
    let shape = shape
        .key(key)
        .with("class", class)
        .is("data-testid", testid::FLOW)
        .with("data-from", one.column.name())
        .with("data-to", other.column.name())
        .number("data-bytes", band.bytes)
        .is("data-kind", kind)
        .option("data-flow", call);
    Some(shape.done())
}

fn path(class: &'static str, way: String) -> Element {
    let path = element("path", class).is("transform", "scale(.1)");
    path.with("d", way)
}

/// Where a band begins and ends.
struct Ends {
    from: Point,
    to: Point,
    ahead: i32,
    gutter: f64,
}

impl Ends {
    /// The size of a band of a stream: beside the send where all of it went one way, else beside the
    /// recv.
    fn label(&self, band: &Band, whole: bool, thick: (f64, f64)) -> Element {
        let (end, thick, ahead) = if whole {
            (self.from, thick.0, self.ahead)
        } else {
            (self.to, thick.1, -self.ahead)
        };
        // Where there is no box (outside), the other end's side of the line is free.
        let at = Point {
            x: end.x + f64::from(3 * ahead),
            y: end.y - thick / 2.0 - 7.0,
        };
        text(
            if ahead > 0 { "size" } else { "size left" },
            at,
            &size(band.bytes),
        )
    }

    /// A datagram: one thing, with its size on it.
    fn parcel(&self, band: &Band, t: &Diagram) -> Element {
        let ahead = f64::from(self.ahead);
        let arrives = matches!(band.kind, Kind::Datagram { .. });
        let place = Point {
            x: self.from.x + ahead * (self.gutter - 4.0),
            y: self.from.y,
        };
        let end = if arrives { self.to } else { place };
        let label = size(band.bytes);
        let (cut, note) = match band.kind {
            Kind::Datagram { cut: 0 } | Kind::Underway => (None, ""),
            Kind::Datagram { cut } => (Some(format!("−{}", size(cut))), t.cut_off),
            Kind::Lost { refused: true } => (Some("✕".to_owned()), t.lost_refused),
            _ => (Some("✕".to_owned()), t.lost_unread),
        };
        let band = path("band", ribbon(self.from, end, (2.0, 2.0), arrives));
        let mut shape = element("g", "").child(band);
        if let Some(cut) = cut {
            // What did not fit lies where the rest went in.
            let place = Point {
                x: end.x - if arrives { ahead * self.gutter } else { 0.0 },
                y: end.y + f64::from(2 * PARCEL - 2),
            };
            shape = shape.child(element("title", "").text(note));
            shape = box_with(shape, "cut", place, &cut);
        }
        box_with(shape, "parcel", place, &label)
    }
}

fn text(class: &'static str, at: Point, text: &str) -> Element {
    let (x, y) = whole(at);
    let place = element("text", class).numbers(&[("x", x), ("y", y)]);
    place.words(text.to_owned())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "floats saturate, and a screen is small"
)]
fn whole(at: Point) -> (i32, i32) {
    ((at.x + 0.5).floor() as i32, (at.y + 0.5).floor() as i32)
}

fn box_with(shape: Element, class: &'static str, at: Point, label: &str) -> Element {
    let (x, y) = whole(at);
    let half = i32::try_from(label.chars().count()).unwrap_or(9) * 7 / 2 + 5;
    let frame = element("rect", class).is("rx", "2").numbers(&[
        ("x", x - half),
        ("y", y - PARCEL),
        ("width", 2 * half),
        ("height", 2 * PARCEL),
    ]);
    shape.child(frame).child(text(class, point(x, y), label))
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_short() {
        let cases = [
            (15, "15 B"),
            (9_999, "9999 B"),
            (10_000, "9.7 KiB"),
            (65_536, "64 KiB"),
            (5 << 20, "5.0 MiB"),
            (3 << 30, "3.0 GiB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(size(bytes), text);
        }
    }
}
