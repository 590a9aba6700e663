use std::net::SocketAddr;

use bytes::Bytes;
use sockscope_protocol::{CallId, DataFlags, Seq, SocketId};

use crate::shared::Queue;

/// Away from a socket or towards it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// The kernel took the bytes.
    Sent,
    /// The kernel gave the bytes.
    Received,
}

impl Direction {
    /// The other one.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Sent => Self::Received,
            Self::Received => Self::Sent,
        }
    }
}

/// Whether a chunk's bytes are at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// They are.
    Yes,
    /// The bridge's log had let them go before they came here.
    LostByBridge,
    /// The page has let them go (see [`keep`](super::keep)).
    LostByPage,
}

/// Bytes that one kernel call took or gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// The event.
    pub seq: Seq,
    /// When, in microseconds since the session began.
    pub time: u64,
    /// The call that moved them.
    pub call: CallId,
    /// Bytes that this socket had sent (or received) before these.
    pub offset: u64,
    /// The true size: more than the payload for a truncated datagram and for one that is not held.
    pub size: u32,
    /// Marks.
    pub flags: DataFlags,
    /// Where a datagram came from or went to.
    pub address: Option<SocketAddr>,
    /// The bytes.
    pub payload: Bytes,
    /// Whether they are at hand.
    pub held: Held,
    /// A datagram's other end among our own sockets: the `sent` of this `received`, or the reverse.
    pub matched: Option<(SocketId, Seq)>,
}

impl Chunk {
    /// How many bytes of the stream these are; a truncated datagram counts what was kept of it.
    #[must_use]
    pub fn len(&self) -> u64 {
        if self.held == Held::Yes {
            self.payload.len() as u64
        } else {
            u64::from(self.size)
        }
    }

    /// Whether there is no byte in it: an empty datagram.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The stream offset after these bytes.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.offset + self.len()
    }
}

/// A part of a stream.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Piece<'a> {
    /// Bytes, or what is known of them.
    Chunk(&'a Chunk),
    /// Bytes that passed while nobody looked (a gap of the log) or that the page has forgotten.
    Gap {
        /// The first of them.
        offset: u64,
        /// How many.
        len: u64,
    },
}

/// Everything that one socket sent, or received.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ByteStream {
    chunks: Queue<Chunk>,
    total: u64,
    datagrams: u64,
}

impl ByteStream {
    /// How many bytes the kernel took or gave so far.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many datagrams of them.
    #[must_use]
    pub fn datagrams(&self) -> u64 {
        self.datagrams
    }

    /// All chunks, those received with `MSG_PEEK` included.
    #[must_use]
    pub fn chunks(&self) -> impl DoubleEndedIterator<Item = &Chunk> + ExactSizeIterator {
        self.chunks.iter()
    }

    /// The chunks that came after an event, those received with `MSG_PEEK` included.
    pub fn after(&self, seq: Seq) -> impl Iterator<Item = &Chunk> {
        let first = self.chunks.partition_point(|chunk| chunk.seq <= seq);
        self.chunks.from(first)
    }

    /// The chunks that came before an event, those received with `MSG_PEEK` included.
    pub fn before(&self, seq: Seq) -> impl DoubleEndedIterator<Item = &Chunk> {
        let after = self.chunks.partition_point(|chunk| chunk.seq < seq);
        self.chunks.range(0..after)
    }

    /// The chunk of an event.
    #[must_use]
    pub fn chunk(&self, seq: Seq) -> Option<&Chunk> {
        self.position(seq).and_then(|at| self.chunks.get(at))
    }

    /// The stream from its beginning, without what was only peeked at, gaps included.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let mut expected = 0;
        // Whether the cut-off end of a datagram counts in the next offset is the bridge's to say.
        let mut cut = 0;
        self.chunks
            .iter()
            .filter(|chunk| !chunk.flags.peek)
            .flat_map(move |chunk| {
                let len = chunk.offset.saturating_sub(expected);
                let gap = (len > cut).then_some(Piece::Gap {
                    offset: expected,
                    len,
                });
                expected = chunk.end();
                cut = u64::from(chunk.size).saturating_sub(chunk.len());
                gap.into_iter().chain([Piece::Chunk(chunk)])
            })
    }

    /// Chunks of the stream, not peeked at, that have a byte in `from..to`.
    pub fn overlapping(&self, from: u64, to: u64) -> impl Iterator<Item = &Chunk> {
        // Offsets never fall, but ends do where something was peeked at first.
        let mut first = self.chunks.partition_point(|chunk| chunk.offset < from);
        while let Some(before) = first.checked_sub(1) {
            first = before;
            if self
                .chunks
                .get(before)
                .is_none_or(|chunk| !chunk.flags.peek && !chunk.is_empty())
            {
                break;
            }
        }
        self.chunks
            .from(first)
            .take_while(move |chunk| chunk.offset < to)
            .filter(move |chunk| !chunk.flags.peek && !chunk.is_empty() && chunk.end() > from)
    }

    /// Chunks of one call, between the events that its record names.
    pub fn of_call(&self, call: CallId, data: (Seq, Seq)) -> impl Iterator<Item = &Chunk> {
        let first = self.chunks.partition_point(|chunk| chunk.seq < data.0);
        self.chunks
            .from(first)
            .take_while(move |chunk| chunk.seq <= data.1)
            .filter(move |chunk| chunk.call == call)
    }

    /// The stream offset that was reached before an event.
    #[must_use]
    pub fn reached(&self, before: Seq) -> u64 {
        self.before(before)
            .rev()
            .find(|chunk| !chunk.flags.peek)
            .map_or(0, Chunk::end)
    }

    pub(super) fn push(&mut self, chunk: Chunk) {
        if !chunk.flags.peek {
            self.total = self.total.max(chunk.end());
            self.datagrams += u64::from(chunk.flags.datagram);
        }
        self.chunks.push(chunk);
    }

    pub(super) fn chunk_mut(&mut self, seq: Seq) -> Option<&mut Chunk> {
        let at = self.position(seq)?;
        self.chunks.get_mut(at)
    }

    /// Forgets the oldest chunk.
    pub(super) fn pop(&mut self) -> Option<Chunk> {
        self.chunks.pop()
    }

    fn position(&self, seq: Seq) -> Option<usize> {
        let at = self.chunks.partition_point(|chunk| chunk.seq < seq);
        self.chunks
            .get(at)
            .filter(|chunk| chunk.seq == seq)
            .map(|_| at)
    }
}
