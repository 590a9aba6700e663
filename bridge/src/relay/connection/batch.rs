//! What one input holds for each stream, for one system call.
//!
//! A client that sends to several streams mixes their packets. Written one by one, each would wake its
//! target; those of one input are written together, stream by stream.

use std::io::IoSlice;
use std::ops::Range;

use super::link::Link;
use crate::relay::reactor::Context;
use crate::relay::stream::{Sent, Streams};

/// The most pieces of memory that one system call takes.
const SLICES: usize = 32;
/// For how many streams is collected at the same time.
const STREAMS: usize = 16;

/// Bytes for several streams.
#[derive(Debug)]
pub(in crate::relay) struct Batches {
    all: Box<[Batch]>,
    /// How many are in use.
    used: usize,
}

impl Batches {
    pub(in crate::relay) fn new() -> Self {
        Self {
            all: (0..STREAMS).map(|_| Batch::new()).collect(),
            used: 0,
        }
    }

    /// Adds bytes of the input; `packet` is the size of the packet that they end.
    pub(super) fn add(
        &mut self,
        (stream, range, packet): (u32, &Range<usize>, Option<usize>),
        input: &[u8],
        streams: &mut Streams,
        link: &mut Link,
        context: &mut Context,
    ) {
        let used = &mut self.all[..self.used];
        let batch = match used.iter_mut().find(|batch| batch.stream == stream) {
            Some(batch) => {
                if batch.len == SLICES {
                    batch.settle(input, streams, link, context);
                }
                batch
            }
            None => {
                if self.used == STREAMS {
                    self.settle(input, streams, link, context);
                }
                self.used += 1;
                &mut self.all[self.used - 1]
            }
        };
        batch.add(stream, range, packet);
    }

    /// Passes all on.
    pub(super) fn settle(
        &mut self,
        input: &[u8],
        streams: &mut Streams,
        link: &mut Link,
        context: &mut Context,
    ) {
        for batch in &mut self.all[..self.used] {
            batch.settle(input, streams, link, context);
        }
        self.used = 0;
    }
}

/// Bytes for one stream.
#[derive(Debug)]
struct Batch {
    stream: u32,
    ranges: [(usize, usize); SLICES],
    len: usize,
    packets: u32,
    largest: usize,
}

impl Batch {
    const fn new() -> Self {
        Self {
            stream: 0,
            ranges: [(0, 0); SLICES],
            len: 0,
            packets: 0,
            largest: 0,
        }
    }

    fn add(&mut self, stream: u32, range: &Range<usize>, packet: Option<usize>) {
        self.stream = stream;
        if let Some(slot) = self.ranges.get_mut(self.len)
            && !range.is_empty()
        {
            *slot = (range.start, range.end);
            self.len += 1;
        }
        if let Some(size) = packet {
            self.packets += 1;
            self.largest = self.largest.max(size);
        }
    }

    fn settle(
        &mut self,
        input: &[u8],
        streams: &mut Streams,
        link: &mut Link,
        context: &mut Context,
    ) {
        let mut slices = [IoSlice::new(&[]); SLICES];
        for (slice, (start, end)) in slices.iter_mut().zip(&self.ranges[..self.len]) {
            *slice = IoSlice::new(&input[*start..*end]);
        }
        let sent = Sent {
            stream: self.stream,
            slices: &slices[..self.len],
            packets: self.packets,
            largest: self.largest,
        };
        streams.send(sent, link, context);
        self.len = 0;
        self.packets = 0;
        self.largest = 0;
    }
}
