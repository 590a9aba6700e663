//! The WebSocket of a connection: what is read from it and written to it.

use std::io;

use mio::event::Event;

use super::output::{Output, append, begin};
use super::pipe::{Pipe, send_before};
use crate::relay::reactor::Context;
use crate::relay::stream::Socket;
use crate::relay::websocket::{MAX_CONTROL, Opcode};
use crate::relay::wisp::{self, Kind, Reason, Transport};

/// How many bytes of answers may wait for a client that does not read. Beyond, it is not read from.
const LATE: usize = 64 * 1024;

/// How a stream's payload stands in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) enum Framing {
    /// Behind the header of a packet.
    Wisp,
    /// As it is.
    Plain,
}

/// A WebSocket.
#[derive(Debug)]
pub(in crate::relay) struct Link {
    /// Gone once it is of no more use.
    socket: Option<Socket>,
    pub(super) framing: Framing,
    readable: bool,
    writable: bool,
    /// The other side has sent all that it will.
    read_closed: bool,
    /// What the client has not taken yet.
    held: Option<Box<Output>>,
    /// The rest of a frame that comes after that.
    piped: Option<Pipe>,
    /// Frames that come after that.
    late: Vec<u8>,
    /// A close frame was sent.
    closing: bool,
}

impl Link {
    pub(super) fn new(socket: Socket, framing: Framing) -> Self {
        Self {
            socket: Some(socket),
            framing,
            readable: true,
            writable: true,
            read_closed: false,
            held: None,
            piped: None,
            late: Vec::new(),
            closing: false,
        }
    }

    pub(super) fn note(&mut self, event: &Event) {
        self.readable |= event.is_readable() || event.is_read_closed() || event.is_error();
        self.writable |= event.is_writable() || event.is_error();
        self.read_closed |= event.is_read_closed() || event.is_error();
    }

    /// Whether nothing more can be read or written.
    pub(super) fn is_gone(&self) -> bool {
        self.socket.is_none()
    }

    pub(super) fn close(&mut self) {
        self.socket = None;
        self.held = None;
        self.piped = None;
        self.late = Vec::new();
    }

    /// Whether a close frame was sent.
    pub(super) fn is_closing(&self) -> bool {
        self.closing
    }

    /// Whether the client does not take what was written last.
    pub(in crate::relay) fn is_blocked(&self) -> bool {
        self.waits() || self.socket.is_none()
    }

    fn waits(&self) -> bool {
        self.held.is_some() || self.piped.is_some()
    }

    /// Whether there may be something to read, and it may be answered.
    pub(super) fn is_readable(&self) -> bool {
        self.readable && self.late.len() <= LATE
    }

