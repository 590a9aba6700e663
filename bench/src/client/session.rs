//! The bridge's own protocol (`protocol/SPECIFICATION.md`): sockets of one session, each a connection
//! to the target that is received from with `stream` and sent to with `sendall`.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
};

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    Event,
    frame::{self, Piece},
};

/// The header before the bytes of a binary message.
pub(super) const HEADER: usize = 72;
/// What the bridge holds for sends that have not returned.
const PENDING: usize = 2 * 1024 * 1024;
/// The bytes of a `sendall`: nearly as many as a message takes (`message_bytes`); two are under way.
pub(super) const PACKET: usize = 1000 * 1024;
/// The most that one `received` carries.
const SIZE: usize = 500 * 1024;
/// How much a stream may be ahead of what was confirmed: one of them, so that it is as long as it may
/// be. (The bridge would hold back what its log has no room for.)
const CREDIT: u64 = SIZE as u64;
const SENDALL: u8 = 2;
const RECEIVED: u8 = 17;
/// The flag of bytes that are not there any more.
const OMITTED: u8 = 8;

/// A socket on its way to being a stream.
struct Socket {
    number: u32,
    /// The call of its `stream`.
    receiving: u64,
    used: u64,
    granted: u64,
}

/// What is to be done when a call returns.
enum Call {
    Socket { stream: u32, target: SocketAddr },
    Connect { stream: u32 },
    Receive { stream: u32 },
    Send { length: usize },
    Option,
    Close,
}

/// The client's state.
#[derive(Default)]
pub(crate) struct Session {
    text: Vec<u8>,
    head: Vec<u8>,
    length: u64,
    welcomed: bool,
    calls: u64,
    waiting: HashMap<u64, Call>,
    sockets: HashMap<u32, Socket>,
    streams: HashMap<u32, u32>,
    pending: usize,
    /// Why this is no measurement: the bridge has left out bytes, or rejected a call.
    fault: Option<String>,
}

impl Session {
    pub(crate) fn hello(token: &str, out: &mut VecDeque<Bytes>) {
        let hello = json!({"kind": "hello", "version": 1, "token": token, "keeps": true});
        put(&hello, out);
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.welcomed
    }

    pub(super) fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    pub(crate) fn credit(&self, stream: u32) -> u32 {
        let open = self.sockets.get(&stream).is_some_and(|it| it.receiving > 0);
        u32::from(open && self.pending + PACKET <= PENDING)
    }

    pub(crate) fn open(&mut self, stream: u32, target: SocketAddr, out: &mut VecDeque<Bytes>) {
        let request = json!({"op": "socket", "family": "AF_INET", "type": "SOCK_STREAM"});
        self.call(Call::Socket { stream, target }, &request, out);
    }

    /// The header of a `sendall` of `length` bytes.
    pub(crate) fn data(&mut self, stream: u32, length: usize) -> [u8; HEADER] {
        let mut header = [0; HEADER];
        header[0] = SENDALL;
        let number = self.sockets.get(&stream).map_or(0, |socket| socket.number);
        self.calls += 1;
        self.waiting.insert(self.calls, Call::Send { length });
        self.pending += length;
        header[4..8].copy_from_slice(&number.to_le_bytes());
        header[8..16].copy_from_slice(&self.calls.to_le_bytes());
        header[40..44].copy_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
        header
    }

    pub(crate) fn close(&mut self, stream: u32, out: &mut VecDeque<Bytes>) {
        if let Some(socket) = self.sockets.remove(&stream) {
            let request = json!({"op": "close", "socket": socket.number});
            self.call(Call::Close, &request, out);
        }
    }

