//! What sessions do, seen from outside: calls go in, the log comes out, the peers are real sockets.

#![allow(clippy::unwrap_used)]

mod client;
mod tcp;
