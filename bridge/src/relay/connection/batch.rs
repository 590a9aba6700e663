//! Bytes for one stream that follow each other in the input, for one system call.

use std::io::IoSlice;
use std::ops::Range;

use super::link::Link;
use crate::relay::reactor::Context;
use crate::relay::stream::{Sent, Streams};

/// The most pieces of memory that one system call takes.
const SLICES: usize = 32;

/// Bytes for one stream.
#[derive(Debug)]
pub(super) struct Batch {
    stream: u32,
    ranges: [(usize, usize); SLICES],
    len: usize,
    packets: u32,
    largest: usize,
}

impl Batch {
    pub(super) const fn new() -> Self {
        Self {
            stream: 0,
            ranges: [(0, 0); SLICES],
            len: 0,
            packets: 0,
            largest: 0,
        }
    }

    /// Whether bytes for this stream may be added.
    pub(super) fn takes(&self, stream: u32) -> bool {
        self.is_empty() || self.stream == stream && self.len < SLICES
    }

    /// Adds bytes of the input; `packet` is the size of the packet that they end.
    pub(super) fn add(&mut self, stream: u32, range: &Range<usize>, packet: Option<usize>) {
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

    fn is_empty(&self) -> bool {
        self.len == 0 && self.packets == 0
    }

    /// Passes them on.
    pub(super) fn settle(
        &mut self,
        input: &[u8],
        streams: &mut Streams,
        link: &mut Link,
        context: &mut Context,
    ) {
        if self.is_empty() {
            return;
        }
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
