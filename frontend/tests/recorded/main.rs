//! Sessions that a real bridge has recorded: what Wireshark's tshark reads from their packets, and
//! what the model makes of them at every moment.
#![allow(clippy::unwrap_used, reason = "a mistake in a test is to stop it")]

#[allow(dead_code, unreachable_pub, reason = "other tests use the rest")]
#[path = "../../../bridge/tests/common/calls.rs"]
mod calls;
#[allow(dead_code, unreachable_pub, reason = "other tests use the rest")]
#[path = "../../../bridge/tests/common/client.rs"]
mod client;
mod moments;
mod more;
mod packets;
#[allow(unreachable_pub, reason = "the bridge's tests use it, too")]
#[path = "../../../bridge/tests/common/python.rs"]
mod python;
mod sample;
#[path = "../code_runs/sessions.rs"]
mod sessions;
mod tshark;

use std::future::Future;
use std::time::Duration;

/// No test waits longer than this for anything.
const DEADLINE: Duration = Duration::from_secs(60);

/// Waits for what must happen.
async fn soon<T>(what: &str, happens: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, happens).await {
        Ok(value) => value,
        Err(_) => panic!("waited for {what} for {DEADLINE:?}"),
    }
}
