//! The sessions of a bridge.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sockscope_protocol::{SessionKey, ViewKey};

use super::{Session, Settings, TooMany};

/// The sessions of a bridge, found by their secrets.
#[derive(Debug)]
pub struct Registry {
    settings: Arc<Settings>,
    sessions: Mutex<Sessions>,
}

#[derive(Debug, Default)]
struct Sessions {
    by_key: HashMap<SessionKey, Arc<Session>>,
    by_view: HashMap<ViewKey, Arc<Session>>,
    /// How many sessions there were.
    opened: u64,
    /// No session is opened any more.
    closed: bool,
}

impl Registry {
    /// A registry without sessions.
    #[must_use]
    pub fn new(settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            settings: Arc::new(settings),
            sessions: Mutex::default(),
        })
    }

    /// How many sessions were begun.
    pub(crate) fn opened(&self) -> u64 {
        self.lock().opened
    }

    /// What its sessions are allowed.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Begins a session. It ends by itself when nobody attaches within `linger_seconds`
    /// (10 seconds where that is less).
    ///
    /// Must be called within a tokio runtime, which runs the session's tasks.
    ///
    /// # Errors
    /// [`TooMany`] when `sessions` are held, or the bridge is stopping.
    pub fn open(self: &Arc<Self>) -> Result<Arc<Session>, TooMany> {
        let mut sessions = self.lock();
        let limit = self.settings.limits.sessions;
        if sessions.closed || sessions.by_key.len() >= usize::try_from(limit).unwrap_or(usize::MAX)
        {
            return Err(TooMany {
                what: "sessions",
                limit: if sessions.closed { 0 } else { limit },
            });
        }
        sessions.opened += 1;
        let settings = Arc::clone(&self.settings);
        let session = Session::start(sessions.opened, settings, Arc::downgrade(self));
        sessions
            .by_key
            .insert(session.key().clone(), Arc::clone(&session));
        sessions
            .by_view
            .insert(session.view_key().clone(), Arc::clone(&session));
        Ok(session)
    }

    /// The session to come back to, while it is held.
    #[must_use]
    pub fn resume(&self, key: &SessionKey) -> Option<Arc<Session>> {
        self.lock().by_key.get(key).cloned()
    }

    /// The session to look at, while it is held.
    #[must_use]
    pub fn view(&self, key: &ViewKey) -> Option<Arc<Session>> {
        self.lock().by_view.get(key).cloned()
    }

    /// How many sessions are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().by_key.len()
    }

    /// Whether no session is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Ends all sessions and waits until their sockets are closed. No session is opened afterwards.
    pub async fn shutdown(&self) {
        let sessions: Vec<_> = {
            let mut sessions = self.lock();
            sessions.closed = true;
            sessions.by_key.values().cloned().collect()
        };
        for session in &sessions {
            session.end();
        }
        for session in &sessions {
            session.ended().cancelled().await;
        }
    }

    /// Forgets a session that has ended.
    pub(super) fn remove(&self, session: &Session) {
        let mut sessions = self.lock();
        sessions.by_key.remove(session.key());
        sessions.by_view.remove(session.view_key());
    }

    fn lock(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
