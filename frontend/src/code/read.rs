//! What a receive returned, and what must be received again for the same bytes.

use bytes::Bytes;
use sockscope_protocol::{Seq, SocketId};

use super::literal::is_text;
use super::step::{Recv, Remark, Show};
use crate::model::{CallRecord, Chunk, FarEnd, Model, Socket};

/// The bytes of one send, up to so many, come in one piece: they fit into one segment everywhere.
const ONE_PIECE: u64 = 1_200;
/// More bytes than these are not printed.
const SHOWN_TEXT: usize = 1_000;
const SHOWN_HEX: usize = 32;

/// What one receive brought.
#[derive(Default)]
pub(super) struct Got<'a> {
    pub(super) first: Option<&'a Chunk>,
    pub(super) count: u64,
    /// All of it, if it is at hand in one piece.
    pub(super) bytes: Option<Bytes>,
}

impl<'a> Got<'a> {
    pub(super) fn of_call(socket: &'a Socket, call: &CallRecord) -> Self {
        let Some(data) = call.data else {
            return Self::default();
        };
        let mut chunks = socket.received.of_call(call.id, data);
        let Some(first) = chunks.next() else {
            return Self::default();
        };
        let got = Self::of_chunk(first);
        let rest: u64 = chunks.map(Chunk::len).sum();
        if rest == 0 {
            return got;
        }
        Self {
            count: got.count + rest,
            bytes: None,
            ..got
        }
    }

    pub(super) fn of_chunk(chunk: &'a Chunk) -> Self {
        let held = chunk.payload.len() as u64 == chunk.len();
        Self {
            first: Some(chunk),
            count: chunk.len(),
            bytes: held.then(|| chunk.payload.clone()),
        }
    }

    pub(super) fn show(&self) -> Show {
        match &self.bytes {
            Some(bytes) if bytes.len() <= SHOWN_TEXT && is_text(bytes) => Show::Text,
            Some(bytes) if bytes.len() <= SHOWN_HEX => Show::Hex,
            None if self.count == 0 => Show::Text,
            _ => Show::Count,
        }
    }
}

/// Decides how a successful receive is written.
pub(super) fn settle(model: &Model, socket: &Socket, got: &Got<'_>, recv: &mut Recv) -> Remark {
    recv.show = got.show();
    recv.count = got.count;
    let Some(first) = got.first else {
        // An empty datagram has a chunk.
        return if recv.size > 0 && !socket.is_datagram() {
            Remark::EndOfStream
        } else {
            Remark::None
        };
    };
    if first.flags.datagram {
        return if first.flags.truncated {
            Remark::Truncated(first.len(), first.size.into())
        } else {
            Remark::None
        };
    }
    if let Some(wanted) = recv.exactly.filter(|wanted| *wanted >= got.count) {
        // MSG_WAITALL, which the end of the stream may have cut short.
        recv.exactly = Some(got.count);
        return if wanted == got.count {
            Remark::None
        } else {
            Remark::Exactly(recv.size)
        };
    }
    if comes_again(model, socket, first, got.count, recv) {
        return Remark::None;
    }
    recv.exactly = Some(got.count);
    Remark::Exactly(recv.size)
}

/// Whether a receive that is made as it was can only return the same bytes.
fn comes_again(model: &Model, socket: &Socket, first: &Chunk, count: u64, recv: &Recv) -> bool {
    let peer = match model.far_end(socket.id) {
        FarEnd::Own(peer) => model.socket(peer),
        // Nobody knows how it sends.
        _ => return true,
    };
    let Some(peer) = peer else {
        return true;
    };
    let end = first.offset + count;
    let mut sends = peer.sent.overlapping(first.offset, end);
    let (Some(send), None) = (sends.next(), sends.next()) else {
        return false;
    };
    if count > ONE_PIECE {
        return false;
    }
    if count == u64::from(recv.size) {
        return true;
    }
    if send.end() != end {
        return false;
    }
    let Some(next) = peer.sent.overlapping(end, end + 1).next() else {
        return true;
    };
    // The next bytes may not come along: the peer waited for ours, which were sent after this.
    let sent = socket.sent.reached(first.seq);
    next_wait(peer, first.seq, next.seq, sent)
}

fn next_wait(peer: &Socket, from: Seq, to: Seq, sent: u64) -> bool {
    let answers = peer.received.overlapping(sent, u64::MAX);
    answers
        .take_while(|chunk| chunk.seq < to)
        .any(|chunk| chunk.seq > from && !chunk.flags.peek)
}

/// Whether bytes wait to be received on a socket at an event.
pub(super) fn unread(model: &Model, id: SocketId, seq: Seq) -> bool {
    let Some(socket) = model.socket(id).filter(|socket| socket.is_stream()) else {
        return false;
    };
    let Some(peer) = socket.pair.and_then(|pair| model.socket(pair)) else {
        return false;
    };
    peer.sent.reached(seq) > socket.received.reached(seq)
}
