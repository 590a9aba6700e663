//! What the keyboard does beside Tab, Enter and the arrows: one table, which the keys and the list
//! under `?` both read. A shortcut presses or focuses what a person could press or focus.

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast as _;
use web_sys::{Document, Element, HtmlElement, HtmlFormElement, KeyboardEvent};

use super::testid;
use super::ui::{Act, Tab, UiHandle};
use crate::i18n::{Keys, Text};

/// A key and what it does.
pub(crate) struct Shortcut {
    /// As `KeyboardEvent.key` names it.
    pub(crate) key: &'static str,
    pub(crate) does: Does,
    /// What the list says; a call is named by itself.
    pub(crate) text: fn(&Keys) -> Text,
}

#[derive(Clone, Copy)]
pub(crate) enum Does {
    /// Presses the first of these test ids that is there and can be pressed.
    Press(&'static [&'static str]),
    /// Opens the form of the first of these calls that makes sense now, or of the first.
    Form(&'static [&'static str]),
    /// Ends the newest wait.
    Cancel,
    /// Selects the next socket of the list, or the one before.
    Socket(i32),
    /// Shows a panel and focuses the first that fits the selector.
    Panel(Tab, &'static str),
    /// The other language.
    Language,
    Theme,
    /// Makes the call whose form has the focus, with Ctrl or Cmd.
    Submit,
    /// Back from details and out of fields; lists and menus close by themselves.
    Back,
}

const fn shortcut(key: &'static str, does: Does, text: fn(&Keys) -> Text) -> Shortcut {
    Shortcut { key, does, text }
}

const fn form(
    key: &'static str,
    calls: &'static [&'static str],
    text: fn(&Keys) -> Text,
) -> Shortcut {
    shortcut(key, Does::Form(calls), text)
}

/// All shortcuts, in the order of the list.
pub(crate) const SHORTCUTS: [Shortcut; 36] = [
    shortcut("?", Does::Press(&[testid::HELP]), |t| t.help),
    shortcut("Escape", Does::Back, |t| t.back),
    shortcut("t", Does::Press(&[testid::NEW_TCP]), |t| t.new_tcp),
    shortcut("u", Does::Press(&[testid::NEW_UDP]), |t| t.new_udp),
    shortcut("j", Does::Socket(1), |t| t.next),
    shortcut("k", Does::Socket(-1), |t| t.previous),
    form("b", &["bind"], |_| "bind"),
    form("l", &["listen"], |_| "listen"),
    form("a", &["accept"], |_| "accept"),
    form("c", &["connect"], |_| "connect"),
    form("s", &["sendall", "sendto"], |_| "sendall, sendto"),
    form("r", &["recv", "recvfrom"], |_| "recv, recvfrom"),
    form("h", &["shutdown"], |_| "shutdown"),
    form("x", &["close"], |_| "close"),
    shortcut("Enter", Does::Submit, |t| t.submit),
    shortcut(".", Does::Cancel, |t| t.cancel),
    shortcut("n", Does::Press(&[testid::LESSON_NEXT]), |t| t.step),
    shortcut("o", Does::Press(&[testid::OPEN_FILE]), |t| t.open),
    shortcut("+", Does::Press(&[testid::ZOOM_IN]), |t| t.zoom_in),
    shortcut("-", Does::Press(&[testid::ZOOM_OUT]), |t| t.zoom_out),
    shortcut("f", Does::Press(&[testid::FOLD_SILENCE]), |t| t.fold),
    shortcut("g", Does::Press(&[testid::LEGEND]), |t| t.legend),
    shortcut("v", Does::Press(&[testid::MENU_REPLAY]), |t| t.replay),
    shortcut(" ", Does::Press(&[testid::REPLAY_PLAY]), |t| t.play),
    shortcut("ArrowLeft", Does::Press(&[testid::REPLAY_BACK]), |t| {
        t.step_back
    }),
    shortcut("ArrowRight", Does::Press(&[testid::REPLAY_FORWARD]), |t| {
        t.step_on
    }),
    shortcut("Home", Does::Press(&[testid::REPLAY_START]), |t| t.start),
    shortcut("End", Does::Press(&[testid::REPLAY_END]), |t| t.end),
    shortcut("1", Does::Panel(Tab::Sockets, ".sockets button"), |t| {
        t.sockets
    }),
    shortcut("2", Does::Panel(Tab::Stage, "#stage"), |t| t.stage),
    shortcut("3", Does::Panel(Tab::Inspector, ".inspector button"), |t| {
        t.inspector
    }),
    shortcut(
        "4",
        Does::Panel(Tab::Lesson, ".lessons .primary, .lessons button"),
        |t| t.lessons,
    ),
    shortcut(
        "5",
        Does::Panel(Tab::Inspector, ".call-buttons button"),
        |t| t.calls,
    ),
    shortcut("z", Does::Language, |t| t.language),
    shortcut("d", Does::Theme, |t| t.theme),
    shortcut("p", Does::Press(&[testid::PROJECTOR]), |t| t.projector),
];

/// Where letters are text.
const TYPING: &str =
    "input:not([type=checkbox],[type=radio],[type=range]), textarea, select, [contenteditable]";

