//! Which line of the list shows which bytes. A line is found without reading what is before it, and
//! what has been counted once is not read again while more comes.

use std::collections::VecDeque;

use sockscope_frontend::bytes::{Carry, Codec, Encoding, Lines};
use sockscope_frontend::model::{Chunk, Direction, Held, Socket};
use sockscope_protocol::Seq;

/// Bytes of a part of a chunk: what is read at most to find a line.
const PART: usize = 32 << 10;

/// How the bytes are shown.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Layout {
    /// One direction alone.
    pub(super) only: Option<Direction>,
    /// As a hex dump.
    pub(super) hex: bool,
    /// Bytes in a line of the hex dump; columns of a line of text.
    pub(super) width: usize,
    /// Whether a line feed ends a line of text.
    pub(super) breaks: bool,
    /// Of what is sent and what is received.
    pub(super) codecs: [Codec; 2],
}

impl Layout {
    pub(super) fn codec(&self, direction: Direction) -> Codec {
        self.codecs[direction as usize]
    }

    pub(super) fn lines(&self, direction: Direction) -> Lines {
        Lines {
            codec: self.codec(direction),
            columns: self.width,
            breaks: self.breaks,
        }
    }

    pub(super) fn shows(&self, direction: Direction) -> bool {
        self.only.is_none_or(|only| only == direction)
    }
}

/// A part of a chunk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub(super) seq: Seq,
    pub(super) direction: Direction,
    /// Its bytes in the chunk.
    pub(super) from: usize,
    pub(super) to: usize,
    /// Bytes at the beginning of the chunk that belong to a character begun before it.
    pub(super) skip: usize,
    /// Its first line, counted from the beginning of the session. The first part of a chunk has a
    /// line for the chunk's head.
    line: u64,
    lines: u64,
}

impl Part {
    fn heads(&self) -> u64 {
        u64::from(self.from == 0)
    }

    fn place(&self) -> (Seq, usize) {
        (self.seq, self.from)
    }
}

/// A line of the list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    pub(super) part: Part,
    /// Its bytes in the chunk; none: it is the chunk's head.
    pub(super) bytes: Option<(usize, usize)>,
}

/// All lines.
#[derive(Default)]
pub(super) struct List {
    layout: Option<Layout>,
    parts: VecDeque<Part>,
    end: u64,
    /// The last chunk of each direction that is counted, and what the stream ends with.
    last: [Seq; 2],
    carry: [Carry; 2],
    offset: [u64; 2],
    /// A chunk of which only the beginning is counted: its next byte.
    within: usize,
}

impl List {
    /// Counts what is new, reading about `budget` bytes. Returns whether everything is counted.
    pub(super) fn update(&mut self, socket: &Socket, layout: Layout, mut budget: usize) -> bool {
        if self.layout != Some(layout) {
            *self = Self {
                layout: Some(layout),
                ..Self::default()
            };
        }
        while let Some(part) = self.parts.front() {
            let oldest = socket.stream(part.direction).chunks().next();
            if oldest.is_some_and(|oldest| oldest.seq <= part.seq) {
                break;
            }
            self.parts.pop_front();
        }
        while let Some((direction, chunk)) = self.next(socket, &layout) {
            let Some(left) = budget.checked_sub(1) else {
                return false;
            };
            budget = left.saturating_sub(self.count(chunk, direction, &layout));
        }
        true
    }

