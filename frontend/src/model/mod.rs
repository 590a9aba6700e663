//! What a person sees of a session: a pure fold of its log.
//!
//! [`Model::apply`] takes the log entry by entry. The same entries give the same model, however
//! they were batched, and entries that come a second time (after a reconnect) change nothing.

mod available;
mod call;
mod fold;
mod holder;
mod index;
mod lane;
mod lookup;
mod path;
mod row;
mod socket;
mod stream;
mod transfer;

use std::collections::VecDeque;
use std::sync::Arc;

use sockscope_protocol::{Event, EventBody, Seq, SocketId, Welcome};

use crate::shared::Queue;
use crate::sorted::{Map, Set};
use index::Index;

pub use available::{Availability, Op, Reason, available};
pub use call::{CallEnd, CallRecord};
pub use holder::Holder;
pub(crate) use lane::covers;
pub use lane::{FarEnd, Lane, LaneId};
pub use path::{ARROWS, Arrow, Cause, Path, Visit};
pub use row::{Changes, Row, What};
pub(crate) use socket::canonical;
pub use socket::{HalfClosed, Origin, Role, Socket, address};
pub use stream::{ByteStream, Chunk, Direction, Held, Piece};
pub(crate) use transfer::is_group;
pub use transfer::{Fate, Flow, InKernel};

/// What the page remembers of a session at most. What is beyond gives way, the oldest first, and
/// is counted in [`Forgotten`].
pub mod keep {
    /// Payload bytes of all sockets: more than the largest file that one likes to send through a page,
    /// and what the browser of a phone still has.
    pub const PAYLOAD_BYTES: u64 = 128 << 20;
    /// Rows of the stage, and with them pieces of data, with or without their payload, and calls that
    /// have returned.
    pub const ROWS: usize = 200_000;
    /// Sockets that are closed. Each is a lane, and nobody looks for one among more of them.
    pub const CLOSED_SOCKETS: usize = 500;
    /// Addresses that one UDP socket has exchanged datagrams with: each is a lane.
    pub const PARTNERS: usize = 256;
}

/// An entry of the log as it reaches the page.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// The bridge's greeting. One that does not resume begins a new session and an empty model.
    Welcome(Box<Welcome>),
    /// An event.
    Event(Event),
    /// Events that the bridge's log does not hold any more.
    Truncated {
        /// The first.
        first: Seq,
        /// The last.
        last: Seq,
    },
}

impl Entry {
    /// How many bytes it carries.
    #[must_use]
    pub fn payload(&self) -> usize {
        match self {
            Self::Event(Event {
                body: EventBody::Sent(data) | EventBody::Received(data),
                ..
            }) => data.payload.len(),
            _ => 0,
        }
    }
}

/// What the page itself has let go, to stay within [`keep`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// Payload bytes.
    pub payload_bytes: u64,
    /// Pieces of data.
    pub chunks: u64,
    /// Rows of the stage.
    pub rows: u64,
    /// Calls.
    pub calls: u64,
    /// Sockets.
    pub sockets: u64,
}

/// A session as a person sees it. A copy shares with it all that neither changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Model {
    /// The greeting of the bridge: policy, limits, what its operating system can show. None before
    /// the first connection.
    pub welcome: Option<Welcome>,
    /// The last event folded.
    pub last: Seq,
    /// The time of the last event, microseconds since the session began.
    pub time: u64,
    /// Events that the bridge no longer held when they were asked for.
    pub missing: u64,
    /// What the page has let go.
    pub forgotten: Forgotten,
    /// The session is over without a word about it: nothing more will come.
    pub abandoned: bool,
    sockets: Map<SocketId, Arc<Socket>>,
    /// In the order of the events that began them.
    calls: Queue<CallRecord>,
    call_index: Index,
    /// Calls that have not returned, as far as is known.
    waiting: Set<Seq>,
    closed: VecDeque<SocketId>,
    rows: Queue<Row>,
    /// How many rows at the front have lost their payload already.
    emptied: usize,
    payload_bytes: u64,
    /// Counts what may change [`Model::lanes`].
    shape: u64,
}

impl Model {
    /// Takes the next entry of the log.
    pub fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Welcome(welcome) => {
                if !welcome.resumed {
                    *self = Self::default();
                }
                self.welcome = Some(*welcome);
            }
            Entry::Truncated { first, last } => self.truncated(first, last),
            Entry::Event(event) if event.seq > self.last => {
                if event.seq.0 > self.last.0 + 1 {
                    self.truncated(self.last.next(), Seq(event.seq.0 - 1));
                }
                self.last = event.seq;
                self.time = event.time;
                self.event(event);
                self.forget();
            }
            Entry::Event(_) => {}
        }
    }

    fn truncated(&mut self, first: Seq, last: Seq) {
        let first = first.max(self.last.next());
        if last < first {
            return;
        }
        self.missing += last.0 - first.0 + 1;
        self.last = last;
        self.doubt();
        self.rows.push(Row {
            seq: last,
            time: self.time,
            socket: None,
            what: What::Missing { first, last },
        });
        self.forget();
    }

    /// The session is not held any more: the calls that waited have ended, and nobody has seen how.
    pub fn abandon(&mut self) {
        self.abandoned = true;
        self.doubt();
    }

    fn doubt(&mut self) {
        for began in self.waiting.iter() {
            if let Some(at) = begun_at(&self.calls, *began) {
                self.calls[at].uncertain = true;
            }
        }
    }
}

/// The place of the call that an event began.
fn begun_at(calls: &Queue<CallRecord>, began: Seq) -> Option<usize> {
    // Mostly it is the newest, or one that is newer than that.
    let newest = calls.len().saturating_sub(1);
    let at = if calls.get(newest).is_none_or(|call| call.seq <= began) {
        newest
    } else {
        calls.partition_point(|call| call.seq < began)
    };
    calls.get(at).filter(|call| call.seq == began).map(|_| at)
}
