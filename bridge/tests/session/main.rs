//! What sessions do, seen from outside: calls go in, the log comes out, the peers are real sockets.

#![allow(clippy::unwrap_used)]

mod client;
#[cfg(target_os = "linux")]
mod effects;
#[cfg(target_os = "linux")]
mod holder;
#[cfg(target_os = "linux")]
#[path = "../common/kernel.rs"]
mod kernel;
mod life;
mod limits;
mod log;
mod names;
#[cfg(target_os = "linux")]
mod observing;
mod options;
#[cfg(target_os = "linux")]
mod remnants;
mod stream;
mod tcp;
mod udp;
mod waiting;
