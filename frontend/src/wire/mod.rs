//! The way to the bridge: one WebSocket at a time, opened again when it breaks.
//!
//! What has to be right when the connection comes and goes is free of the browser and tested
//! natively: [`Outbox`] (calls that the log does not show yet), [`Credits`] (how much a `stream`
//! may send), [`Backoff`] (when to try again). [`Connection`] is the browser's WebSocket.

mod backoff;
mod clock;
mod connection;
mod credit;
mod link;
mod outbox;

pub use backoff::Backoff;
pub use clock::Clock;
pub use connection::{Connection, Incoming};
pub use credit::{Credits, WINDOW};
pub use link::{Link, LostReason, Refused};
pub use outbox::{NotSent, Outbox, Outgoing, Rejection, Request};
