//! Rows and columns in whole pixels.

/// The height of a row.
pub(super) const ROW: i32 = 22;
/// The height of the lanes' heads, which stay on top.
pub(super) const HEAD: i32 = 68;
/// Room above the first row.
const TOP: i32 = 8;
/// Rows of room below the last one, for what waits.
const BELOW: i32 = 4;
/// Rows beyond the edges that are drawn ahead of scrolling.
const AHEAD: i32 = 10;

/// How the stage's area is divided at the moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Geometry {
    /// The ruler's width.
    pub(super) ruler: i32,
    /// A lane's width.
    pub(super) lane: i32,
    /// Free room on either side of a lane, through which the links run.
    pub(super) gutter: i32,
    columns: usize,
    pub(super) rows: usize,
    /// The first and the last row to draw.
    pub(super) visible: (usize, usize),
}

/// The part of the stage that is in sight.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Viewport {
    pub(super) top: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// Pixels for so many of something. Browsers draw nothing beyond some 2^24 anyway.
fn pixels(count: usize, each: i32) -> i32 {
    i32::try_from(count)
        .unwrap_or(i32::MAX)
        .saturating_mul(each)
}

fn row(at: i32) -> usize {
    usize::try_from(at).unwrap_or_default()
}

/// The first and the last row in sight.
fn rows_in_sight(view: Viewport) -> (i32, i32) {
    ((view.top - TOP) / ROW, (view.top + view.height) / ROW)
}

impl Viewport {
    /// Whether a row between these two is in sight.
    pub(super) fn shows(self, first: usize, last: usize) -> bool {
        let (top, bottom) = rows_in_sight(self);
        first <= row(bottom) && last >= row(top)
    }
}

impl Geometry {
    pub(super) fn new(view: Viewport, columns: usize, rows: usize) -> Self {
        let narrow = view.width < 600;
        let (ruler, least, most, gutter) = if narrow {
            (42, 160, 320, 14)
        } else {
            (60, 216, 380, 24)
        };
        let share = (view.width - ruler) / i32::try_from(columns.max(1)).unwrap_or(i32::MAX);
        let (first, last) = rows_in_sight(view);
        Self {
            ruler,
            lane: share.clamp(least, most),
            gutter,
            columns,
            rows,
            visible: (row(first - AHEAD), row(last + AHEAD)),
        }
    }

    pub(super) fn width(&self) -> i32 {
        self.ruler + pixels(self.columns, self.lane)
    }

    pub(super) fn height(&self) -> i32 {
        TOP + pixels(self.rows, ROW) + BELOW * ROW
    }

    /// The upper edge of a row.
    pub(super) fn y(row: usize) -> i32 {
        TOP + pixels(row, ROW)
    }

    /// The middle of a row.
    pub(super) fn middle(row: usize) -> i32 {
        Self::y(row) + ROW / 2
    }

    /// The left edge of a lane.
    pub(super) fn x(&self, column: usize) -> i32 {
        self.ruler + pixels(column, self.lane)
    }

    /// A lane's lifeline.
    pub(super) fn center(&self, column: usize) -> i32 {
        self.x(column) + self.lane / 2
    }

    /// Left edge and width of a box in a lane.
    pub(super) fn boxed(&self, column: usize, depth: usize) -> (i32, i32) {
        let indent = pixels(depth.min(4), 12);
        (
            self.x(column) + self.gutter + indent,
            self.lane - 2 * self.gutter - indent,
        )
    }

    /// Whether anything between two rows is to be drawn.
    pub(super) fn shows(&self, first: usize, last: usize) -> bool {
        first <= self.visible.1 && last >= self.visible.0
    }
}

/// A place in pixels as a style. The page's Content-Security-Policy permits styles that are set on the
/// element's property (`~style`), not as its attribute.
pub(super) fn place(left: i32, top: i32, width: i32, height: i32) -> String {
    format!("left:{left}px;top:{top}px;width:{width}px;height:{height}px")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_share_the_width_and_never_vanish() {
        let view = |width| Viewport {
            width,
            height: 500,
            top: 0,
        };
        assert_eq!(Geometry::new(view(760), 2, 0).lane, 350);
        assert_eq!(Geometry::new(view(760), 10, 0).lane, 216);
        assert!(Geometry::new(view(390), 2, 0).width() <= 390);
    }

    #[test]
    fn only_what_is_in_sight_is_drawn() {
        let view = Viewport {
            top: 22_000,
            width: 800,
            height: 440,
        };
        let geometry = Geometry::new(view, 2, 100_000);
        assert!(!geometry.shows(0, 900));
        assert!(geometry.shows(0, 1_000));
        assert!(geometry.shows(1_010, 1_010));
        assert!(!geometry.shows(1_100, 2_000));
        assert!(geometry.visible.1 - geometry.visible.0 < 60);
    }
}
