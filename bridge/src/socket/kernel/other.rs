//! Systems of which nothing is known: only the addresses are shown.

use std::io;
use std::net::SocketAddr;

use sockscope_protocol::{Holder, Observation, SocketType};

pub(super) const QUEUES: bool = false;
pub(super) const TCP_INFO: bool = false;

pub(super) fn after_close() -> bool {
    false
}

/// A connection that could be found without a descriptor: there is none.
#[derive(Debug)]
pub(crate) enum Connection {}

impl Connection {
    pub(in crate::socket) fn of(_: &socket2::Socket, _: SocketAddr, _: SocketAddr) -> Option<Self> {
        None
    }

    pub(crate) fn addresses(&self) -> (SocketAddr, SocketAddr) {
        match *self {}
    }

    pub(crate) fn look(&mut self) -> io::Result<Observation> {
        match *self {}
    }
}

pub(in crate::socket) fn observe(_: &socket2::Socket, _: SocketType) -> Observation {
    Observation::default()
}

pub(in crate::socket) fn holder(_: SocketType, _: SocketAddr) -> Option<Holder> {
    None
}

pub(crate) fn save_memory() {}

pub(in crate::socket) fn has_error(_: &socket2::Socket) -> bool {
    false
}

pub(in crate::socket) fn received<T>(_: &T) -> Option<usize> {
    None
}

pub(crate) fn unconfirmed<T>(_: &T) -> Option<u32> {
    None
}

pub(crate) fn take_little<T>(_: &T) {}

pub(crate) fn unpace<T>(_: &T, _: std::net::IpAddr) {}