/// Does what a key does, unless it is being typed.
pub(crate) fn press(event: &KeyboardEvent, ui: &UiHandle) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    if event.default_prevented() || event.is_composing() {
        return;
    }
    let key = event.key();
    let Some(found) = SHORTCUTS.iter().find(|one| one.key == key) else {
        return;
    };
    let chord = event.ctrl_key() || event.meta_key();
    let target: Option<Element> = event.target().and_then(|it| it.dyn_into().ok());
    let free = match found.does {
        Does::Submit => chord,
        Does::Back => true,
        // What has the focus is pressed by it.
        _ if key == " " && within(&target, "a, button, summary, label").is_some() => false,
        _ => ui.keys && !chord && !event.alt_key() && within(&target, TYPING).is_none(),
    };
    if free && act(found.does, ui, &document, &target) {
        event.prevent_default();
    }
}

/// What an element stands in.
fn within(target: &Option<Element>, selector: &str) -> Option<Element> {
    target.as_ref()?.closest(selector).ok().flatten()
}

/// Whether there was something to do.
fn act(does: Does, ui: &UiHandle, document: &Document, target: &Option<Element>) -> bool {
    match does {
        Does::Press(ids) => click(document, ids.iter().map(|id| by_id(id))),
        Does::Form(calls) => {
            let now = calls
                .iter()
                .map(|call| format!("{}[data-now=true]", call_button(call)));
            let any = calls.iter().map(|call| call_button(call));
            if !click(document, now.chain(any)) {
                return false;
            }
            ui.dispatch(Act::Tab(Tab::Inspector));
            let fields = [
                "input:not([type=checkbox],[type=file])",
                "textarea",
                "select",
                "[type=submit]",
            ];
            focus_soon(fields.map(|field| format!(".call-form {field}")).to_vec());
            true
        }
        Does::Cancel => {
            let waits = all(document, "[data-testid^=cancel-]");
            waits.last().inspect(|wait| wait.click()).is_some()
        }
        Does::Socket(step) => neighbour(document, step),
        Does::Panel(tab, selector) => {
            ui.dispatch(Act::Tab(tab));
            focus_soon(vec![selector.to_owned()]);
            true
        }
        Does::Language => click(
            document,
            [".header [lang][aria-pressed=false]".to_owned()].into_iter(),
        ),
        Does::Theme => {
            ui.dispatch(Act::Theme(ui.theme.next()));
            true
        }
        Does::Submit => within(target, "form")
            .and_then(|form| form.dyn_into::<HtmlFormElement>().ok())
            .is_some_and(|form| form.request_submit().is_ok()),
        Does::Back => {
            let field = within(target, TYPING).and_then(|it| it.dyn_into::<HtmlElement>().ok());
            if let Some(field) = field {
                // A field that cannot let the focus go keeps it.
                let _ = field.blur();
            }
            ui.dispatch(Act::ShowLast);
            ui.dispatch(Act::NotSent(None));
            let legend = by_id(testid::LEGEND) + "[aria-pressed=true]";
            click(document, [legend].into_iter());
            false
        }
    }
}

/// Presses what has this test id.
pub(crate) fn press_button(id: &str) {
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        click(&document, [by_id(id)].into_iter());
    }
}

fn by_id(id: &str) -> String {
    format!("[data-testid={id}]")
}

fn call_button(call: &str) -> String {
    by_id(&testid::call(call))
}

fn all(document: &Document, selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = document.query_selector_all(selector) else {
        return Vec::new();
    };
    let found = (0..found.length()).filter_map(|at| found.item(at));
    found.filter_map(|node| node.dyn_into().ok()).collect()
}

/// Clicks the first of what these selectors find.
fn click(document: &Document, mut selectors: impl Iterator<Item = String>) -> bool {
    let found = selectors.find_map(|selector| {
        let found = all(document, &selector);
        found.into_iter().find(|one| !one.has_attribute("disabled"))
    });
    found.inspect(HtmlElement::click).is_some()
}

/// Focuses the first of what these selectors find, once it is drawn.
fn focus_soon(selectors: Vec<String>) {
    Timeout::new(0, move || {
        let document = web_sys::window().and_then(|window| window.document());
        let found = document.and_then(|document| {
            let mut selectors = selectors.iter();
            selectors.find_map(|selector| all(&document, selector).into_iter().next())
        });
        if let Some(found) = found {
            // What cannot take the focus leaves it where it is.
            let _ = found.focus();
        }
    })
    .forget();
}

/// Selects the socket beside the selected one in the list.
fn neighbour(document: &Document, step: i32) -> bool {
    let sockets = all(document, ".socket-item");
    let chosen = |one: &HtmlElement| one.get_attribute("aria-pressed").as_deref() == Some("true");
    let next = match sockets.iter().position(chosen) {
        Some(at) if step < 0 => at.checked_sub(1),
        Some(at) => Some(at + 1),
        None => Some(0),
    };
    let Some(next) = next.and_then(|at| sockets.get(at)) else {
        return false;
    };
    next.click();
    next.focus().is_ok()
}
