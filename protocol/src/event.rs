use std::net::SocketAddr;

use bytes::Bytes;
use serde::Serialize;

use crate::names::names;
use crate::{Call, CallId, Observation, OptionValue, Seq, SocketId};

/// An entry of the session's log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Its number.
    pub seq: Seq,
    /// Microseconds since the session began, on one monotonic clock.
    pub time: u64,
    /// What happened.
    #[serde(rename = "event")]
    pub body: EventBody,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventBody {
    /// A call started. The kernel may already have answered it by the time this is read.
    Called {
        /// The call's number.
        call: CallId,
        /// The call and its arguments.
        request: Call,
    },
    /// A call returned.
    Returned {
        /// The call's number.
        call: CallId,
        /// Microseconds between start and return.
        took_us: u64,
        /// Whether the kernel could not answer at once, so that the call waited.
        blocked: bool,
        /// The result.
        outcome: Outcome,
    },
    /// The kernel took bytes from us. Travels as a binary message, and is read as JSON, too, which is
    /// how it stands in files.
    #[serde(skip)]
    Sent(Data),
    /// The kernel gave bytes to us. As [`EventBody::Sent`].
    #[serde(skip)]
    Received(Data),
    /// What the kernel shows of a socket changed. It may follow `closed`: a connection outlives its
    /// descriptor.
    Observed {
        /// The socket.
        socket: SocketId,
        /// All that is shown, changed or not.
        kernel: Observation,
    },
    /// The other end of a TCP connection was seen to go.
    PeerGone {
        /// The socket.
        socket: SocketId,
        /// How.
        how: PeerGone,
    },
    /// The socket's descriptor was closed; its id is not used again.
    Closed {
        /// The socket.
        socket: SocketId,
        /// Why.
        by: ClosedBy,
    },
}

/// Bytes that the kernel took or gave, with their place in the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// The call that moved them.
    pub call: CallId,
    /// The socket.
    pub socket: SocketId,
    /// How many bytes this socket had sent (or received) before these. `MSG_PEEK` does not count.
    pub offset: u64,
    /// Marks.
    pub flags: DataFlags,
    /// The true size. Equal to the payload's length but for a truncated datagram, where it is the
    /// datagram's size (or the payload's again, where the operating system does not tell), and for a
    /// payload that the log no longer holds.
    pub size: u32,
    /// Where a datagram came from or went to.
    pub address: Option<SocketAddr>,
    /// The bytes.
    pub payload: Bytes,
}

/// Marks on [`Data`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DataFlags {
    /// Received with `MSG_PEEK`: the bytes are still in the queue.
    pub peek: bool,
    /// The datagram was longer than the buffer; the rest is lost.
    pub truncated: bool,
    /// A datagram, as opposed to a part of a stream. It may be empty.
    pub datagram: bool,
    /// The payload gave way to newer ones (`log_bytes`); `size` is what it was.
    pub omitted: bool,
    /// The payload is what the client itself gave and keeps ([`Hello::keeps`](crate::Hello)); `size` is
    /// how much of it. Stands in no log.
    pub kept: bool,
}

impl DataFlags {
    /// The names of the marks in JSON, in the order of [`DataFlags::set`].
    pub const NAMES: [&'static str; 5] = ["peek", "truncated", "datagram", "omitted", "kept"];

    /// Whether each mark is set.
    #[must_use]
    pub fn set(self) -> [bool; 5] {
        let Self {
            peek,
            truncated,
            datagram,
            omitted,
            kept,
        } = self;
        [peek, truncated, datagram, omitted, kept]
    }

    /// Whether the payload is elsewhere, or nowhere any more.
    #[must_use]
    pub fn is_bare(self) -> bool {
        self.omitted || self.kept
    }
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The kernel did it.
    Ok(Value),
    /// The kernel refused: `errno`.
    Errno(Failure),
    /// The resolver refused: an `EAI_` code of `getaddrinfo(3)`.
    Resolver(Failure),
    /// The socket's timeout passed.
    Timeout,
    /// Somebody ended the wait. What the kernel had begun goes on (a `connect` may still succeed).
    Cancelled(CancelledBy),
    /// This bridge's own rules forbid it; the kernel was not asked.
    Refused(Refusal),
    /// The bridge itself failed: a bug.
    Internal(String),
}

/// A number, a name and a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Failure {
    /// The number on the bridge's operating system.
    pub number: i32,
    /// The POSIX name, such as `ECONNREFUSED` or `EAI_NONAME`.
    pub name: String,
    /// The operating system's sentence.
    pub message: String,
    /// `EADDRINUSE`: who has the port, as far as the kernel tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_by: Option<Box<Holder>>,
}

