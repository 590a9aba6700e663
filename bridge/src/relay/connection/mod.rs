//! One client: its WebSocket and its streams.

mod batch;
mod input;
mod link;
mod output;
#[cfg_attr(not(target_os = "linux"), path = "no_pipe.rs")]
mod pipe;
mod plain;
mod wisp;

use std::io;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use bytes::Bytes;
use mio::event::Event;
use sockscope_protocol::RelayProtocol;

use super::reactor::{Asker, Context, Owner, Timer, Whose};
use super::report::Report;
use super::stream::{Socket, Streams};
use super::websocket::{Reader, code};
use super::wisp::{Authentication, Transport};
pub(super) use batch::Batches;
use input::Protocol;
pub(super) use link::{Framing, Link};
pub(super) use output::Output;
pub(super) use pipe::Pipe;
use plain::Plain;
use wisp::Wisp;

/// How long the other side may take to say who it is.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long it may take to answer a close frame.
const LEAVE: Duration = Duration::from_secs(3);
/// How long a stream may keep the others of its WebSocket waiting: one that was sent more than a
/// client should have sent, to a target that takes nothing.
const STALL: Duration = Duration::from_secs(1);
/// How often streams have their turn before other connections have theirs.
const ROUNDS: usize = 4;

/// How much one of many streams may hold for its target before nothing more is read from the
/// WebSocket. A client that keeps to its credit does not come here.
const HELD_BY_ONE: usize = 4 * 1024 * 1024;
/// How much it is where the WebSocket is this one stream, whose credit is that of TCP.
const HELD_BY_ONLY: usize = 256 * 1024;

/// What a client came for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// Wisp 1.
    Wisp,
    /// Wisp 2, which begins with a handshake.
    Wisp2(Authentication),
    /// One stream.
    Plain {
        transport: Transport,
        host: String,
        port: u16,
    },
}

/// A WebSocket, from the handshake on.
#[derive(Debug)]
pub(super) struct Newcomer {
    pub(super) socket: TcpStream,
    /// What was read of it already.
    pub(super) early: Bytes,
    pub(super) purpose: Purpose,
    /// Tells it apart in the log.
    pub(super) number: u64,
    pub(super) span: tracing::Span,
    /// Its place among the connections.
    pub(super) place: Place,
}

/// What is given back when a connection ends.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) slot: crate::http::Slot,
    #[expect(dead_code, reason = "held for its drop")]
    pub(super) permit: tokio::sync::OwnedSemaphorePermit,
}

/// A client.
#[derive(Debug)]
pub(super) struct Connection {
    link: Link,
    /// Under which number the reactor watches the WebSocket.
    watched: usize,
    reader: Reader,
    early: Bytes,
    protocol: Protocol,
    streams: Streams,
    timer: Timer,
    awaits: Option<Awaits>,
    key: usize,
    /// Nothing of what comes is looked at any more.
    deaf: bool,
    /// The sending side is ended.
    finished: bool,
    /// The WebSocket is gone.
    lost: bool,
    opened: Instant,
    span: tracing::Span,
    place: Place,
}

/// What a connection's timer is about.
#[derive(Debug)]
enum Awaits {
    Handshake,
    /// That a target takes something, which has taken so much.
    Room((Asker, u64)),
    Leave,
}

impl Connection {
    pub(super) fn new(newcomer: Newcomer, key: usize, context: &mut Context) -> io::Result<Self> {
        let Newcomer {
            socket,
            early,
            purpose,
            number,
            span,
            place,
        } = newcomer;
        // On this machine there is no network for the kernel to wait for.
        if socket.peer_addr()?.ip() != socket.local_addr()?.ip() {
            crate::socket::take_little(&socket);
        }
        let mut socket = Socket::Tcp(mio::net::TcpStream::from_std(socket));
        let owner = Owner {
            connection: key,
            stream: None,
        };
        let watched = context.watch(owner, &mut socket)?;
        let (framing, protocol, held) = match purpose {
            Purpose::Wisp | Purpose::Wisp2(_) => (Framing::Wisp, RelayProtocol::Wisp, HELD_BY_ONE),
            Purpose::Plain { .. } => (Framing::Plain, RelayProtocol::Wsproxy, HELD_BY_ONLY),
        };
        let mut connection = Self {
            link: Link::new(socket, framing),
            watched,
            reader: Reader::new(),
            early,
            protocol: Protocol::Plain(Plain::new(Transport::Tcp)),
            streams: Streams::new(key, (number, protocol), held, span.clone()),
            timer: Timer::default(),
            awaits: None,
            key,
            deaf: false,
            finished: false,
            lost: false,
            opened: context.now,
            span,
            place,
        };
        connection.begin(purpose, context);
        context.counters.websockets_opened.add(1);
        Ok(connection)
    }

