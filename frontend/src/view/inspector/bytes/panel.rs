//! What the list remembers between two pictures, and how a person moves in it.

use sockscope_frontend::bytes::{
    Codec, CopyFormat, Encoding, EscapeError, HexError, parse_hex, parse_text,
};
use sockscope_frontend::model::{Direction, Socket};
use sockscope_protocol::{CallId, Seq};

use super::browser;
use super::events::Attached;
use super::list::{Layout, List};
use super::scroll::Scroll;
use super::search::{Query, Search};
use super::select::{Place, Selection, beside, unit};
use super::tools::Said;
use crate::i18n::Bytes as Texts;
use crate::view::inspector::draft;

/// Lines in sight at most.
const SEEN: u64 = 20;
/// Bytes that are read per frame to count lines, and to look for something: some milliseconds.
const COUNTED: usize = 1 << 20;
const SEARCHED: usize = 4 << 20;

/// What a person did with the keyboard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Move {
    Left,
    Right,
    Up,
    Down,
    PageUp,
    PageDown,
    LineStart,
    LineEnd,
    Start,
    End,
}

pub(super) struct Panel {
    /// What a person chose: a hex dump, one direction, where lines end, how to copy, what to find.
    pub(super) hex: bool,
    pub(super) only: Option<Direction>,
    pub(super) breaks: bool,
    pub(super) form: CopyFormat,
    pub(super) find: String,
    pub(super) find_hex: bool,
    /// What came of copying and saving.
    pub(super) said: Said,
    /// The width of a character, the height of a line, the width of the view: pixels.
    pub(super) size: (f64, f64, f64),
    /// How the lines are drawn now.
    pub(super) layout: Layout,
    pub(super) list: List,
    pub(super) search: Option<Search>,
    wrong: Option<Wrong>,
    pub(super) selection: Option<Selection>,
    /// The first line in sight; none: the newest lines are.
    first: Option<u64>,
    /// Where the browser has scrolled to.
    top: f64,
    /// The list is to be scrolled by the page.
    moved: bool,
    /// The pointer is drawing a selection.
    pub(super) drawing: bool,
    /// The call whose bytes are under the pointer.
    pub(super) lit: Option<CallId>,
    /// The search has not seen everything.
    pub(super) searching: bool,
    /// More is to be done in the next frame.
    pub(super) busy: bool,
    /// The number of the hit that was gone to last.
    pub(super) hit: Option<usize>,
    pub(super) attached: Option<Attached>,
}

/// Why nothing can be looked for.
enum Wrong {
    Hex(HexError),
    Text(EscapeError),
}

impl Default for Panel {
    fn default() -> Self {
        Self {
            hex: false,
            only: None,
            breaks: true,
            form: CopyFormat::Text,
            find: String::new(),
            find_hex: false,
            said: Said::Nothing,
            // Until it is measured.
            size: (7.2, 20.0, 390.0),
            layout: Layout {
                only: None,
                hex: false,
                width: 8,
                breaks: true,
                codecs: [Codec::utf8(); 2],
            },
            list: List::default(),
            search: None,
            wrong: None,
            selection: None,
            first: None,
            top: 0.0,
            moved: false,
            drawing: false,
            lit: None,
            searching: false,
            busy: false,
            hit: None,
            attached: None,
        }
    }
}