    /// Reads once; 0 at the end of the stream.
    pub(super) fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let Some(socket) = &self.socket else {
            return Ok(0);
        };
        let result = socket.read(room);
        match &result {
            // On Unix, less than there is room for means that there is no more (`epoll(7)`).
            Ok(length) => self.readable = *length == room.len() || self.read_closed || !cfg!(unix),
            Err(_) => self.readable = false,
        }
        result
    }

    /// Sends a control frame.
    pub(super) fn control(&mut self, context: &mut Context, opcode: Opcode, payload: &[u8]) {
        self.send(context, opcode, payload);
    }

    /// Sends the close frame, and nothing after it.
    pub(super) fn leave(&mut self, context: &mut Context, code: u16, message: &str) {
        if self.closing {
            return;
        }
        let mut payload = code.to_be_bytes().to_vec();
        payload.extend(message.bytes().take(MAX_CONTROL - payload.len()));
        self.send(context, Opcode::Close, &payload);
        self.closing = true;
    }

    /// Sends a packet of Wisp.
    pub(in crate::relay) fn packet(&mut self, context: &mut Context, packet: &[u8]) {
        if self.framing == Framing::Wisp {
            self.send(context, Opcode::Binary, packet);
        }
    }

    /// Says that a stream is over.
    pub(in crate::relay) fn close_stream(
        &mut self,
        context: &mut Context,
        stream: u32,
        reason: Reason,
    ) {
        match self.framing {
            Framing::Wisp => self.packet(context, &wisp::close_packet(stream, reason)),
            Framing::Plain => self.leave(context, reason.code(), reason.sentence()),
        }
    }

    fn send(&mut self, context: &mut Context, opcode: Opcode, payload: &[u8]) {
        if self.closing || self.is_gone() {
            return;
        }
        if !self.waits() && context.output.room() < payload.len() {
            self.flush(context);
        }
        if self.waits() {
            append(&mut self.late, opcode, payload);
        } else {
            context.output.put(opcode, payload);
        }
    }

    /// How much payload of a stream can be sent now.
    pub(in crate::relay) fn room(&self, context: &Context) -> usize {
        if self.is_blocked() || self.closing {
            0
        } else {
            context.output.room()
        }
    }

    /// Sends what `read` reads, at most `limit`, as payload of a stream.
    pub(in crate::relay) fn data(
        &mut self,
        context: &mut Context,
        (stream, transport): (u32, Transport),
        limit: usize,
        read: impl FnOnce(&mut [u8]) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let header = wisp::header(Kind::Data, stream);
        let header = match self.framing {
            Framing::Wisp => &header[..],
            Framing::Plain => &[],
        };
        let empty = transport == Transport::Udp;
        context.output.read(header, limit, empty, read)
    }

    /// Sends what a stream's socket has received without copying it; 0 at its end. Nothing is sent
    /// where the kernel does not do that.
    pub(in crate::relay) fn splice(
        &mut self,
        context: &mut Context,
        stream: u32,
        from: &Socket,
    ) -> Option<io::Result<usize>> {
        self.flush(context);
        let (Some(to), false) = (&self.socket, self.waits()) else {
            return Some(Err(io::ErrorKind::WouldBlock.into()));
        };
        let mut pipe = context.take_pipe()?;
        let length = match pipe.fill(from) {
            Ok(length) if length > 0 => length,
            other => {
                context.give_back_pipe(pipe);
                return Some(other);
            }
        };
        let header = wisp::header(Kind::Data, stream);
        let head = match self.framing {
            Framing::Wisp => begin(&header, length),
            Framing::Plain => begin(&[], length),
        };
        match send_before(to, &head) {
            Ok(sent) if sent == head.len() => {}
            Ok(sent) => self.held = Some(Box::new(Output::of(head[sent..].to_vec()))),
            // Whatever is wrong is found out when the rest is written.
            Err(_) => self.held = Some(Box::new(Output::of(head))),
        }
        self.piped = Some(pipe);
        self.flush(context);
        Some(Ok(length))
    }

    /// Writes what is to be written; what the client does not take is held.
    pub(super) fn flush(&mut self, context: &mut Context) {
        loop {
            let Some(socket) = &self.socket else {
                context.output.clear();
                return;
            };
            if self.waits() && !self.writable {
                return;
            }
            let written = if let Some(held) = &mut self.held {
                held.write(|slices| socket.write(slices))
            } else if let Some(pipe) = &mut self.piped {
                pipe.drain(socket)
            } else if !self.late.is_empty() {
                self.held = Some(Box::new(Output::of(std::mem::take(&mut self.late))));
                continue;
            } else if context.output.is_empty() {
                return;
            } else {
                context.output.write(|slices| socket.write(slices))
            };
            match written {
                Ok(()) => {
                    if let Some(held) = self.held.take() {
                        context.give_back(*held);
                    } else if let Some(pipe) = self.piped.take() {
                        context.give_back_pipe(pipe);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.writable = false;
                    if !self.waits() {
                        self.held = Some(Box::new(context.take_output()));
                    }
                    return;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    tracing::debug!("cannot write to the client: {error}");
                    context.output.clear();
                    self.close();
                    return;
                }
            }
        }
    }

    /// Ends the sending side, once all is written.
    pub(super) fn finish(&self) {
        if let Some(socket) = &self.socket {
            // It may be gone already, which is as good.
            let _ = socket.finish();
        }
    }
}