    fn begin(&mut self, purpose: Purpose, context: &mut Context) {
        let (link, streams) = (&mut self.link, &mut self.streams);
        self.protocol = match purpose {
            Purpose::Wisp => Protocol::Wisp(Wisp::first(link, context)),
            Purpose::Wisp2(authentication) => {
                let wisp = Wisp::second(authentication, link, context);
                self.wait_for(Awaits::Handshake, HANDSHAKE, context);
                Protocol::Wisp(wisp)
            }
            Purpose::Plain {
                transport,
                host,
                port,
            } => Protocol::Plain(Plain::open(transport, &host, port, streams, link, context)),
        };
    }

    /// The kernel has something to say about the WebSocket, or the socket of a stream.
    pub(super) fn note(&mut self, stream: Option<usize>, event: &Event) {
        match stream {
            None => self.link.note(event),
            Some(key) => self.streams.note(key, event),
        }
    }

    /// Tells of its streams.
    pub(super) fn tell(&self, report: &mut Report) {
        self.streams.tell(report);
    }

    /// The resolver has answered.
    pub(super) fn resolved(
        &mut self,
        asker: &Asker,
        addresses: Vec<std::net::SocketAddr>,
        context: &mut Context,
    ) {
        self.streams
            .resolved(asker, addresses, &mut self.link, context);
    }

    /// A time has come.
    pub(super) fn time(&mut self, stream: Option<usize>, context: &mut Context) {
        if let Some(key) = stream {
            return self.streams.time(key, &mut self.link, context);
        }
        self.timer.ran();
        match self.awaits.take() {
            Some(Awaits::Handshake) => {
                self.leave(code::POLICY, "no INFO came in time", context);
            }
            Some(Awaits::Room(slowest)) => {
                self.streams.give_up(slowest, &mut self.link, context);
            }
            Some(Awaits::Leave) => self.link.close(),
            None => {}
        }
    }

    /// Does what can be done now; says whether there is more to do at once.
    pub(super) fn turn(&mut self, context: &mut Context) -> bool {
        let blocked = self.link.is_blocked();
        self.link.flush(context);
        if blocked && !self.link.is_blocked() {
            self.streams.resume();
        }
        self.read(context);
        for _ in 0..ROUNDS {
            self.streams.attend(&mut self.link, context);
            self.link.flush(context);
            if !self.streams.needs_attention() {
                break;
            }
        }
        self.look_after(context);
        self.streams.needs_attention() || self.may_read()
    }

    /// Writes what was said; what one connection says must not stand in the way of the next one.
    pub(super) fn settle_output(&mut self, context: &mut Context) {
        self.link.flush(context);
        if self.link.is_gone() && !self.lost {
            self.look_after(context);
        }
    }

    /// Whether there is nothing left to do for it.
    pub(super) fn is_finished(&self) -> bool {
        self.lost && self.streams.is_empty()
    }

    /// Takes leave, because the bridge stops.
    pub(super) fn stop(&mut self, context: &mut Context) {
        self.leave(code::GOING_AWAY, "the bridge stops", context);
    }

    fn may_read(&self) -> bool {
        !self.link.is_gone() && self.link.is_readable() && (self.deaf || !self.streams.are_full())
    }

    /// Sends a close frame, and looks at nothing more that comes. What came before is delivered.
    fn leave(&mut self, code: u16, message: &str, context: &mut Context) {
        self.link.leave(context, code, message);
        self.deaf = true;
        self.streams.finish_all(context);
    }

    /// Sees to what follows from how things are now.
    fn look_after(&mut self, context: &mut Context) {
        if self.link.is_gone() && !self.lost {
            self.lost = true;
            context.forget(self.watched);
            context.counters.websockets_closed.add(1);
            let seconds = self.opened.elapsed().as_secs();
            tracing::info!(parent: &self.span, seconds, "the client is gone");
            self.streams.finish_all(context);
        }
        if self.lost {
            return self.wait_no_more(context);
        }
        if self.link.is_closing() {
            if !matches!(self.awaits, Some(Awaits::Leave)) {
                self.wait_for(Awaits::Leave, LEAVE, context);
            }
            if self.deaf && !self.finished && !self.link.is_blocked() {
                self.finished = true;
                self.link.finish();
            }
            return;
        }
        let full = self.link.framing == Framing::Wisp && self.streams.are_full();
        match (&self.awaits, full) {
            (None, true) => {
                if let Some(slowest) = self.streams.slowest() {
                    self.wait_for(Awaits::Room(slowest), STALL, context);
                }
            }
            (Some(Awaits::Room(_)), false) => self.wait_no_more(context),
            _ => {}
        }
    }

    fn whose(&self) -> Whose {
        Whose::Connection(self.key)
    }

    fn wait_for(&mut self, what: Awaits, time: Duration, context: &mut Context) {
        let at = context.now + time;
        let whose = self.whose();
        context.timers.set(&mut self.timer, whose, at);
        self.awaits = Some(what);
    }

    fn wait_no_more(&mut self, context: &mut Context) {
        let whose = self.whose();
        context.timers.stop(&mut self.timer, whose);
        self.awaits = None;
    }
}
