//! What a program does, whatever its language.

use bytes::Bytes;
use sockscope_protocol::{CallId, Family, How, OptionName, OptionValue, SocketType};

/// A call, or what stands in the place of one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    /// The calls of the session that it is.
    pub(super) calls: Vec<CallId>,
    /// Which of the program's sockets; 0 where there is none.
    pub(super) socket: usize,
    pub(super) act: Act,
    pub(super) end: End,
    /// How long the socket's calls waited at the time: none without end, 0 not at all.
    pub(super) patience: Option<u64>,
    pub(super) remark: Remark,
    /// How often in a row.
    pub(super) times: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    Socket(Family, SocketType),
    Bind(Place),
    Listen(i32),
    /// Which of the program's sockets it makes.
    Accept(Option<usize>),
    Connect(Place),
    Send(Data),
    SendAll(Data),
    SendTo(Place, Data),
    Recv(Recv),
    Shutdown(How),
    Close,
    GetOption(OptionName),
    SetOption(OptionName, OptionValue),
    SetTimeout(Option<u64>),
    GetSockName,
    GetPeerName,
    GetAddrInfo(String, u16, Option<Family>),
    /// Waits for so many microseconds.
    Pause(u64),
    /// Waits until there is something to receive.
    Wait,
    /// Says something and does nothing.
    Note,
}

/// How a call ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum End {
    Ok,
    /// With an error of the kernel, by its name.
    Errno(String),
    /// With an error of the resolver, by its name.
    Resolver(String),
    TimedOut,
    /// It had not ended.
    Waiting,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recv {
    pub(super) size: u32,
    /// `recvfrom` of a datagram, where the source is told.
    pub(super) from: bool,
    /// Which of the program's peers it came from.
    pub(super) peer: Option<usize>,
    /// Something is sent to that peer before it is heard again.
    pub(super) answered: bool,
    pub(super) peek: bool,
    /// As many bytes, however they come.
    pub(super) exactly: Option<u64>,
    pub(super) show: Show,
    /// A part of what a `stream` received: the next part may join it.
    pub(super) part: bool,
    pub(super) count: u64,
}

impl Recv {
    /// The peer, where the program must know it.
    pub(super) fn known_peer(&self) -> Option<usize> {
        self.peer.filter(|_| self.from && self.answered)
    }
}

/// How what was received is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    Text,
    Hex,
    Count,
}

/// An address that a call is given.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    Host(String, Port),
    /// Where a datagram came from.
    Peer(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Port {
    Fixed(u16),
    /// Which of the program's arguments.
    Argument(usize),
}

/// Bytes that are sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Data {
    Bytes(Bytes),
    /// Longer than one likes to read; becomes one of the two that follow.
    Long(Vec<Bytes>),
    Repeat(Bytes, usize),
    /// Which of the program's files.
    File(usize),
    /// What the last receive returned.
    Received,
    /// So many bytes that the log no longer holds.
    Lost(u64),
}

/// What a comment says about a step.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Remark {
    None,
    /// As many bytes as `recv` with this size returned.
    Exactly(u32),
    EndOfStream,
    /// So many bytes of a datagram were kept, of so many.
    Truncated(u64, u64),
    /// So many bytes were taken, of so many.
    Taken(u64, u64),
    /// The port that the kernel chose.
    ChosenPort(u16),
    /// A call that was cancelled.
    Cancelled(&'static str),
    /// A call that the policy refused.
    Refused(&'static str),
    /// A pause: the other side waits in vain.
    InVain,
    /// A pause: the other side's answer is on its way.
    OnItsWay,
    /// `close` with unread bytes.
    Unread,
    /// Several calls in one, as std does them.
    Together(&'static str),
    /// std makes the socket later.
    Later,
    /// std binds the socket at once.
    BoundAtOnce,
    /// It was made before the log begins.
    MadeBefore,
}
