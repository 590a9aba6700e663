//! Frames on their way to a client.
//!
//! The payload of a frame is read from its target right behind room for the head, so that only the
//! kernel copies it; one system call then writes all frames that came together.

use std::io::{self, IoSlice};
use std::ops::Range;

use crate::relay::websocket::{MAX_SERVER_HEAD, Opcode, write_head};
use crate::relay::wisp;

/// How much is collected for one write.
const CAPACITY: usize = 512 * 1024;
/// The most that stands before payload.
const HEAD: usize = MAX_SERVER_HEAD + wisp::HEADER;
/// The most pieces of memory that one system call writes.
const PARTS: usize = 32;
/// Up to here, payload is moved to close the gap before its head, rather than written apart.
const SMALL: usize = 8 * 1024;
/// Up to here, what a client does not take is copied, rather than kept with all of the memory.
const COPIED: usize = 32 * 1024;

/// Frames, in order.
#[derive(Debug)]
pub(in crate::relay) struct Output {
    memory: Box<[u8]>,
    end: usize,
    parts: Vec<Range<usize>>,
    /// How much of the first part is written.
    gone: usize,
}

impl Output {
    pub(in crate::relay) fn new() -> Self {
        Self {
            memory: vec![0; CAPACITY].into_boxed_slice(),
            end: 0,
            parts: Vec::with_capacity(PARTS),
            gone: 0,
        }
    }

    /// Bytes to write and nothing more.
    pub(in crate::relay) fn of(bytes: Vec<u8>) -> Self {
        let end = bytes.len();
        Self {
            memory: bytes.into_boxed_slice(),
            end,
            parts: std::iter::once(0..end).collect(),
            gone: 0,
        }
    }

    pub(in crate::relay) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub(in crate::relay) fn clear(&mut self) {
        self.parts.clear();
        self.end = 0;
        self.gone = 0;
    }

    /// Whether this is the kind of memory that [`Self::new`] makes.
    pub(in crate::relay) fn is_full_size(&self) -> bool {
        self.memory.len() == CAPACITY
    }

    /// How much payload the next frame may have.
    pub(in crate::relay) fn room(&self) -> usize {
        if self.parts.len() < PARTS {
            (self.memory.len() - self.end).saturating_sub(HEAD)
        } else {
            0
        }
    }

    /// Adds a frame whose payload `read` puts into the memory it is given, behind `header`. Nothing is
    /// added when it reads nothing, unless `empty` frames are wanted as well.
    pub(in crate::relay) fn read(
        &mut self,
        header: &[u8],
        limit: usize,
        empty: bool,
        read: impl FnOnce(&mut [u8]) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let payload = self.end + HEAD;
        let limit = limit.min(self.room());
        let length = read(&mut self.memory[payload..payload + limit])?;
        if length > 0 || empty {
            self.close(header, payload, length);
        }
        Ok(length)
    }

    /// Adds a frame; there must be room.
    pub(in crate::relay) fn put(&mut self, opcode: Opcode, bytes: &[u8]) {
        let payload = self.end + HEAD;
        self.memory[payload..payload + bytes.len()].copy_from_slice(bytes);
        let start = self.head(opcode, payload, bytes.len());
        self.add(start..payload + bytes.len());
    }

    /// Memory in which nothing stands.
    pub(in crate::relay) fn scratch(&mut self) -> &mut [u8] {
        &mut self.memory[self.end..]
    }

    fn close(&mut self, header: &[u8], payload: usize, length: usize) {
        let message = payload - header.len();
        self.memory[message..payload].copy_from_slice(header);
        let start = self.head(Opcode::Binary, message, header.len() + length);
        self.add(start..payload + length);
    }

    /// Writes the head of a frame before its payload; returns where it starts.
    fn head(&mut self, opcode: Opcode, payload: usize, length: usize) -> usize {
        let room = self.memory[..payload].last_chunk_mut::<MAX_SERVER_HEAD>();
        payload - room.map_or(0, |room| write_head(room, opcode, length))
    }

    fn add(&mut self, mut part: Range<usize>) {
        if part.len() <= SMALL && part.start > self.end {
            self.memory.copy_within(part.clone(), self.end);
            part = self.end..self.end + part.len();
        }
        self.end = part.end;
        match self.parts.last_mut() {
            Some(last) if last.end == part.start => last.end = part.end,
            _ => self.parts.push(part),
        }
    }

