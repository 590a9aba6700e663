//! The relay: published protocols for programs, over the same policy and the same limits.
//!
//! ```text
//! program -> http -> door -> reactor -> connection -> stream -> kernel
//! ```
//!
//! `door` lets a WebSocket in and takes it away from the runtime, `reactor` is a thread that serves
//! many, `connection` is one of them, `stream` a socket at its other end. `websocket` and `wisp` are
//! the protocols alone.

mod connection;
mod door;
mod metrics;
mod options;
mod reactor;
mod report;
mod shared;
mod stream;
mod websocket;
mod wisp;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use sockscope_protocol::Relay as Told;
use tokio::sync::{Notify, Semaphore, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::policy::Policy;
use crate::token::Token;
use connection::Newcomer;
pub(crate) use door::routes;
use metrics::Counters;
pub use options::{Config, NoToken, Options, TOKEN_VARIABLE, url};
use reactor::{Inbox, Message, Reactor};
use report::Report;
use shared::Shared;

/// The most threads; they are for cores, not for clients.
const THREADS: usize = 16;

/// The relay of a bridge.
#[derive(Debug)]
pub(crate) struct Relay {
    shared: Arc<Shared>,
    workers: Vec<Worker>,
    /// Places for WebSockets.
    websockets: Arc<Semaphore>,
    tasks: TaskTracker,
    /// How many WebSockets there were, to tell them apart in the log.
    numbers: AtomicU64,
    /// What those who watch are told.
    told: watch::Sender<Told>,
    /// Fires for the first who watches.
    watched: Notify,
    stop: CancellationToken,
}

/// A thread, seen from outside.
#[derive(Debug)]
struct Worker {
    inbox: Arc<Inbox>,
    counters: Arc<Counters>,
    /// How many WebSockets it was given.
    given: AtomicU64,
}

impl Relay {
    /// Starts the threads. They end after [`Self::stop`]; until then `tasks` waits for them.
    pub(crate) fn start(
        config: Config,
        policy: Arc<Policy>,
        tasks: TaskTracker,
    ) -> io::Result<Arc<Self>> {
        let websockets = usize::try_from(config.websockets).unwrap_or(usize::MAX);
        let shared = Arc::new(Shared::new(config.token, policy, config.streams));
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let workers = (0..cores.min(THREADS))
            .map(|_| Worker::start(&shared, &tasks))
            .collect::<io::Result<_>>()?;
        let relay = Arc::new(Self {
            shared,
            workers,
            websockets: Arc::new(Semaphore::new(websockets.min(Semaphore::MAX_PERMITS))),
            tasks,
            numbers: AtomicU64::new(0),
            told: watch::Sender::default(),
            watched: Notify::new(),
            stop: CancellationToken::new(),
        });
        let telling = Arc::clone(&relay);
        let stop = relay.stop.clone();
        tokio::spawn(stop.run_until_cancelled_owned(async move { telling.tell().await }));
        Ok(relay)
    }

    /// Tells all clients that the bridge stops.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
        for worker in &self.workers {
            worker.inbox.put(Message::Stop);
        }
    }

    /// Lets clients in.
    pub(crate) fn token(&self) -> &Token {
        &self.shared.token
    }

    /// Writes the relay's figures in the text format of Prometheus.
    pub(crate) fn write_figures(&self, text: &mut String) {
        let all: Vec<&Counters> = self
            .workers
            .iter()
            .map(|worker| &*worker.counters)
            .collect();
        metrics::write(text, &all);
    }

    /// Begins to tell of the streams, as long as what is returned lives.
    pub(crate) fn watch(&self) -> watch::Receiver<Told> {
        let told = self.told.subscribe();
        self.watched.notify_one();
        told
    }

    /// Tells whoever watches.
    async fn tell(&self) {
        loop {
            self.watched.notified().await;
            while self.told.receiver_count() > 0 {
                let report = self.report().await;
                self.told.send_replace(report.done());
                tokio::time::sleep(report::EVERY).await;
            }
        }
    }

    async fn report(&self) -> Report {
        let ask = |worker: &Worker| {
            let (answer, report) = oneshot::channel();
            worker.inbox.put(Message::Tell(answer));
            report
        };
        let asked: Vec<_> = self.workers.iter().map(ask).collect();
        let mut all = Report::default();
        for report in asked {
            // A thread that has ended has no streams.
            if let Ok(report) = report.await {
                all.merge(report);
            }
        }
        all
    }

    fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Gives a WebSocket to the thread that has the fewest.
    fn serve(&self, newcomer: Newcomer) {
        let idlest = self.workers.iter().min_by_key(|worker| worker.load());
        if let Some(worker) = idlest {
            worker.given.fetch_add(1, Ordering::Relaxed);
            worker.inbox.put(Message::Opened(Box::new(newcomer)));
        }
    }
}

impl Worker {
    fn start(shared: &Arc<Shared>, tasks: &TaskTracker) -> io::Result<Self> {
        let counters = Arc::new(Counters::default());
        let reactor = Reactor::new(Arc::clone(shared), Arc::clone(&counters))?;
        let inbox = reactor.inbox();
        let token = tasks.token();
        thread::Builder::new()
            .name("relay".to_owned())
            .spawn(move || {
                reactor.run();
                drop(token);
            })?;
        Ok(Self {
            inbox,
            counters,
            given: AtomicU64::new(0),
        })
    }

    fn load(&self) -> u64 {
        let closed = self.counters.websockets_closed.get();
        self.given.load(Ordering::Relaxed).saturating_sub(closed)
    }
}
