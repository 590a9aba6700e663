use sockscope_protocol::{SocketId, SocketType};

use super::{HalfClosed, Model, Role, Socket};

/// A socket call that can be offered for a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the calls")]
pub enum Op {
    Bind,
    Listen,
    Accept,
    Connect,
    Send,
    SendAll,
    SendTo,
    Recv,
    RecvFrom,
    Shutdown,
    Close,
    GetSockOpt,
    SetSockOpt,
    SetTimeout,
    GetSockName,
    GetPeerName,
}

impl Op {
    /// All of them, in the order in which a socket's life meets them.
    pub const ALL: [Self; 16] = [
        Self::Bind,
        Self::Listen,
        Self::Accept,
        Self::Connect,
        Self::Send,
        Self::SendAll,
        Self::SendTo,
        Self::Recv,
        Self::RecvFrom,
        Self::Shutdown,
        Self::Close,
        Self::GetSockOpt,
        Self::SetSockOpt,
        Self::SetTimeout,
        Self::GetSockName,
        Self::GetPeerName,
    ];

    /// The call's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bind => "bind",
            Self::Listen => "listen",
            Self::Accept => "accept",
            Self::Connect => "connect",
            Self::Send => "send",
            Self::SendAll => "sendall",
            Self::SendTo => "sendto",
            Self::Recv => "recv",
            Self::RecvFrom => "recvfrom",
            Self::Shutdown => "shutdown",
            Self::Close => "close",
            Self::GetSockOpt => "getsockopt",
            Self::SetSockOpt => "setsockopt",
            Self::SetTimeout => "settimeout",
            Self::GetSockName => "getsockname",
            Self::GetPeerName => "getpeername",
        }
    }
}

/// Whether a call makes sense now. One that does not can still be made, to see what the kernel says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Availability {
    /// It does.
    Yes,
    /// It does not.
    No(Reason),
}

/// Why a call makes no sense now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The descriptor is closed (`EBADF`).
    Closed,
    /// UDP has no connections: no `listen`, no `accept`.
    NoConnections,
    /// A datagram has no remainder: `send` takes it whole, `sendall` has nothing to add.
    WholeDatagrams,
    /// It has its address already (`EINVAL`).
    AlreadyBound,
    /// It has no address yet: the kernel would choose a port, which nobody knows.
    NotBound,
    /// It listens already.
    AlreadyListening,
    /// It listens: a listening socket carries no data (`ENOTCONN`).
    Listening,
    /// It does not listen (`EINVAL`).
    NotListening,
    /// It is connected already (`EISCONN`).
    AlreadyConnected,
    /// `connect` is waiting for the peer.
    Connecting,
    /// It has no peer (`ENOTCONN`, `EDESTADDRREQ`).
    NotConnected,
    /// The stream goes to its peer; an address is not looked at, or refused (`EISCONN`).
    Stream,
    /// It has no address, so nothing can arrive.
    NothingCanArrive,
    /// Sending was shut down (`EPIPE`).
    SendSideShut,
    /// Both directions were shut down.
    BothSidesShut,
    /// Receiving was shut down: only the end of the stream is left.
    ReceiveSideShut,
    /// The connection was reset (`ECONNRESET`, `EPIPE`).
    Reset,
    /// A `stream` receives already.
    Streaming,
}

/// What every call would meet now. Empty for a socket that is not known.
#[must_use]
pub fn available(model: &Model, id: SocketId) -> Vec<(Op, Availability)> {
    let Some(socket) = model.socket(id) else {
        return Vec::new();
    };
    let streaming = model.streaming(id).is_some();
    Op::ALL
        .into_iter()
        .map(|op| {
            let against = against(socket, op, streaming);
            (op, against.map_or(Availability::Yes, Availability::No))
        })
        .collect()
}

fn against(socket: &Socket, op: Op, streaming: bool) -> Option<Reason> {
    let role = socket.role();
    if role == Role::Closed {
        return Some(Reason::Closed);
    }
    match op {
        Op::Close | Op::GetSockOpt | Op::SetSockOpt | Op::SetTimeout => None,
        Op::GetSockName => (role == Role::Fresh).then_some(Reason::NotBound),
        Op::Bind => match role {
            Role::Fresh => None,
            _ => Some(Reason::AlreadyBound),
        },
        _ if socket.kind == Some(SocketType::Datagram) => datagram(socket, op, role),
        Op::SendTo | Op::RecvFrom => Some(Reason::Stream),
        Op::Listen => match role {
            Role::Bound => None,
            Role::Fresh => Some(Reason::NotBound),
            Role::Listening => Some(Reason::AlreadyListening),
            Role::Connecting => Some(Reason::Connecting),
            _ => Some(Reason::AlreadyConnected),
        },
        Op::Accept => (role != Role::Listening).then_some(Reason::NotListening),
        Op::Connect => match role {
            Role::Fresh | Role::Bound => None,
            Role::Listening => Some(Reason::Listening),
            Role::Connecting => Some(Reason::Connecting),
            Role::Reset => Some(Reason::Reset),
            _ => Some(Reason::AlreadyConnected),
        },
        Op::Send | Op::SendAll => no_connection(role)
            .or_else(|| socket.shut_wr.then_some(Reason::SendSideShut))
            .or_else(|| (role == Role::Reset).then_some(Reason::Reset)),
        Op::Recv => no_connection(role)
            .or_else(|| socket.shut_rd.then_some(Reason::ReceiveSideShut))
            .or_else(|| streaming.then_some(Reason::Streaming)),
        Op::Shutdown => no_connection(role)
            .or_else(|| (role == Role::Reset).then_some(Reason::Reset))
            .or_else(|| (socket.shut_rd && socket.shut_wr).then_some(Reason::BothSidesShut)),
        Op::GetPeerName => {
            no_connection(role).or_else(|| (role == Role::Reset).then_some(Reason::Reset))
        }
    }
}

fn datagram(socket: &Socket, op: Op, role: Role) -> Option<Reason> {
    let connected = matches!(
        role,
        Role::Connected | Role::HalfClosed(HalfClosed::Here | HalfClosed::There | HalfClosed::Both)
    );
    let peerless = (!connected).then_some(Reason::NotConnected);
    match op {
        Op::Listen | Op::Accept => Some(Reason::NoConnections),
        Op::SendAll => Some(Reason::WholeDatagrams),
        Op::Send => peerless.or_else(|| socket.shut_wr.then_some(Reason::SendSideShut)),
        Op::SendTo => socket.shut_wr.then_some(Reason::SendSideShut),
        Op::Recv | Op::RecvFrom => (role == Role::Fresh).then_some(Reason::NothingCanArrive),
        Op::Shutdown | Op::GetPeerName => peerless,
        _ => None,
    }
}

fn no_connection(role: Role) -> Option<Reason> {
    match role {
        Role::Fresh | Role::Bound => Some(Reason::NotConnected),
        Role::Listening => Some(Reason::Listening),
        Role::Connecting => Some(Reason::Connecting),
        Role::Connected | Role::HalfClosed(_) | Role::Reset | Role::Closed => None,
    }
}
