use std::net::IpAddr;

use serde::Serialize;

use crate::SocketId;
use crate::names::names;

/// One socket call and its arguments.
///
/// `send`, `sendall` and `sendto` carry bytes, so a client makes them with a binary message
/// ([`Payload`]); in the log they appear here with the number of bytes asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum Call {
    /// `socket(2)`. Returns [`Value::Socket`](crate::Value::Socket).
    Socket {
        /// The address family.
        family: Family,
        /// Stream (TCP) or datagram (UDP).
        #[serde(rename = "type")]
        kind: SocketType,
    },
    /// `bind(2)`.
    Bind {
        /// The socket.
        socket: SocketId,
        /// The local address; an empty host is the wildcard address, port 0 lets the kernel choose.
        address: Endpoint,
    },
    /// `listen(2)`.
    Listen {
        /// The socket.
        socket: SocketId,
        /// The longest queue of connections that wait for `accept`.
        backlog: i32,
    },
    /// `accept(2)`. Returns [`Value::Socket`](crate::Value::Socket).
    Accept {
        /// The listening socket.
        socket: SocketId,
    },
    /// `connect(2)`.
    Connect {
        /// The socket.
        socket: SocketId,
        /// The peer.
        address: Endpoint,
    },
    /// `send(2)`: waits until the kernel has room and returns the number of bytes it took, which
    /// may be fewer than asked for.
    Send {
        /// The socket.
        socket: SocketId,
        /// How many bytes the caller asked to send.
        length: u32,
    },
    /// `send(2)` until the kernel has taken everything, as Python's `sendall`.
    SendAll {
        /// The socket.
        socket: SocketId,
        /// How many bytes the caller asked to send.
        length: u32,
    },
    /// `sendto(2)`.
    SendTo {
        /// The socket.
        socket: SocketId,
        /// Where to.
        address: Endpoint,
        /// How many bytes the caller asked to send.
        length: u32,
    },
    /// `recv(2)`: waits for data and returns what is there, at most `size` bytes.
    Recv {
        /// The socket.
        socket: SocketId,
        /// The size of the buffer.
        size: u32,
        /// `MSG_PEEK`, `MSG_WAITALL`.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        flags: Vec<RecvFlag>,
    },
    /// `recvfrom(2)`.
    RecvFrom {
        /// The socket.
        socket: SocketId,
        /// The size of the buffer; what a datagram has beyond it is lost.
        size: u32,
        /// `MSG_PEEK`, `MSG_WAITALL`.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        flags: Vec<RecvFlag>,
    },
    /// `recv(2)` again and again until the end of the stream, an error or `cancel`, as far as the
    /// credit reaches.
    Stream {
        /// The socket.
        socket: SocketId,
        /// The size of the buffer of each `recv`.
        size: u32,
        /// How many bytes of binary messages the client is ready to take to begin with; `credit`
        /// raises it.
        credit: u64,
    },
    /// `shutdown(2)`.
    Shutdown {
        /// The socket.
        socket: SocketId,
        /// Which direction.
        how: How,
    },
    /// `close(2)`. Ends the socket's pending calls.
    Close {
        /// The socket.
        socket: SocketId,
    },
    /// `getsockopt(2)`. Returns [`Value::Option`](crate::Value::Option).
    GetSockOpt {
        /// The socket.
        socket: SocketId,
        /// The option.
        option: OptionName,
    },
    /// `setsockopt(2)`.
    SetSockOpt {
        /// The socket.
        socket: SocketId,
        /// The option.
        option: OptionName,
        /// Its new value.
        value: OptionValue,
    },
    /// Python's `settimeout`: how long the calls that wait may wait.
    SetTimeout {
        /// The socket.
        socket: SocketId,
        /// Microseconds; 0 is non-blocking (`EAGAIN`, `EINPROGRESS`), none waits without end.
        timeout_us: Option<u64>,
    },
    /// `getsockname(2)`. Returns [`Value::Address`](crate::Value::Address).
    GetSockName {
        /// The socket.
        socket: SocketId,
    },
    /// `getpeername(2)`. Returns [`Value::Address`](crate::Value::Address).
    GetPeerName {
        /// The socket.
        socket: SocketId,
    },
    /// `getaddrinfo(3)`. Returns [`Value::Addresses`](crate::Value::Addresses).
    GetAddrInfo {
        /// A name or an address.
        host: String,
        /// The port to put into the results.
        port: u16,
        /// Only this family.
        #[serde(skip_serializing_if = "Option::is_none")]
        family: Option<Family>,
    },
}