/// Who has a port.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Holder {
    /// What the kernel shows of the socket: its addresses and, for TCP, its state. `TIME-WAIT` is
    /// what a connection leaves behind; `CLOSED` is a socket that is bound and no more.
    pub kernel: Observation,
    /// The process that has the socket; none where it is another user's, or no process has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The name of that process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
}

/// A call that the bridge's policy forbids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The address that is forbidden; where a call named a host, one of those that it stands for.
    pub address: SocketAddr,
    /// What kind of address that is.
    pub kind: AddressKind,
    /// What is forbidden and why, in English.
    pub message: String,
    /// The command-line flag that would allow it; none where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow: Option<String>,
}

/// What kind of address the policy has refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressKind {
    /// 127.0.0.0/8, ::1.
    Loopback,
    /// RFC 1918, RFC 4193.
    Private,
    /// The internet's.
    Public,
    /// 0.0.0.0 and ::, which stand for all addresses of the bridge's machine.
    Wildcard,
    /// A multicast group (RFC 1112, RFC 4291 section 2.7).
    Multicast,
    /// 255.255.255.255.
    Broadcast,
    /// RFC 3927, RFC 4291 section 2.5.6.
    LinkLocal,
    /// Where a cloud's metadata service answers.
    Metadata,
    /// Set aside for something else (RFC 6890).
    Reserved,
    /// The bridge's own port.
    OwnPort,
}

names! {
    AddressKind "kind" {
        Loopback = "loopback",
        Private = "private",
        Public = "public",
        Wildcard = "wildcard",
        Multicast = "multicast",
        Broadcast = "broadcast",
        LinkLocal = "link_local",
        Metadata = "metadata",
        Reserved = "reserved",
        OwnPort = "own_port",
    }
}

/// What a call returned.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Nothing, as `bind` does.
    Nothing,
    /// A number of bytes. 0 from `recv` on a stream is its end.
    Count(u64),
    /// A new socket.
    Socket {
        /// Its id.
        socket: SocketId,
        /// The number of its descriptor in the bridge's process.
        fd: i64,
        /// `accept`: the peer's address.
        #[serde(skip_serializing_if = "Option::is_none")]
        peer: Option<SocketAddr>,
    },
    /// An address.
    Address(SocketAddr),
    /// Addresses, in the order of the resolver.
    Addresses(Vec<SocketAddr>),
    /// The value of an option.
    Option(OptionValue),
}

/// Who ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelledBy {
    /// The `cancel` message.
    Client,
    /// `close` on the same socket.
    Close,
    /// The session ended.
    SessionEnd,
}

names! {
    CancelledBy "end" {
        Client = "client",
        Close = "close",
        SessionEnd = "session_end",
    }
}

/// Who closed a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosedBy {
    /// The `close` call.
    Call,
    /// The session ended.
    SessionEnd,
}

names! {
    ClosedBy "end" {
        Call = "call",
        SessionEnd = "session_end",
    }
}

/// How the other end went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerGone {
    /// It sends no more (FIN); it may still receive.
    Fin,
    /// It reset the connection (RST), or the kernel gave it up.
    Reset,
}

names! {
    PeerGone "end" {
        Fin = "fin",
        Reset = "reset",
    }
}
