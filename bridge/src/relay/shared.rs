//! What all threads of the relay know.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::policy::Policy;
use crate::token::Token;

/// What all threads of the relay know.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) token: Token,
    pub(super) policy: Arc<Policy>,
    /// Streams of one WebSocket.
    pub(super) streams: usize,
    /// What may be reached, in words.
    pub(super) motd: String,
    /// Where the resolver is asked.
    pub(super) runtime: Handle,
}

impl Shared {
    pub(super) fn new(token: Token, policy: Arc<Policy>, streams: u32) -> Self {
        let motd = format!(
            "Sockscope relay: connects to {}. At most {streams} streams.",
            policy.describe().connect.join(", ")
        );
        Self {
            token,
            policy,
            streams: usize::try_from(streams).unwrap_or(usize::MAX),
            motd,
            runtime: Handle::current(),
        }
    }
}
