//! A log written by hand, event by event.
#![allow(dead_code, unreachable_pub, reason = "every test binary uses its part")]
#![allow(clippy::unwrap_used, reason = "a mistake in a test is to stop it")]

pub mod any;

use std::collections::HashMap;
use std::net::SocketAddr;

use bytes::Bytes;
use sockscope_frontend::model::{Entry, Model};
use sockscope_protocol::{
    Call, CallId, ClosedBy, Data, DataFlags, Endpoint, Event, EventBody, Failure, Family, Limits,
    Observation, Outcome, PeerGone, Platform, Policy, Seq, SessionKey, SocketId, SocketType,
    TcpState, Value, Welcome,
};

pub const TCP: SocketType = SocketType::Stream;
pub const UDP: SocketType = SocketType::Datagram;

pub fn at(address: &str) -> SocketAddr {
    address.parse().unwrap()
}

pub fn endpoint(address: &str) -> Endpoint {
    at(address).into()
}

pub fn welcome(resumed: bool, last: u64) -> Welcome {
    Welcome {
        version: 1,
        bridge: "0.1.0".into(),
        session: Some(SessionKey("key".into())),
        view: None,
        resumed,
        last: Seq(last),
        epoch_us: 0,
        policy: Policy::default(),
        limits: Limits::default(),
        platform: Platform::default(),
        relay: false,
    }
}

/// A log, and the model that it makes.
#[derive(Default)]
pub struct Log {
    pub model: Model,
    pub events: Vec<Event>,
    time: u64,
    calls: u64,
    sockets: u32,
    offsets: HashMap<(SocketId, bool), u64>,
}

impl Log {
    pub fn new() -> Self {
        let mut log = Self::default();
        log.model.apply(Entry::Welcome(Box::new(welcome(false, 0))));
        log
    }

    pub fn event(&mut self, body: EventBody) -> Seq {
        self.time += 100;
        let seq = Seq(self.model.last.0 + 1);
        let event = Event {
            seq,
            time: self.time,
            body,
        };
        self.events.push(event.clone());
        self.model.apply(Entry::Event(event));
        seq
    }

    pub fn called(&mut self, request: Call) -> CallId {
        self.calls += 1;
        let call = CallId(self.calls);
        self.begin(call, request);
        call
    }

    pub fn begin(&mut self, call: CallId, request: Call) {
        self.event(EventBody::Called { call, request });
    }

    pub fn returned(&mut self, call: CallId, outcome: Outcome) {
        self.event(EventBody::Returned {
            call,
            took_us: 50,
            blocked: false,
            outcome,
        });
    }

    /// A call that returns at once with nothing.
    pub fn done(&mut self, request: Call) -> CallId {
        let call = self.called(request);
        self.returned(call, Outcome::Ok(Value::Nothing));
        call
    }

    pub fn fails(&mut self, request: Call, errno: &str) -> CallId {
        let call = self.called(request);
        self.returned(call, errno_of(errno));
        call
    }

    pub fn next_socket(&mut self) -> SocketId {
        self.sockets += 1;
        SocketId(self.sockets)
    }

    pub fn socket(&mut self, kind: SocketType) -> SocketId {
        let call = self.called(Call::Socket {
            family: Family::Inet,
            kind,
        });
        let socket = self.next_socket();
        self.returned(call, made(socket, None));
        socket
    }

    pub fn bind(&mut self, socket: SocketId, address: &str) {
        self.done(Call::Bind {
            socket,
            address: endpoint(address),
        });
        self.observe(socket, Some(address), None, None);
    }

    pub fn listener(&mut self, address: &str) -> SocketId {
        let socket = self.socket(TCP);
        self.bind(socket, address);
        self.done(Call::Listen { socket, backlog: 5 });
        self.observe(socket, Some(address), None, Some(TcpState::Listen));
        socket
    }

    pub fn accepted(&mut self, call: CallId, local: &str, peer: &str) -> SocketId {
        let socket = self.next_socket();
        self.returned(call, made(socket, Some(at(peer))));
        self.observe(socket, Some(local), Some(peer), Some(TcpState::Established));
        socket
    }

    pub fn connect(&mut self, socket: SocketId, local: &str, peer: &str) {
        self.done(Call::Connect {
            socket,
            address: endpoint(peer),
        });
        let state = self.model.socket(socket).unwrap().is_stream();
        let state = state.then_some(TcpState::Established);
        self.observe(socket, Some(local), Some(peer), state);
    }

