//! The beginning and the end of a session, and who follows it in between.

use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sockscope_protocol::{ClosedBy, SessionKey, ViewKey};
use tokio::sync::{Notify, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use super::admission::State;
use super::rate::Rate;
use super::remnants::{self, Remnants};
use super::{
    Log, MAX_LINGERING, MAX_LOOKUPS, Registry, SEARCHES_PER_SECOND, Session, Settings, TooMany,
    calls, observe,
};

/// How long a session waits at least for the one who began it.
const FIRST: Duration = Duration::from_secs(10);

impl Session {
    /// Begins a session; its tasks run until it ends.
    pub(super) fn start(
        number: u64,
        settings: Arc<Settings>,
        registry: Weak<Registry>,
    ) -> Arc<Self> {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        let session = Arc::new(Self {
            number,
            key: SessionKey(secret()),
            view_key: ViewKey(secret()),
            epoch_us: epoch.map_or(0, |since| {
                u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
            }),
            log: Log::new(&settings.limits),
            state: Mutex::new(State::new(&settings.limits)),
            settings,
            registry,
            order: Mutex::default(),
            socket_added: Notify::new(),
            remnants: Remnants::default(),
            searches: Mutex::new(Rate::new(SEARCHES_PER_SECOND, Instant::now())),
            lookups: Arc::new(Semaphore::new(MAX_LOOKUPS)),
            lingering: Arc::new(Semaphore::new(MAX_LINGERING)),
            calls: TaskTracker::new(),
            views: watch::Sender::new(Views::default()),
            ending: CancellationToken::new(),
            ended: CancellationToken::new(),
        });
        let ending = session.ending.clone();
        tokio::spawn(ending.run_until_cancelled_owned(observe::watch(Arc::clone(&session))));
        let ending = session.ending.clone();
        tokio::spawn(ending.run_until_cancelled_owned(remnants::watch(Arc::clone(&session))));
        let span = tracing::info_span!("session", number);
        tokio::spawn(live(Arc::clone(&session)).instrument(span));
        session
    }

    /// Counts a client that follows the session. `linger_seconds` after the last one is gone, the
    /// session ends.
    ///
    /// # Errors
    /// [`TooMany`] when `views` are attached.
    pub fn attach(self: &Arc<Self>) -> Result<ViewGuard, TooMany> {
        self.attach_as(false)
    }

    /// Counts somebody who only looks. However many there are, they leave room for a client to come
    /// back.
    ///
    /// # Errors
    /// [`TooMany`] when `views` are attached, or all but one that only look.
    pub fn attach_onlooker(self: &Arc<Self>) -> Result<ViewGuard, TooMany> {
        self.attach_as(true)
    }

    fn attach_as(self: &Arc<Self>, onlooker: bool) -> Result<ViewGuard, TooMany> {
        let limit = self.settings.limits.views;
        let attached = self.views.send_if_modified(|views| {
            let free = views.all < limit && !(onlooker && views.onlookers + 1 >= limit);
            views.all += u32::from(free);
            views.onlookers += u32::from(free && onlooker);
            free
        });
        if !attached {
            return Err(TooMany {
                what: "views",
                limit,
            });
        }
        Ok(ViewGuard {
            session: Arc::clone(self),
            onlooker,
        })
    }

    /// Ends the session: it cannot be found any more, pending calls are cancelled, sockets closed;
    /// then [`Self::ended`] fires.
    pub fn end(&self) {
        if let Some(registry) = self.registry.upgrade() {
            registry.remove(self);
        }
        self.ending.cancel();
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
    onlooker: bool,
}

/// How many follow a session.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Views {
    all: u32,
    /// Those among them who only look.
    onlookers: u32,
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
        self.session.views.send_modify(|views| {
            views.all -= 1;
            views.onlookers -= u32::from(self.onlooker);
        });
    }
}

/// Waits for the session's end and brings it about.
async fn live(session: Arc<Session>) {
    tracing::info!("begun");
    let ending = session.ending.clone();
    ending
        .run_until_cancelled(nobody_comes_back(&session))
        .await;
    session.end();
    session.state().ended = true;
    session.calls.close();
    session.calls.wait().await;
    let sockets = session.state().take_sockets();
    for slot in sockets {
        calls::close_at_once(&session, &slot, ClosedBy::SessionEnd);
    }
    session.ended.cancel();
    tracing::info!("ended");
}

/// Returns when nobody has followed the session for `linger_seconds`.
async fn nobody_comes_back(session: &Session) {
    let linger = Duration::from_secs(u64::from(session.settings.limits.linger_seconds));
    let mut views = session.views.subscribe();
    let first = views.wait_for(|views| views.all > 0);
    if tokio::time::timeout(linger.max(FIRST), first)
        .await
        .is_err()
    {
        return;
    }
    loop {
        // The sender lives as long as the session, so that the waits cannot fail.
        let _ = views.wait_for(|views| views.all == 0).await;
        let somebody = views.wait_for(|views| views.all > 0);
        if tokio::time::timeout(linger, somebody).await.is_err() {
            return;
        }
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
