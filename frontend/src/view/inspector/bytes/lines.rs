//! The lines in sight: heads of messages, hex and text side by side, text.

use sockscope_frontend::bytes::{Kind, Place, control_name, show_hex};
use sockscope_frontend::model::{Chunk, Direction, Held, Socket};
use sockscope_protocol::CallId;

use super::list::{Layout, Line, Part};
use super::panel::Panel;
use crate::i18n::Messages;
use crate::view::element::{Element, element};
use crate::view::{format, testid};

/// Marks of bytes.
const SELECTED: u8 = 1;
const HIT: u8 = 2;

/// What the lines are drawn from.
pub(super) struct Lines<'a> {
    pub(super) panel: &'a Panel,
    pub(super) socket: &'a Socket,
    pub(super) layout: &'a Layout,
    pub(super) lit: Option<CallId>,
    pub(super) t: &'static Messages,
}

impl Lines<'_> {
    /// Puts the lines from `first` on into an element.
    pub(super) fn draw(&self, mut into: Element, first: u64, count: usize) -> Element {
        for line in self.panel.list.lines(self.socket, first, count) {
            let Part { seq, direction, .. } = line.part;
            if let Some(chunk) = self.socket.stream(direction).chunk(seq) {
                into = into.child(self.line(&line, chunk));
            }
        }
        into
    }

    fn line(&self, line: &Line, chunk: &Chunk) -> Element {
        let Part { seq, direction, .. } = line.part;
        let lit = self.lit == Some(chunk.call);
        let class = match (line.bytes.is_none(), direction, lit) {
            (false, Direction::Sent, false) => "bytes-line sent",
            (false, Direction::Sent, true) => "bytes-line sent lit",
            (false, Direction::Received, false) => "bytes-line received",
            (false, Direction::Received, true) => "bytes-line received lit",
            (true, Direction::Sent, false) => "bytes-line head sent",
            (true, Direction::Sent, true) => "bytes-line head sent lit",
            (true, Direction::Received, false) => "bytes-line head received",
            (true, Direction::Received, true) => "bytes-line head received lit",
        };
        let shown = element("div", class).number("data-seq", seq.0);
        let Some((from, to)) = line.bytes else {
            return self.head(shown.key(seq.to_string()), direction, chunk);
        };
        let shown = shown.key(format!("{seq}-{from}"));
        let gone = match chunk.held {
            Held::LostByBridge => Some(self.t.bytes.gone_bridge),
            Held::LostByPage => Some(self.t.bytes.gone_page),
            Held::Yes => chunk.is_empty().then_some(self.t.bytes.empty_datagram),
        };
        if let Some(gone) = gone {
            return shown.child(element("span", "hint").text(gone));
        }
        let shown = shown
            .number("data-from", from as u64)
            .number("data-to", to as u64);
        if self.layout.hex {
            self.hex(shown, chunk, &line.part, from, to)
        } else {
            self.runs(shown, chunk, &line.part, from, to)
        }
    }

    /// Whose bytes follow, how many, when, and what is special about them.
    fn head(&self, shown: Element, direction: Direction, chunk: &Chunk) -> Element {
        let t = &self.t.bytes;
        let (word, name) = match direction {
            Direction::Sent => (t.sent, "sent"),
            Direction::Received => (t.received, "received"),
        };
        let what = element("strong", "")
            .text(word)
            .text(" ")
            .words(format::bytes(chunk.len()));
        let mut shown = shown
            .is("data-testid", testid::BYTES_ENTRY)
            .is("data-direction", name)
            .child(what);
        if chunk.flags.truncated {
            let lost = u64::from(chunk.size).saturating_sub(chunk.len());
            let warn = element("span", "warn").words((self.t.stage.truncated)(lost));
            shown = shown.number("data-truncated", lost).child(warn);
        }
        let mut also = format::clock(chunk.time) + " s";
        if chunk.flags.peek {
            also.push_str("  MSG_PEEK");
        }
        if !chunk.flags.datagram {
            also.push_str("  ");
            also.push_str(&(t.offset)(chunk.offset));
        }
        if let Some(peer) = chunk.address {
            let peer = peer.to_string();
            also.push_str("  ");
            also.push_str(&peer);
            shown = shown.with("data-peer", peer);
        }
        shown.child(element("span", "").words(also))
    }

    fn mark(&self, chunk: &Chunk, direction: Direction, from: usize, to: usize) -> u8 {
        let selected = self
            .panel
            .selection
            .is_some_and(|one| one.has(chunk.seq, from, to));
        let search = self.panel.search.as_ref();
        let (begin, end) = (chunk.offset + from as u64, chunk.offset + to as u64);
        let hit = search.is_some_and(|search| search.hits(direction, begin, end));
        (u8::from(selected) * SELECTED) | (u8::from(hit) * HIT)
    }

    fn hex(&self, shown: Element, chunk: &Chunk, part: &Part, from: usize, to: usize) -> Element {
        let width = self.layout.width;
        let mut digits = element("span", if width == 16 { "digits wide" } else { "digits" });
        let mut at = from;
        while at < to {
            let mark = self.mark(chunk, part.direction, at, at + 1);
            let begin = at;
            while at < to && self.mark(chunk, part.direction, at, at + 1) == mark {
                at += 1;
            }
            let text = show_hex(chunk.payload.get(begin..at).unwrap_or_default()) + " ";
            digits = digits.child(run("", mark, begin, at - begin).words(text));
        }
        let offset = format!("{:08x}", chunk.offset + from as u64);
        let cells = element("span", "cells");
        shown
            .child(element("span", "offset").words(offset))
            .child(digits)
            .child(self.runs(cells, chunk, part, from, to))
    }

    fn runs(
        &self,
        mut into: Element,
        chunk: &Chunk,
        part: &Part,
        from: usize,
        to: usize,
    ) -> Element {
        let mut ahead = Vec::new();
        if to == chunk.payload.len() && !chunk.flags.datagram {
            let end = chunk.end();
            for next in self.socket.stream(part.direction).overlapping(end, end + 3) {
                ahead.extend(next.payload.iter().take(3));
            }
        }
        let place = Place {
            bytes: &chunk.payload,
            skip: part.skip,
            ahead: &ahead,
        };
        let (t, cells) = (&self.t.bytes, self.layout.hex);
        let mark = |from, to| self.mark(chunk, part.direction, from, to);
        for one in place.runs(self.layout.codec(part.direction), (from, to), cells, mark) {
            let (class, title) = match one.kind {
                Kind::Plain => ("", ""),
                Kind::Wide => ("wide", ""),
                Kind::Control | Kind::Invisible => {
                    let own = chunk.payload.get(one.at..).unwrap_or_default();
                    let byte = own.iter().take(one.each).find(|byte| **byte != 0);
                    ("control", control_name(byte.copied().unwrap_or(0)))
                }
                Kind::Invalid => ("invalid", t.invalid),
                Kind::Rest => ("rest", t.rest),
                Kind::Cut => ("invalid", t.unfinished),
            };
            let mut shown = run(class, one.mark, one.at, one.count);
            if one.each > 1 {
                shown = shown.number("data-each", one.each as u64);
            }
            if cells && (one.kind != Kind::Plain || one.each > 1) {
                shown = shown.is("data-cells", CELLS[one.each.min(4)]);
            }
            if !title.is_empty() {
                shown = shown.is("title", title);
            }
            into = into.child(shown.words(one.text));
        }
        into
    }
}

const CELLS: [&str; 5] = ["", "1", "2", "3", "4"];

fn run(class: &'static str, mark: u8, at: usize, count: usize) -> Element {
    let shown = element("span", class)
        .number("data-at", at as u64)
        .number("data-count", count as u64);
    match mark {
        0 => shown,
        HIT => shown.is("data-mark", "hit"),
        _ => shown.is("data-mark", "selected"),
    }
}
