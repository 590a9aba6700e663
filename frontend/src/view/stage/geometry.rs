//! Rows and columns in pixels.

/// The height of a row.
pub(super) const ROW: f64 = 22.0;
/// The height of the lanes' heads, which stay on top.
pub(super) const HEAD: f64 = 52.0;
/// Room above the first row.
const TOP: f64 = 8.0;
/// Rows of room below the last one, for what waits.
const BELOW: usize = 4;
/// Rows beyond the edges that are drawn ahead of scrolling.
const AHEAD: f64 = 10.0;

/// How the stage's area is divided at the moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Geometry {
    /// The ruler's width.
    pub(super) ruler: f64,
    /// A lane's width.
    pub(super) lane: f64,
    /// Free room on either side of a lane, through which the links run.
    pub(super) gutter: f64,
    columns: usize,
    pub(super) rows: usize,
    /// The first and the last row to draw.
    pub(super) visible: (usize, usize),
}

/// The part of the stage that is in sight.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Viewport {
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

#[expect(
    clippy::cast_precision_loss,
    reason = "rows and columns are far fewer than 2^52"
)]
fn float(count: usize) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what usize holds"
)]
fn whole(count: f64) -> usize {
    count.max(0.0) as usize
}

fn rows_in_sight(view: Viewport) -> (f64, f64) {
    ((view.top - TOP) / ROW, (view.top + view.height) / ROW)
}

impl Viewport {
    /// Whether a row between these two is in sight.
    pub(super) fn shows(self, first: usize, last: usize) -> bool {
        let (top, bottom) = rows_in_sight(self);
        float(first) <= bottom && float(last) >= top.floor()
    }
}

impl Geometry {
    pub(super) fn new(view: Viewport, columns: usize, rows: usize) -> Self {
        let narrow = view.width < 600.0;
        let (ruler, least, most, gutter) = if narrow {
            (42.0, 160.0, 320.0, 14.0)
        } else {
            (60.0, 216.0, 380.0, 24.0)
        };
        let share = (view.width - ruler) / float(columns.max(1));
        let (first, last) = rows_in_sight(view);
        Self {
            ruler,
            lane: share.clamp(least, most).floor(),
            gutter,
            columns,
            rows,
            visible: (whole(first - AHEAD), whole(last + AHEAD)),
        }
    }

    pub(super) fn width(&self) -> f64 {
        self.ruler + self.lane * float(self.columns)
    }

    pub(super) fn height(&self) -> f64 {
        TOP + float(self.rows + BELOW) * ROW
    }

    /// The upper edge of a row.
    pub(super) fn y(row: usize) -> f64 {
        TOP + float(row) * ROW
    }

    /// The middle of a row.
    pub(super) fn middle(row: usize) -> f64 {
        Self::y(row) + ROW / 2.0
    }

    /// The left edge of a lane.
    pub(super) fn x(&self, column: usize) -> f64 {
        self.ruler + float(column) * self.lane
    }

    /// A lane's lifeline.
    pub(super) fn center(&self, column: usize) -> f64 {
        self.x(column) + self.lane / 2.0
    }

    /// Left edge and width of a box in a lane.
    pub(super) fn boxed(&self, column: usize, depth: usize) -> (f64, f64) {
        let indent = float(depth.min(4)) * 12.0;
        (
            self.x(column) + self.gutter + indent,
            self.lane - 2.0 * self.gutter - indent,
        )
    }

    /// Whether anything between two rows is to be drawn.
    pub(super) fn shows(&self, first: usize, last: usize) -> bool {
        first <= self.visible.1 && last >= self.visible.0
    }
}

/// A place in pixels as a style. The page's Content-Security-Policy permits styles that are set on the
/// element's property (`~style`), not as its attribute.
pub(super) fn place(left: f64, top: f64, width: f64, height: f64) -> String {
    format!("left:{left}px;top:{top}px;width:{width}px;height:{height}px")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_share_the_width_and_never_vanish() {
        let view = |width| Viewport {
            width,
            height: 500.0,
            top: 0.0,
        };
        assert!((Geometry::new(view(760.0), 2, 0).lane - 350.0).abs() < 0.1);
        assert!((Geometry::new(view(760.0), 10, 0).lane - 216.0).abs() < 0.1);
        assert!(Geometry::new(view(390.0), 2, 0).width() <= 390.0);
    }

    #[test]
    fn only_what_is_in_sight_is_drawn() {
        let view = Viewport {
            top: 22_000.0,
            width: 800.0,
            height: 440.0,
        };
        let geometry = Geometry::new(view, 2, 100_000);
        assert!(!geometry.shows(0, 900));
        assert!(geometry.shows(0, 1_000));
        assert!(geometry.shows(1_010, 1_010));
        assert!(!geometry.shows(1_100, 2_000));
        assert!(geometry.visible.1 - geometry.visible.0 < 60);
    }
}
