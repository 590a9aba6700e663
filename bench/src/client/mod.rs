//! A client that costs as little as possible, so that what is measured is the relay.

mod connection;
mod frame;
mod link;
mod protocol;
mod session;
mod wisp;

pub(crate) use connection::Connection;
pub(crate) use link::{Door, Link};
pub(crate) use protocol::{Body, Protocol};

/// What happened on a stream.
pub(crate) enum Event<'a> {
    /// Bytes arrived.
    Data(&'a [u8]),
    /// The other side says that there will be none any more.
    Closed,
}
