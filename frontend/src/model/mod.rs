//! What a person sees of a session: a pure fold of its log.
//!
//! [`Model::apply`] takes the log entry by entry. The same entries give the same model, however
//! they were batched, and entries that come a second time (after a reconnect) change nothing.

mod available;
mod call;
mod fold;
mod holder;
mod lane;
mod lookup;
mod path;
mod row;
mod socket;
mod stream;
mod transfer;

use crate::sorted::{Map, Set};

use std::collections::{HashMap, VecDeque};

use sockscope_protocol::{CallId, Event, EventBody, Seq, SocketId, Welcome};

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
    /// Payload bytes of all sockets: several times the largest file that one likes to send through
    /// a page, and well below the 4 GiB of wasm32.
    pub const PAYLOAD_BYTES: u64 = 256 << 20;
    /// Pieces of data, with or without their payload.
    pub const CHUNKS: usize = 200_000;
    /// Rows of the stage.
    pub const ROWS: usize = 200_000;
    /// Calls that have returned.
    pub const CALLS: usize = 100_000;
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

/// A session as a person sees it.
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
    sockets: Map<SocketId, Socket>,
    /// By the event that began them, which is the order in which they were made.
    calls: Map<Seq, CallRecord>,
    call_index: HashMap<CallId, Seq>,
    /// Calls that have not returned, as far as is known.
    waiting: Set<Seq>,
    returned: VecDeque<Seq>,
    closed: VecDeque<SocketId>,
    rows: VecDeque<Row>,
    /// All chunks, the oldest first.
    chunks: VecDeque<(SocketId, Direction, Seq)>,
    /// How many chunks at the front of `chunks` have lost their payload already.
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
        self.rows.push_back(Row {
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
            if let Some(call) = self.calls.get_mut(began) {
                call.uncertain = true;
            }
        }
    }
}