impl Call {
    /// The socket that the call is about; none for `socket` and `getaddrinfo`.
    #[must_use]
    pub fn socket(&self) -> Option<SocketId> {
        match self {
            Self::Socket { .. } | Self::GetAddrInfo { .. } => None,
            Self::Bind { socket, .. }
            | Self::Listen { socket, .. }
            | Self::Accept { socket }
            | Self::Connect { socket, .. }
            | Self::Send { socket, .. }
            | Self::SendAll { socket, .. }
            | Self::SendTo { socket, .. }
            | Self::Recv { socket, .. }
            | Self::RecvFrom { socket, .. }
            | Self::Stream { socket, .. }
            | Self::Shutdown { socket, .. }
            | Self::Close { socket }
            | Self::GetSockOpt { socket, .. }
            | Self::SetSockOpt { socket, .. }
            | Self::SetTimeout { socket, .. }
            | Self::GetSockName { socket }
            | Self::GetPeerName { socket } => Some(*socket),
        }
    }

    /// The call's name as it stands on the wire: `bind`, `recvfrom`, ...
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Socket { .. } => "socket",
            Self::Bind { .. } => "bind",
            Self::Listen { .. } => "listen",
            Self::Accept { .. } => "accept",
            Self::Connect { .. } => "connect",
            Self::Send { .. } => "send",
            Self::SendAll { .. } => "sendall",
            Self::SendTo { .. } => "sendto",
            Self::Recv { .. } => "recv",
            Self::RecvFrom { .. } => "recvfrom",
            Self::Stream { .. } => "stream",
            Self::Shutdown { .. } => "shutdown",
            Self::Close { .. } => "close",
            Self::GetSockOpt { .. } => "getsockopt",
            Self::SetSockOpt { .. } => "setsockopt",
            Self::SetTimeout { .. } => "settimeout",
            Self::GetSockName { .. } => "getsockname",
            Self::GetPeerName { .. } => "getpeername",
            Self::GetAddrInfo { .. } => "getaddrinfo",
        }
    }
}

/// The three calls that carry bytes from the client, as they come out of a binary message.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// `send(2)`.
    Send,
    /// `send(2)` until everything is taken.
    SendAll,
    /// `sendto(2)`. The binary header has room for an IP address only: names are resolved before,
    /// with `getaddrinfo`.
    SendTo(std::net::SocketAddr),
}

impl Payload {
    /// The call as the log shows it.
    #[must_use]
    pub fn call(&self, socket: SocketId, length: u32) -> Call {
        match self {
            Self::Send => Call::Send { socket, length },
            Self::SendAll => Call::SendAll { socket, length },
            Self::SendTo(address) => Call::SendTo {
                socket,
                address: (*address).into(),
                length,
            },
        }
    }
}

/// Where a call points: a host (an IP address or a name, resolved by the bridge) and a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Endpoint {
    /// An IPv4 or IPv6 address, or a name. IPv6 link-local addresses take a numeric zone (`fe80::1%2`).
    pub host: String,
    /// The port.
    pub port: u16,
}

impl From<std::net::SocketAddr> for Endpoint {
    fn from(address: std::net::SocketAddr) -> Self {
        let host = match address {
            std::net::SocketAddr::V6(v6) if v6.scope_id() != 0 => {
                format!("{}%{}", v6.ip(), v6.scope_id())
            }
            other => other.ip().to_string(),
        };
        Self {
            host,
            port: address.port(),
        }
    }
}

/// The address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// IPv4.
    Inet,
    /// IPv6.
    Inet6,
}

names! {
    Family "family" {
        Inet = "AF_INET",
        Inet6 = "AF_INET6",
    }
}

/// The type of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SocketType {
    /// A byte stream: TCP.
    Stream,
    /// Datagrams: UDP.
    Datagram,
}

