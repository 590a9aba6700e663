use std::collections::HashSet;
use std::net::SocketAddr;

use sockscope_protocol::SocketId;

use super::socket::canonical;
use super::{Chunk, Model, Socket};

/// A column of the stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LaneId {
    /// A socket of the session.
    Socket(SocketId),
    /// A peer outside, by its address.
    Outside(SocketAddr),
}

/// A column of the stage and its place in the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// Which.
    pub id: LaneId,
    /// For a peer outside: the socket beside which it stands.
    pub beside: Option<SocketId>,
}

/// Who is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FarEnd {
    /// A socket of the session.
    Own(SocketId),
    /// A connection that waits in the queue of a listening socket of the session: no `accept` has
    /// taken it yet.
    Queued(SocketId),
    /// Somebody outside.
    Outside(SocketAddr),
    /// It cannot be told (yet).
    Unknown,
}

impl Model {
    /// The lanes from left to right: sockets in the order in which they were made, but what an
    /// `accept` returned stands beside its listening socket, and both ends of a conversation stand
    /// side by side.
    #[must_use]
    pub fn lanes(&self) -> Vec<Lane> {
        let mut lanes = Vec::new();
        let mut placed = HashSet::new();
        for socket in self.sockets() {
            self.place(socket, &mut lanes, &mut placed);
        }
        lanes
    }

    fn place(&self, socket: &Socket, lanes: &mut Vec<Lane>, placed: &mut HashSet<LaneId>) {
        let mut put = |id, beside| {
            let new = placed.insert(id);
            if new {
                lanes.push(Lane { id, beside });
            }
            new
        };
        if !put(LaneId::Socket(socket.id), None) {
            return;
        }
        match self.far_end(socket.id) {
            FarEnd::Own(pair) => {
                put(LaneId::Socket(pair), None);
            }
            FarEnd::Outside(address) => {
                put(LaneId::Outside(address), Some(socket.id));
            }
            FarEnd::Queued(_) | FarEnd::Unknown => {}
        }
        if socket.is_datagram() {
            for address in self.partners(socket) {
                put(LaneId::Outside(address), Some(socket.id));
            }
        }
        if socket.backlog().is_some() {
            let accepted = self
                .sockets()
                .filter(|one| one.listener() == Some(socket.id));
            for connection in accepted {
                self.place(connection, lanes, placed);
            }
        }
    }

    /// The outside addresses that a datagram socket exchanged datagrams with.
    fn partners(&self, socket: &Socket) -> impl Iterator<Item = SocketAddr> {
        let strangers = socket.partners.iter().filter(|partner| !partner.ours);
        strangers.filter_map(|partner| {
            [partner.first, partner.last]
                .into_iter()
                .map(|time| self.datagram_end(socket.id, partner.address, time))
                .find_map(|end| match end {
                    FarEnd::Outside(address) => Some(address),
                    _ => None,
                })
        })
    }

    /// Who is at the other end of a connection, or of a UDP socket that is connected.
    #[must_use]
    pub fn far_end(&self, id: SocketId) -> FarEnd {
        let Some(socket) = self.socket(id) else {
            return FarEnd::Unknown;
        };
        if let Some(pair) = socket.pair {
            return FarEnd::Own(pair);
        }
        let Some(peer) = socket.peer.filter(|_| socket.connected) else {
            return FarEnd::Unknown;
        };
        if socket.is_datagram() {
            return self.default_peer(socket, peer);
        }
        let opposite = |one: &&Socket| {
            let free = one.id != id && one.pair.is_none() && !one.is_datagram();
            free && (one.connected || one.connecting) && face_each_other(socket, one)
        };
        if let Some(other) = self.sockets().rev().find(opposite) {
            return FarEnd::Own(other.id);
        }
        if socket.listener().is_none() {
            let listening = |one: &&Socket| one.backlog().is_some() && takes(one, peer);
            if let Some(listener) = self.sockets().find(listening) {
                return FarEnd::Queued(listener.id);
            }
        } else if self.could_be_ours(socket) {
            return FarEnd::Unknown;
        }
        FarEnd::Outside(canonical(peer))
    }

