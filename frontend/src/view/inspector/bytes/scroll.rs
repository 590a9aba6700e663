//! The scroll bar of a list that may have more lines than a browser has pixels for.

/// The tallest that the list is made, pixels: half of where the browsers stop, at 200 % zoom too.
const TALLEST: f64 = 8e6;

/// A list's measures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scroll {
    /// The height of a line, pixels.
    pub(super) line: f64,
    /// All lines.
    pub(super) lines: u64,
    /// Those in sight.
    pub(super) seen: u64,
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lines are fewer than 2^52"
)]
impl Scroll {
    fn height_if_drawn(&self) -> f64 {
        self.lines as f64 * self.line
    }

    /// Whether a pixel of the scroll bar stands for more than one of the list.
    pub(super) fn is_scaled(&self) -> bool {
        self.height_if_drawn() > TALLEST
    }

    /// The height of what is scrolled.
    pub(super) fn height(&self) -> f64 {
        self.height_if_drawn().min(TALLEST)
    }

    /// The last line that can be the first in sight.
    pub(super) fn last(&self) -> u64 {
        self.lines.saturating_sub(self.seen)
    }

    fn way(&self) -> f64 {
        (self.height() - self.seen as f64 * self.line).max(1.0)
    }

    /// Where the list is scrolled to when `first` is the first line in sight.
    pub(super) fn top(&self, first: u64) -> f64 {
        if self.is_scaled() {
            first as f64 / self.last().max(1) as f64 * self.way()
        } else {
            first as f64 * self.line
        }
    }

    /// The first line in sight when the list has been scrolled from `before`, with `first`, to `top`.
    /// Where a pixel of the bar stands for many, short ways go by lines and long ones by the bar.
    pub(super) fn first(&self, top: f64, before: f64, first: u64) -> u64 {
        let last = self.last();
        if !self.is_scaled() {
            return ((top / self.line) as u64).min(last);
        }
        let moved = top - before;
        if top <= 0.0 {
            0
        } else if top >= self.way() - 1.0 {
            last
        } else if moved.abs() < 2.0 * self.seen as f64 * self.line {
            let lines = (moved / self.line).round();
            ((first as f64 + lines).max(0.0) as u64).min(last)
        } else {
            ((top / self.way() * last as f64).round() as u64).min(last)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 MB in lines of eight bytes.
    const LONG: Scroll = Scroll {
        line: 20.0,
        lines: 13_107_200,
        seen: 20,
    };

    #[test]
    fn a_short_list_is_as_tall_as_it_is() {
        let short = Scroll {
            lines: 1_000,
            ..LONG
        };
        assert_eq!(short.height(), 20_000.0);
        assert_eq!(short.first(615.0, 0.0, 0), 30);
        assert_eq!(short.top(30), 600.0);
        assert_eq!(short.first(1e9, 0.0, 0), short.last());
    }

    #[test]
    fn a_long_one_reaches_its_ends_and_its_middle() {
        assert!(LONG.is_scaled());
        let end = LONG.height() - 400.0;
        assert_eq!(LONG.first(end, 0.0, 0), LONG.last());
        assert_eq!(LONG.first(0.0, end, LONG.last()), 0);
        let middle = LONG.first(end / 2.0, 0.0, 0);
        assert_eq!(middle, LONG.last() / 2);
        assert!((LONG.top(middle) - end / 2.0).abs() < 1.0);
    }

    #[test]
    fn a_turn_of_the_wheel_moves_some_lines_of_a_long_one() {
        assert_eq!(LONG.first(4_000_100.0, 4_000_000.0, 6_000_000), 6_000_005);
        assert_eq!(LONG.first(3_999_900.0, 4_000_000.0, 6_000_000), 5_999_995);
    }
}
