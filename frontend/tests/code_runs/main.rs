//! Programs of recorded sessions are run against each other, in every language against every other,
//! and receive what the session's sockets received.
#![allow(clippy::unwrap_used, reason = "a mistake in a test is to stop it")]

#[allow(dead_code, unreachable_pub, reason = "the bridge's tests use the rest")]
#[path = "../../../bridge/tests/common/calls.rs"]
mod calls;
#[allow(dead_code, unreachable_pub, reason = "the bridge's tests use the rest")]
#[path = "../../../bridge/tests/common/client.rs"]
mod client;
mod expected;
mod prepared;
mod run;
mod sessions;

use std::future::Future;
use std::time::Duration;

use prepared::PREPARED;
use sockscope_frontend::code::Language;

/// No test waits longer than this for anything.
const DEADLINE: Duration = Duration::from_secs(60);

/// Waits for what must happen.
async fn soon<T>(what: &str, happens: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, happens).await {
        Ok(value) => value,
        Err(_) => panic!("waited for {what} for {DEADLINE:?}"),
    }
}

/// Runs a session's programs: the servers in each language, the clients in each language.
fn prove(name: &str) {
    let prepared = &*PREPARED;
    let session = prepared.session(name);
    for servers in Language::ALL {
        for clients in Language::ALL {
            run::together(prepared, session, servers, clients);
        }
    }
}

macro_rules! prove {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            prove(stringify!($name));
        })*
    };
}

prove!(
    tcp_echo,
    udp_echo,
    half_close,
    reset,
    timeout,
    several_clients,
    pieces,
    non_blocking,
    errors,
    options,
    files,
);
