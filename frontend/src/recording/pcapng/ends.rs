//! Who talked to whom: the first look through a log. An address may be told after it was used.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use sockscope_protocol::{
    Call, Data, Endpoint, EventBody, Family, How, Observation, OptionName, OptionValue, Outcome,
    PeerGone, SocketId, SocketType, TcpState, Value,
};

use crate::model::{address, canonical};
use crate::recording::Log;
use crate::sorted::Map;

/// One end of a TCP connection, or all that a UDP socket does. A TCP socket may be several in turn.
#[derive(Default)]
pub(super) struct End {
    pub(super) socket: SocketId,
    family: Option<Family>,
    kind: Option<SocketType>,
    pub(super) accepted: bool,
    /// Its beginning is in the log.
    pub(super) begun: bool,
    /// It is known to have sent SYN.
    pub(super) syn: bool,
    /// Its addresses, the last ones that were told.
    pub(super) local: Option<SocketAddr>,
    pub(super) peer: Option<SocketAddr>,
    /// The other end of the connection.
    pub(super) pair: Option<usize>,
    /// Which connection that is, and on which side of it this end is.
    pub(super) place: Option<(usize, usize)>,
    /// How many bytes its socket had sent and received before, and has by now.
    pub(super) before: [u64; 2],
    moved: [u64; 2],
    /// How many times it sends and receives, and where in the streams it does so first.
    pub(super) moves: [usize; 2],
    pub(super) first: [u64; 2],
    /// Bytes that waited to be received when the kernel was last looked at.
    pub(super) unread: u32,
    /// Both addresses as the kernel told them.
    told: Option<[SocketAddr; 2]>,
    stands: bool,
    /// The kernel had no answer from the peer any more.
    given_up: bool,
    over: bool,
    /// `SO_LINGER` is on with 0 seconds.
    aborts: bool,
    shut_rd: bool,
}

/// What happened to an end.
pub(super) enum What {
    /// `connect` began.
    Connects,
    /// The connection is known to stand.
    Stands,
    /// `connect` was answered by RST.
    Refused,
    /// The event has bytes.
    Moved,
    /// Its direction was shut down.
    Finished,
    /// The peer's FIN has come.
    PeerFinished,
    /// The peer's RST has come.
    PeerReset,
    /// The descriptor was closed, and that ends the connection with RST or not.
    Closed { aborts: bool },
    /// So many bytes are not yet acknowledged (FIN counts as one), and so many wait to be received.
    Queues(Option<u32>, u32),
    /// The kernel holds nothing of the connection any more.
    Gone,
}

pub(super) struct Step {
    /// The event, by its place in the log.
    pub(super) event: usize,
    pub(super) end: usize,
    pub(super) what: What,
    /// The local address at that moment: that of a UDP socket changes, from the wildcard address to
    /// another one and back.
    pub(super) local: Option<SocketAddr>,
}

#[derive(Default)]
pub(super) struct Ends {
    pub(super) ends: Vec<End>,
    pub(super) steps: Vec<Step>,
    /// What each socket is now, among the ends.
    sockets: Map<u64, usize>,
    /// Where each call that goes on has begun.
    calls: Map<u64, usize>,
    at: usize,
}

impl Ends {
    pub(super) fn of(log: &Log) -> Self {
        let mut all = Self::default();
        for (at, event) in log.events().enumerate() {
            all.at = at;
            match &event.body {
                EventBody::Called { call, request } => {
                    all.calls.insert(call.0, at);
                    all.called(request);
                }
                EventBody::Returned { call, outcome, .. } => {
                    let called = all.calls.remove(&call.0).and_then(|at| log.get(at));
                    if let Some(EventBody::Called { request, .. }) = called.map(|event| &event.body)
                    {
                        all.returned(request, outcome);
                    }
                }
                EventBody::Sent(data) => all.moved(data, 0),
                EventBody::Received(data) => all.moved(data, 1),
                EventBody::Observed { socket, kernel } => all.observed(*socket, kernel),
                EventBody::PeerGone { socket, how } => match how {
                    PeerGone::Fin => all.step(*socket, What::PeerFinished),
                    PeerGone::Reset if all.end(*socket).given_up => {}
                    PeerGone::Reset => all.step(*socket, What::PeerReset),
                },
                EventBody::Closed { socket, .. } => {
                    let end = all.end(*socket);
                    let aborts = end.aborts || end.unread > 0;
                    all.step(*socket, What::Closed { aborts });
                }
            }
        }
        all
    }

