//! Sessions: one person's sockets, calls and log. A session knows no transport; whoever speaks to a
//! client attaches to it, makes calls and follows its log.

mod admission;
mod calls;
mod entry;
mod life;
mod log;
mod numbers;
mod observe;
mod rate;
mod registry;
mod remnant;
mod remnants;
mod run;
mod slot;

use std::sync::{Arc, Mutex, MutexGuard, Weak};

use bytes::Bytes;
use sockscope_protocol::{
    Call, CallId, Limits, Payload, Platform, RejectReason, SessionKey, SocketId, ViewKey,
};
use tokio::sync::{Notify, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::policy::Policy;
use crate::socket::Socket;
use admission::{State, rejected};
use rate::Rate;
use slot::{Slot, lock};

pub use life::ViewGuard;
pub(crate) use log::Logged;
pub use log::{Batch, Log};
pub use registry::Registry;

/// What sessions are allowed.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How much they may use.
    pub limits: Limits,
    /// What they may reach and bind.
    pub policy: Arc<Policy>,
}

/// A limit on sessions or views is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many {what}: {limit} are allowed at the same time")]
pub struct TooMany {
    what: &'static str,
    limit: u32,
}

/// A call that was not made and is not in the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMade {
    /// A limit or an argument forbids it. Its number stays free.
    #[error("{message}")]
    Rejected {
        /// Why, for programs.
        reason: RejectReason,
        /// Why, for people.
        message: String,
    },
    /// A call with this number was made before.
    #[error("a call with this number was made before")]
    Duplicate,
}

/// How many calls of a session may ask the resolver at the same time; further ones wait. Each is a
/// thread.
const MAX_LOOKUPS: usize = 4;

/// How many `close` with `SO_LINGER` of a session may wait in the kernel at the same time; further
/// ones wait before. Each is a thread.
const MAX_LINGERING: usize = 4;

/// How often in a second the kernel is asked who has a port, at most: it goes through all sockets of
/// the machine.
const SEARCHES_PER_SECOND: u32 = 5;

/// One person's sockets, calls and log.
#[derive(Debug)]
pub struct Session {
    /// Tells sessions apart in the bridge's own log, where their keys must not stand.
    number: u64,
    key: SessionKey,
    view_key: ViewKey,
    epoch_us: u64,
    settings: Arc<Settings>,
    registry: Weak<Registry>,
    log: Log,
    state: Mutex<State>,
    /// Held while the kernel is asked for what other sockets of the session may feel, and the answer
    /// is written to the log: their order in the log is the order in which they happened.
    order: Mutex<()>,
    /// Fires for whoever waits for a first socket.
    socket_added: Notify,
    /// What outlives its descriptor.
    remnants: remnants::Remnants,
    /// How often the kernel is asked who has a port.
    searches: Mutex<Rate>,
    /// How many may ask the resolver at the same time.
    lookups: Arc<Semaphore>,
    /// How many `close` may linger at the same time.
    lingering: Arc<Semaphore>,
    /// The calls that have not returned.
    calls: TaskTracker,
    /// How many follow the session.
    views: watch::Sender<life::Views>,
    /// Fires when the end begins.
    ending: CancellationToken,
    /// Fires when the sockets are closed.
    ended: CancellationToken,
}

impl Session {
    /// Makes a call. It is in the log when this returns; it may still wait for the kernel.
    ///
    /// Must be called within a tokio runtime, which runs what waits.
    ///
    /// # Errors
    /// [`NotMade`] when it is not made.
    pub fn call(self: &Arc<Self>, call: CallId, request: Call) -> Result<(), NotMade> {
        if matches!(
            request,
            Call::Send { .. } | Call::SendAll { .. } | Call::SendTo { .. }
        ) {
            return Err(rejected(
                RejectReason::Malformed,
                format!("{} carries bytes", request.name()),
            ));
        }
        self.begin(call, request, Bytes::new())
    }

    /// Makes a call that carries bytes. The log holds on to them, so they should not be a small part
    /// of a large buffer.
    ///
    /// Must be called within a tokio runtime, which runs what waits.
    ///
    /// # Errors
    /// [`NotMade`] when it is not made.
    pub fn send(
        self: &Arc<Self>,
        call: CallId,
        socket: SocketId,
        payload: &Payload,
        bytes: Bytes,
    ) -> Result<(), NotMade> {
        let length = u32::try_from(bytes.len())
            .map_err(|_| rejected(RejectReason::Malformed, "these are too many bytes"))?;
        self.begin(call, payload.call(socket, length), bytes)
    }

    /// Ends the wait of a pending call. A call that is not pending is not affected.
    pub fn cancel(&self, call: CallId) {
        self.state().cancel(call);
    }

    /// Raises the credit of a `stream` to `total`; a lower total changes nothing.
    pub fn credit(&self, call: CallId, total: u64) {
        self.state().credit(call, total);
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Tells sessions apart where their keys must not stand; no secret.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The secret that lets a client come back.
    #[must_use]
    pub fn key(&self) -> &SessionKey {
        &self.key
    }

    /// The secret that lets somebody look.
    #[must_use]
    pub fn view_key(&self) -> &ViewKey {
        &self.view_key
    }

    /// The wall-clock time at which the log's clock stood at 0, microseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn epoch_us(&self) -> u64 {
        self.epoch_us
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn add(&self, socket: Socket) -> Arc<Slot> {
        let slot = self.state().add(socket);
        self.socket_added.notify_waiters();
        slot
    }
}

/// What this operating system can show of sockets.
#[must_use]
pub fn platform() -> Platform {
    crate::socket::platform()
}
