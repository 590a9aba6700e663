//! One stream: a socket to a target, and what a client sent that the target has not taken.

mod credit;
mod ending;
mod flow;
mod opening;
mod queue;
mod socket;
mod table;

use std::net::SocketAddr;
use std::time::Instant;

use mio::event::Event;
use sockscope_protocol::{RelayProtocol, RelayState, RelayStream, SocketType};

use super::reactor::Timer;
use super::wisp::{Reason, Transport};
use credit::Credit;
pub(super) use credit::INITIAL as INITIAL_CREDIT;
use ending::Draining;
pub(super) use flow::Sent;
use queue::Queue;
pub(super) use socket::Socket;
pub(super) use table::Streams;

/// A stream.
#[derive(Debug)]
struct Stream {
    /// The client's number for it.
    id: u32,
    /// No other stream of the connection ever has this one.
    serial: u64,
    transport: Transport,
    /// What the client asked for.
    target: Box<str>,
    phase: Phase,
    socket: Option<Socket>,
    /// Under which number the reactor watches the socket.
    watched: usize,
    readable: bool,
    writable: bool,
    /// The target has sent all that it will.
    read_closed: bool,
    /// Nothing goes either way any more.
    hung_up: bool,
    /// It stands in the line of those that need attention.
    listed: bool,
    /// It waits until the client takes more.
    held_back: bool,
    /// There is nobody to tell how it ends.
    orphan: bool,
    /// The target takes nothing any more.
    deaf: bool,
    /// The target sends more than is read at once.
    bulk: bool,
    /// The last bytes were the target's, not the client's.
    target_spoke_last: bool,
    queue: Queue,
    credit: Credit,
    timer: Timer,
    /// Bytes that the target's kernel took.
    up: u64,
    /// Bytes that came from the target.
    down: u64,
    opened: Instant,
    span: tracing::Span,
}

/// Where in its life a stream is.
#[derive(Debug)]
enum Phase {
    /// The resolver was asked.
    Resolving { host: String, port: u16 },
    /// The kernel connects; these addresses are tried next.
    Connecting {
        others: Vec<SocketAddr>,
        until: Instant,
    },
    /// Bytes go both ways.
    Open,
    /// The target has sent all that it will. The client does not know, because Wisp has no word for
    /// it, and may go on; it was last heard then.
    HalfClosed { heard: Instant },
    /// The client was told that the stream is over. What it had under way still reaches the target.
    Lingering { heard: Instant, since: Instant },
    /// The client is done; what it sent is on its way.
    Draining(Draining),
}

impl Stream {
    fn note(&mut self, event: &Event) {
        let error = event.is_error();
        self.readable |= event.is_readable() || event.is_read_closed() || error;
        self.writable |= event.is_writable() || error;
        self.read_closed |= event.is_read_closed() || error;
        self.hung_up |= event.is_write_closed() || error;
    }

    /// The client was heard, or the target took something.
    fn heard(&mut self, now: Instant) {
        match &mut self.phase {
            Phase::HalfClosed { heard } | Phase::Lingering { heard, .. } => *heard = now,
            _ => {}
        }
    }

    /// What those who watch are told, and why it ended if it has.
    fn describe(
        &self,
        websocket: u64,
        protocol: RelayProtocol,
        ended: Option<Reason>,
    ) -> RelayStream {
        let state = match self.phase {
            _ if ended.is_some() => RelayState::Closed,
            Phase::Resolving { .. } => RelayState::Resolving,
            Phase::Connecting { .. } => RelayState::Connecting,
            Phase::Open => RelayState::Open,
            Phase::HalfClosed { .. } | Phase::Lingering { .. } => RelayState::HalfClosed,
            Phase::Draining(_) => RelayState::Draining,
        };
        RelayStream {
            websocket,
            stream: self.serial,
            protocol,
            kind: match self.transport {
                Transport::Tcp => SocketType::Stream,
                Transport::Udp => SocketType::Datagram,
            },
            target: self.target.to_string(),
            state,
            reason: ended.map(|reason| reason.name().to_owned()),
            up: self.up,
            down: self.down,
        }
    }

    /// Whether a client may be told about it.
    fn is_known(&self) -> bool {
        !self.orphan && !matches!(self.phase, Phase::Lingering { .. } | Phase::Draining(_))
    }
}
