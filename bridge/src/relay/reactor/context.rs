//! What the connections of one thread share.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use mio::{Registry, Token};
use slab::Slab;

use super::inbox::{Inbox, Message};
use super::timers::Timers;
use crate::relay::connection::{Batches, Output, Pipe};
use crate::relay::metrics::Counters;
use crate::relay::report::Ended;
use crate::relay::shared::Shared;
use crate::relay::stream::Socket;
use crate::relay::wisp::Transport;
use crate::socket::{LOOKUPS, lookup};
use sockscope_protocol::SocketType;

/// How much is read from a WebSocket at once.
const INPUT: usize = 2 * 1024 * 1024;
/// How many outputs and pipes that nobody uses are kept.
const SPARE: usize = 2;

/// Whose socket it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) struct Owner {
    pub(in crate::relay) connection: usize,
    /// Its stream; none for the WebSocket itself.
    pub(in crate::relay) stream: Option<usize>,
}

/// What the connections of one thread share. There is one thread, so there are no locks.
#[derive(Debug)]
pub(in crate::relay) struct Context {
    pub(in crate::relay) now: Instant,
    pub(in crate::relay) timers: Timers,
    /// Memory into which WebSockets are read.
    pub(in crate::relay) input: Box<[u8]>,
    /// Where it is sorted by stream.
    pub(in crate::relay) batches: Option<Batches>,
    /// How much was passed on without a copy since streams have their turn.
    pub(in crate::relay) spliced: usize,
    /// What the connection whose turn it is wants to write.
    pub(in crate::relay) output: Output,
    pub(in crate::relay) counters: Arc<Counters>,
    pub(in crate::relay) ended: Ended,
    pub(in crate::relay) shared: Arc<Shared>,
    pub(super) owners: Slab<Owner>,
    registry: Registry,
    spare: Vec<Output>,
    pipes: Vec<Pipe>,
    inbox: Arc<Inbox>,
}

impl Context {
    pub(super) fn new(
        registry: Registry,
        inbox: Arc<Inbox>,
        shared: Arc<Shared>,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            now: Instant::now(),
            timers: Timers::default(),
            input: Self::new_input(),
            batches: None,
            spliced: 0,
            output: Output::new(),
            counters,
            ended: Ended::default(),
            shared,
            owners: Slab::new(),
            registry,
            spare: Vec::new(),
            pipes: Vec::new(),
            inbox,
        }
    }

    pub(super) fn new_input() -> Box<[u8]> {
        // Not zero: all of it is there from the start, not only once it is needed.
        vec![1; INPUT].into_boxed_slice()
    }

    /// Lets the reactor watch a socket; returns the number under which it does.
    pub(in crate::relay) fn watch(
        &mut self,
        owner: Owner,
        socket: &mut Socket,
    ) -> io::Result<usize> {
        let watched = self.owners.insert(owner);
        // Token 0 is the inbox's.
        match socket.register(&self.registry, Token(watched + 1)) {
            Ok(()) => Ok(watched),
            Err(error) => {
                self.owners.remove(watched);
                Err(error)
            }
        }
    }

    /// A watched socket is about to be closed, which ends the watch (`epoll(7)`).
    pub(in crate::relay) fn forget(&mut self, watched: usize) {
        self.owners.try_remove(watched);
    }

    /// Takes away what the output holds.
    pub(in crate::relay) fn take_output(&mut self) -> Output {
        let spare = &mut self.spare;
        self.output.take(|| spare.pop().unwrap_or_else(Output::new))
    }

    /// Gives back an output that is written.
    pub(in crate::relay) fn give_back(&mut self, mut output: Output) {
        if output.is_full_size() && self.spare.len() < SPARE {
            output.clear();
            self.spare.push(output);
        }
    }

    /// A pipe with nothing in it, where the system has such.
    pub(in crate::relay) fn take_pipe(&mut self) -> Option<Pipe> {
        self.pipes.pop().or_else(|| Pipe::new().ok())
    }

    /// Gives back a pipe with nothing in it.
    pub(in crate::relay) fn give_back_pipe(&mut self, pipe: Pipe) {
        if pipe.is_empty() && self.pipes.len() < SPARE {
            self.pipes.push(pipe);
        }
    }

    /// Asks the resolver; the answer comes through the inbox.
    pub(in crate::relay) fn resolve(
        &self,
        asker: Asker,
        host: &str,
        port: u16,
        transport: Transport,
    ) {
        let inbox = Arc::clone(&self.inbox);
        let host = host.to_owned();
        let kind = match transport {
            Transport::Tcp => SocketType::Stream,
            Transport::Udp => SocketType::Datagram,
        };
        self.shared.runtime.spawn(async move {
            let found = match LOOKUPS.place().await {
                Ok(place) => place.run(move || lookup(&host, port, None, kind)).await,
                Err(error) => Err(error),
            };
            let addresses = match found {
                Ok(Ok(addresses)) => addresses,
                Ok(Err(unresolved)) => {
                    tracing::debug!("a name has no address: {unresolved:?}");
                    Vec::new()
                }
                Err(error) => {
                    tracing::warn!("cannot ask the resolver: {error}");
                    Vec::new()
                }
            };
            inbox.put(Message::Resolved(asker, addresses));
        });
    }
}

/// Who asked the resolver. Numbers are used again, serials are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) struct Asker {
    pub(in crate::relay) connection: usize,
    pub(in crate::relay) stream: usize,
    pub(in crate::relay) serial: u64,
}
