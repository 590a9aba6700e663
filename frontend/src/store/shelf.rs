use std::ops::Range;

use sockscope_protocol::Seq;

use crate::model::keep;
use crate::recording::{Log, Packed};

/// A piece that is smaller is written again when more comes, so that pieces stay few.
const SMALL: usize = 32 << 10;
/// The most that is written at once: some milliseconds' worth.
const LARGE: usize = 1 << 20;

/// Which pieces of a session's log are kept: always those that the page itself still holds. The log is
/// the queue of what is to be written.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    /// With growing numbers, and no gaps between them.
    pieces: Vec<Piece>,
    /// Pieces with smaller numbers have no payload any more.
    bare: u32,
    payload: u64,
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    number: u32,
    first: Seq,
    last: Seq,
    size: usize,
    payload: u64,
}

/// What is to be written together.
#[derive(Debug)]
pub(super) struct Writing {
    /// The number of the piece.
    pub(super) number: u32,
    /// The piece, which may take the place of one with its number.
    pub(super) packed: Packed,
    /// Of these pieces the payload goes.
    pub(super) bare: Range<u32>,
    /// Pieces with smaller numbers go.
    pub(super) from: u32,
}

impl Shelf {
    /// The last event that is kept.
    pub(super) fn last(&self) -> Seq {
        self.pieces.last().map_or(Seq(0), |piece| piece.last)
    }

    /// A piece that a former page kept.
    pub(super) fn found(
        &mut self,
        number: u32,
        (first, last): (Seq, Seq),
        events: usize,
        payload: usize,
    ) {
        self.pieces.push(Piece {
            number,
            first,
            last,
            size: events + payload,
            payload: payload as u64,
        });
        self.payload += payload as u64;
    }

    /// What of the log is to be written next.
    pub(super) fn next(&mut self, log: &Log) -> Option<Writing> {
        if log.last() <= self.last() {
            return None;
        }
        let (number, after) = match self.pieces.last() {
            Some(small) if small.size < SMALL => (small.number, Seq(small.first.0 - 1)),
            Some(last) => (last.number + 1, last.last),
            None => (0, Seq(0)),
        };
        let packed = log.pack(after, LARGE)?;
        let former = self.pieces.pop_if(|piece| piece.number == number);
        self.payload -= former.map_or(0, |piece| piece.payload);
        let (events, payload) = (packed.events.len(), packed.payload.len());
        self.found(number, (packed.first, packed.last), events, payload);
        let bare = self.bare;
        let bared = self.pieces.iter().filter(|piece| piece.number >= bare);
        for piece in bared {
            if self.payload <= keep::PAYLOAD_BYTES {
                break;
            }
            self.payload -= piece.payload;
            self.bare = piece.number + 1;
        }
        let oldest = log.get(0).map_or(Seq(0), |event| event.seq);
        let gone = self.pieces.partition_point(|piece| piece.last < oldest);
        for piece in self.pieces.drain(..gone) {
            if piece.number >= self.bare {
                self.payload -= piece.payload;
                self.bare = piece.number + 1;
            }
        }
        Some(Writing {
            number,
            packed,
            bare: bare..self.bare,
            from: self.pieces.first().map_or(number, |piece| piece.number),
        })
    }
}

#[cfg(test)]
#[path = "shelf_tests.rs"]
mod tests;
