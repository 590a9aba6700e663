//! A socket of a session: the operating system's socket and what the session knows about it.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sockscope_protocol::{Family, Observation, Outcome, SocketId, SocketType};
use tokio::sync::Mutex as Queue;
use tokio::task::coop::unconstrained;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::calls::errno;
use super::remnant::Remnant;
use crate::socket::{Direction, Socket};

/// A socket of a session.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) id: SocketId,
    pub(super) family: Family,
    pub(super) kind: SocketType,
    /// Until the socket is closed.
    socket: Mutex<Option<Arc<Socket>>>,
    /// `settimeout`.
    timeout: Mutex<Option<Duration>>,
    /// Where calls that wait stand in line, one queue for each kind of waiting.
    pub(super) accepting: Queue<()>,
    pub(super) receiving: Queue<()>,
    pub(super) sending: Queue<()>,
    /// Bytes received and sent so far.
    received: AtomicU64,
    sent: AtomicU64,
    /// Fires when `close` begins.
    pub(super) closing: CancellationToken,
    /// The calls that have not returned.
    pub(super) calls: TaskTracker,
    /// What was observed last.
    pub(super) seen: Mutex<Seen>,
}

/// What was observed of a socket so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) last: Option<Observation>,
    /// It was connected at some time.
    pub(super) connected: bool,
    /// `peer_gone` is in the log.
    pub(super) peer_gone: bool,
    /// The connection, which the kernel may hold longer than the descriptor shows it.
    pub(super) remnant: Option<Remnant>,
}

impl Slot {
    pub(super) fn new(id: SocketId, socket: Socket) -> Self {
        Self {
            id,
            family: socket.family(),
            kind: socket.kind(),
            socket: Mutex::new(Some(Arc::new(socket))),
            timeout: Mutex::default(),
            accepting: Queue::default(),
            receiving: Queue::default(),
            sending: Queue::default(),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            closing: CancellationToken::new(),
            calls: TaskTracker::new(),
            seen: Mutex::default(),
        }
    }

    /// The socket; none once it is closed.
    pub(super) fn socket(&self) -> Option<Arc<Socket>> {
        lock(&self.socket).clone()
    }

    /// Takes the socket out, to close it.
    pub(super) fn take(&self) -> Option<Arc<Socket>> {
        lock(&self.socket).take()
    }

    pub(super) fn set_timeout(&self, timeout: Option<Duration>) {
        *lock(&self.timeout) = timeout;
    }

    /// How calls on this socket wait from now on.
    pub(super) fn patience(&self) -> Patience {
        Patience(*lock(&self.timeout))
    }

    /// Counts bytes of the stream; returns how many there were before.
    pub(super) fn count_received(&self, bytes: u64) -> u64 {
        self.received.fetch_add(bytes, Ordering::Relaxed)
    }

    /// Counts bytes of the stream; returns how many there were before.
    pub(super) fn count_sent(&self, bytes: u64) -> u64 {
        self.sent.fetch_add(bytes, Ordering::Relaxed)
    }
}

/// How long a call may wait: without end, for a time, or (time 0) not at all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience(Option<Duration>);

impl Patience {
    pub(super) fn is_none(self) -> bool {
        self.0 == Some(Duration::ZERO)
    }

    /// Runs `work` when it is this call's turn. A call that does not wait does not queue either.
    pub(super) async fn in_turn<T>(
        self,
        queue: &Queue<()>,
        work: impl Future<Output = Result<T, Outcome>>,
    ) -> Result<T, Outcome> {
        if self.is_none() {
            return work.await;
        }
        self.limit(async {
            let _turn = turn(queue).await;
            work.await
        })
        .await
    }

    /// Waits for this call's turn, which lasts as long as what is returned.
    pub(super) async fn turn(self, queue: &Queue<()>) -> Result<Option<QueueGuard<'_>>, Outcome> {
        if self.is_none() {
            return Ok(None);
        }
        self.limit(async { Ok(Some(turn(queue).await)) }).await
    }

    /// Ends `work` with [`Outcome::Timeout`] when it takes too long.
    pub(super) async fn limit<T>(
        self,
        work: impl Future<Output = Result<T, Outcome>>,
    ) -> Result<T, Outcome> {
        match self.0 {
            Some(limit) if !limit.is_zero() => tokio::time::timeout(limit, work)
                .await
                .unwrap_or(Err(Outcome::Timeout)),
            _ => work.await,
        }
    }

    /// Makes a system call; where it would block, waits and makes it again.
    pub(super) async fn io<T>(
        self,
        socket: &Socket,
        direction: Direction,
        mut call: impl FnMut() -> io::Result<T>,
    ) -> Result<T, Outcome> {
        let result = match call() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && !self.is_none() => {
                socket.when_ready(direction, call).await
            }
            result => result,
        };
        result.map_err(|error| errno(&error))
    }
}

type QueueGuard<'a> = tokio::sync::MutexGuard<'a, ()>;

/// The place in the queue is taken when this is polled for the first time, even where the runtime
/// would like the task to pause: calls begin in the order in which they are made.
async fn turn(queue: &Queue<()>) -> QueueGuard<'_> {
    unconstrained(queue.lock()).await
}

/// Locks; a panic elsewhere leaves the data usable, for nothing here is left half done.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