names! {
    SocketType "type" {
        Stream = "SOCK_STREAM",
        Datagram = "SOCK_DGRAM",
    }
}

/// The direction that `shutdown` ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    /// No more receiving.
    Read,
    /// No more sending: the peer sees the end of the stream.
    Write,
    /// Both.
    Both,
}

names! {
    How "direction" {
        Read = "SHUT_RD",
        Write = "SHUT_WR",
        Both = "SHUT_RDWR",
    }
}

/// A flag of `recv` and `recvfrom`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecvFlag {
    /// Look at the bytes and leave them in the queue.
    Peek,
    /// Wait until the whole buffer is full. The bridge's descriptors are non-blocking, where the
    /// kernel ignores this flag, so the bridge receives until the buffer is full; each part is an
    /// event of its own.
    WaitAll,
}

names! {
    RecvFlag "flag" {
        Peek = "MSG_PEEK",
        WaitAll = "MSG_WAITALL",
    }
}

/// A socket option, by its POSIX name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(
    missing_docs,
    reason = "the names are those of socket(7), tcp(7), ip(7) and ipv6(7)"
)]
pub enum OptionName {
    SoReuseaddr,
    SoReuseport,
    SoKeepalive,
    SoBroadcast,
    SoLinger,
    SoRcvbuf,
    SoSndbuf,
    /// Read only; reading it clears it.
    SoError,
    TcpNodelay,
    IpTtl,
    IpMulticastTtl,
    IpMulticastLoop,
    IpMulticastIf,
    IpAddMembership,
    IpDropMembership,
    Ipv6V6only,
    Ipv6UnicastHops,
    Ipv6MulticastHops,
    Ipv6MulticastLoop,
    Ipv6JoinGroup,
    Ipv6LeaveGroup,
}

names! {
    OptionName "option" {
        SoReuseaddr = "SO_REUSEADDR",
        SoReuseport = "SO_REUSEPORT",
        SoKeepalive = "SO_KEEPALIVE",
        SoBroadcast = "SO_BROADCAST",
        SoLinger = "SO_LINGER",
        SoRcvbuf = "SO_RCVBUF",
        SoSndbuf = "SO_SNDBUF",
        SoError = "SO_ERROR",
        TcpNodelay = "TCP_NODELAY",
        IpTtl = "IP_TTL",
        IpMulticastTtl = "IP_MULTICAST_TTL",
        IpMulticastLoop = "IP_MULTICAST_LOOP",
        IpMulticastIf = "IP_MULTICAST_IF",
        IpAddMembership = "IP_ADD_MEMBERSHIP",
        IpDropMembership = "IP_DROP_MEMBERSHIP",
        Ipv6V6only = "IPV6_V6ONLY",
        Ipv6UnicastHops = "IPV6_UNICAST_HOPS",
        Ipv6MulticastHops = "IPV6_MULTICAST_HOPS",
        Ipv6MulticastLoop = "IPV6_MULTICAST_LOOP",
        Ipv6JoinGroup = "IPV6_JOIN_GROUP",
        Ipv6LeaveGroup = "IPV6_LEAVE_GROUP",
    }
}

/// The value of a socket option. The option decides which form it takes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum OptionValue {
    /// On or off.
    Bool(bool),
    /// Bytes, hops, a number.
    Int(i64),
    /// `SO_LINGER`.
    Linger(Linger),
    /// A multicast group to join or leave.
    Membership(Membership),
    /// The address of an interface (`IP_MULTICAST_IF`).
    Interface(IpAddr),
    /// `SO_ERROR`: the POSIX name of the error, or nothing.
    Errno(Option<String>),
}

/// `struct linger`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Linger {
    /// Whether `close` waits (and, with 0 seconds, resets the connection).
    pub on: bool,
    /// How long, in seconds.
    pub seconds: u16,
}

/// `struct ip_mreq` or `struct ipv6_mreq`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Membership {
    /// The group.
    pub group: IpAddr,
    /// IPv4: the address of the interface; none lets the kernel choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<IpAddr>,
    /// IPv6: the number of the interface; 0 lets the kernel choose.
    pub index: u32,
}
