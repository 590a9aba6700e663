use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

use sockscope_protocol::{Seq, SocketId};

use super::lane::takes;
use super::socket::canonical;
use super::{Chunk, Direction, Held, Model, Socket};

/// How far back a datagram's other half is looked for. What has not arrived after so many others
/// is lost.
const MATCH_WINDOW: usize = 1_000;

/// Bytes of one `sent` that arrived in one `received`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Who sent.
    pub from: SocketId,
    /// The `sent` event.
    pub sent: Seq,
    /// Who received.
    pub to: SocketId,
    /// The `received` event.
    pub received: Seq,
    /// Which bytes of the stream, by offset; for a datagram, from 0 to what was kept of it.
    pub bytes: Range<u64>,
}

/// Bytes on their way from a socket to its pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InKernel {
    /// Sent here, not yet received there.
    pub bytes: u64,
    /// Of these: not yet acknowledged by the peer's kernel (Send-Q), as last observed.
    pub send_queue: Option<u32>,
    /// Of these: waiting at the peer (Recv-Q), as last observed.
    pub recv_queue: Option<u32>,
}

impl Model {
    /// Where the bytes of a `sent` arrived, or where those of a `received` came from, as far as the
    /// other end is a socket of ours.
    #[must_use]
    pub fn flows(&self, id: SocketId, direction: Direction, seq: Seq) -> Vec<Flow> {
        let Some(socket) = self.socket(id) else {
            return Vec::new();
        };
        let Some(chunk) = socket.stream(direction).chunk(seq) else {
            return Vec::new();
        };
        let flow = |other: SocketId, far: Seq, bytes: Range<u64>| match direction {
            Direction::Sent => Flow {
                from: id,
                sent: seq,
                to: other,
                received: far,
                bytes,
            },
            Direction::Received => Flow {
                from: other,
                sent: far,
                to: id,
                received: seq,
                bytes,
            },
        };
        if let Some((other, far)) = chunk.matched {
            return vec![flow(other, far, 0..chunk.len())];
        }
        let Some(pair) = socket.pair.and_then(|pair| self.socket(pair)) else {
            return Vec::new();
        };
        let opposite = match direction {
            Direction::Sent => Direction::Received,
            Direction::Received => Direction::Sent,
        };
        pair.stream(opposite)
            .overlapping(chunk.offset, chunk.end())
            .map(|far| {
                let bytes = chunk.offset.max(far.offset)..chunk.end().min(far.end());
                flow(pair.id, far.seq, bytes)
            })
            .collect()
    }

    /// What a socket has sent and its pair has not yet received; none when the peer is not ours.
    #[must_use]
    pub fn in_kernel(&self, id: SocketId) -> Option<InKernel> {
        let socket = self.socket(id)?;
        let pair = self.socket(socket.pair?)?;
        Some(InKernel {
            bytes: socket.sent.total().saturating_sub(pair.received.total()),
            send_queue: socket.kernel.send_queue,
            recv_queue: pair.kernel.recv_queue,
        })
    }

    /// Finds the other half of a datagram: the oldest one between the same addresses with the same
    /// bytes. Two tasks of the bridge write the two halves, so either may come first.
    pub(super) fn match_datagram(&mut self, id: SocketId, direction: Direction, seq: Seq) {
        let Some((other, far)) = self.other_half(id, direction, seq) else {
            return;
        };
        let opposite = match direction {
            Direction::Sent => Direction::Received,
            Direction::Received => Direction::Sent,
        };
        for (socket, direction, seq, matched) in [
            (id, direction, seq, (other, far)),
            (other, opposite, far, (id, seq)),
        ] {
            let Some(socket) = self.sockets.get_mut(&socket) else {
                continue;
            };
            let Some(chunk) = socket.stream_mut(direction).chunk_mut(seq) else {
                continue;
            };
            chunk.matched.get_or_insert(matched);
            if let Some(address) = chunk.address {
                socket.knows(address);
            }
        }
    }

    fn other_half(&self, id: SocketId, direction: Direction, seq: Seq) -> Option<(SocketId, Seq)> {
        let socket = self.socket(id)?;
        let chunk = socket.stream(direction).chunk(seq)?;
        let candidates = self.sockets().filter(|one| one.is_datagram());
        candidates
            .flat_map(|one| {
                let opposite = match direction {
                    Direction::Sent => &one.received,
                    Direction::Received => &one.sent,
                };
                let skip = opposite.chunks().len().saturating_sub(MATCH_WINDOW);
                opposite.chunks().skip(skip).map(move |far| (one, far))
            })
            .filter(|(one, far)| match direction {
                Direction::Sent => halves((socket, chunk), (*one, *far)),
                Direction::Received => halves((*one, *far), (socket, chunk)),
            })
            .map(|(one, far)| (one.id, far.seq))
            .min_by_key(|(_, far)| *far)
    }
}

/// Whether one datagram, sent and received, is both.
fn halves((from, sent): (&Socket, &Chunk), (to, received): (&Socket, &Chunk)) -> bool {
    let Some(target) = sent.address.or(from.peer).map(canonical) else {
        return false;
    };
    let many = match target.ip() {
        IpAddr::V4(ip) => ip.is_multicast() || ip == Ipv4Addr::BROADCAST,
        IpAddr::V6(ip) => ip.is_multicast(),
    };
    let free = received.matched.is_none() && (many || sent.matched.is_none());
    let there = if many {
        to.local.is_some_and(|local| local.port() == target.port())
    } else {
        takes(to, target)
    };
    let here = received
        .address
        .is_none_or(|source| from.local.is_none() || takes(from, source));
    free && !received.flags.peek && there && here && same_bytes(sent, received)
}

fn same_bytes(sent: &Chunk, received: &Chunk) -> bool {
    if sent.held != Held::Yes || received.held != Held::Yes {
        return sent.size == received.size || received.flags.truncated;
    }
    if received.flags.truncated {
        sent.payload.starts_with(&received.payload)
    } else {
        sent.payload == received.payload
    }
}
