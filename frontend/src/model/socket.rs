use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use sockscope_protocol::{
    CallId, ClosedBy, Endpoint, Family, Observation, OptionName, OptionValue, Seq, SocketId,
    SocketType, TcpState,
};

use super::path::{Known, Path};
use super::{ByteStream, keep};

/// A socket and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Socket {
    /// Its number in the session.
    pub id: SocketId,
    /// The number of its descriptor in the bridge's process.
    pub fd: Option<i64>,
    /// IPv4 or IPv6; none when its beginning is in a gap of the log.
    pub family: Option<Family>,
    /// TCP or UDP; none when its beginning is in a gap of the log.
    pub kind: Option<SocketType>,
    /// How it came to be.
    pub origin: Origin,
    /// When it came to be, in microseconds since the session began.
    pub created: u64,
    /// When and how its descriptor was closed.
    pub closed: Option<(u64, ClosedBy)>,
    /// The local address, the last one that it had.
    pub local: Option<SocketAddr>,
    /// The peer's address, the last one that it had.
    pub peer: Option<SocketAddr>,
    /// The other end of a TCP connection, when that is a socket of this session too.
    pub pair: Option<SocketId>,
    /// What the kernel showed last. It goes on showing a connection after its descriptor was closed.
    pub kernel: Observation,
    /// When it showed that, in microseconds since the session began.
    pub observed: u64,
    /// After the descriptor was closed: the state of what the kernel still holds, or CLOSED.
    pub afterlife: Option<TcpState>,
    /// The states of TCP that it was in.
    pub path: Path,
    /// What `settimeout` set; none waits without end.
    pub timeout_us: Option<u64>,
    /// Options that were set or read, with their last value, in the order in which they came up.
    pub options: Vec<(OptionName, OptionValue)>,
    /// What it sent.
    pub sent: ByteStream,
    /// What it received.
    pub received: ByteStream,
    /// The peer's FIN was seen, or `recv` returned 0: no more will come.
    pub peer_finished: bool,
    /// The connection was reset.
    pub reset: bool,
    /// Receiving was shut down.
    pub shut_rd: bool,
    /// Sending was shut down.
    pub shut_wr: bool,
    pub(super) partners: Vec<Partner>,
    /// Datagrams sent, and received, whose other half was not found.
    pub(super) loose: [VecDeque<Seq>; 2],
    /// Datagrams sent of which it is known that nobody was there to receive them.
    pub(super) refused: Vec<Seq>,
    /// Up to where the kernel has reported what became of datagrams.
    pub(super) reported: Seq,
    pub(super) bound: bool,
    pub(super) listening: Option<i32>,
    pub(super) connecting: bool,
    pub(super) connected: bool,
    /// The port that the last `connect` went to, before the kernel shows the peer.
    pub(super) target_port: Option<u16>,
}

/// An address that a socket exchanged datagrams with, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Partner {
    pub(super) address: SocketAddr,
    pub(super) first: u64,
    pub(super) last: u64,
    /// A datagram's two halves were found: the partner is a socket of ours.
    pub(super) ours: bool,
}

/// How a socket came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `socket`.
    Created {
        /// The call.
        call: CallId,
    },
    /// `accept`.
    Accepted {
        /// The call.
        call: CallId,
        /// On which listening socket; none when that is in a gap of the log.
        listener: Option<SocketId>,
    },
    /// In a gap of the log.
    Unknown,
}

/// What a socket is at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Just made: no address, no peer.
    Fresh,
    /// It has a local address.
    Bound,
    /// It takes connections.
    Listening,
    /// It waits for the peer's answer.
    Connecting,
    /// It has a peer (for UDP: a default one).
    Connected,
    /// One direction, or each by itself, has ended.
    HalfClosed(HalfClosed),
    /// The connection was reset.
    Reset,
    /// The descriptor is closed.
    Closed,
}

/// Who ended their direction of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HalfClosed {
    /// This side: it can still receive.
    Here,
    /// The peer: this side can still send.
    There,
    /// Both, but the descriptor is open.
    Both,
}

impl Socket {
    pub(super) fn new(id: SocketId, created: u64, origin: Origin) -> Self {
        Self {
            id,
            fd: None,
            family: None,
            kind: None,
            origin,
            created,
            closed: None,
            local: None,
            peer: None,
            pair: None,
            kernel: Observation::default(),
            observed: created,
            afterlife: None,
            path: Path::default(),
            timeout_us: None,
            options: Vec::new(),
            sent: ByteStream::default(),
            received: ByteStream::default(),
            peer_finished: false,
            reset: false,
            shut_rd: false,
            shut_wr: false,
            partners: Vec::new(),
            loose: Default::default(),
            refused: Vec::new(),
            reported: Seq(0),
            bound: false,
            listening: None,
            connecting: false,
            connected: false,
            target_port: None,
        }
    }

    /// What it is at the moment.
    #[must_use]
    pub fn role(&self) -> Role {
        if self.closed.is_some() {
            return Role::Closed;
        }
        if self.reset {
            return Role::Reset;
        }
        if self.listening.is_some() {
            return Role::Listening;
        }
        if self.connected {
            return match (self.shut_wr, self.peer_finished) {
                (false, false) => Role::Connected,
                (true, false) => Role::HalfClosed(HalfClosed::Here),
                (false, true) => Role::HalfClosed(HalfClosed::There),
                (true, true) => Role::HalfClosed(HalfClosed::Both),
            };
        }
        if self.connecting {
            return Role::Connecting;
        }
        if self.bound || self.local.is_some_and(|local| local.port() != 0) {
            return Role::Bound;
        }
        Role::Fresh
    }

