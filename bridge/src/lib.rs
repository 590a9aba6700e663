//! The bridge: real TCP and UDP sockets on one side, a WebSocket on the other.
//!
//! ```text
//! browser -> http -> wire -> session -> socket -> kernel
//! ```
//!
//! `session` knows no transport, `wire` no sockets, `socket` no browser; `policy` says what may be
//! reached. The messages are those of [`sockscope_protocol`].

#![deny(missing_docs)]

pub mod config;
mod error;
mod http;
pub mod policy;
pub mod relay;
pub mod session;
mod socket;
mod state;
mod token;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use config::Config;
pub use error::Error;
pub use http::{Authority, BadAuthority, Host, Origin};
pub use token::{BadToken, TOKEN_VARIABLE, Token};

use relay::Relay;
use session::{Registry, Settings};
use state::Bridge;

/// How long a stopping bridge waits for its clients to take their leave.
const STOP: Duration = Duration::from_secs(5);

/// Connections of clients that have shown no token. A browser opens six at most for a page.
const STRANGERS: usize = 128;

/// Keeps the process's memory small where the C library would give every thread its own; to be called
/// before there are threads.
pub fn save_memory() {
    socket::save_memory();
}

/// Serves clients on `listener` until `stop` fires; then tells them, closes all sockets and returns.
///
/// # Errors
/// [`Error::Address`] when the listener does not know its own address, [`Error::Relay`] when the
/// relay's threads cannot be started.
pub async fn serve(
    listener: TcpListener,
    config: Config,
    stop: CancellationToken,
) -> Result<(), Error> {
    let address = listener.local_addr().map_err(Error::Address)?;
    socket::unpace(&listener, address.ip());
    let sessions = usize::try_from(config.limits.sessions).unwrap_or(usize::MAX);
    let views = usize::try_from(config.limits.views).unwrap_or(usize::MAX);
    let relayed = config.relay.as_ref().map_or(0, |relay| relay.websockets);
    let room = http::Room {
        known: sessions
            .saturating_mul(views)
            .saturating_add(usize::try_from(relayed).unwrap_or(usize::MAX)),
        strangers: STRANGERS,
    };
    let policy = Arc::new(config.policy.with_own(address));
    let registry = Registry::new(Settings {
        limits: config.limits,
        policy: Arc::clone(&policy),
    });
    let tasks = TaskTracker::new();
    let relay = config
        .relay
        .map(|config| Relay::start(config, policy, tasks.clone()))
        .transpose()
        .map_err(Error::Relay)?;
    let bridge = Arc::new(Bridge::new(
        config.token,
        Arc::clone(&registry),
        relay.clone(),
        tasks.clone(),
        stop.clone(),
    ));
    let router = http::router(bridge, address.port(), config.hosts, config.origins);
    http::serve_connections(listener, router, room, tasks.clone(), stop).await;
    if let Some(relay) = relay {
        relay.stop();
    }

    // Views take their leave by themselves, now that `stop` has fired.
    tasks.close();
    let leave = async { tokio::join!(tasks.wait(), registry.shutdown()) };
    if tokio::time::timeout(STOP, leave).await.is_err() {
        tracing::warn!("some clients or sockets took longer than {STOP:?} to close: cut off");
    }
    Ok(())
}
