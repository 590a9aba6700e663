use serde::Serialize;

use crate::SocketType;
use crate::names::names;

/// The relay at a moment: some of its streams.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Relay {
    /// How many streams it holds.
    pub open: u64,
    /// The last ones, those that have just ended included, the youngest first; at most
    /// [`Relay::STREAMS`].
    pub streams: Vec<RelayStream>,
}

impl Relay {
    /// The most streams that are told of at once.
    pub const STREAMS: usize = 100;
}

/// A stream of the relay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RelayStream {
    /// The number of its WebSocket, as in the bridge's own log.
    pub websocket: u64,
    /// The how-manyth of its WebSocket it is.
    pub stream: u64,
    /// What the client speaks.
    pub protocol: RelayProtocol,
    /// TCP or UDP.
    #[serde(rename = "type")]
    pub kind: SocketType,
    /// The host and port that the client asked for.
    pub target: String,
    /// Where in its life it is.
    pub state: RelayState,
    /// Why it ended, in the words of `/metrics`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Bytes that went to the target.
    pub up: u64,
    /// Bytes that came from it.
    pub down: u64,
}

/// What a client of the relay speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayProtocol {
    /// Many streams on one WebSocket.
    Wisp,
    /// A WebSocket that is one stream.
    Wsproxy,
}

names! {
    RelayProtocol "protocol" {
        Wisp = "wisp",
        Wsproxy = "wsproxy",
    }
}

/// Where in its life a stream of the relay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayState {
    /// The resolver was asked for the target's address.
    Resolving,
    /// The kernel connects.
    Connecting,
    /// Bytes go both ways.
    Open,
    /// The target has sent all that it will.
    HalfClosed,
    /// The client has; what it sent is on its way.
    Draining,
    /// It has ended.
    Closed,
}

names! {
    RelayState "state" {
        Resolving = "resolving",
        Connecting = "connecting",
        Open = "open",
        HalfClosed = "half_closed",
        Draining = "draining",
        Closed = "closed",
    }
}
