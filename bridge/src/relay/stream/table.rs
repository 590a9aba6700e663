//! All streams of a connection.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

use mio::event::Event;
use slab::Slab;
use sockscope_protocol::RelayProtocol;

use super::Stream;
use crate::relay::connection::Link;
use crate::relay::reactor::{Asker, Context, Whose};
use crate::relay::report::Report;
use crate::relay::wisp::Reason;

/// How much the streams of one WebSocket may hold together before it is not read from any more.
const HELD: usize = 64 * 1024 * 1024;

/// All streams of a connection.
#[derive(Debug)]
pub(in crate::relay) struct Streams {
    /// The connection's number in its thread.
    pub(super) connection: usize,
    /// And in the log.
    pub(super) number: u64,
    /// What the client speaks.
    pub(super) protocol: RelayProtocol,
    pub(super) all: Slab<Stream>,
    /// Those that the client can name.
    pub(super) ids: HashMap<u32, usize>,
    /// Those that need attention, each once.
    pub(super) attention: VecDeque<usize>,
    /// Those that wait until the client takes more.
    pub(super) held_back: Vec<usize>,
    /// Those that linger, the longest first; some may have ended.
    pub(super) lingering: VecDeque<Asker>,
    /// How many wait for the resolver, and who waits to ask it.
    pub(super) resolving: usize,
    pub(super) unasked: VecDeque<Asker>,
    /// Bytes that all of them hold.
    pub(super) held: usize,
    /// How much one of them may hold before the WebSocket is not read from any more.
    pub(super) held_by_one: usize,
    /// Tell the client when a stream is open.
    pub(in crate::relay) confirm: bool,
    /// The client may open streams of datagrams.
    pub(in crate::relay) udp: bool,
    pub(super) serial: u64,
    pub(super) span: tracing::Span,
}

impl Streams {
    pub(in crate::relay) fn new(
        connection: usize,
        (number, protocol): (u64, RelayProtocol),
        held_by_one: usize,
        span: tracing::Span,
    ) -> Self {
        Self {
            connection,
            number,
            protocol,
            all: Slab::new(),
            ids: HashMap::new(),
            attention: VecDeque::new(),
            held_back: Vec::new(),
            lingering: VecDeque::new(),
            resolving: 0,
            unasked: VecDeque::new(),
            held: 0,
            held_by_one,
            confirm: false,
            udp: true,
            serial: 0,
            span,
        }
    }

    pub(in crate::relay) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn whose(&self, key: usize) -> Whose {
        Whose::Stream(self.connection, key)
    }

    /// Who a stream is, as long as it is.
    pub(super) fn asker(&self, key: usize) -> Option<Asker> {
        let serial = self.all.get(key)?.serial;
        Some(Asker {
            connection: self.connection,
            stream: key,
            serial,
        })
    }

    /// Tells of all of them.
    pub(in crate::relay) fn tell(&self, report: &mut Report) {
        for (_, stream) in &self.all {
            report.held(stream.opened, || {
                stream.describe(self.number, self.protocol, None)
            });
        }
    }

    /// Whether this one is still there.
    pub(super) fn is(&self, asker: &Asker) -> bool {
        self.all
            .get(asker.stream)
            .is_some_and(|stream| stream.serial == asker.serial)
    }

    /// The kernel has something to say about a socket.
    pub(in crate::relay) fn note(&mut self, key: usize, event: &Event) {
        if let Some(stream) = self.all.get_mut(key) {
            stream.note(event);
            self.list(key);
        }
    }

    pub(super) fn list(&mut self, key: usize) {
        if let Some(stream) = self.all.get_mut(key)
            && !stream.listed
        {
            stream.listed = true;
            self.attention.push_back(key);
        }
    }

    pub(in crate::relay) fn needs_attention(&self) -> bool {
        !self.attention.is_empty()
    }

    /// Gives attention to those that stand in line now, each once, as long as there is room.
    pub(in crate::relay) fn attend(&mut self, link: &mut Link, context: &mut Context) {
        context.spliced = 0;
        for _ in 0..self.attention.len() {
            let full = link.room(context) < ENOUGH || context.spliced > SPLICED;
            if full && !link.is_blocked() {
                return;
            }
            let Some(key) = self.attention.pop_front() else {
                return;
            };
            self.attend_one(key, link, context);
        }
    }

    /// The client takes more again.
    pub(in crate::relay) fn resume(&mut self) {
        for key in std::mem::take(&mut self.held_back) {
            if let Some(stream) = self.all.get_mut(key) {
                stream.held_back = false;
                self.list(key);
            }
        }
    }

    /// A stream waits until the client takes more.
    pub(super) fn hold_back(&mut self, key: usize) {
        if let Some(stream) = self.all.get_mut(key)
            && !stream.held_back
        {
            stream.held_back = true;
            self.held_back.push(key);
        }
    }

    /// Whether the streams hold so much that the client must wait.
    pub(in crate::relay) fn are_full(&self) -> bool {
        self.held > HELD
            || self.held > self.held_by_one
                && self
                    .largest()
                    .is_some_and(|(_, held)| held > self.held_by_one)
    }

    /// The stream that holds most.
    fn largest(&self) -> Option<(usize, usize)> {
        let held = self
            .all
            .iter()
            .map(|(key, stream)| (key, stream.queue.len()));
        held.max_by_key(|(_, held)| *held)
    }

    /// The stream that holds most, and how much its target has taken.
    pub(in crate::relay) fn slowest(&self) -> Option<(Asker, u64)> {
        let (key, _) = self.largest()?;
        Some((self.asker(key)?, self.all.get(key)?.up))
    }

    /// Ends a stream that keeps all others waiting, unless its target has taken something meanwhile.
    pub(in crate::relay) fn give_up(
        &mut self,
        (asker, up): (Asker, u64),
        link: &mut Link,
        context: &mut Context,
    ) {
        if self.is(&asker) && self.all[asker.stream].up == up {
            self.close(asker.stream, Reason::TransferTimeout, link, context);
        }
    }

    /// The resolver has answered.
    pub(in crate::relay) fn resolved(
        &mut self,
        asker: &Asker,
        addresses: Vec<SocketAddr>,
        link: &mut Link,
        context: &mut Context,
    ) {
        self.resolving = self.resolving.saturating_sub(1);
        self.ask_next(context);
        if self.is(asker) {
            self.begin(asker.stream, addresses, link, context);
        }
    }

    /// The client's WebSocket is gone: what it sent is delivered, the rest ends.
    pub(in crate::relay) fn finish_all(&mut self, context: &mut Context) {
        let keys: Vec<usize> = self.all.iter().map(|(key, _)| key).collect();
        for key in keys {
            self.finish(key, context);
        }
    }
}

/// How much is passed on without a copy before it is looked what else there is to do.
const SPLICED: usize = 512 * 1024;
/// Room for less payload than this is not worth a read. More than any datagram has.
const ENOUGH: usize = 66 * 1024;
