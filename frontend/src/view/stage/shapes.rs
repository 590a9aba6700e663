//! Bands and arrows as SVG paths. Paths are in tenths of a pixel, in whole numbers.

use std::fmt::Write as _;

/// Points along a bent band, less one.
const POINTS: i32 = 14;
/// How long the point of a band is.
const TIP: f64 = 7.0;

/// A place in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

pub(super) fn point(x: i32, y: i32) -> Point {
    Point {
        x: f64::from(x),
        y: f64::from(y),
    }
}

/// How thick so many bytes are, in pixels: two more for twice as many, so that a byte can be seen and
/// a mebibyte has room.
pub(crate) fn thickness(bytes: u64) -> f64 {
    let more = bytes.saturating_add(1);
    let magnitude = more.ilog2();
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share of the next power of two"
    )]
    let share = (more - (1 << magnitude)) as f64 / (1_u64 << magnitude) as f64;
    (2.0 + 2.0 * (f64::from(magnitude) + share)).min(34.0)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "floats saturate, and a screen is small"
)]
fn tenths(pixels: f64) -> i32 {
    (pixels * 10.0 + 0.5).floor() as i32
}

fn put(path: &mut String, command: char, at: Point) {
    let _ = write!(path, "{command}{} {}", tenths(at.x), tenths(at.y));
}

/// A point of the curve between two places that leaves and arrives levelly, and its direction.
fn along(from: Point, to: Point, share: f64) -> (Point, Point) {
    let bend = (to.x - from.x) / 2.0;
    let (t, u) = (share, 1.0 - share);
    let mix = |a: f64, b: f64, c: f64, d: f64| {
        u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d
    };
    let slope = |a: f64, b: f64, c: f64, d: f64| {
        3.0 * u * u * (b - a) + 6.0 * u * t * (c - b) + 3.0 * t * t * (d - c)
    };
    let xs = (from.x, from.x + bend, to.x - bend, to.x);
    let at = Point {
        x: mix(xs.0, xs.1, xs.2, xs.3),
        y: mix(from.y, from.y, to.y, to.y),
    };
    let (dx, dy) = (
        slope(xs.0, xs.1, xs.2, xs.3),
        slope(from.y, from.y, to.y, to.y),
    );
    let length = (dx * dx + dy * dy).sqrt().max(0.01);
    let direction = Point {
        x: dx / length,
        y: dy / length,
    };
    (at, direction)
}

/// A band between two places, so thick at either end, that ends in a point where `pointed`.
pub(super) fn ribbon(from: Point, to: Point, thick: (f64, f64), pointed: bool) -> String {
    let back = if to.x < from.x { TIP } else { -TIP };
    let neck = Point {
        x: if pointed { to.x + back } else { to.x },
        y: to.y,
    };
    let straight = (from.y - to.y).abs() < 0.5;
    let points = if straight { 1 } else { POINTS };
    let mut path = String::new();
    let mut way_back = Vec::new();
    for index in 0..=points {
        let share = f64::from(index) / f64::from(points);
        let (at, direction) = along(from, neck, share);
        let half = (thick.0 + (thick.1 - thick.0) * share) / 2.0;
        let side = |sign: f64| Point {
            x: at.x - sign * direction.y * half,
            y: at.y + sign * direction.x * half,
        };
        put(&mut path, if index == 0 { 'M' } else { 'L' }, side(-1.0));
        way_back.push(side(1.0));
    }
    if pointed {
        let wing = (thick.1 / 2.0).max(1.0) + 2.5;
        let (up, down) = if back < 0.0 {
            (-wing, wing)
        } else {
            (wing, -wing)
        };
        for (x, y) in [(neck.x, to.y + up), (to.x, to.y), (neck.x, to.y + down)] {
            put(&mut path, 'L', Point { x, y });
        }
    }
    for at in way_back.into_iter().rev() {
        put(&mut path, 'L', at);
    }
    path.push('Z');
    path
}

/// Half way.
pub(super) fn middle(from: Point, to: Point) -> Point {
    Point {
        x: f64::midpoint(from.x, to.x),
        y: f64::midpoint(from.y, to.y),
    }
}

/// The line in the middle of a band.
pub(super) fn curve(from: Point, to: Point) -> String {
    let bend = f64::midpoint(from.x, to.x);
    let mut path = String::new();
    put(&mut path, 'M', from);
    put(&mut path, 'C', Point { x: bend, y: from.y });
    put(&mut path, ' ', Point { x: bend, y: to.y });
    put(&mut path, ' ', to);
    path
}

/// An upright bar: where a band meets a box.
pub(super) fn port(x: f64, from: f64, to: f64, width: f64) -> String {
    let (left, top) = (tenths(x), tenths(from));
    let (wide, high) = (tenths(width), tenths(to - from).max(10));
    format!("M{left} {top}h{wide}v{high}h-{wide}z")
}

/// A thin line with its head.
pub(super) fn arrow(from: Point, to: Point) -> (String, String) {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = (dx * dx + dy * dy).sqrt().max(0.01);
    let (dx, dy) = (dx / length, dy / length);
    let neck = Point {
        x: to.x - 7.0 * dx,
        y: to.y - 7.0 * dy,
    };
    let (mut line, mut head) = (String::new(), String::new());
    put(&mut line, 'M', from);
    put(&mut line, 'L', neck);
    put(&mut head, 'M', to);
    for sign in [4.0, -4.0] {
        let wing = Point {
            x: neck.x - sign * dy,
            y: neck.y + sign * dx,
        };
        put(&mut head, 'L', wing);
    }
    head.push('Z');
    (line, head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_bytes_are_never_thinner() {
        let sizes = [
            0,
            1,
            2,
            3,
            15,
            16,
            17,
            1_000,
            1_024,
            65_536,
            1 << 30,
            u64::MAX,
        ];
        for pair in sizes.windows(2) {
            assert!(thickness(pair[0]) <= thickness(pair[1]), "{pair:?}");
        }
        assert!(thickness(1) >= 3.0 && thickness(u64::MAX) <= 34.0);
        assert!(
            thickness(30) - thickness(15) > 1.5,
            "twice as many can be told apart"
        );
    }

    #[test]
    fn a_band_reaches_from_one_place_to_the_other() {
        let path = ribbon(point(0, 0), point(60, 100), (10.0, 4.0), true);
        assert!(path.starts_with("M0 -50L"), "{path}");
        assert!(path.contains("L600 1000L"), "{path}");
        assert!(path.ends_with("L0 50Z"), "{path}");
        let level = ribbon(point(60, 5), point(0, 5), (4.0, 4.0), false);
        assert_eq!(level, "M600 70L0 70L0 30L600 30Z");
    }
}