impl Panel {
    /// Takes in what is new, as much as fits in a frame.
    pub(super) fn update(&mut self, socket: &Socket, encodings: [Encoding; 2]) {
        let (character, _, width) = self.size;
        // Without the padding, the line at the left and the scroll bar.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "some hundreds at most"
        )]
        let columns = ((width - 66.0) / character).clamp(16.0, 160.0) as usize;
        self.layout = Layout {
            only: self.only,
            hex: self.hex,
            // An offset of 8 digits, 3 columns for the digits of a byte and 1 for its character.
            width: match self.hex {
                true if columns >= 74 => 16,
                true => 8,
                false => columns,
            },
            breaks: self.breaks,
            codecs: encodings.map(browser::codec),
        };
        match self.query() {
            Ok(query) => {
                self.wrong = None;
                self.look_for(query);
            }
            Err(wrong) => {
                self.wrong = Some(wrong);
                self.look_for(None);
            }
        }
        let counted = self.list.update(socket, self.layout, COUNTED);
        let searched = match self.search.as_mut() {
            Some(search) => search.update(socket, SEARCHED),
            None => true,
        };
        self.searching = !searched;
        self.busy = !(counted && searched);
    }

    /// What to look for in each direction; none when nothing was typed.
    fn query(&self) -> Result<Option<Query>, Wrong> {
        if self.find.is_empty() {
            return Ok(None);
        }
        if self.find_hex {
            let needle = parse_hex(&self.find).map_err(Wrong::Hex)?;
            return Ok(Some(Query {
                needles: [needle.clone(), needle],
                codecs: None,
            }));
        }
        // What an encoding lacks is not there in its direction; it may be in the other.
        let [sent, received] = self
            .layout
            .codecs
            .map(|codec| parse_text(&self.find, codec));
        if let (Err(wrong), Err(_)) = (&sent, &received) {
            return Err(Wrong::Text(*wrong));
        }
        Ok(Some(Query {
            needles: [sent.unwrap_or_default(), received.unwrap_or_default()],
            codecs: Some(self.layout.codecs),
        }))
    }

    /// Why nothing can be looked for, in a sentence.
    pub(super) fn problem(&self, t: &Texts) -> Option<String> {
        Some(match self.wrong.as_ref()? {
            Wrong::Hex(error) => draft::hex_problem(*error, t),
            Wrong::Text(error) => draft::text_problem(*error, self.layout.codecs[0].encoding(), t),
        })
    }

    pub(super) fn scroll(&self) -> Scroll {
        let lines = self.list.end() - self.list.start();
        Scroll {
            line: self.size.1,
            lines,
            seen: lines.min(SEEN),
        }
    }

    /// The first line in sight, from the first that there is.
    pub(super) fn first(&self, scroll: &Scroll) -> u64 {
        let first = self
            .first
            .map_or(u64::MAX, |first| first.saturating_sub(self.list.start()));
        first.min(scroll.last())
    }

    pub(super) fn follows(&self) -> bool {
        self.first.is_none()
    }

    fn show(&mut self, first: u64, scroll: &Scroll) {
        self.first = (first < scroll.last()).then_some(first + self.list.start());
    }

    /// The browser has scrolled. Returns whether that is news.
    pub(super) fn scrolled(&mut self, top: f64, scroll: &Scroll) -> bool {
        if (top - self.top).abs() < 1.0 {
            return false;
        }
        let first = scroll.first(top, self.top, self.first(scroll));
        self.top = top;
        // A short way through a long list: the bar goes where the lines are.
        self.moved = scroll.is_scaled();
        self.show(first, scroll);
        true
    }

    /// Where the browser is to scroll to, if it is not there.
    pub(super) fn wanted(&mut self, scroll: &Scroll) -> Option<f64> {
        let wanted = scroll.top(self.first(scroll));
        let follows = self.follows() && scroll.last() > 0;
        if !std::mem::take(&mut self.moved) && !follows || (wanted - self.top).abs() < 1.0 {
            return None;
        }
        self.top = wanted;
        Some(wanted)
    }

    /// Shows the newest lines.
    pub(super) fn follow(&mut self) {
        self.first = None;
        self.moved = true;
    }

    /// Brings a byte into sight.
    pub(super) fn reveal(&mut self, socket: &Socket, (seq, at): Place) {
        let scroll = &self.scroll();
        let Some(line) = self.list.line_of(socket, seq, at) else {
            return;
        };
        let (line, first) = (line.saturating_sub(self.list.start()), self.first(scroll));
        if line < first {
            self.show(line.saturating_sub(1), scroll);
        } else if line >= first + scroll.seen {
            self.show(line + 1 - scroll.seen, scroll);
        } else if self.first.is_none() {
            // What is looked at stays in sight while more comes.
            self.first = Some(first + self.list.start());
        }
        self.moved = true;
    }

    /// Selects the unit at a place, or leads the selection there.
    pub(super) fn select(&mut self, socket: &Socket, place: Place, extend: bool) {
        let Some(focus) = unit(&self.list, socket, &self.layout, place) else {
            return;
        };
        let anchor = match self.selection {
            Some(selection) if extend => selection.anchor,
            _ => focus,
        };
        self.selection = Some(Selection { anchor, focus });
    }

    /// Selects all that is shown.
    pub(super) fn select_all(&mut self, socket: &Socket) {
        let Some((first, last)) = self.list.ends() else {
            return;
        };
        let end = socket
            .stream(last.direction)
            .chunk(last.seq)
            .map_or(0, |chunk| chunk.payload.len());
        let unit = unit(&self.list, socket, &self.layout, (first.seq, first.from));
        let begin = ((first.seq, first.from), (first.seq, first.from));
        self.selection = Some(Selection {
            anchor: unit.unwrap_or(begin),
            focus: ((last.seq, end), (last.seq, end)),
        });
    }

    /// Moves the selection's end; with `extend`, its beginning stays.
    pub(super) fn go(&mut self, socket: &Socket, to: Move, extend: bool) {
        let seen = i64::try_from(self.scroll().seen).unwrap_or(1);
        let Some((first, last)) = self.list.ends() else {
            return;
        };
        let Some(selection) = self.selection else {
            let first = (first.seq, first.from);
            self.select(socket, first, false);
            return self.reveal(socket, first);
        };
        let focus = selection.focus;
        let place = match to {
            Move::Left | Move::Right => {
                let next = beside(&self.list, socket, &self.layout, focus, to == Move::Right);
                next.map(|unit| unit.0)
            }
            Move::Up => self.vertical(socket, focus.0, -1),
            Move::Down => self.vertical(socket, focus.0, 1),
            Move::PageUp => self.vertical(socket, focus.0, -seen),
            Move::PageDown => self.vertical(socket, focus.0, seen),
            Move::LineStart | Move::LineEnd => self.line(socket, focus.0).map(|(from, to_end)| {
                let at = if to == Move::LineStart {
                    from
                } else {
                    to_end.saturating_sub(1)
                };
                (focus.0.0, at)
            }),
            Move::Start => Some((first.seq, first.from)),
            Move::End => Some((last.seq, last.to.saturating_sub(1))),
        };
        let Some(place) = place else { return };
        self.select(socket, place, extend);
        self.reveal(socket, place);
    }

    /// The bytes of the line of a byte.
    fn line(&self, socket: &Socket, (seq, at): Place) -> Option<(usize, usize)> {
        let line = self.list.line_of(socket, seq, at)?;
        self.list.lines(socket, line, 1).first()?.bytes
    }

    /// The byte below (or above) another, some lines on; heads have none.
    fn vertical(&self, socket: &Socket, (seq, at): Place, by: i64) -> Option<Place> {
        let column = at - self.line(socket, (seq, at))?.0;
        let line = self.list.line_of(socket, seq, at)?;
        let (start, last) = (self.list.start(), self.list.end().checked_sub(1)?);
        let mut line = line.saturating_add_signed(by).clamp(start, last);
        loop {
            let found = *self.list.lines(socket, line, 1).first()?;
            if let Some((from, to)) = found.bytes.filter(|(from, to)| from < to) {
                return Some((found.part.seq, (from + column).min(to - 1)));
            }
            line = line.saturating_add_signed(by.signum());
            if line < start || line > last {
                return None;
            }
        }
    }

    /// Looks for something else, or for nothing.
    fn look_for(&mut self, query: Option<Query>) {
        match (query, &self.search) {
            (Some(query), Some(search)) if search.is(&query) => {}
            (query, _) => {
                self.search = query.map(Search::new);
                self.hit = None;
            }
        }
    }

    /// Selects the next hit, or the one before; behind the last comes the first.
    pub(super) fn next_hit(&mut self, socket: &Socket, after: bool) -> Option<()> {
        let search = self.search.as_ref()?;
        let from = self.selection.map(|selection| selection.from());
        let hit = search.next(socket, from, after).or_else(|| {
            search.next(
                socket,
                if after {
                    None
                } else {
                    Some((Seq(u64::MAX), 0))
                },
                after,
            )
        })?;
        let (mut seq, mut at) = hit.place;
        let mut left = hit.length;
        let direction = self.list.part_of(seq, at)?.direction;
        // It may end in a later chunk.
        while let Some(chunk) = socket.stream(direction).chunk(seq) {
            let here = (chunk.payload.len() - at) as u64;
            if left <= here {
                break;
            }
            left -= here;
            seq = socket
                .stream(direction)
                .after(seq)
                .find(|next| !next.flags.peek)?
                .seq;
            at = 0;
        }
        let end = (seq, at + usize::try_from(left).ok()?);
        self.selection = Some(Selection::new(hit.place, end));
        self.reveal(socket, hit.place);
        self.hit = Some(hit.number);
        Some(())
    }
}