    fn place(&mut self, socket: SocketId) -> usize {
        let next = self.ends.len();
        let place = *self.sockets.get_or_insert_with(socket.0.into(), || next);
        if place == next {
            self.ends.push(End {
                socket,
                ..End::default()
            });
        }
        place
    }

    /// What a socket is now.
    fn end(&mut self, socket: SocketId) -> &mut End {
        let place = self.place(socket);
        &mut self.ends[place]
    }

    /// From here on it is another one.
    fn again(&mut self, socket: SocketId) -> &mut End {
        let next = self.ends.len();
        let last = self.end(socket);
        let end = End {
            socket,
            family: last.family,
            kind: last.kind,
            local: last.local,
            before: last.moved,
            moved: last.moved,
            aborts: last.aborts,
            ..End::default()
        };
        self.sockets.insert(socket.0.into(), next);
        self.ends.push(end);
        &mut self.ends[next]
    }

    fn step(&mut self, socket: SocketId, what: What) {
        let end = self.place(socket);
        self.steps.push(Step {
            event: self.at,
            end,
            what,
            local: self.ends[end].local,
        });
    }

    fn called(&mut self, request: &Call) {
        if let Call::Connect { socket, address } = request {
            let mut end = self.end(*socket);
            if !end.is_stream() || (end.begun || end.stands) && !end.over {
                return;
            }
            if end.over {
                end = self.again(*socket);
            }
            end.begun = true;
            end.peer = literal(address, end.family);
            self.step(*socket, What::Connects);
        }
    }

    fn returned(&mut self, request: &Call, outcome: &Outcome) {
        if let Outcome::Ok(Value::Socket { socket, peer, .. }) = outcome {
            match request {
                Call::Socket { family, kind } => {
                    let end = self.end(*socket);
                    (end.family, end.kind) = (Some(*family), Some(*kind));
                }
                Call::Accept { .. } => {
                    let end = self.end(*socket);
                    end.kind = Some(SocketType::Stream);
                    (end.begun, end.accepted, end.stands) = (true, true, true);
                    end.peer = *peer;
                    self.step(*socket, What::Stands);
                }
                _ => {}
            }
        }
        let Some(socket) = request.socket() else {
            return;
        };
        let end = self.end(socket);
        let stream = end.is_stream();
        match (request, outcome) {
            (Call::GetSockName { .. }, Outcome::Ok(Value::Address(local))) => end.is_at(*local),
            (
                Call::SetSockOpt {
                    option: OptionName::SoLinger,
                    value: OptionValue::Linger(linger),
                    ..
                },
                Outcome::Ok(_),
            ) => end.aborts = linger.on && linger.seconds == 0,
            _ if !stream => {}
            (Call::Connect { .. }, Outcome::Ok(_)) => self.stands(socket),
            (Call::Connect { .. }, Outcome::Errno(error)) => self.failed(socket, &error.name),
            (
                Call::Connect { .. },
                Outcome::Refused(_) | Outcome::Resolver(_) | Outcome::Internal(_),
            ) => self.failed(socket, ""),
            (Call::Shutdown { how, .. }, Outcome::Ok(_)) => {
                end.shut_rd |= *how != How::Write;
                if *how != How::Read {
                    self.step(socket, What::Finished);
                }
            }
            // The end of the stream. After SHUT_RD the kernel says so of itself.
            (
                Call::Recv { size: 1.., .. } | Call::RecvFrom { size: 1.., .. },
                Outcome::Ok(Value::Count(0)),
            )
            | (Call::Stream { .. }, Outcome::Ok(_))
                if !end.shut_rd =>
            {
                self.step(socket, What::PeerFinished);
            }
            (_, Outcome::Errno(error)) => end.given_up |= error.name == "ETIMEDOUT",
            _ => {}
        }
    }

    fn stands(&mut self, socket: SocketId) {
        let end = self.end(socket);
        if !end.stands {
            (end.syn, end.stands, end.over) = (true, true, false);
            self.step(socket, What::Stands);
        }
    }

    /// `connect` came to nothing, or goes on.
    fn failed(&mut self, socket: SocketId, errno: &str) {
        let refused = errno == "ECONNREFUSED";
        let goes_on = matches!(errno, "EINPROGRESS" | "EALREADY" | "EISCONN" | "EAGAIN");
        let end = self.end(socket);
        if !end.stands {
            end.syn |= refused || errno == "ETIMEDOUT";
            end.over |= !goes_on;
            if refused {
                self.step(socket, What::Refused);
            }
        }
    }

