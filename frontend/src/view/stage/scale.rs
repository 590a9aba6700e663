//! Rows and times in pixels: in equal steps, where each row is as high as the next, or to scale, where
//! a pixel is so many microseconds. To scale, a long silence can be folded.

use sockscope_frontend::shared::Queue;

/// The height of a row in equal steps.
pub(crate) const ROW: i32 = 22;
/// Room above the first row.
pub(crate) const TOP: i32 = 8;
/// What a folded silence is as high as.
pub(crate) const FOLD: i32 = 60;
/// A silence that is higher is folded.
const SILENCE: f64 = 220.0;
/// The highest picture that browsers draw in whole pixels (2^24), with room to spare.
const HIGHEST: f64 = 15_000_000.0;
/// Zoom steps in which the scale grows by a factor of ten.
const PER_DECADE: i32 = 4;
/// From an hour in a few pixels to a microsecond in ten.
pub(crate) const ZOOM: std::ops::RangeInclusive<i32> = -12..=28;

/// How time becomes height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Steps {
    /// Every row as high as the next.
    Equal,
    /// To scale: a step of `zoom`, and whether long silences are folded.
    Time { zoom: i32, fold: bool },
}

impl Steps {
    pub(crate) fn is_equal(self) -> bool {
        self == Self::Equal
    }
}

/// A silence that was left out of the picture: it begins at a row and lasts so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fold {
    pub(crate) after: usize,
    pub(crate) us: u64,
}

/// Where every row stands.
#[derive(Debug)]
pub(crate) struct Scale {
    pub(crate) steps: Steps,
    /// Pixels of a microsecond, to scale.
    rate: f64,
    /// The place of each row, to scale.
    ys: Vec<i32>,
    times: Vec<u64>,
    pub(crate) folds: Vec<Fold>,
    /// Since the last fold: a time and its place.
    anchor: (u64, f64),
    generation: u64,
}

impl Default for Scale {
    fn default() -> Self {
        Self {
            steps: Steps::Equal,
            rate: 0.0,
            ys: Vec::new(),
            times: Vec::new(),
            folds: Vec::new(),
            anchor: (0, 0.0),
            generation: 0,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of some years")]
fn float(us: u64) -> f64 {
    us as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "floats saturate; places are below 2^31"
)]
fn whole(place: f64) -> i32 {
    (place + 0.5).floor() as i32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "floats saturate, and no time is negative"
)]
fn us(time: f64) -> u64 {
    time as u64
}

fn pixels(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX).saturating_mul(ROW)
}

/// Pixels of a microsecond at a step of the zoom.
pub(crate) fn rate(zoom: i32) -> f64 {
    // Four steps to a factor of ten: its fourth root, its square root, ...
    const STEPS: [f64; 4] = [1.0, 1.778_279_41, 3.162_277_66, 5.623_413_25];
    let decades = zoom.div_euclid(PER_DECADE) - 6;
    let part = usize::try_from(zoom.rem_euclid(PER_DECADE)).unwrap_or(0);
    let mut rate = STEPS.get(part).copied().unwrap_or(1.0);
    for _ in 0..decades.abs() {
        rate *= if decades < 0 { 0.1 } else { 10.0 };
    }
    rate
}

/// The step of the zoom at which a span of time is so high at most.
pub(crate) fn zoom_for(us: u64, height: i32) -> i32 {
    let high = |zoom: &i32| float(us) * rate(*zoom) <= f64::from(height);
    ZOOM.rev().find(high).unwrap_or(*ZOOM.start())
}

impl Scale {
    /// Takes in rows that are new; places all anew when the steps or the rows are others.
    pub(crate) fn update(&mut self, rows: &Queue<u64>, generation: u64, steps: Steps) {
        if steps != self.steps || generation != self.generation || rows.len() < self.ys.len() {
            *self = Self {
                steps,
                generation,
                ..Self::default()
            };
        }
        let Steps::Time { zoom, fold } = steps else {
            return;
        };
        let span = rows.last().unwrap_or(&0) - rows.get(0).unwrap_or(&0);
        let mut rate = rate(zoom);
        if !fold {
            rate = rate.min(HIGHEST / float(span.max(1)));
        }
        if !fold && rate < self.rate {
            // The session has outgrown what can be drawn without folds.
            self.ys.clear();
            self.times.clear();
        }
        // A step that leaves room for twice as much, so that it seldom has to be made again.
        if self.ys.is_empty() && rate < self::rate(zoom) {
            rate /= 2.0;
        }
        if self.ys.is_empty() {
            self.rate = rate;
            self.anchor = (rows.get(0).copied().unwrap_or_default(), f64::from(TOP));
        }
        for time in rows.from(self.ys.len()) {
            self.push(*time, fold);
        }
    }

    fn push(&mut self, time: u64, fold: bool) {
        let before = self.times.last().copied().unwrap_or(self.anchor.0);
        let silence = time.saturating_sub(before);
        if fold && float(silence) * self.rate > SILENCE {
            let after = self.ys.len().saturating_sub(1);
            self.folds.push(Fold { after, us: silence });
            let place = self.ys.last().copied().unwrap_or(TOP);
            self.anchor = (time, f64::from(place.saturating_add(FOLD)));
        }
        let place = self.anchor.1 + float(time.saturating_sub(self.anchor.0)) * self.rate;
        self.ys.push(whole(place));
        self.times.push(time);
    }

