use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::Range;

use sockscope_protocol::{Seq, SocketId};

use super::lane::takes;
use super::socket::canonical;
use super::{Chunk, Direction, FarEnd, Held, Model, Socket};

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

/// What became of a datagram that was sent, as far as it is known. What is not known is not said: a
/// datagram that nobody has received may still wait, or be lost on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// A socket of ours received it.
    Received,
    /// It may wait at a socket of ours, or be lost.
    Open(SocketId),
    /// The socket of ours that it went to was closed without having received it.
    Unread(SocketId),
    /// The kernel reported that nobody was there (`ECONNREFUSED`).
    Refused,
    /// It went to somebody outside, who does not tell.
    Unknown,
}

impl Model {
    /// What became of a datagram that `id` sent.
    #[must_use]
    pub fn fate(&self, id: SocketId, sent: &Chunk) -> Fate {
        if sent.matched.is_some() {
            return Fate::Received;
        }
        if self
            .socket(id)
            .is_some_and(|socket| socket.refused.contains(&sent.seq))
        {
            return Fate::Refused;
        }
        match self.far_end_of(id, sent) {
            FarEnd::Own(other) => match self.socket(other) {
                // In a gap of the log it may have been received after all.
                Some(receiver) if !receiver.is_open() && self.missing == 0 => Fate::Unread(other),
                _ => Fate::Open(other),
            },
            _ => Fate::Unknown,
        }
    }

    /// The kernel reported to a socket that a datagram met nobody. When it has sent a single one whose
    /// receiver is not known since the report before, that was the one.
    pub(super) fn refused(&mut self, id: SocketId) {
        let last = self.last;
        let Some(socket) = self.socket_known(id).filter(|one| one.is_datagram()) else {
            return;
        };
        let since = std::mem::replace(&mut socket.reported, last);
        let sent = socket.sent.chunks().rev();
        let mut open = sent
            .take_while(|chunk| chunk.seq > since)
            .filter(|chunk| chunk.matched.is_none());
        let (one, more) = (open.next().map(|chunk| chunk.seq), open.next().is_some());
        if !more {
            socket.refused.extend(one);
        }
    }

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
        pair.stream(direction.opposite())
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
            if let Some(socket) = self.socket_known(id) {
                let loose = &mut socket.loose[direction as usize];
                if loose.len() >= MATCH_WINDOW {
                    loose.pop_front();
                }
                loose.push_back(seq);
            }
            return;
        };
        let halves = [
            (id, direction, seq, (other, far)),
            (other, direction.opposite(), far, (id, seq)),
        ];
        for (socket, direction, seq, matched) in halves {
            let Some(socket) = self.socket_known(socket) else {
                continue;
            };
            let peer = socket.peer;
            let Some(chunk) = socket.stream_mut(direction).chunk_mut(seq) else {
                continue;
            };
            chunk.matched.get_or_insert(matched);
            let address = chunk.address;
            // What went to a group may arrive at others as well.
            if direction == Direction::Received || !address.or(peer).is_some_and(is_group) {
                socket.loose[direction as usize].retain(|loose| *loose != seq);
            }
            if let Some(address) = address {
                socket.knows(address);
            }
        }
    }

    fn other_half(&self, id: SocketId, direction: Direction, seq: Seq) -> Option<(SocketId, Seq)> {
        let socket = self.socket(id)?;
        let chunk = socket.stream(direction).chunk(seq)?;
        let opposite = direction.opposite();
        // Of the sockets that could have the other half, cheaply told.
        let could = |one: &&Socket| match direction {
            Direction::Sent => chunk
                .address
                .or(socket.peer)
                .is_some_and(|to| reaches(to, one)),
            Direction::Received => chunk
                .address
                .is_none_or(|from| one.local.is_none_or(|local| local.port() == from.port())),
        };
        self.sockets()
            .filter(could)
            .flat_map(|one| {
                let loose = one.loose[opposite as usize].iter();
                loose.filter_map(move |far| Some((one, one.stream(opposite).chunk(*far)?)))
            })
            .filter(|(one, far)| match direction {
                Direction::Sent => halves((socket, chunk), (*one, *far)),
                Direction::Received => halves((*one, *far), (socket, chunk)),
            })
            .map(|(one, far)| (one.id, far.seq))
            .min_by_key(|(_, far)| *far)
    }
}

pub(crate) fn is_group(address: SocketAddr) -> bool {
    match canonical(address).ip() {
        IpAddr::V4(ip) => ip.is_multicast() || ip == Ipv4Addr::BROADCAST,
        IpAddr::V6(ip) => ip.is_multicast(),
    }
}

/// Whether one datagram, sent and received, is both.
fn halves((from, sent): (&Socket, &Chunk), (to, received): (&Socket, &Chunk)) -> bool {
    let Some(target) = sent.address.or(from.peer).map(canonical) else {
        return false;
    };
    let free = received.matched.is_none() && (sent.matched.is_none() || is_group(target));
    let here = received
        .address
        .is_none_or(|source| from.local.is_none() || takes(from, source));
    free && reaches(target, to) && here && same_bytes(sent, received)
}

/// Whether a datagram to this address arrives at this socket.
fn reaches(address: SocketAddr, to: &Socket) -> bool {
    if is_group(address) {
        to.local.is_some_and(|local| local.port() == address.port())
    } else {
        takes(to, address)
    }
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