    /// Whether its descriptor is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// Whether it is a TCP socket.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        self.kind == Some(SocketType::Stream)
    }

    /// Whether it is a UDP socket.
    #[must_use]
    pub fn is_datagram(&self) -> bool {
        self.kind == Some(SocketType::Datagram)
    }

    /// When the kernel will forget a connection whose descriptor is closed, if nothing else happens,
    /// in microseconds since the session began.
    #[must_use]
    pub fn forgotten_at(&self) -> Option<u64> {
        let left = self.kernel.ends_in_ms?;
        self.afterlife?;
        Some(self.observed + u64::from(left) * 1_000)
    }

    /// The backlog that `listen` asked for.
    #[must_use]
    pub fn backlog(&self) -> Option<i32> {
        self.listening
    }

    /// The listening socket that accepted it.
    #[must_use]
    pub fn listener(&self) -> Option<SocketId> {
        match self.origin {
            Origin::Accepted { listener, .. } => listener,
            Origin::Created { .. } | Origin::Unknown => None,
        }
    }

    /// An option's value as it was last set or read.
    #[must_use]
    pub fn option(&self, name: OptionName) -> Option<&OptionValue> {
        self.options
            .iter()
            .find_map(|(known, value)| (*known == name).then_some(value))
    }

    pub(super) fn set_option(&mut self, name: OptionName, value: OptionValue) {
        match self.options.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.options.push((name, value)),
        }
    }

    pub(super) fn observe(&mut self, mut kernel: Observation, time: u64) {
        if self.closed.is_some() {
            self.afterlife = kernel.state;
            // The figures that it showed last stay readable.
            kernel.tcp = kernel.tcp.or(self.kernel.tcp);
        }
        if let Some(state) = kernel.state {
            self.path.sees(state, time, self.known());
        }
        self.observed = time;
        if kernel.local.is_some() || !self.connected {
            self.local = kernel.local;
        }
        self.peer = kernel.peer.or(self.peer);
        match kernel.state {
            Some(TcpState::Listen) => {
                let backlog = kernel.accept_queue.map_or(0, |queue| queue.backlog);
                self.listening
                    .get_or_insert(i32::try_from(backlog).unwrap_or(i32::MAX));
            }
            Some(TcpState::SynSent | TcpState::SynReceived) => self.connecting = true,
            Some(TcpState::Closed) => self.connecting = false,
            Some(_) => self.join(),
            None => {}
        }
        self.kernel = kernel;
    }

    fn known(&self) -> Known {
        let lingers = self.option(OptionName::SoLinger);
        Known {
            closed: self.closed.is_some(),
            peer_finished: self.peer_finished,
            reset: self.reset,
            aborts: self.kernel.recv_queue.is_some_and(|unread| unread > 0)
                || matches!(lingers, Some(OptionValue::Linger(linger)) if linger.on && linger.seconds == 0),
        }
    }

    /// Remembers whom a datagram came from or went to. Tells whether that may have changed the lanes.
    pub(super) fn met(&mut self, address: SocketAddr, time: u64) -> bool {
        let known = |known: &&mut Partner| known.address == address;
        if let Some(known) = self.partners.iter_mut().find(known) {
            known.last = time;
            return !known.ours;
        }
        if self.partners.len() < keep::PARTNERS {
            self.partners.push(Partner {
                address,
                first: time,
                last: time,
                ours: false,
            });
        }
        true
    }

    pub(super) fn knows(&mut self, address: SocketAddr) {
        let known = |known: &&mut Partner| known.address == address;
        if let Some(partner) = self.partners.iter_mut().find(known) {
            partner.ours = true;
        }
    }

    /// A `connect` came to nothing.
    pub(super) fn gave_up(&mut self) {
        self.connecting = false;
        self.target_port = None;
    }

    pub(super) fn join(&mut self) {
        self.connected = true;
        self.connecting = false;
    }

    /// Both addresses of a connection, as its two ends can be compared by.
    pub(super) fn addresses(&self) -> Option<(SocketAddr, SocketAddr)> {
        Some((canonical(self.local?), canonical(self.peer?)))
    }
}

/// An address as two sockets of different families name it alike: an IPv4-mapped address as IPv4,
/// without flow label and scope.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// The address that an endpoint is when its host is one and not a name; `%` and a number after an
/// IPv6 address is its zone.
#[must_use]
pub fn address(endpoint: &Endpoint) -> Option<SocketAddr> {
    let (host, zone) = match endpoint.host.split_once('%') {
        Some((host, zone)) => (host, zone.parse().ok()?),
        None => (endpoint.host.as_str(), 0),
    };
    match host.parse().ok()? {
        IpAddr::V6(ip) => Some(SocketAddrV6::new(ip, endpoint.port, 0, zone).into()),
        IpAddr::V4(_) if zone != 0 => None,
        ip @ IpAddr::V4(_) => Some(SocketAddr::new(ip, endpoint.port)),
    }
}