    /// The upper edge of a row; of the row after the last one, the end.
    pub(crate) fn y(&self, row: usize) -> i32 {
        if self.steps.is_equal() {
            return TOP + pixels(row);
        }
        let last = self.ys.last().copied().unwrap_or(TOP);
        self.ys.get(row).copied().unwrap_or(last)
    }

    /// Where in a row its event stands.
    pub(crate) fn middle(&self, row: usize) -> i32 {
        if self.steps.is_equal() {
            self.y(row) + ROW / 2
        } else {
            self.y(row)
        }
    }

    /// The lower edge of a row.
    pub(crate) fn bottom(&self, row: usize) -> i32 {
        if self.steps.is_equal() {
            self.y(row + 1)
        } else {
            self.y(row)
        }
    }

    /// The first and the last row that stand between two places.
    pub(crate) fn rows_between(&self, top: i32, bottom: i32) -> (usize, usize) {
        if self.steps.is_equal() {
            let row = |place: i32| usize::try_from((place - TOP) / ROW).unwrap_or_default();
            return (row(top), row(bottom));
        }
        let first = self.ys.partition_point(|y| *y < top);
        let after = self.ys.partition_point(|y| *y <= bottom);
        // What lasts over the whole window has its rows around it.
        (first.saturating_sub(1), after)
    }

    /// The row that stands at a place.
    pub(crate) fn row_at(&self, place: i32) -> usize {
        let (before, after) = self.rows_between(place, place);
        if self.steps.is_equal() {
            before
        } else {
            after.saturating_sub(1)
        }
    }

    /// The place of a time, to scale; of one after the last row too, folded if need be.
    pub(crate) fn at(&self, time: u64) -> i32 {
        let after = self.times.partition_point(|one| *one <= time);
        let Some(row) = after.checked_sub(1) else {
            return TOP;
        };
        let (y, since) = (self.y(row), time - self.times.get(row).unwrap_or(&time));
        let free = float(since) * self.rate;
        match (self.ys.get(after), self.fold_after(row)) {
            (Some(next), Some(fold)) => {
                let share = float(since) / float(fold.us.max(1));
                y + whole(share * f64::from(next - y))
            }
            (Some(next), None) => (y + whole(free)).min(*next),
            (None, _) => y.saturating_add(whole(free.min(SILENCE))),
        }
    }

    /// Whether the time since the last row is more than is drawn of it.
    pub(crate) fn cut_at(&self, now: u64) -> Option<u64> {
        let last = *self.times.last()?;
        let since = now.saturating_sub(last);
        (float(since) * self.rate > SILENCE).then_some(since)
    }

    fn fold_after(&self, row: usize) -> Option<Fold> {
        let found = self.folds.binary_search_by_key(&row, |fold| fold.after);
        found.ok().and_then(|index| self.folds.get(index)).copied()
    }

    /// The folds that are in sight of these rows.
    pub(crate) fn folds_between(&self, first: usize, last: usize) -> &[Fold] {
        let from = self.folds.partition_point(|fold| fold.after + 1 < first);
        let to = self.folds.partition_point(|fold| fold.after <= last);
        self.folds.get(from..to).unwrap_or_default()
    }

    /// How far apart the times of the ruler are, to scale: microseconds.
    pub(crate) fn step(&self) -> u64 {
        const APART: f64 = 64.0;
        nice(APART / self.rate)
    }

    /// Times that read well, at places between these two, so far apart that they can be read.
    pub(crate) fn ticks(&self, rows: (usize, usize), bottom: i32) -> (u64, Vec<u64>) {
        let step = self.step();
        let mut ticks = Vec::new();
        let (first, last) = rows;
        let Some(mut time) = self.times.get(first).copied() else {
            return (step, ticks);
        };
        let mut row = first;
        let up = |time: u64| time.div_ceil(step) * step;
        time = up(time);
        // A tick stands only where time runs to scale: none is in a fold.
        while ticks.len() < 200 && row <= last {
            while self.times.get(row + 1).is_some_and(|next| *next < time) {
                row += 1;
            }
            match (self.fold_after(row), self.times.get(row + 1)) {
                (Some(_), Some(next)) => {
                    row += 1;
                    time = up(*next);
                    continue;
                }
                (None, None) if self.cut_at(time).is_some() => break,
                _ => {}
            }
            if self.at(time) > bottom {
                break;
            }
            ticks.push(time);
            time += step;
        }
        (step, ticks)
    }
}

/// The next larger of 1, 2, 5, 10, ... microseconds, and above a second of what clocks count in.
fn nice(least: f64) -> u64 {
    const CLOCK: [u64; 13] = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600];
    let mut step = 1_u64;
    while step < 1_000_000 {
        for factor in [1, 2, 5] {
            if float(step * factor) >= least {
                return step * factor;
            }
        }
        step *= 10;
    }
    let seconds = CLOCK.into_iter().map(|seconds| seconds * 1_000_000);
    let mut seconds = seconds.filter(|step| float(*step) >= least);
    seconds
        .next()
        .unwrap_or_else(|| us(least / 3.6e9 + 1.0) * 3_600_000_000)
}

#[cfg(test)]
#[path = "scale_tests.rs"]
mod tests;
