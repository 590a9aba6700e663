//! A stand-in for bridge and kernel: answers calls with the events that a real bridge would write,
//! as far as lessons need them.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use bytes::Bytes;
use sockscope_frontend::lesson::Intent;
use sockscope_frontend::model::{Entry, Model};
use sockscope_protocol::{
    Call, CallId, ClosedBy, Data, DataFlags, Event, EventBody, Failure, Family, Observation,
    Outcome, Payload, SocketId, SocketType, Value,
};

#[derive(Default)]
pub(crate) struct Kernel {
    pub(crate) model: Model,
    pub(crate) sent_outside: Vec<u8>,
    calls: u64,
    sockets: BTreeMap<SocketId, Socket>,
    waiting: Vec<(CallId, Call)>,
    outside: Option<u16>,
    ports: u16,
}

struct Socket {
    kind: SocketType,
    local: Option<u16>,
    end: End,
    listening: bool,
    queue: VecDeque<End>,
    inbox: VecDeque<(Vec<u8>, u16)>,
    finished: bool,
    sent: u64,
    received: u64,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    None,
    Own(SocketId),
    Outside,
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

impl Kernel {
    pub(crate) fn socket(&mut self, kind: SocketType) -> SocketId {
        self.make(Intent::Call(Call::Socket {
            family: Family::Inet,
            kind,
        }));
        *self.sockets.keys().last().expect("a socket was made")
    }

    /// A client outside connects and sends; its text is answered into `sent_outside`.
    pub(crate) fn call_from_outside(&mut self, port: u16, text: &[u8]) {
        let listener = self
            .sockets
            .iter_mut()
            .find(|(_, socket)| socket.listening && socket.local == Some(port));
        listener
            .expect("somebody listens")
            .1
            .queue
            .push_back(End::Outside);
        self.answer_waiting();
        self.answer_from_outside(text);
    }

    pub(crate) fn listen_outside(&mut self, port: u16) {
        self.outside = Some(port);
    }

    pub(crate) fn answer_from_outside(&mut self, text: &[u8]) {
        let connected = self
            .sockets
            .values_mut()
            .find(|socket| socket.end == End::Outside);
        connected
            .expect("somebody is connected to the outside")
            .inbox
            .push_back((text.to_vec(), 0));
        self.answer_waiting();
    }

    pub(crate) fn make(&mut self, intent: Intent) {
        self.calls += 1;
        let call = CallId(self.calls);
        let (request, bytes) = match intent {
            Intent::Call(request) => (request, Vec::new()),
            Intent::Send {
                socket,
                payload,
                bytes,
            } => {
                let length = u32::try_from(bytes.len()).expect("a short text");
                if let Payload::SendTo(to) = payload {
                    self.event(EventBody::Called {
                        call,
                        request: payload.call(socket, length),
                    });
                    self.send(call, socket, Some(to), bytes);
                    return self.answer_waiting();
                }
                (payload.call(socket, length), bytes)
            }
        };
        self.event(EventBody::Called {
            call,
            request: request.clone(),
        });
        match &request {
            Call::SendAll { socket, .. } => self.send(call, *socket, None, bytes),
            _ if !self.answer(call, &request) => self.waiting.push((call, request)),
            _ => {}
        }
        self.answer_waiting();
    }

    fn event(&mut self, body: EventBody) {
        let seq = self.model.last.next();
        self.model.apply(Entry::Event(Event {
            seq,
            time: seq.0 * 10,
            body,
        }));
    }

    fn returned(&mut self, call: CallId, outcome: Outcome) {
        self.event(EventBody::Returned {
            call,
            took_us: 5,
            blocked: false,
            outcome,
        });
    }

    fn ok(&mut self, call: CallId, value: Value) {
        self.returned(call, Outcome::Ok(value));
    }

    fn errno(&mut self, call: CallId, name: &str) {
        let failure = Failure {
            number: 1,
            name: name.to_owned(),
            message: name.to_owned(),
            held_by: None,
        };
        self.returned(call, Outcome::Errno(failure));
    }

    fn observe(&mut self, socket: SocketId) {
        let known = &self.sockets[&socket];
        let peer = match known.end {
            End::Own(pair) => self.sockets.get(&pair).and_then(|pair| pair.local),
            End::Outside => Some(40_000),
            End::None => None,
        };
        let kernel = Observation {
            local: known.local.map(address),
            peer: peer.map(address),
            ..Observation::default()
        };
        self.event(EventBody::Observed { socket, kernel });
    }

    fn add(&mut self, kind: SocketType, local: Option<u16>, end: End) -> SocketId {
        let id = SocketId(u32::try_from(self.sockets.len()).expect("few sockets") + 1);
        let socket = Socket {
            kind,
            local,
            end,
            listening: false,
            queue: VecDeque::new(),
            inbox: VecDeque::new(),
            finished: false,
            sent: 0,
            received: 0,
        };
        self.sockets.insert(id, socket);
        id
    }

    fn free_port(&mut self) -> u16 {
        self.ports += 1;
        50_000 + self.ports
    }

    fn answer_waiting(&mut self) {
        let mut progress = true;
        while progress {
            progress = false;
            for (call, request) in std::mem::take(&mut self.waiting) {
                if self.answer(call, &request) {
                    progress = true;
                } else {
                    self.waiting.push((call, request));
                }
            }
        }
    }