    /// A listening socket, a client, and the connection between them.
    pub fn pair(&mut self) -> (SocketId, SocketId, SocketId) {
        let server = self.listener("127.0.0.1:8888");
        let accept = self.called(Call::Accept { socket: server });
        let client = self.socket(TCP);
        self.connect(client, "127.0.0.1:50000", "127.0.0.1:8888");
        let conn = self.accepted(accept, "127.0.0.1:8888", "127.0.0.1:50000");
        (server, conn, client)
    }

    pub fn observe(
        &mut self,
        socket: SocketId,
        local: Option<&str>,
        peer: Option<&str>,
        state: Option<TcpState>,
    ) {
        let kernel = Observation {
            local: local.map(at),
            peer: peer.map(at),
            state,
            ..Observation::default()
        };
        self.event(EventBody::Observed { socket, kernel });
    }

    pub fn data(&mut self, call: CallId, socket: SocketId, sent: bool, bytes: &[u8]) -> Seq {
        self.piece(call, socket, sent, bytes, None, DataFlags::default())
    }

    pub fn piece(
        &mut self,
        call: CallId,
        socket: SocketId,
        sent: bool,
        bytes: &[u8],
        address: Option<&str>,
        flags: DataFlags,
    ) -> Seq {
        let offset = self.offsets.entry((socket, sent)).or_default();
        let data = Data {
            call,
            socket,
            offset: *offset,
            flags,
            size: u32::try_from(bytes.len()).unwrap(),
            address: address.map(at),
            payload: Bytes::copy_from_slice(bytes),
        };
        if !flags.peek {
            *offset += bytes.len() as u64;
        }
        self.event(if sent {
            EventBody::Sent(data)
        } else {
            EventBody::Received(data)
        })
    }

    pub fn sendall(&mut self, socket: SocketId, bytes: &[u8]) -> Seq {
        let length = u32::try_from(bytes.len()).unwrap();
        let call = self.called(Call::SendAll { socket, length });
        let seq = self.data(call, socket, true, bytes);
        self.returned(call, Outcome::Ok(Value::Count(length.into())));
        seq
    }

    pub fn recv(&mut self, socket: SocketId, bytes: &[u8]) -> Seq {
        let call = self.recv_called(socket);
        self.recv_returned(call, socket, bytes)
    }

    pub fn recv_called(&mut self, socket: SocketId) -> CallId {
        self.called(Call::Recv {
            socket,
            size: 1024,
            flags: Vec::new(),
        })
    }

    pub fn recv_returned(&mut self, call: CallId, socket: SocketId, bytes: &[u8]) -> Seq {
        let seq = if bytes.is_empty() {
            self.model.last
        } else {
            self.data(call, socket, false, bytes)
        };
        self.returned(call, Outcome::Ok(Value::Count(bytes.len() as u64)));
        seq
    }

    pub fn sendto(&mut self, socket: SocketId, to: &str, bytes: &[u8]) -> Seq {
        let length = u32::try_from(bytes.len()).unwrap();
        let call = self.called(Call::SendTo {
            socket,
            address: endpoint(to),
            length,
        });
        let seq = self.piece(call, socket, true, bytes, Some(to), datagram());
        self.returned(call, Outcome::Ok(Value::Count(length.into())));
        seq
    }

    pub fn recvfrom(&mut self, socket: SocketId, from: &str, bytes: &[u8]) -> Seq {
        let call = self.called(Call::RecvFrom {
            socket,
            size: 1024,
            flags: Vec::new(),
        });
        let seq = self.piece(call, socket, false, bytes, Some(from), datagram());
        self.returned(call, Outcome::Ok(Value::Count(bytes.len() as u64)));
        seq
    }

    pub fn gone(&mut self, socket: SocketId, how: PeerGone) {
        self.event(EventBody::PeerGone { socket, how });
    }

    pub fn close(&mut self, socket: SocketId) {
        let call = self.called(Call::Close { socket });
        self.event(EventBody::Closed {
            socket,
            by: ClosedBy::Call,
        });
        self.returned(call, Outcome::Ok(Value::Nothing));
    }
}

pub fn made(socket: SocketId, peer: Option<SocketAddr>) -> Outcome {
    Outcome::Ok(Value::Socket {
        socket,
        fd: i64::from(socket.0) + 10,
        peer,
    })
}

pub fn errno_of(name: &str) -> Outcome {
    Outcome::Errno(Failure {
        number: 1,
        name: name.into(),
        message: name.into(),
        held_by: None,
    })
}

pub fn datagram() -> DataFlags {
    DataFlags {
        datagram: true,
        ..DataFlags::default()
    }
}
