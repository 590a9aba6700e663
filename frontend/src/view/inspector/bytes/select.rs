//! Which bytes are selected. There is one selection, in the order of the list, whatever they are shown
//! as.

use sockscope_frontend::model::{Chunk, Direction, Socket};
use sockscope_protocol::Seq;

use super::list::{Layout, List};
use super::panel::Panel;

/// A byte: its chunk, and its place in it.
pub(super) type Place = (Seq, usize);

/// A range of bytes between two of them, each with its neighbours in the same character.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Selection {
    /// Where it was begun: the unit's first byte, and behind its last.
    pub(super) anchor: (Place, Place),
    /// Where it was led to.
    pub(super) focus: (Place, Place),
}

impl Selection {
    pub(super) fn new(from: Place, to: Place) -> Self {
        Self {
            anchor: (from, to),
            focus: (from, to),
        }
    }

    pub(super) fn from(&self) -> Place {
        self.anchor.0.min(self.focus.0)
    }

    /// Behind the last byte.
    pub(super) fn to(&self) -> Place {
        self.anchor.1.max(self.focus.1)
    }

    /// Whether some bytes of a chunk are in it.
    pub(super) fn has(&self, seq: Seq, from: usize, to: usize) -> bool {
        self.from() < (seq, to) && (seq, from) < self.to()
    }
}

/// A chunk and which of its bytes.
pub(super) struct Taken<'a> {
    pub(super) direction: Direction,
    pub(super) chunk: &'a Chunk,
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Taken<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        self.chunk
            .payload
            .get(self.from..self.to)
            .unwrap_or_default()
    }
}

/// The selected bytes, or all that are shown, in their order. What was only peeked at comes again, and
/// is taken alone.
pub(super) fn taken<'a>(socket: &'a Socket, panel: &Panel) -> Vec<Taken<'a>> {
    let all = ((Seq(0), 0), (Seq(u64::MAX), 0));
    let (from, to) = panel.selection.map_or(all, |one| (one.from(), one.to()));
    let alone = from.0 == to.0;
    let mut taken: Vec<Taken<'_>> = Vec::new();
    let mut last = [Seq(from.0.0.saturating_sub(1)); 2];
    loop {
        let next = |direction: Direction| {
            let shown = panel.only.is_none_or(|only| only == direction);
            let chunk = socket
                .stream(direction)
                .after(last[direction as usize])
                .next();
            chunk
                .filter(|chunk| shown && chunk.seq <= to.0)
                .map(|chunk| (direction, chunk))
        };
        let (direction, chunk) = match (next(Direction::Sent), next(Direction::Received)) {
            (Some(one), Some(other)) => {
                if one.1.seq < other.1.seq {
                    one
                } else {
                    other
                }
            }
            (one, other) => match one.or(other) {
                Some(one) => one,
                None => return taken,
            },
        };
        last[direction as usize] = chunk.seq;
        let from = if chunk.seq == from.0 { from.1 } else { 0 };
        let to = if chunk.seq == to.0 {
            to.1
        } else {
            chunk.payload.len()
        };
        if from < to.min(chunk.payload.len()) && (alone || !chunk.flags.peek) {
            taken.push(Taken {
                direction,
                chunk,
                from,
                to,
            });
        }
    }
}

/// The unit at a place: a byte of the hex dump, a character of the text.
pub(super) fn unit(
    list: &List,
    socket: &Socket,
    layout: &Layout,
    (seq, at): Place,
) -> Option<(Place, Place)> {
    let part = list.part_of(seq, at)?;
    let chunk = socket.stream(part.direction).chunk(seq)?;
    let bytes = &chunk.payload;
    if layout.hex || at < part.skip {
        let (from, to) = if layout.hex {
            (at, at + 1)
        } else {
            (0, part.skip)
        };
        return (to <= bytes.len()).then_some(((seq, from), (seq, to)));
    }
    let codec = layout.codec(part.direction);
    let from = codec.boundary(bytes, part.skip, at);
    let step = codec.step(bytes.get(from..)?)?;
    Some(((seq, from), (seq, from + step.len)))
}

/// The unit after, or before, the one at a place.
pub(super) fn beside(
    list: &List,
    socket: &Socket,
    layout: &Layout,
    (from, to): (Place, Place),
    after: bool,
) -> Option<(Place, Place)> {
    let (mut seq, at) = match after {
        true => (to.0, Some(to.1)),
        false => (from.0, from.1.checked_sub(1)),
    };
    if let Some(unit) = at.and_then(|at| unit(list, socket, layout, (seq, at))) {
        return Some(unit);
    }
    // Over what is empty or forgotten.
    loop {
        let part = list.neighbour(seq, after)?;
        let chunk = socket.stream(part.direction).chunk(part.seq)?;
        let at = if after {
            Some(0)
        } else {
            chunk.payload.len().checked_sub(1)
        };
        let found = at.and_then(|at| unit(list, socket, layout, (part.seq, at)));
        if found.is_some() {
            return found;
        }
        seq = part.seq;
    }
}