    /// Writes until `write` takes no more.
    pub(in crate::relay) fn write(
        &mut self,
        mut write: impl FnMut(&[IoSlice<'_>]) -> io::Result<usize>,
    ) -> io::Result<()> {
        while !self.parts.is_empty() {
            let mut slices = [IoSlice::new(&[]); PARTS];
            let mut skip = self.gone;
            for (slice, part) in slices.iter_mut().zip(&self.parts) {
                *slice = IoSlice::new(&self.memory[part.start + skip..part.end]);
                skip = 0;
            }
            let taken = write(&slices[..self.parts.len()])?;
            self.advance(taken);
        }
        Ok(())
    }

    fn advance(&mut self, taken: usize) {
        self.gone += taken;
        let mut done = 0;
        for part in &self.parts {
            if part.len() > self.gone {
                break;
            }
            self.gone -= part.len();
            done += 1;
        }
        self.parts.drain(..done);
        if self.parts.is_empty() {
            self.clear();
        }
    }

    /// Takes away what is not written. This one is empty afterwards.
    pub(in crate::relay) fn take(&mut self, spare: impl FnOnce() -> Self) -> Self {
        let left: usize = self.parts.iter().map(Range::len).sum::<usize>() - self.gone;
        if left > COPIED {
            return std::mem::replace(self, spare());
        }
        let mut bytes = Vec::with_capacity(left);
        let mut skip = self.gone;
        for part in &self.parts {
            bytes.extend_from_slice(&self.memory[part.start + skip..part.end]);
            skip = 0;
        }
        self.clear();
        Self::of(bytes)
    }
}

/// The head of a frame and what stands before its payload, of which there is so much.
pub(in crate::relay) fn begin(header: &[u8], payload: usize) -> Vec<u8> {
    let mut head = [0; MAX_SERVER_HEAD];
    let size = write_head(&mut head, Opcode::Binary, header.len() + payload);
    [&head[MAX_SERVER_HEAD - size..], header].concat()
}

/// Writes a frame to the end of `bytes`.
pub(in crate::relay) fn append(bytes: &mut Vec<u8>, opcode: Opcode, payload: &[u8]) {
    let mut head = [0; MAX_SERVER_HEAD];
    let size = write_head(&mut head, opcode, payload.len());
    bytes.extend_from_slice(&head[MAX_SERVER_HEAD - size..]);
    bytes.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(output: &mut Output, at_once: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        output
            .write(|slices| {
                let before = bytes.len();
                for slice in slices {
                    let room = at_once - (bytes.len() - before);
                    bytes.extend_from_slice(&slice[..slice.len().min(room)]);
                }
                Ok(bytes.len() - before)
            })
            .unwrap();
        bytes
    }

    proptest! {
        #[test]
        fn frames_come_out_whole_and_in_order(
            frames in prop::collection::vec(
                (prop_oneof![Just(5), Just(0)], prop_oneof![0..300_usize, 8000..9000_usize, 65_500..65_600_usize]),
                1..7,
            ),
            at_once in 1..200_000_usize,
            held in any::<bool>(),
        ) {
            let (mut output, mut expected) = (Output::new(), Vec::new());
            for (index, (header, length)) in frames.into_iter().enumerate() {
                let header = &[7, 1, 2, 3, 4][..header];
                let payload = vec![index as u8; length];
                if index % 3 == 1 && length < 300 {
                    output.put(Opcode::Ping, &payload);
                    append(&mut expected, Opcode::Ping, &payload);
                    continue;
                }
                let read = output.read(header, 70_000, true, |room| {
                    room[..length].copy_from_slice(&payload);
                    Ok(length)
                });
                prop_assert_eq!(read.unwrap(), length);
                append(&mut expected, Opcode::Binary, &[header, &payload].concat());
            }
            let mut written = if held {
                let mut held = output.take(Output::new);
                prop_assert!(output.is_empty());
                written(&mut held, at_once)
            } else {
                written(&mut output, at_once)
            };
            prop_assert!(output.is_empty());
            prop_assert_eq!(written.len(), expected.len());
            prop_assert!(written == expected);
            written.clear();
        }
    }
}