    fn send(&mut self, call: CallId, from: SocketId, to: Option<SocketAddr>, bytes: Vec<u8>) {
        if self.sockets[&from].local.is_none() {
            let port = self.free_port();
            self.sockets.get_mut(&from).expect("open").local = Some(port);
        }
        let sender = &self.sockets[&from];
        let port = sender.local.unwrap_or_default();
        let receiver = match to {
            Some(to) => self
                .sockets
                .iter()
                .find(|(_, one)| one.kind == SocketType::Datagram && one.local == Some(to.port()))
                .map(|(id, _)| *id),
            None => match sender.end {
                End::Own(pair) => Some(pair),
                End::Outside => {
                    self.sent_outside.extend(&bytes);
                    None
                }
                End::None => return self.errno(call, "ENOTCONN"),
            },
        };
        let count = bytes.len() as u64;
        let data = Data {
            call,
            socket: from,
            offset: sender.sent,
            flags: DataFlags {
                datagram: to.is_some(),
                ..DataFlags::default()
            },
            size: u32::try_from(count).expect("a short text"),
            address: to,
            payload: Bytes::from(bytes.clone()),
        };
        self.sockets.get_mut(&from).expect("open").sent += count;
        self.event(EventBody::Sent(data));
        self.ok(call, Value::Count(count));
        self.observe(from);
        if let Some(receiver) = receiver {
            let receiver = self.sockets.get_mut(&receiver).expect("open");
            receiver.inbox.push_back((bytes, port));
        }
    }

    fn receive(&mut self, call: CallId, id: SocketId) -> bool {
        let socket = self.sockets.get_mut(&id).expect("open");
        let Some((bytes, from)) = socket.inbox.pop_front() else {
            if socket.finished {
                self.ok(call, Value::Count(0));
            }
            return self.sockets[&id].finished;
        };
        let datagram = socket.kind == SocketType::Datagram;
        let count = bytes.len() as u64;
        let data = Data {
            call,
            socket: id,
            offset: socket.received,
            flags: DataFlags {
                datagram,
                ..DataFlags::default()
            },
            size: u32::try_from(count).expect("a short text"),
            address: datagram.then(|| address(from)),
            payload: Bytes::from(bytes),
        };
        socket.received += count;
        self.event(EventBody::Received(data));
        self.ok(call, Value::Count(count));
        true
    }

    /// Answers a call, unless it has to wait.
    fn answer(&mut self, call: CallId, request: &Call) -> bool {
        match request {
            Call::Socket { kind, .. } => {
                let socket = self.add(*kind, None, End::None);
                self.ok(
                    call,
                    Value::Socket {
                        socket,
                        fd: 3,
                        peer: None,
                    },
                );
            }
            Call::Bind { socket, address } => {
                let kind = self.sockets[socket].kind;
                let taken = |one: &Socket| one.kind == kind && one.local == Some(address.port);
                if address.port != 0 && self.sockets.values().any(taken) {
                    self.errno(call, "EADDRINUSE");
                } else {
                    let port = if address.port == 0 {
                        self.free_port()
                    } else {
                        address.port
                    };
                    self.sockets.get_mut(socket).expect("open").local = Some(port);
                    self.ok(call, Value::Nothing);
                    self.observe(*socket);
                }
            }
            Call::Listen { socket, .. } => {
                self.sockets.get_mut(socket).expect("open").listening = true;
                self.ok(call, Value::Nothing);
            }
            Call::Accept { socket } => {
                let listener = self.sockets.get_mut(socket).expect("open");
                let local = listener.local;
                let Some(end) = listener.queue.pop_front() else {
                    return false;
                };
                let made = self.add(SocketType::Stream, local, end);
                let mut peer = 40_000;
                if let End::Own(client) = end {
                    let client = self.sockets.get_mut(&client).expect("open");
                    client.end = End::Own(made);
                    peer = client.local.unwrap_or_default();
                    let early = std::mem::take(&mut client.queue);
                    assert!(early.is_empty());
                }
                // What was sent before accept waits in the kernel.
                let early = self
                    .sockets
                    .get_mut(socket)
                    .map(|listener| std::mem::take(&mut listener.inbox))
                    .unwrap_or_default();
                self.sockets.get_mut(&made).expect("open").inbox = early;
                let peer = Some(address(peer));
                self.ok(
                    call,
                    Value::Socket {
                        socket: made,
                        fd: 4,
                        peer,
                    },
                );
                self.observe(made);
            }
            Call::Connect { socket, address } => {
                let port = self.free_port();
                let listener = self
                    .sockets
                    .iter()
                    .find(|(_, one)| one.listening && one.local == Some(address.port))
                    .map(|(id, _)| *id);
                let end = match listener {
                    Some(listener) => {
                        let queue = &mut self.sockets.get_mut(&listener).expect("open").queue;
                        queue.push_back(End::Own(*socket));
                        // Until accept, the listener's kernel keeps what is sent.
                        End::Own(listener)
                    }
                    None if self.outside == Some(address.port) => End::Outside,
                    None => {
                        self.errno(call, "ECONNREFUSED");
                        return true;
                    }
                };
                let client = self.sockets.get_mut(socket).expect("open");
                client.local = Some(port);
                client.end = end;
                self.ok(call, Value::Nothing);
                self.observe(*socket);
            }
            Call::Recv { socket, .. } | Call::RecvFrom { socket, .. } => {
                return self.receive(call, *socket);
            }
            Call::Close { socket } => {
                let closed = self.sockets.get_mut(socket).expect("open");
                closed.local = None;
                closed.listening = false;
                if let End::Own(pair) = std::mem::replace(&mut closed.end, End::None) {
                    self.sockets.get_mut(&pair).expect("known").finished = true;
                }
                self.ok(call, Value::Nothing);
                self.event(EventBody::Closed {
                    socket: *socket,
                    by: ClosedBy::Call,
                });
            }
            _ => self.ok(call, Value::Nothing),
        }
        true
    }
}
