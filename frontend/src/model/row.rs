use std::net::SocketAddr;

use sockscope_protocol::{
    AcceptQueue, CallId, ClosedBy, Observation, PeerGone, Seq, SocketId, TcpState,
};

use super::Direction;

/// Something that happened, as the stage shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The event.
    pub seq: Seq,
    /// When, in microseconds since the session began.
    pub time: u64,
    /// On whose lane; none for what is about no socket (`getaddrinfo`, a gap of the log).
    pub socket: Option<SocketId>,
    /// What.
    pub what: What,
}

impl Row {
    /// Whose bytes it is about.
    pub(super) fn data(&self) -> Option<(SocketId, Direction)> {
        let direction = match self.what {
            What::Sent(_) => Direction::Sent,
            What::Received(_) => Direction::Received,
            _ => return None,
        };
        Some((self.socket?, direction))
    }
}

/// What a [`Row`] is about.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A call began.
    Called(CallId),
    /// A call returned.
    Returned(CallId),
    /// The kernel took bytes: the chunk of the row's `seq` in the socket's sent stream.
    Sent(CallId),
    /// The kernel gave bytes: the chunk of the row's `seq` in the socket's received stream.
    Received(CallId),
    /// What the kernel shows changed.
    Observed(Box<Changes>),
    /// The peer was seen to go.
    PeerGone(PeerGone),
    /// The descriptor was closed.
    Closed(ClosedBy),
    /// The bridge's log had lost these events when they were asked for.
    Missing {
        /// The first.
        first: Seq,
        /// The last.
        last: Seq,
    },
}

/// What is new in an observation; what did not change is none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// The local address.
    pub local: Option<SocketAddr>,
    /// The peer's address.
    pub peer: Option<SocketAddr>,
    /// The state before, where one was known, and the state now.
    pub state: Option<(Option<TcpState>, TcpState)>,
    /// Bytes that wait to be received.
    pub recv_queue: Option<u32>,
    /// Bytes that the peer has not acknowledged.
    pub send_queue: Option<u32>,
    /// Connections that wait for `accept`.
    pub accept_queue: Option<AcceptQueue>,
    /// Segments sent again since the last observation.
    pub retransmits: Option<u32>,
}

impl Changes {
    pub(super) fn between(before: &Observation, now: &Observation) -> Self {
        fn new<T: PartialEq + Copy>(before: Option<T>, now: Option<T>) -> Option<T> {
            now.filter(|_| before != now)
        }
        let sent_again = |seen: &Observation| seen.tcp.map_or(0, |tcp| tcp.retransmits);
        Self {
            local: new(before.local, now.local),
            peer: new(before.peer, now.peer),
            state: new(before.state, now.state).map(|state| (before.state, state)),
            recv_queue: new(before.recv_queue, now.recv_queue),
            send_queue: new(before.send_queue, now.send_queue),
            accept_queue: new(before.accept_queue, now.accept_queue),
            retransmits: sent_again(now)
                .checked_sub(sent_again(before))
                .filter(|more| *more > 0),
        }
    }

    /// Whether nothing that the stage shows has changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
