//! Columns in whole pixels, and what of them is in sight.

/// The height of the lanes' heads, which stay on top.
pub(super) const HEAD: i32 = 68;
/// Room below the last row, for what waits and for what is in the kernel.
pub(super) const BELOW: i32 = 96;
/// Pixels beyond the edges that are drawn ahead of scrolling.
const AHEAD: i32 = 132;
/// The stage is drawn anew when it was scrolled by so much: less than [`AHEAD`].
const GRAIN: i32 = 64;
/// A lane that is folded.
const FOLDED: i32 = 44;

/// The part of the stage that is in sight.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Viewport {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Viewport {
    /// What is seen, in steps that are worth drawing anew.
    pub(super) fn new(left: i32, top: i32, width: i32, height: i32) -> Self {
        Self {
            left: left / GRAIN * GRAIN,
            top: top / GRAIN * GRAIN,
            width,
            height,
        }
    }

    /// The same at the end of a stage so high, where the browser is about to scroll to.
    pub(super) fn at_end(self, high: i32) -> Self {
        let top = (high - self.height).max(0);
        Self::new(self.left, top, self.width, self.height)
    }

    /// The places between which things are drawn.
    pub(super) fn drawn(self) -> (i32, i32) {
        (self.top - AHEAD, self.top + self.height + GRAIN + AHEAD)
    }

    /// The places in sight.
    pub(super) fn seen(self) -> (i32, i32) {
        (self.top, self.top + self.height)
    }
}

/// How the stage's width is divided at the moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Geometry {
    /// The ruler's width.
    pub(super) ruler: i32,
    /// Free room on either side of a lane, through which the flows run.
    pub(super) gutter: i32,
    /// The left edge of each lane, and the right edge of the last one.
    edges: Vec<i32>,
    /// The lanes in sight.
    pub(super) columns: (usize, usize),
}

impl Geometry {
    /// The ruler is to have room for `times`; `folded` says of each lane whether it is.
    pub(super) fn new(view: Viewport, times: i32, folded: &[bool]) -> Self {
        let (ruler, least, most, gutter) = if view.width < 600 {
            (44.max(times), 166, 320, 20)
        } else {
            (64.max(times + 8), 232, 400, 34)
        };
        let narrow = folded.iter().filter(|folded| **folded).count();
        let wide = i32::try_from(folded.len() - narrow).unwrap_or(i32::MAX);
        let rest = view.width - ruler - FOLDED * i32::try_from(narrow).unwrap_or(0);
        let share = (rest / wide.max(1)).clamp(least, most);
        let mut edges = vec![ruler];
        let mut edge = ruler;
        for folded in folded {
            edge = edge.saturating_add(if *folded { FOLDED } else { share });
            edges.push(edge);
        }
        let (from, to) = (view.left + ruler, view.left + view.width);
        let first = edges.partition_point(|edge| *edge <= from);
        let after = edges.partition_point(|edge| *edge < to + GRAIN);
        Self {
            ruler,
            gutter,
            edges,
            columns: (first.saturating_sub(1), after.saturating_sub(1)),
        }
    }

    pub(super) fn width(&self) -> i32 {
        self.edges.last().copied().unwrap_or_default()
    }

    /// The left edge of a lane.
    pub(super) fn x(&self, column: usize) -> i32 {
        self.edges.get(column).copied().unwrap_or_default()
    }

    /// A lane's width.
    pub(super) fn lane(&self, column: usize) -> i32 {
        (self.x(column + 1) - self.x(column)).max(0)
    }

    /// Whether a lane is folded: only its outline is drawn.
    pub(super) fn folded(&self, column: usize) -> bool {
        self.lane(column) <= FOLDED
    }

    /// A lane's lifeline.
    pub(super) fn center(&self, column: usize) -> i32 {
        self.x(column) + self.lane(column) / 2
    }

    /// Left edge and width of a box in a lane.
    pub(super) fn boxed(&self, column: usize, depth: usize) -> (i32, i32) {
        if self.folded(column) {
            return (self.center(column) - 6, 12);
        }
        let indent = i32::try_from(depth.min(4)).unwrap_or(0) * 12;
        (
            self.x(column) + self.gutter + indent,
            self.lane(column) - 2 * self.gutter - indent,
        )
    }

    /// The edge of a lane's boxes that looks to another lane.
    pub(super) fn edge(&self, column: usize, towards: usize) -> i32 {
        let (left, width) = self.boxed(column, 0);
        if towards > column { left + width } else { left }
    }

    /// Where a line ends that leads from a lane's boxes to nobody who has a lane: on the right, before
    /// the boxes of the next lane, or where the last one ends.
    pub(super) fn beyond(&self, column: usize) -> i32 {
        let free = self.edge(column, column + 1) + 2 * self.gutter - 6;
        free.min(self.width() - 2)
    }

    /// Whether anything between two lanes is in sight.
    pub(super) fn shows(&self, one: usize, other: usize) -> bool {
        one.min(other) <= self.columns.1 && one.max(other) >= self.columns.0
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

    fn view(left: i32, width: i32) -> Viewport {
        Viewport::new(left, 0, width, 500)
    }

    #[test]
    fn lanes_share_the_width_and_never_vanish() {
        assert_eq!(Geometry::new(view(0, 764), 39, &[false; 2]).lane(0), 350);
        assert_eq!(Geometry::new(view(0, 764), 39, &[false; 10]).lane(9), 232);
        assert!(Geometry::new(view(0, 390), 39, &[false; 2]).width() <= 390);
        assert_eq!(Geometry::new(view(0, 764), 61, &[false; 2]).ruler, 69);
        let folded = Geometry::new(view(0, 764), 39, &[true, false, false]);
        assert_eq!((folded.lane(0), folded.lane(1)), (FOLDED, 328));
    }

    #[test]
    fn what_leads_to_nobody_ends_in_sight() {
        for width in [390, 1440] {
            let two = Geometry::new(view(0, width), 39, &[false; 2]);
            for column in [0, 1] {
                let (near, far) = (two.edge(column, column + 1), two.beyond(column));
                assert!(far >= near + two.gutter - 2, "{near} to {far}");
                assert!(far < two.width(), "{far}");
            }
            assert!(two.beyond(0) < two.boxed(1, 0).0);
        }
    }

    #[test]
    fn only_lanes_in_sight_are_drawn() {
        let all = Geometry::new(view(10_000, 800), 39, &[false; 500]);
        let (first, last) = all.columns;
        assert!(all.x(first) <= 10_064 && all.x(last + 1) >= 10_800);
        assert!(last - first < 6, "{first}..={last}");
        assert!(all.shows(0, 499) && all.shows(first, first));
        assert!(!all.shows(0, first - 1) && !all.shows(last + 1, 499));
    }
}
