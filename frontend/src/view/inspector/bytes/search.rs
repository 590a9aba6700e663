//! Looking for bytes in all that a socket sent and received, a slice per frame.

use sockscope_frontend::bytes::{Carry, Codec, Finder};
use sockscope_frontend::model::{Chunk, Direction, Held, Socket};
use sockscope_protocol::Seq;

/// Hits that are kept; more are not looked for.
const HITS: usize = 1_000_000;

/// What to look for in each direction, and which encoding the hits must be characters of.
#[derive(Clone, PartialEq)]
pub(super) struct Query {
    pub(super) needles: [Vec<u8>; 2],
    /// None: bytes, wherever they stand.
    pub(super) codecs: Option<[Codec; 2]>,
}

/// A search that goes on with what comes.
pub(super) struct Search {
    query: Query,
    finders: [Option<Finder>; 2],
    last: [Seq; 2],
    /// The latest chunks, with how many of their bytes belong to a character begun before.
    skips: [[(Seq, usize); 2]; 2],
    carry: [Carry; 2],
    hits: [Vec<u64>; 2],
    /// Bytes that were looked at.
    pub(super) done: u64,
}

impl Search {
    pub(super) fn new(query: Query) -> Self {
        let finders = query.needles.clone().map(Finder::new);
        Self {
            query,
            finders,
            last: Default::default(),
            skips: Default::default(),
            carry: Default::default(),
            hits: Default::default(),
            done: 0,
        }
    }

    pub(super) fn is(&self, query: &Query) -> bool {
        self.query == *query
    }

    /// Looks at about `budget` more bytes. Returns whether it has seen everything.
    pub(super) fn update(&mut self, socket: &Socket, mut budget: usize) -> bool {
        for direction in [Direction::Sent, Direction::Received] {
            let stream = socket.stream(direction);
            while let Some(chunk) = stream.after(self.last[direction as usize]).next() {
                if self.full() {
                    return true;
                }
                let Some(left) = budget.checked_sub(1) else {
                    return false;
                };
                budget = left.saturating_sub(chunk.payload.len());
                self.look(socket, direction, chunk);
            }
        }
        true
    }

    fn look(&mut self, socket: &Socket, direction: Direction, chunk: &Chunk) {
        let at = direction as usize;
        self.last[at] = chunk.seq;
        let Some(finder) = self.finders[at].as_mut() else {
            return;
        };
        if chunk.flags.peek || chunk.held != Held::Yes {
            return;
        }
        let codec = self.query.codecs.map(|codecs| codecs[at]);
        if let Some(codec) = codec {
            let carry = match chunk.flags.datagram {
                true => Carry::default(),
                false => self.carry[at],
            };
            let [_, before] = self.skips[at];
            self.skips[at] = [before, (chunk.seq, carry.goes_on(codec, &chunk.payload))];
            self.carry[at] = carry.after(codec, &chunk.payload);
        }
        if chunk.flags.datagram {
            finder.restart();
        }
        let skips = self.skips[at];
        let stream = socket.stream(direction);
        let hits = &mut self.hits[at];
        finder.piece(chunk.offset, &chunk.payload, |offset| {
            // A hit that begins in the middle of a character is none.
            let counts = codec.is_none_or(|codec| {
                let Some(own) = stream.overlapping(offset, offset + 1).next() else {
                    return false;
                };
                let skip = skips.iter().find(|(seq, _)| *seq == own.seq);
                let (_, skip) = skip.copied().unwrap_or_default();
                let within = usize::try_from(offset - own.offset).unwrap_or_default();
                codec.boundary(&own.payload, skip, within) == within
            });
            if counts {
                hits.push(offset);
            }
            counts
        });
        self.done += chunk.payload.len() as u64;
    }

    fn full(&self) -> bool {
        self.count() >= HITS
    }

    /// How many hits there are.
    pub(super) fn count(&self) -> usize {
        self.hits.iter().map(Vec::len).sum()
    }

    /// Whether there may be more than are kept.
    pub(super) fn has_more(&self) -> bool {
        self.full()
    }

    fn length(&self, direction: Direction) -> u64 {
        self.query.needles[direction as usize].len() as u64
    }

    /// Whether bytes of a stream are part of a hit.
    pub(super) fn hits(&self, direction: Direction, from: u64, to: u64) -> bool {
        let hits = &self.hits[direction as usize];
        let before = hits.partition_point(|hit| *hit < to);
        let last = before.checked_sub(1).and_then(|at| hits.get(at));
        last.is_some_and(|hit| hit + self.length(direction) > from)
    }

    /// The hit next to a place: its direction, the chunk and the offset in it where it begins, its
    /// length, and which one of all it is, from 1.
    pub(super) fn next(
        &self,
        socket: &Socket,
        place: Option<(Seq, usize)>,
        after: bool,
    ) -> Option<Hit> {
        let hits = [Direction::Sent, Direction::Received].map(|direction| {
            let hits = &self.hits[direction as usize];
            let before = |hit: &u64, or_at: bool| match (locate(socket, direction, *hit), place) {
                (Some(found), Some(place)) => found < place || (or_at && found == place),
                // What is forgotten came before everything.
                (None, _) => true,
                (Some(_), None) => false,
            };
            (
                direction,
                hits,
                hits.partition_point(|hit| before(hit, after)),
            )
        });
        let candidates = hits.iter().filter_map(|(direction, hits, at)| {
            let at = if after { *at } else { at.checked_sub(1)? };
            let hit = *hits.get(at)?;
            Some((locate(socket, *direction, hit)?, *direction))
        });
        let found = if after {
            candidates.min_by_key(|(place, _)| *place)
        } else {
            candidates.max_by_key(|(place, _)| *place)
        };
        let (place, direction) = found?;
        let passed: usize = hits.iter().map(|(_, _, at)| *at).sum();
        Some(Hit {
            place,
            length: self.length(direction),
            number: passed + usize::from(after),
        })
    }
}

/// A hit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hit {
    pub(super) place: (Seq, usize),
    pub(super) length: u64,
    pub(super) number: usize,
}

fn locate(socket: &Socket, direction: Direction, offset: u64) -> Option<(Seq, usize)> {
    let chunk = socket
        .stream(direction)
        .overlapping(offset, offset + 1)
        .next()?;
    Some((chunk.seq, usize::try_from(offset - chunk.offset).ok()?))
}
