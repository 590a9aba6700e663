//! The session as programs that can be run, growing as calls are made. Another program writes them
//! ([`sockscope_frontend::scribe`]); it is loaded when this panel first comes into sight with something
//! to show.

mod hands;
mod panel;

use std::rc::Rc;

use sockscope_frontend::code::{Language, Line};
use sockscope_frontend::scribe::{Listing, Listings};
use sockscope_frontend::store::use_store;
use web_sys::Element as Area;
use yew::prelude::*;

use self::hands::Hands;
use self::panel::{Panel, Written};
use super::element::{Element, button, element};
use super::testid;
use super::ui::{use_texts, use_ui};
use crate::i18n::{Code as Texts, Lang};

/// The height of a line, as the style sheet has it, pixels.
const LINE: i32 = 18;
/// Lines that are drawn, from some before the first that can be seen.
const DRAWN: usize = 120;
const BEFORE: usize = 40;

#[component]
pub(crate) fn Code() -> Html {
    let t = &use_texts().code;
    let ui = use_ui();
    let state = use_mut_ref(Panel::default);
    let redraw = use_force_update();
    let frame = use_node_ref();
    let lit = ui.pointed_out();
    let scroll = {
        let mut panel = state.borrow_mut();
        panel.chinese = ui.lang == Lang::Zh;
        panel.point_at(lit);
        panel.goal()
    };
    let hands = Hands {
        panel: Rc::downgrade(&state),
        store: use_store(),
        ui: ui.dispatcher(),
        redraw,
    };
    use_effect_with(frame.clone(), move |frame| {
        let attached = frame.cast::<Area>().map(|frame| hands.attach(&frame));
        move || drop(attached)
    });
    use_effect_with(
        (frame.clone(), scroll),
        move |(frame, (target, count, ..))| {
            let view = frame.cast::<Area>();
            let view = view.and_then(|frame| frame.query_selector(".code-view").ok().flatten());
            if let Some(view) = view {
                go(&view, *target, *count);
            }
        },
    );
    let panel = state.borrow();
    let head = element("div", "section-head")
        .child(element("h2", "").is("id", "code-title").text(t.title));
    let section = element("section", "section code")
        .node(&frame)
        .is("aria-labelledby", "code-title")
        .is("data-testid", testid::CODE)
        .child(languages(head, panel.language, t));
    let section = match (&panel.written, panel.program()) {
        (Written::Failed, _) => {
            let failed = element("p", "").is("role", "alert").text(t.failed);
            section
                .child(failed)
                .child(button(testid::CODE_RETRY, t.retry))
        }
        (Written::Here(listings), Some(program)) if !panel.empty => {
            shown(section, &panel, listings, program, t)
        }
        (Written::Nothing, _) if !panel.empty => {
            section.child(element("p", "empty").text(t.loading))
        }
        _ => section.child(element("p", "empty").text(t.empty)),
    };
    section.done()
}

/// Scrolls to a line, or to the end of a program that grows.
fn go(view: &Area, target: Option<usize>, count: usize) {
    let height = view.client_height();
    let pixels = |lines: usize| i32::try_from(lines).unwrap_or(i32::MAX / LINE) * LINE;
    if let Some(top) = target.map(pixels) {
        let above = top < view.scroll_top();
        if above || top + LINE > view.scroll_top() + height {
            view.set_scroll_top(top - height / 3);
        }
    } else {
        // Whoever looks at the end goes along.
        view.set_scroll_top((pixels(count) - height).max(0));
    }
}

fn choice(id: &'static str, name: &'static str, on: bool) -> Element {
    let button = element("button", "").is("data-testid", id);
    button.pressed(on).text(name)
}

fn group(label: &'static str) -> Element {
    element("div", "segments")
        .is("role", "group")
        .is("aria-label", label)
}

fn languages(head: Element, now: Language, t: &Texts) -> Element {
    let rust = matches!(now, Language::Rust | Language::Tokio);
    let library = || {
        group(t.library)
            .child(choice(testid::CODE_STD, "std", now == Language::Rust))
            .child(choice(testid::CODE_TOKIO, "tokio", now == Language::Tokio))
    };
    let language = group(t.language)
        .child(choice(
            testid::CODE_PYTHON,
            "Python",
            now == Language::Python,
        ))
        .child(choice(testid::CODE_RUST, "Rust", rust))
        .child(choice(testid::CODE_C, "C", now == Language::C));
    head.maybe(rust.then(library)).child(language)
}

fn shown(
    section: Element,
    panel: &Panel,
    listings: &Listings,
    program: &Listing,
    t: &Texts,
) -> Element {
    let mut files = element("div", "code-files")
        .is("role", "group")
        .is("aria-label", t.file);
    for one in &listings.programs {
        let file = element("button", "small")
            .pressed(one.name == program.name)
            .with("data-testid", testid::code_file(&one.name))
            .words(one.file.clone());
        files = files.child(file.key(one.name.clone()));
    }
    let more = || element("p", "hint").words((t.more)(listings.more));
    let said = element("span", "hint")
        .is("role", "status")
        .text(match panel.copied {
            None => "",
            Some(true) => t.copied,
            Some(false) => t.copy_failed,
        });
    let tools = element("div", "bytes-tools")
        .child(button(testid::CODE_COPY, t.copy))
        .child(button(testid::CODE_SAVE, t.save))
        .child(said);
    section
        .child(files)
        .child(lines(panel, program))
        .maybe((listings.more > 0).then(more))
        .child(tools)
}

/// The lines in sight, and those of the call that is pointed out among them.
fn lines(panel: &Panel, program: &Listing) -> Element {
    let count = program.lines.len();
    let from = panel.first.saturating_sub(BEFORE).min(count);
    let to = (from + DRAWN).min(count);
    let space = |lines: usize| {
        let height = lines * LINE.unsigned_abs() as usize;
        element("div", "").style(&["height:", &height.to_string(), "px"].concat())
    };
    let mut text = element("pre", "");
    for at in from..to {
        text = text.child(
            line(&program.lines[at], panel)
                .key(at.to_string())
                .number("data-line", at as u64),
        );
    }
    element("div", "code-view")
        .is("tabindex", "0")
        .is("role", "region")
        .with("aria-label", program.file.clone())
        .is("data-testid", testid::CODE_TEXT)
        .number("data-lines", count as u64)
        .child(space(from))
        .child(text)
        .child(space(count - to))
}

fn line(line: &Line, panel: &Panel) -> Element {
    let text = line.text.trim_start();
    let comment = text.starts_with("//") || text.starts_with("# ");
    let class = if comment {
        "code-line comment"
    } else {
        "code-line"
    };
    let drawn = element("div", class).words(line.text.clone());
    if panel.lights(line) {
        return drawn.is("data-lit", "true");
    }
    drawn
}
