//! How the bytes are shown, and what is looked for in them.

use sockscope_frontend::bytes::Encoding;
use sockscope_frontend::model::{Direction, Socket};

use super::panel::Panel;
use crate::i18n::Bytes as Texts;
use crate::view::element::{Element, button, check, element, select};
use crate::view::{format, testid};

pub(super) struct Bar<'a> {
    pub(super) panel: &'a Panel,
    pub(super) socket: &'a Socket,
    pub(super) encodings: [Encoding; 2],
    pub(super) t: &'static Texts,
}

/// Buttons of which one is pressed.
fn segments(label: &'static str, buttons: &[(&'static str, &'static str, bool)]) -> Element {
    let mut group = element("div", "segments")
        .is("role", "group")
        .is("aria-label", label);
    for (id, text, on) in buttons {
        group = group.child(button(id, text).pressed(*on));
    }
    group
}

impl Bar<'_> {
    pub(super) fn head(&self) -> Element {
        let (t, hex) = (self.t, self.panel.hex);
        let modes = [
            (testid::BYTES_MODE_TEXT, t.mode_text, !hex),
            (testid::BYTES_MODE_HEX, t.mode_hex, hex),
        ];
        element("div", "section-head")
            .child(element("h2", "").is("id", "bytes-title").text(t.title))
            .child(segments(t.view, &modes))
    }

    pub(super) fn totals(&self) -> Element {
        let total = |word, id, count| {
            let count = element("span", "mono")
                .is("data-testid", id)
                .words(format::bytes(count));
            element("span", "").text(word).text(" ").child(count)
        };
        let (t, socket) = (self.t, self.socket);
        element("p", "bytes-totals")
            .child(total(t.sent, testid::BYTES_SENT_TOTAL, socket.sent.total()))
            .child(total(
                t.received,
                testid::BYTES_RECEIVED_TOTAL,
                socket.received.total(),
            ))
    }

    /// The switch that receives by itself.
    pub(super) fn auto(&self, on: bool) -> Element {
        let t = self.t;
        element("div", "bytes-auto")
            .child(check(
                testid::AUTO_RECV,
                t.auto_recv,
                on,
                !self.socket.is_open(),
            ))
            .child(element("p", "hint").text(t.auto_recv_hint))
    }

    /// Directions, encodings, lines.
    pub(super) fn options(&self) -> Element {
        let (t, only) = (self.t, self.panel.only);
        let directions = [
            (testid::BYTES_BOTH, t.both, only.is_none()),
            (
                testid::BYTES_ONLY_SENT,
                t.sent,
                only == Some(Direction::Sent),
            ),
            (
                testid::BYTES_ONLY_RECEIVED,
                t.received,
                only == Some(Direction::Received),
            ),
        ];
        let mut options = element("div", "bytes-options").child(segments(t.only, &directions));
        for (word, id, now) in [
            (t.sent, testid::ENCODING_SENT, self.encodings[0]),
            (t.received, testid::ENCODING_RECEIVED, self.encodings[1]),
        ] {
            options = options.child(
                element("label", "choice")
                    .text(word)
                    .child(encodings(id, t.encoding, now)),
            );
        }
        let breaks = || check(testid::BYTES_BREAKS, t.breaks, self.panel.breaks, false);
        options.maybe((!self.panel.hex).then(breaks))
    }

    /// Looks for text or bytes, and goes from hit to hit.
    pub(super) fn search(&self) -> Element {
        let (t, panel) = (self.t, self.panel);
        let problem = panel.problem(t);
        let mut typed = element("input", "")
            .is("type", "text")
            .is("data-testid", testid::BYTES_FIND)
            .is("aria-label", t.find)
            .is("placeholder", t.find)
            .is("autocomplete", "off")
            .is("spellcheck", "false")
            .is("autocapitalize", "off")
            .value(panel.find.clone());
        if problem.is_some() {
            typed = typed.is("aria-invalid", "true");
        }
        let bar = element("div", "bytes-search").is("role", "search");
        let bar = bar.child(typed);
        let bar = bar.child(button(testid::BYTES_FIND_HEX, t.mode_hex).pressed(panel.find_hex));
        bar.maybe((!panel.find.is_empty()).then(|| self.found(problem)))
    }

    /// The way through what was found.
    fn found(&self, problem: Option<String>) -> Element {
        let (t, panel) = (self.t, self.panel);
        let mut bar = element("div", "bytes-found");
        for (id, sign, word) in [
            (testid::BYTES_FIND_BEFORE, "↑", t.find_before),
            (testid::BYTES_FIND_NEXT, "↓", t.find_next),
            (testid::BYTES_FIND_STOP, "×", t.find_stop),
        ] {
            bar = bar.child(button(id, sign).is("aria-label", word).is("title", word));
        }
        let mut found = problem.unwrap_or_default();
        let mut state = "none";
        if let Some(search) = &panel.search {
            found = (t.hits)(search.count(), search.has_more());
            if let Some(hit) = panel.hit {
                found = format!("{hit} / {found}");
            }
            state = "done";
            if panel.searching {
                let all = self.socket.sent.total() + self.socket.received.total();
                let percent = (search.done * 100).checked_div(all).unwrap_or(100);
                found.push_str(&format!(", {percent} %"));
                state = "searching";
            }
        }
        let said = element("span", "hint")
            .is("role", "status")
            .is("data-testid", testid::BYTES_FOUND)
            .is("data-state", state);
        bar.child(said.words(found))
    }
}

/// A choice of an encoding.
pub(in crate::view::inspector) fn encodings(
    id: &'static str,
    label: &'static str,
    now: Encoding,
) -> Element {
    select(
        id,
        label,
        &mut Encoding::ALL
            .into_iter()
            .map(|one| (one.name(), one.name(), one == now)),
    )
}
