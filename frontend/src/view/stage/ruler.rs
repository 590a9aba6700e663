//! Time at the left edge: since the session began, silences that are left out, and the time between
//! two calls.

use sockscope_protocol::CallId;
use yew::prelude::*;

use super::geometry::place;
use super::scale::{FOLD, ROW, Scale, Steps};
use super::scene::Scene;
use crate::view::element::element;
use crate::view::{format, testid};

/// Room to the right of a time.
const GAP: i32 = 4;

/// How wide the longest time is, up to this one.
pub(super) fn room(scale: &Scale, end: u64) -> i32 {
    /// A digit's width in the ruler's type.
    const DIGIT: i32 = 7;
    /// From an hour on, there are no milliseconds.
    const HOUR: u64 = 3_600_000_000;
    let longest = match scale.steps {
        Steps::Time { .. } if scale.step() < 1_000 => {
            "0.000000".len() + usize::from(end >= 10_000_000)
        }
        _ => format::clock(end.min(HOUR - 1)).len(),
    };
    i32::try_from(longest).unwrap_or(0) * DIGIT + GAP
}

/// Times, where they differ from those above, or at even steps.
pub(super) fn ticks(scene: &Scene<'_>) -> Html {
    let width = scene.geometry.ruler - GAP;
    let tick = |key: u64, y: i32, text: String| {
        let style = format!("top:{y}px;width:{width}px");
        let tick = element("span", "tick").style(&style).words(text);
        tick.key(key.to_string()).done()
    };
    let (first, last) = scene.rows;
    if !scene.scale.steps.is_equal() {
        let (step, times) = scene.scale.ticks(scene.rows, scene.now);
        let ticks = times.into_iter();
        return ticks
            .map(|time| tick(time, scene.scale.at(time) - ROW / 2, clock(time, step)))
            .collect();
    }
    let mut shown = String::new();
    let times = &scene.layout.times;
    let rows = (first..times.len().min(last.saturating_add(1))).zip(times.from(first));
    rows.filter_map(|(row, time)| {
        let text = format::clock(*time);
        (text != shown).then(|| {
            shown.clone_from(&text);
            tick(row as u64, scene.scale.y(row), text)
        })
    })
    .collect()
}

/// A time as exact as the steps of the ruler are.
fn clock(us: u64, step: u64) -> String {
    if step < 1_000 {
        let seconds = us / 1_000_000 % 60;
        return format!("{seconds}.{:06}", us % 1_000_000);
    }
    let text = format::clock(us);
    if step < 1_000_000 {
        return text;
    }
    let whole = text.split('.').next().unwrap_or_default();
    format!("{whole} s").replace(if text.contains(':') { " s" } else { "" }, "")
}

/// The silences that are folded.
pub(super) fn silences(scene: &Scene<'_>, now: u64) -> Html {
    let (first, last) = scene.rows;
    let mark = |y: i32, us: u64| {
        let style = place(0, y, scene.geometry.width(), FOLD - 36);
        let text = (scene.t.diagram.left_out)(&format::duration(us));
        element("div", "silence")
            .style(&style)
            .is("data-testid", testid::SILENCE)
            .number("data-us", us)
            .child(element("span", "").words(["⋯ ", &text].concat()))
            .key(format!("fold-{y}"))
            .done()
    };
    let folds = scene.scale.folds_between(first, last).iter();
    let folds = folds.map(|fold| mark(scene.scale.y(fold.after) + 20, fold.us));
    let waits = !scene.layout.waiting.is_empty();
    let tail = scene.scale.cut_at(now).filter(|_| waits);
    let tail = tail.map(|us| mark(scene.now - FOLD, us));
    folds.chain(tail).collect()
}

/// The bracket from one chosen call to the other.
pub(super) fn delta(scene: &Scene<'_>, marks: &[CallId]) -> Html {
    let chosen = marks.iter().filter_map(|call| {
        let index = scene.layout.find(*call)?;
        let one = scene.layout.boxes.get(index)?;
        Some((scene.top(one), scene.model.call(*call)?.started))
    });
    let mut chosen: Vec<(i32, u64)> = chosen.collect();
    chosen.sort_unstable();
    let left = scene.geometry.ruler - 6;
    match chosen.as_slice() {
        [(top, begun), (bottom, ended)] => {
            let span = format::duration(ended - begun);
            element("div", "delta")
                .is("data-testid", testid::DELTA)
                .number("data-us", ended - begun)
                .style(&place(left, *top, 10, (bottom - top).max(2)))
                .child(element("span", "").words(["Δt ", &span].concat()))
                .done()
        }
        [(top, _)] => element("div", "delta")
            .style(&place(left, *top, 10, 2))
            .done(),
        _ => Html::default(),
    }
}
