//! What a client sent and its target has not taken yet.

use std::collections::VecDeque;
use std::io::{self, IoSlice};

/// The smallest piece of memory that is asked for: many small packets share one.
const CHUNK: usize = 2 * 1024;
/// How many chunks one system call takes.
const SLICES: usize = 16;

/// Bytes in order. Without bytes it holds no memory.
#[derive(Debug, Default)]
pub(in crate::relay) struct Queue {
    chunks: VecDeque<Vec<u8>>,
    /// How much of the first chunk is gone.
    gone: usize,
    len: usize,
}

impl Queue {
    pub(in crate::relay) fn len(&self) -> usize {
        self.len
    }

    pub(in crate::relay) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(in crate::relay) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Adds the bytes of `slices` but for the first `skip`.
    pub(in crate::relay) fn push(&mut self, slices: &[IoSlice<'_>], mut skip: usize) {
        for slice in slices {
            let Some(bytes) = slice.get(skip..) else {
                skip -= slice.len();
                continue;
            };
            skip = 0;
            self.len += bytes.len();
            match self.chunks.back_mut() {
                Some(last) if last.capacity() - last.len() >= bytes.len() => {
                    last.extend_from_slice(bytes);
                }
                _ if bytes.is_empty() => {}
                _ => {
                    let mut chunk = Vec::with_capacity(bytes.len().max(CHUNK));
                    chunk.extend_from_slice(bytes);
                    self.chunks.push_back(chunk);
                }
            }
        }
    }

    /// Writes what is there until `write` takes no more; returns how many bytes it took.
    pub(in crate::relay) fn drain(
        &mut self,
        mut write: impl FnMut(&[IoSlice<'_>]) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let before = self.len;
        while self.len > 0 {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let mut skip = self.gone;
            for (slice, chunk) in slices.iter_mut().zip(&self.chunks) {
                *slice = IoSlice::new(&chunk[skip..]);
                skip = 0;
            }
            match write(&slices[..self.chunks.len().min(SLICES)]) {
                Ok(taken) => self.advance(taken),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(before - self.len)
    }

    fn advance(&mut self, taken: usize) {
        self.len -= taken;
        self.gone += taken;
        while let Some(first) = self.chunks.front()
            && first.len() <= self.gone
        {
            self.gone -= first.len();
            self.chunks.pop_front();
        }
        if self.len == 0 {
            self.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, IoSlice};

    use proptest::prelude::*;

    use super::Queue;

    proptest! {
        #[test]
        fn bytes_leave_in_the_order_in_which_they_came(
            pushes in prop::collection::vec(
                (prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 0..4), 0..100_usize),
                0..20,
            ),
            room in prop::collection::vec(0..5000_usize, 1..10),
        ) {
            let (mut queue, mut expected, mut written) = (Queue::default(), Vec::new(), Vec::new());
            let mut room = room.into_iter().cycle();
            for (parts, skip) in pushes {
                let slices: Vec<_> = parts.iter().map(|part| IoSlice::new(part)).collect();
                let all = parts.concat();
                let skip = skip.min(all.len());
                queue.push(&slices, skip);
                expected.extend_from_slice(&all[skip..]);
                let mut left = room.next().unwrap_or(1);
                queue.drain(|slices| {
                    let mut taken = 0;
                    for slice in slices {
                        let take = slice.len().min(left);
                        written.extend_from_slice(&slice[..take]);
                        left -= take;
                        taken += take;
                    }
                    if taken == 0 { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(taken) }
                }).unwrap();
                prop_assert_eq!(queue.len(), expected.len() - written.len());
            }
            queue.drain(|slices| {
                for slice in slices {
                    written.extend_from_slice(slice);
                }
                Ok(slices.iter().map(|slice| slice.len()).sum())
            }).unwrap();
            prop_assert!(queue.is_empty());
            prop_assert_eq!(written, expected);
        }
    }
}
