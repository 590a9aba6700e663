use std::net::SocketAddr;

use serde::Serialize;

use crate::names::names;

/// What the kernel shows of a socket, or of a connection that outlives its descriptor. A field that
/// this operating system cannot show is absent; [`Platform`](crate::Platform) tells which.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Observation {
    /// The local address (`getsockname(2)`); absent before `bind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<SocketAddr>,
    /// The peer's address (`getpeername(2)`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<SocketAddr>,
    /// The state of RFC 9293 section 3.3.2. After `closed`, `CLOSED` says that the kernel holds nothing
    /// any more, and none that it is not looked at any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<TcpState>,
    /// Bytes received by the kernel and not yet read (`SIOCINQ`); for UDP, those of the next datagram.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recv_queue: Option<u32>,
    /// Bytes sent and not yet acknowledged by the peer's kernel (`SIOCOUTQ`). A FIN counts as one, for
    /// it takes a place in the sequence (RFC 9293 section 3.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_queue: Option<u32>,
    /// Connections that wait for `accept`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept_queue: Option<AcceptQueue>,
    /// Figures of an established connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp: Option<TcpInfo>,
    /// Milliseconds after which the kernel forgets a connection whose descriptor is closed, if
    /// nothing else happens: in TIME-WAIT, and in FIN-WAIT-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_in_ms: Option<u32>,
}

/// The queue of a listening socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AcceptQueue {
    /// Connections in it.
    pub length: u32,
    /// The backlog in force. Linux lets one more in.
    pub backlog: u32,
}

/// Figures of `TCP_INFO`. They change with nearly every segment and are reported along with something
/// else; only `retransmits` and a `send_window` that closes or opens are news by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the RFC's")]
pub enum TcpState {
    Closed,
    Listen,
    SynSent,
    SynReceived,
    Established,
    FinWait1,
    FinWait2,
    CloseWait,
    Closing,
    LastAck,
    TimeWait,
}

names! {
    TcpState "state" {
        Closed = "CLOSED",
        Listen = "LISTEN",
        SynSent = "SYN-SENT",
        SynReceived = "SYN-RECEIVED",
        Established = "ESTABLISHED",
        FinWait1 = "FIN-WAIT-1",
        FinWait2 = "FIN-WAIT-2",
        CloseWait = "CLOSE-WAIT",
        Closing = "CLOSING",
        LastAck = "LAST-ACK",
        TimeWait = "TIME-WAIT",
    }
}
