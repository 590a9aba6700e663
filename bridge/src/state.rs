//! What every connection needs to know of its bridge.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::relay::Relay;
use crate::session::Registry;
use crate::token::Token;

/// What every connection needs to know of its bridge.
#[derive(Debug)]
pub(crate) struct Bridge {
    pub(crate) token: Token,
    pub(crate) registry: Arc<Registry>,
    /// The door for programs, if it is open.
    pub(crate) relay: Option<Arc<Relay>>,
    /// Fires when the bridge stops.
    pub(crate) stop: CancellationToken,
    /// All connections and views, to wait for at the end.
    pub(crate) tasks: TaskTracker,
    /// How many WebSockets there were, to tell them apart in the log.
    views: AtomicU64,
}

impl Bridge {
    pub(crate) fn new(
        token: Token,
        registry: Arc<Registry>,
        relay: Option<Arc<Relay>>,
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        Self {
            token,
            registry,
            relay,
            stop,
            tasks,
            views: AtomicU64::new(0),
        }
    }

    /// A number for a new WebSocket.
    pub(crate) fn number(&self) -> u64 {
        self.views.fetch_add(1, Ordering::Relaxed) + 1
    }
}