    fn next<'a>(&self, socket: &'a Socket, layout: &Layout) -> Option<(Direction, &'a Chunk)> {
        let of = |direction: Direction| {
            let after = self.last[direction as usize];
            let mut chunks = socket.stream(direction).after(after);
            Some(direction)
                .filter(|direction| layout.shows(*direction))
                .and_then(|_| chunks.next())
                .map(|chunk| (direction, chunk))
        };
        let both = [of(Direction::Sent), of(Direction::Received)];
        both.into_iter()
            .flatten()
            .min_by_key(|(_, chunk)| chunk.seq)
    }

    /// Counts the next part of a chunk. Returns how many bytes it read.
    fn count(&mut self, chunk: &Chunk, direction: Direction, layout: &Layout) -> usize {
        let at = direction as usize;
        let codec = layout.codec(direction);
        let bytes = &chunk.payload[..];
        if chunk.flags.datagram || chunk.offset != self.offset[at] || chunk.held != Held::Yes {
            self.carry[at] = Carry::default();
        }
        let skip = self.carry[at].goes_on(codec, bytes);
        let from = self.within;
        let (to, lines) = match chunk.held {
            Held::Yes if layout.hex => (bytes.len(), bytes.len().div_ceil(layout.width)),
            Held::Yes => layout.lines(direction).part(bytes, from, skip, PART),
            // One line says that they are gone.
            Held::LostByBridge | Held::LostByPage => (0, 1),
        };
        let mut part = Part {
            seq: chunk.seq,
            direction,
            from,
            to,
            skip,
            line: self.end,
            lines: lines as u64,
        };
        // An empty datagram says so.
        if to == 0 {
            part.lines = 1;
        }
        part.lines += part.heads();
        self.end += part.lines;
        self.parts.push_back(part);
        if to < bytes.len() {
            self.within = to;
            return to - from;
        }
        self.within = 0;
        self.last[at] = chunk.seq;
        if !chunk.flags.peek {
            self.offset[at] = chunk.end();
            self.carry[at] = match chunk.flags.datagram {
                true => Carry::default(),
                false => self.carry[at].after(codec, bytes),
            };
        }
        match layout.hex && codec.encoding() != Encoding::Gbk {
            true => 0,
            false => to - from,
        }
    }

    /// The first line that there is; those before it are forgotten.
    pub(super) fn start(&self) -> u64 {
        self.parts.front().map_or(self.end, |part| part.line)
    }

    /// Behind the last line.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// The part that a line belongs to.
    fn part(&self, line: u64) -> Option<&Part> {
        let at = self.parts.partition_point(|part| part.line <= line);
        self.parts
            .get(at.checked_sub(1)?)
            .filter(|part| line < part.line + part.lines)
    }

    /// The part that a byte belongs to.
    pub(super) fn part_of(&self, seq: Seq, at: usize) -> Option<&Part> {
        let at = self.parts.partition_point(|part| part.place() <= (seq, at));
        self.parts
            .get(at.checked_sub(1)?)
            .filter(|part| part.seq == seq)
    }

    /// The lines from `first` on.
    pub(super) fn lines(&self, socket: &Socket, first: u64, count: usize) -> Vec<Line> {
        let Some(layout) = self.layout else {
            return Vec::new();
        };
        let mut lines = Vec::with_capacity(count);
        let mut line = first.max(self.start());
        while lines.len() < count {
            let Some(part) = self.part(line).copied() else {
                break;
            };
            let chunk = socket.stream(part.direction).chunk(part.seq);
            let bytes = chunk.map_or(&[][..], |chunk| &chunk.payload[..]);
            let cut = layout.lines(part.direction);
            let before = line - part.line;
            if before < part.heads() {
                lines.push(Line { part, bytes: None });
            }
            let before = before.saturating_sub(part.heads());
            let (mut at, mut number) = (part.from, 0);
            if layout.hex {
                // A hex dump is counted, not read.
                number = before;
                at += usize::try_from(before).unwrap_or_default() * layout.width;
            }
            while number < part.lines - part.heads() && lines.len() < count {
                let to = match layout.hex {
                    true => at + layout.width,
                    false => cut.next(bytes, at, part.skip),
                };
                let to = to.min(part.to);
                if number >= before {
                    let bytes = Some((at, to));
                    lines.push(Line { part, bytes });
                }
                at = to;
                number += 1;
            }
            line = part.line + part.lines;
        }
        lines
    }

    /// The line that shows a byte.
    pub(super) fn line_of(&self, socket: &Socket, seq: Seq, at: usize) -> Option<u64> {
        let layout = self.layout?;
        let part = self.part_of(seq, at)?;
        let first = part.line + part.heads();
        if layout.hex {
            return Some(first + ((at - part.from) / layout.width) as u64);
        }
        let chunk = socket.stream(part.direction).chunk(seq)?;
        let cut = layout.lines(part.direction);
        let (mut line, mut begin) = (first, part.from);
        while begin < part.to {
            begin = cut.next(&chunk.payload, begin, part.skip);
            if at < begin {
                break;
            }
            line += 1;
        }
        Some(line.min(part.line + part.lines - 1))
    }

    /// The chunk shown before, or after, another.
    pub(super) fn neighbour(&self, seq: Seq, after: bool) -> Option<Part> {
        let (first, last) = (
            self.parts.partition_point(|part| part.seq < seq),
            self.parts.partition_point(|part| part.seq <= seq),
        );
        match after {
            true => self.parts.get(last).copied(),
            false => self.parts.get(first.checked_sub(1)?).copied(),
        }
    }

    /// The first and the last part.
    pub(super) fn ends(&self) -> Option<(Part, Part)> {
        Some((*self.parts.front()?, *self.parts.back()?))
    }
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
