//! The door for programs, seen from outside: WebSockets go in, the targets are real sockets.

#![allow(clippy::unwrap_used)]

mod client;
mod closing;
#[path = "../common/mod.rs"]
mod common;
mod door;
mod flow;
mod malformed;
#[cfg(target_os = "linux")]
mod memory;
mod metrics;
mod opening;
mod plain;
mod programs;
mod udp;
mod watching;
mod wisp2;
mod wisp_mux;