    fn moved(&mut self, data: &Data, direction: usize) {
        if data.flags.peek {
            return;
        }
        let length = if data.flags.omitted {
            u64::from(data.size)
        } else {
            data.payload.len() as u64
        };
        let end = self.end(data.socket);
        end.kind.get_or_insert(if data.flags.datagram {
            SocketType::Datagram
        } else {
            SocketType::Stream
        });
        if end.is_stream() == data.flags.datagram {
            return;
        }
        if end.moves[direction] == 0 {
            end.first[direction] = data.offset;
        }
        end.moves[direction] += 1;
        end.moved[direction] = data.offset.saturating_add(length);
        if direction == 1 {
            end.unread = 0;
        }
        self.step(data.socket, What::Moved);
    }

    fn observed(&mut self, socket: SocketId, kernel: &Observation) {
        let mut end = self.end(socket);
        if kernel.state.is_some() {
            end.kind.get_or_insert(SocketType::Stream);
        }
        let addresses = kernel.local.zip(kernel.peer).map(<[_; 2]>::from);
        let news = addresses.is_some() && end.told != addresses;
        if news && end.told.is_some() && end.is_stream() {
            end = self.again(socket);
        }
        if let Some(local) = kernel.local {
            end.is_at(local);
        }
        end.peer = kernel.peer.or(end.peer);
        end.told = addresses.or(end.told);
        end.unread = kernel.recv_queue.unwrap_or(0);
        if !end.is_stream() {
            return;
        }
        match kernel.state {
            Some(TcpState::Listen | TcpState::SynReceived) | None => {}
            Some(TcpState::SynSent) => end.syn = true,
            Some(TcpState::Closed) => {
                end.over = true;
                self.step(socket, What::Gone);
            }
            Some(state) => {
                let rest = match state {
                    TcpState::FinWait2 | TcpState::TimeWait => Some(0),
                    _ => kernel.send_queue,
                };
                self.stands(socket);
                self.step(socket, What::Queues(rest, kernel.recv_queue.unwrap_or(0)));
                self.end(socket).over |= state == TcpState::TimeWait;
            }
        }
        if news {
            self.pair(socket);
        }
    }

    /// Finds the other end of a connection.
    fn pair(&mut self, socket: SocketId) {
        let one = self.place(socket);
        let addresses = self.ends[one].connection();
        let is_other = |end: &End| {
            let other = end.connection().map(|[local, peer]| [peer, local]);
            end.pair.is_none() && end.is_stream() && other == addresses
        };
        if addresses.is_some()
            && self.ends[one].pair.is_none()
            && let Some(other) = self.ends.iter().rposition(is_other)
            && other != one
        {
            self.ends[one].pair = Some(other);
            self.ends[other].pair = Some(one);
        }
    }
}

impl End {
    pub(super) fn is_stream(&self) -> bool {
        self.kind == Some(SocketType::Stream)
    }

    /// Its local address is told.
    fn is_at(&mut self, local: SocketAddr) {
        if local.port() != 0 {
            self.local = Some(local);
        }
    }

    /// Both addresses of a connection, here and there.
    fn connection(&self) -> Option<[SocketAddr; 2]> {
        Some([canonical(self.local?), canonical(self.peer?)])
    }
}

/// The address of this end for a packet from or to another address. Where it is the wildcard address
/// and the other one is a loopback address, so is this one: there is no other way between them.
pub(super) fn toward(local: Option<SocketAddr>, other: SocketAddr) -> SocketAddr {
    let local = local.map(canonical);
    let port = local.map_or(0, |local| local.port());
    let known = local.map(|local| local.ip());
    let ip = match (known, other.ip()) {
        (Some(ip), other) if !ip.is_unspecified() && ip.is_ipv4() == other.is_ipv4() => ip,
        (_, IpAddr::V4(other)) if other.is_loopback() => Ipv4Addr::LOCALHOST.into(),
        (_, IpAddr::V6(other)) if other.is_loopback() => Ipv6Addr::LOCALHOST.into(),
        (_, IpAddr::V4(_)) => Ipv4Addr::UNSPECIFIED.into(),
        (_, IpAddr::V6(_)) => Ipv6Addr::UNSPECIFIED.into(),
    };
    SocketAddr::new(ip, port)
}

/// Where a `connect` goes, when that is no name but `localhost`.
fn literal(endpoint: &Endpoint, family: Option<Family>) -> Option<SocketAddr> {
    address(endpoint).or_else(|| {
        let ip: IpAddr = match family? {
            Family::Inet => Ipv4Addr::LOCALHOST.into(),
            Family::Inet6 => Ipv6Addr::LOCALHOST.into(),
        };
        (endpoint.host == "localhost").then(|| SocketAddr::new(ip, endpoint.port))
    })
}
