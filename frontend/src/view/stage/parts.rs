//! What stands on the stage: columns, calls, notes and links, placed by row.

use std::net::SocketAddr;

use sockscope_frontend::model::Direction;
use sockscope_protocol::{CallId, ClosedBy, PeerGone, Seq, SocketId, TcpState};

/// A column of the stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Column {
    /// Calls that belong to no socket: `getaddrinfo`, a `socket` that failed.
    Loose,
    Socket(SocketId),
    Outside(SocketAddr),
}

/// Bytes within a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DataLine {
    pub(crate) row: usize,
    pub(crate) seq: Seq,
    pub(crate) direction: Direction,
}

/// A call on the stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallBox {
    pub(crate) call: CallId,
    /// None until it is known: a `socket` that has not returned.
    pub(crate) column: Option<Column>,
    /// How many calls of the same lane it stands inside of.
    pub(crate) depth: usize,
    pub(crate) first: usize,
    /// The row of its return; none while it waits.
    pub(crate) last: Option<usize>,
    pub(crate) data: Vec<DataLine>,
}

/// What happens to a socket without a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoteKind {
    State(TcpState),
    PeerGone(PeerGone),
    Closed(ClosedBy),
    Missing(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) row: usize,
    pub(crate) seq: Seq,
    /// None: it concerns the whole stage.
    pub(crate) column: Option<Column>,
    pub(crate) kind: NoteKind,
}

/// What a link between two lanes stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkKind {
    /// Bytes that arrived, and the event that sent them and the event that received them.
    Bytes { bytes: u64, datagram: bool },
    /// A connection came about. Inferred from both ends' calls.
    Handshake,
    /// `accept` made a socket.
    Accepted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) id: (Seq, Seq),
    pub(crate) kind: LinkKind,
    pub(crate) from: (Column, usize),
    pub(crate) to: (Column, usize),
}

/// From which row to which a socket lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Life {
    pub(crate) first: usize,
    pub(crate) last: Option<usize>,
}
