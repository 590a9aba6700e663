//! What stands on the stage: columns, calls and notes, placed by row.

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

impl Column {
    /// Its name in `data-lane`, `data-from`, `data-to` and the lanes' test ids.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Loose => "none".to_owned(),
            Self::Socket(id) => id.to_string(),
            Self::Outside(address) => format!("outside-{address}"),
        }
    }
}

/// Bytes within a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DataLine {
    pub(crate) row: usize,
    pub(crate) seq: Seq,
    pub(crate) direction: Direction,
    /// The place of the call's box.
    pub(crate) of: usize,
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
    /// Its first bytes, and its last ones.
    pub(crate) data: Option<(DataLine, DataLine)>,
    /// The row of its last bytes but one.
    pub(crate) before: Option<usize>,
}

impl CallBox {
    /// The bytes that came with its return.
    pub(crate) fn data_at_end(&self) -> Option<DataLine> {
        let (_, line) = self.data?;
        Some(line).filter(|line| Some(line.row) == self.last)
    }

    /// Whether its last row but one is free: then what stands in its last row has more room.
    pub(crate) fn roomy(&self) -> bool {
        self.last
            .is_some_and(|last| last > self.first && self.before.is_none_or(|row| row + 1 < last))
    }
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

/// From which row to which a socket lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Life {
    pub(crate) first: usize,
    pub(crate) last: Option<usize>,
}
