//! How time is drawn, what is folded, the time between two calls, and what the marks mean.

use yew::prelude::*;

use super::scale::{Steps, ZOOM};
use crate::i18n::Diagram;
use crate::view::element::element;
use crate::view::markup::Markup;
use crate::view::testid;

/// What can be asked of the stage, with a button or a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Equal,
    Time,
    Zoom(i32),
    FoldSilence,
    FoldClosed,
    Legend,
    MarkNothing,
}

/// How the stage is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) steps: Steps,
    /// The zoom and the folds to scale, kept while the steps are equal.
    pub(super) zoom: Option<i32>,
    pub(super) fold: bool,
    pub(super) fold_closed: bool,
    pub(super) legend: bool,
}

impl Default for Way {
    fn default() -> Self {
        Self {
            steps: Steps::Equal,
            zoom: None,
            fold: true,
            fold_closed: false,
            legend: false,
        }
    }
}

impl Way {
    /// The way after a wish; `fitting` gives a zoom that shows the session well.
    pub(super) fn after(self, wish: Wish, fitting: impl FnOnce() -> i32) -> Self {
        let mut next = self;
        match wish {
            Wish::Equal => next.steps = Steps::Equal,
            Wish::Time => {
                let zoom = self.zoom.unwrap_or_else(fitting);
                next.zoom = Some(zoom);
                next.steps = Steps::Time {
                    zoom,
                    fold: self.fold,
                };
            }
            Wish::Zoom(by) => {
                if let Steps::Time { zoom, fold } = self.steps {
                    let zoom = (zoom + by).clamp(*ZOOM.start(), *ZOOM.end());
                    next.zoom = Some(zoom);
                    next.steps = Steps::Time { zoom, fold };
                }
            }
            Wish::FoldSilence => {
                next.fold = !self.fold;
                if let Steps::Time { zoom, .. } = self.steps {
                    let fold = next.fold;
                    next.steps = Steps::Time { zoom, fold };
                }
            }
            Wish::FoldClosed => next.fold_closed = !self.fold_closed,
            Wish::Legend => next.legend = !self.legend,
            Wish::MarkNothing => {}
        }
        next
    }
}

pub(super) fn draw(
    way: Way,
    closed: bool,
    delta: Option<String>,
    wish: &Callback<Wish>,
    t: &Diagram,
) -> Html {
    let plain = |wished: Wish, id: &'static str, text: &'static str, title: &'static str| {
        let wish = wish.clone();
        let button = element("button", "small")
            .is("data-testid", id)
            .is("title", title)
            .text(text)
            .on_click(Callback::from(move |_: MouseEvent| wish.emit(wished)));
        if text.len() < 4 {
            return button.is("aria-label", title);
        }
        button
    };
    let equal = way.steps.is_equal();
    let steps = element("span", "segments")
        .child(plain(Wish::Equal, testid::STEPS_EQUAL, t.equal, t.equal_title).pressed(equal))
        .child(plain(Wish::Time, testid::STEPS_TIME, t.to_scale, t.to_scale_title).pressed(!equal));
    let zoom = || {
        element("span", "segments")
            .child(plain(Wish::Zoom(-1), testid::ZOOM_OUT, "−", t.zoom_out))
            .child(plain(Wish::Zoom(1), testid::ZOOM_IN, "+", t.zoom_in))
    };
    let silence = || {
        let (id, text) = (testid::FOLD_SILENCE, t.fold_silence);
        plain(Wish::FoldSilence, id, text, t.fold_silence_title).pressed(way.fold)
    };
    let folds = || {
        let (id, text) = (testid::FOLD_CLOSED, t.fold_closed);
        plain(Wish::FoldClosed, id, text, t.fold_closed_title).pressed(way.fold_closed)
    };
    let clear = || plain(Wish::MarkNothing, testid::DELTA_CLEAR, "×", t.delta_clear);
    let is_measured = delta.is_some();
    let delta = delta.map(|delta| {
        element("span", "delta-text")
            .is("role", "status")
            .words(delta)
    });
    element("div", "stage-tools")
        .is("role", "toolbar")
        .is("data-testid", testid::STAGE_TOOLS)
        .is("aria-label", t.tools)
        .child(steps)
        .maybe((!equal).then(zoom))
        .maybe((!equal).then(silence))
        .maybe(closed.then(folds))
        .maybe(delta)
        .maybe(is_measured.then(clear))
        .child(element("span", "space"))
        .child(plain(Wish::Legend, testid::LEGEND, t.legend, t.legend).pressed(way.legend))
        .html(if way.legend {
            legend(t)
        } else {
            Html::default()
        })
        .done()
}

/// Small marks of each kind, as they are drawn on the stage.
const MARKS: [&str; 8] = [
    r#"<g class="flow"><path class="port" d="M0 3h4v8h-4zM0 15h4v4h-4zM48 6h4v8h-4zM48 15h4v4h-4z"/><path class="band" d="M4 3C26 3 26 6 48 6V14C26 14 26 11 4 11zM4 15H48V19H4z"/></g>"#,
    r#"<g class="flow kernel"><path class="port" d="M0 7h4v10h-4z"/><path class="band" d="M4 7H48V17H4z"/><path class="drift" d="M4 12H48"/></g>"#,
    r#"<g class="tank" transform="translate(13 1)"><path class="level" d="M1 12h24v14H1z"/><path class="wall" d="M0 0v23q0 3 3 3h20q3 0 3-3V0"/></g>"#,
    r#"<g class="flow udp"><path class="band" d="M0 13h52v2H0z"/><rect x="8" y="5" width="36" height="18" rx="2"/><text x="26" y="14">5 B</text></g>"#,
    r#"<g class="flow udp lost"><path class="band" d="M0 13h9v2H0z"/><rect x="8" y="5" width="36" height="18" rx="2"/><text x="26" y="14">✕</text></g>"#,
    r#"<g class="segment"><path class="line" d="M0 10L45 18"/><path class="head" d="M52 19l-8 2l1.5 -7z"/></g>"#,
    r#"<rect class="mark waiting" x="4" y="2" width="44" height="24" rx="3"/>"#,
    r#"<g class="mark"><rect x="4" y="2" width="44" height="24" rx="3"/><path d="M6 9h40M6 14h40M6 19h40"/></g>"#,
];

/// What the marks of the stage mean.
fn legend(t: &Diagram) -> Html {
    let texts = [
        t.legend_band,
        t.legend_kernel,
        t.legend_tank,
        t.legend_parcel,
        t.legend_lost,
        t.legend_inferred,
        t.legend_waiting,
        t.legend_blocked,
    ];
    // The marks are constants of ours, and all words are the page's own.
    let mut legend = Markup::default();
    legend.add(&["<dl>"]);
    for (inside, text) in MARKS.into_iter().zip(texts) {
        legend.add(&["<div><dt><svg width=52 height=28 aria-hidden=true>", inside]);
        legend.add(&["</svg></dt><dd>", text, "</dd></div>"]);
    }
    legend.add(&["</dl><p>", t.legend_keys, "</p>"]);
    element("div", "stage-legend")
        .is("data-testid", testid::LEGEND_TEXT)
        .html(legend.html())
        .done()
}
