//! Systems without `splice(2)`: payload passes through this process.

use std::io;

/// There are none.
#[derive(Debug)]
pub(in crate::relay) enum Pipe {}

impl Pipe {
    pub(in crate::relay) fn new() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in crate::relay) fn is_empty(&self) -> bool {
        match *self {}
    }

    pub(super) fn fill<T>(&mut self, _: &T) -> io::Result<usize> {
        match *self {}
    }

    pub(super) fn drain<T>(&mut self, _: &T) -> io::Result<()> {
        match *self {}
    }
}

pub(super) fn send_before<T>(_: &T, _: &[u8]) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}