    /// Whether a socket of ours, whose addresses the bridge has not told yet, may be the peer of
    /// this accepted one.
    fn could_be_ours(&self, accepted: &Socket) -> bool {
        let port = accepted.local.map(|local| local.port());
        self.sockets().any(|one| {
            one.is_open()
                && one.pair.is_none()
                && one.addresses().is_none()
                && one.target_port.is_some()
                && (port.is_none() || one.target_port == port)
        })
    }

    /// Who is at the other end of a datagram or of bytes of a stream.
    #[must_use]
    pub fn far_end_of(&self, id: SocketId, chunk: &Chunk) -> FarEnd {
        if let Some((other, _)) = chunk.matched {
            return FarEnd::Own(other);
        }
        match chunk.address {
            Some(address) if chunk.flags.datagram => self.datagram_end(id, address, chunk.time),
            _ => self.far_end(id),
        }
    }

    /// Where a connected UDP socket sends to: to a socket of ours also when that is closed by now.
    fn default_peer(&self, socket: &Socket, peer: SocketAddr) -> FarEnd {
        let outlived = |end: &Socket, beginning| {
            let closed = end.closed.map(|(closed, _)| closed);
            closed.is_none_or(|closed| closed >= beginning)
        };
        let ours = self.sockets().rev().find(|one| {
            let together = outlived(one, socket.created) && outlived(socket, one.created);
            together && one.is_datagram() && one.id != socket.id && takes(one, peer)
        });
        ours.map_or(FarEnd::Outside(canonical(peer)), |one| FarEnd::Own(one.id))
    }

    fn datagram_end(&self, from: SocketId, address: SocketAddr, time: u64) -> FarEnd {
        let open_then = |one: &&Socket| {
            one.created <= time && one.closed.is_none_or(|(closed, _)| closed >= time)
        };
        let mut ours = self
            .sockets()
            .filter(|one| one.is_datagram() && one.id != from && takes(one, address));
        match ours.find(open_then) {
            Some(own) => FarEnd::Own(own.id),
            None => FarEnd::Outside(canonical(address)),
        }
    }

    /// Finds the other end of a TCP connection among our own sockets.
    pub(super) fn pair(&mut self, id: SocketId) {
        let Some(socket) = self.socket(id) else {
            return;
        };
        if socket.pair.is_some() || socket.is_datagram() || !socket.connected {
            return;
        }
        let Some((local, peer)) = socket.addresses() else {
            return;
        };
        let other = self
            .sockets()
            .rev()
            .find(|one| {
                one.id != id
                    && one.pair.is_none()
                    && one.connected
                    && !one.is_datagram()
                    && one.addresses() == Some((peer, local))
            })
            .map(|one| one.id);
        if let Some(other) = other {
            self.shape += 1;
            for (one, pair) in [(id, other), (other, id)] {
                if let Some(socket) = self.socket_known(one) {
                    socket.pair = Some(pair);
                }
            }
        }
    }
}

/// Whether what is sent to `address` reaches this socket, judged by its local address.
pub(super) fn takes(socket: &Socket, address: SocketAddr) -> bool {
    socket.local.is_some_and(|local| covers(local, address))
}

/// Whether what is sent to `address` reaches a socket that is bound to `local`.
pub(crate) fn covers(local: SocketAddr, address: SocketAddr) -> bool {
    let (local, address) = (canonical(local), canonical(address));
    local.port() == address.port()
        && (local.ip() == address.ip()
            || (local.ip().is_unspecified() && (local.is_ipv6() || address.is_ipv4())))
}

/// Whether two sockets are the ends of one connection, as far as their addresses are known: the
/// kernel tells those of what `accept` returned just after it.
fn face_each_other(one: &Socket, other: &Socket) -> bool {
    let same = |local: Option<SocketAddr>, peer: Option<SocketAddr>| {
        Some(canonical(local?) == canonical(peer?))
    };
    match (same(one.local, other.peer), same(other.local, one.peer)) {
        (None, None) => false,
        (here, there) => here.unwrap_or(true) && there.unwrap_or(true),
    }
}