    pub(crate) fn take(
        &mut self,
        piece: &Piece<'_>,
        out: &mut VecDeque<Bytes>,
        on: &mut dyn FnMut(u32, Event<'_>),
    ) {
        if piece.opcode == frame::TEXT {
            self.text.extend_from_slice(piece.bytes);
            if piece.end {
                let text = std::mem::take(&mut self.text);
                if let Ok(message) = serde_json::from_slice::<Value>(&text) {
                    self.message(&message, out, on);
                }
            }
            return;
        }
        self.length += piece.bytes.len() as u64;
        let of_header = piece.bytes.len().min(HEADER - self.head.len());
        let (header, payload) = piece.bytes.split_at(of_header);
        self.head.extend_from_slice(header);
        if let (HEADER, [RECEIVED, flags, _, _, a, b, c, d, ..]) = (self.head.len(), &self.head[..])
        {
            if flags & OMITTED != 0 {
                self.fault = Some("it has left out bytes that it received".into());
            }
            let number = u32::from_le_bytes([*a, *b, *c, *d]);
            if let Some(stream) = self.streams.get(&number).copied() {
                if !payload.is_empty() {
                    on(stream, Event::Data(payload));
                }
                if piece.end {
                    self.used(stream, out);
                }
            }
        }
        if piece.end {
            self.head.clear();
            self.length = 0;
        }
    }

    /// Renews a stream's credit when half of it is used.
    fn used(&mut self, stream: u32, out: &mut VecDeque<Bytes>) {
        let Some(socket) = self.sockets.get_mut(&stream) else {
            return;
        };
        socket.used += self.length;
        if socket.granted < socket.used + CREDIT / 2 {
            socket.granted = socket.used + CREDIT;
            put(
                &json!({"kind": "credit", "call": socket.receiving, "total": socket.granted}),
                out,
            );
        }
    }

    fn message(
        &mut self,
        message: &Value,
        out: &mut VecDeque<Bytes>,
        on: &mut dyn FnMut(u32, Event<'_>),
    ) {
        match message["kind"].as_str() {
            Some("welcome") => self.welcomed = true,
            Some("event") if message["event"]["type"] == "returned" => {
                let event = &message["event"];
                self.returned(event["call"].as_u64(), &event["outcome"]["ok"], out, on);
            }
            Some("rejected" | "error" | "goodbye") => {
                self.fault = Some(message.to_string());
                self.returned(message["call"].as_u64(), &Value::Null, out, on);
            }
            _ => {}
        }
    }

    fn returned(
        &mut self,
        call: Option<u64>,
        value: &Value,
        out: &mut VecDeque<Bytes>,
        on: &mut dyn FnMut(u32, Event<'_>),
    ) {
        match call.and_then(|call| self.waiting.remove(&call)) {
            Some(Call::Socket { stream, target }) => {
                let number = value["socket"]["socket"].as_u64();
                let number = number.and_then(|number| u32::try_from(number).ok());
                let Some(number) = number else {
                    return on(stream, Event::Closed);
                };
                self.streams.insert(number, stream);
                let address = json!({"host": target.ip(), "port": target.port()});
                let request = json!({"op": "connect", "socket": number, "address": address});
                self.call(Call::Connect { stream }, &request, out);
                let granted = CREDIT;
                let socket = Socket {
                    number,
                    receiving: 0,
                    used: 0,
                    granted,
                };
                self.sockets.insert(stream, socket);
            }
            Some(Call::Connect { stream }) if value.is_null() => on(stream, Event::Closed),
            Some(Call::Connect { stream }) => {
                let number = self.sockets.get(&stream).map_or(0, |socket| socket.number);
                // As every other client of these measures has it.
                let option = json!({"op": "setsockopt", "socket": number,
                    "option": "TCP_NODELAY", "value": true});
                self.call(Call::Option, &option, out);
                let request =
                    json!({"op": "stream", "socket": number, "size": SIZE, "credit": CREDIT});
                self.call(Call::Receive { stream }, &request, out);
                if let Some(socket) = self.sockets.get_mut(&stream) {
                    socket.receiving = self.calls;
                }
            }
            Some(Call::Receive { stream }) => on(stream, Event::Closed),
            Some(Call::Send { length }) => self.pending -= length,
            Some(Call::Option | Call::Close) | None => {}
        }
    }

    fn call(&mut self, call: Call, request: &Value, out: &mut VecDeque<Bytes>) {
        self.calls += 1;
        self.waiting.insert(self.calls, call);
        put(
            &json!({"kind": "call", "call": self.calls, "request": request}),
            out,
        );
    }
}

fn put(message: &Value, out: &mut VecDeque<Bytes>) {
    out.push_back(frame::message(frame::TEXT, message.to_string().as_bytes()));
}
