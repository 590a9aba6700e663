use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// What the kernel shows of a socket, or of a connection that outlives its descriptor. A field that
/// this operating system cannot show is absent; [`Platform`](crate::Platform) tells which.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Observation {
    /// The local address (`getsockname(2)`); absent before `bind`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<SocketAddr>,
    /// The peer's address (`getpeername(2)`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<SocketAddr>,
    /// The state of RFC 9293 section 3.3.2. After `closed`, `CLOSED` says that the kernel holds nothing
    /// any more, and none that it is not looked at any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<TcpState>,
    /// Bytes received by the kernel and not yet read (`SIOCINQ`); for UDP, those of the next datagram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recv_queue: Option<u32>,
    /// Bytes sent and not yet acknowledged by the peer's kernel (`SIOCOUTQ`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send_queue: Option<u32>,
    /// Connections that wait for `accept`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept_queue: Option<AcceptQueue>,
    /// Figures of an established connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp: Option<TcpInfo>,
    /// Milliseconds after which the kernel forgets a connection whose descriptor is closed, if
    /// nothing else happens: in TIME-WAIT, and in FIN-WAIT-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_in_ms: Option<u32>,
}

/// The queue of a listening socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptQueue {
    /// Connections in it.
    pub length: u32,
    /// The backlog in force. Linux lets one more in.
    pub backlog: u32,
}

/// Figures of `TCP_INFO`. They change with nearly every segment and are reported along with something
/// else; only `retransmits` and a `send_window` that closes or opens are news by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TcpInfo {
    /// Smoothed round-trip time, microseconds.
    pub rtt_us: u32,
    /// Its variation, microseconds.
    pub rtt_var_us: u32,
    /// Segments sent again since the connection began.
    pub retransmits: u32,
    /// Congestion window, segments.
    pub congestion_window: u32,
    /// Maximum segment size for sending, bytes.
    pub mss: u32,
    /// The window that this end offers, bytes; 0 where the kernel does not tell.
    pub receive_window: u32,
    /// The window that the peer offers, bytes; 0 where the kernel does not tell.
    pub send_window: u32,
}

/// The states of RFC 9293 section 3.3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
#[expect(missing_docs, reason = "the names are the RFC's")]
pub enum TcpState {
    Closed,
    Listen,
    SynSent,
    SynReceived,
    Established,
    #[serde(rename = "FIN-WAIT-1")]
    FinWait1,
    #[serde(rename = "FIN-WAIT-2")]
    FinWait2,
    CloseWait,
    Closing,
    LastAck,
    TimeWait,
}

impl TcpState {
    /// The RFC's spelling.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "CLOSED",
            Self::Listen => "LISTEN",
            Self::SynSent => "SYN-SENT",
            Self::SynReceived => "SYN-RECEIVED",
            Self::Established => "ESTABLISHED",
            Self::FinWait1 => "FIN-WAIT-1",
            Self::FinWait2 => "FIN-WAIT-2",
            Self::CloseWait => "CLOSE-WAIT",
            Self::Closing => "CLOSING",
            Self::LastAck => "LAST-ACK",
            Self::TimeWait => "TIME-WAIT",
        }
    }
}
