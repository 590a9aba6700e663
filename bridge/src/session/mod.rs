//! Sessions: one person's sockets, calls and log. A session knows no transport; whoever speaks to a
//! client attaches to it, makes calls and follows its log.

mod log;
mod numbers;
mod rate;
mod registry;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use sockscope_protocol::{
    Call, CallId, EventBody, Limits, Outcome, Payload, RejectReason, SessionKey, SocketId, ViewKey,
};
use tokio_util::sync::CancellationToken;

use crate::policy::Policy;
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

/// One person's sockets, calls and log.
#[derive(Debug)]
pub struct Session {
    key: SessionKey,
    view_key: ViewKey,
    epoch_us: u64,
    settings: Arc<Settings>,
    registry: Weak<Registry>,
    log: Log,
    views: AtomicU32,
    ended: CancellationToken,
}

impl Session {
    pub(super) fn start(settings: Arc<Settings>, registry: Weak<Registry>) -> Arc<Self> {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        Arc::new(Self {
            key: SessionKey(secret()),
            view_key: ViewKey(secret()),
            epoch_us: epoch.map_or(0, |since| {
                u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
            }),
            log: Log::new(&settings.limits),
            settings,
            registry,
            views: AtomicU32::new(0),
            ended: CancellationToken::new(),
        })
    }

    /// Makes a call. It is in the log when this returns; it may still wait for the kernel.
    ///
    /// # Errors
    /// [`NotMade`] when it is not made.
    pub fn call(self: &Arc<Self>, call: CallId, request: Call) -> Result<(), NotMade> {
        let outcome = Outcome::Internal(format!("{} is not wired", request.name()));
        self.log.append([
            EventBody::Called { call, request },
            EventBody::Returned {
                call,
                took_us: 0,
                blocked: false,
                outcome,
            },
        ]);
        Ok(())
    }

    /// Makes a call that carries bytes.
    ///
    /// # Errors
    /// [`NotMade`] when it is not made.
    pub fn send(
        self: &Arc<Self>,
        call: CallId,
        socket: SocketId,
        payload: Payload,
        bytes: Bytes,
    ) -> Result<(), NotMade> {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let request = payload.call(socket, length);
        drop((payload, bytes));
        self.call(call, request)
    }

    /// Ends the wait of a pending call. A call that is not pending is not affected.
    pub fn cancel(&self, call: CallId) {
        let _ = call;
    }

    /// Raises the credit of a `stream` to `total`; a lower total changes nothing.
    pub fn credit(&self, call: CallId, total: u64) {
        let _ = (call, total);
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
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

    /// Counts somebody who follows the session. `linger_seconds` after the last one is gone, the
    /// session ends.
    ///
    /// # Errors
    /// [`TooMany`] when `views` are attached.
    pub fn attach(self: &Arc<Self>) -> Result<ViewGuard, TooMany> {
        let limit = self.settings.limits.views;
        self.views
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |views| {
                (views < limit).then_some(views + 1)
            })
            .map_err(|_| TooMany {
                what: "views",
                limit,
            })?;
        Ok(ViewGuard {
            session: Arc::clone(self),
        })
    }

    /// Ends the session: pending calls are cancelled, sockets closed; then [`Self::ended`] fires.
    pub fn end(&self) {
        if let Some(registry) = self.registry.upgrade() {
            registry.remove(self);
        }
        self.ended.cancel();
    }

    /// Fires when the session has ended and its sockets are closed.
    #[must_use]
    pub fn ended(&self) -> CancellationToken {
        self.ended.clone()
    }
}

/// Somebody follows a session as long as this lives.
#[derive(Debug)]
pub struct ViewGuard {
    session: Arc<Session>,
}

impl ViewGuard {
    /// The session that is followed.
    #[must_use]
    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }
}

impl Drop for ViewGuard {
    fn drop(&mut self) {
        self.session.views.fetch_sub(1, Ordering::SeqCst);
    }
}

/// 128 random bits as 32 hexadecimal digits.
fn secret() -> String {
    let bits: u128 = (u128::from(random()) << 64) | u128::from(random());
    format!("{bits:032x}")
}

fn random() -> u64 {
    // Without randomness from the operating system no secret can be made, and nothing be served.
    #[expect(clippy::expect_used, reason = "no secret may be guessable")]
    getrandom::u64().expect("the operating system gives random bytes")
}
