//! A thread that serves connections.
//!
//! Each connection belongs to one thread, which does everything for it: there is no lock, no channel
//! and no task switch between a byte's arrival and its departure. The threads wait for all of their
//! sockets at once (`epoll(7)` and its like), so that a stream at rest costs nothing but its entry.

mod context;
mod inbox;
mod timers;

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token, Waker};
use slab::Slab;

use super::connection::{Connection, Newcomer, Output};
use super::metrics::Counters;
use super::report::Report;
use super::shared::Shared;
pub(super) use context::{Asker, Context, Owner};
pub(super) use inbox::{Inbox, Message};
pub(super) use timers::{Timer, Whose};

const INBOX: Token = Token(0);
/// How much the kernel tells at once.
const EVENTS: usize = 1024;
/// How long a stopping thread waits for its clients to take their leave.
const STOP: Duration = Duration::from_secs(4);

/// All that a thread has.
pub(super) struct Reactor {
    poll: Poll,
    context: Context,
    inbox: Arc<Inbox>,
    connections: Slab<Entry>,
    /// Connections with something to do, each once.
    ready: VecDeque<usize>,
    /// When the thread ends.
    until: Option<Instant>,
}

struct Entry {
    connection: Connection,
    listed: bool,
}

impl Reactor {
    pub(super) fn new(shared: Arc<Shared>, counters: Arc<Counters>) -> io::Result<Self> {
        let poll = Poll::new()?;
        let inbox = Arc::new(Inbox::new(Waker::new(poll.registry(), INBOX)?));
        let registry = poll.registry().try_clone()?;
        Ok(Self {
            poll,
            context: Context::new(registry, Arc::clone(&inbox), shared, counters),
            inbox,
            connections: Slab::new(),
            ready: VecDeque::new(),
            until: None,
        })
    }

    pub(super) fn inbox(&self) -> Arc<Inbox> {
        Arc::clone(&self.inbox)
    }

    /// Serves until it is told to stop.
    pub(super) fn run(mut self) {
        let mut events = Events::with_capacity(EVENTS);
        while !self.is_done() {
            let patience = self.patience();
            if let Err(error) = self.poll.poll(&mut events, patience)
                && error.kind() != io::ErrorKind::Interrupted
            {
                tracing::error!("the relay cannot wait for its sockets: {error}");
                return;
            }
            self.context.now = Instant::now();
            let mut letters = false;
            for event in &events {
                match event.token() {
                    INBOX => letters = true,
                    Token(token) => {
                        if let Some(owner) = self.context.owners.get(token - 1).copied()
                            && let Some(entry) = self.connections.get_mut(owner.connection)
                        {
                            entry.connection.note(owner.stream, event);
                            self.list(owner.connection);
                        }
                    }
                }
            }
            if letters {
                for message in self.inbox.take() {
                    self.open_letter(message);
                }
            }
            while let Some(whose) = self.context.timers.due(self.context.now) {
                let (key, stream) = match whose {
                    Whose::Connection(key) => (key, None),
                    Whose::Stream(key, stream) => (key, Some(stream)),
                };
                self.with(key, |connection, context| connection.time(stream, context));
                self.list(key);
            }
            for _ in 0..self.ready.len() {
                if let Some(key) = self.ready.pop_front() {
                    self.turn(key);
                }
            }
        }
    }

    fn is_done(&self) -> bool {
        self.until
            .is_some_and(|until| self.connections.is_empty() || Instant::now() >= until)
    }

    /// How long to wait for the kernel.
    fn patience(&self) -> Option<Duration> {
        if !self.ready.is_empty() {
            return Some(Duration::ZERO);
        }
        let next = [self.context.timers.next(), self.until];
        let next = next.into_iter().flatten().min()?;
        // The kernel counts milliseconds; waking before the time would only mean to wait again.
        Some(next.saturating_duration_since(Instant::now()) + Duration::from_millis(1))
    }

    fn open_letter(&mut self, message: Message) {
        match message {
            Message::Opened(newcomer) => self.open(*newcomer),
            Message::Resolved(asker, addresses) => {
                self.with(asker.connection, |connection, context| {
                    connection.resolved(&asker, addresses, context);
                });
                self.list(asker.connection);
            }
            Message::Tell(answer) => {
                let mut report = Report::default();
                for (_, entry) in &self.connections {
                    entry.connection.tell(&mut report);
                }
                self.context.ended.tell(self.context.now, &mut report);
                // Nobody may want it any more.
                let _ = answer.send(report);
            }
            Message::Stop => {
                self.until = Some(self.context.now + STOP);
                let keys: Vec<usize> = self.connections.iter().map(|(key, _)| key).collect();
                for key in keys {
                    self.with(key, Connection::stop);
                    self.list(key);
                }
            }
        }
    }

    fn open(&mut self, newcomer: Newcomer) {
        let entry = self.connections.vacant_entry();
        let key = entry.key();
        match Connection::new(newcomer, key, &mut self.context) {
            Ok(connection) => {
                entry.insert(Entry {
                    connection,
                    listed: true,
                });
                self.ready.push_back(key);
                let stops = self.until.is_some();
                self.with(key, |connection, context| {
                    if stops {
                        connection.stop(context);
                    }
                });
            }
            Err(error) => tracing::warn!("cannot serve a client: {error}"),
        }
    }

    fn list(&mut self, key: usize) {
        if let Some(entry) = self.connections.get_mut(key)
            && !entry.listed
        {
            entry.listed = true;
            self.ready.push_back(key);
        }
    }

    fn turn(&mut self, key: usize) {
        let Some(entry) = self.connections.get_mut(key) else {
            return;
        };
        entry.listed = false;
        if self.with(key, Connection::turn) == Some(true) {
            self.list(key);
        }
        let finished = |entry: &Entry| entry.connection.is_finished();
        if self.connections.get(key).is_some_and(finished) {
            self.connections.remove(key);
        }
    }

    /// Lets a connection do something. One that panics ends, and no other with it.
    fn with<T>(
        &mut self,
        key: usize,
        work: impl FnOnce(&mut Connection, &mut Context) -> T,
    ) -> Option<T> {
        let connection = &mut self.connections.get_mut(key)?.connection;
        let context = &mut self.context;
        let done = catch_unwind(AssertUnwindSafe(|| {
            let done = work(connection, context);
            // Whatever it said goes out, also where it was not its turn.
            connection.settle_output(context);
            done
        }));
        match done {
            Ok(done) => Some(done),
            Err(_) => {
                tracing::error!("a connection of the relay panicked: it is closed");
                self.bury(key);
                None
            }
        }
    }

    /// Removes a connection that cannot be asked for anything any more.
    fn bury(&mut self, key: usize) {
        self.connections.try_remove(key);
        self.context.recover(key);
    }
}

impl Context {
    /// Repairs what a connection left behind that panicked.
    fn recover(&mut self, connection: usize) {
        if self.input.is_empty() {
            self.input = Self::new_input();
        }
        self.output = Output::new();
        self.counters.websockets_closed.add(1);
        self.timers.forget(connection);
        self.owners
            .retain(|_, owner| owner.connection != connection);
    }
}
