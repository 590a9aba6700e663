//! Payload that goes from socket to socket without passing through this process (`splice(2)`).

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::net::{SendFlags, send};
use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, splice};

/// How much a pipe holds.
const CAPACITY: usize = 512 * 1024;

/// A pipe, which holds pages of the kernel and no copies of them.
#[derive(Debug)]
pub(in crate::relay) struct Pipe {
    read: OwnedFd,
    write: OwnedFd,
    len: usize,
}

impl Pipe {
    pub(in crate::relay) fn new() -> io::Result<Self> {
        let (read, write) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        fcntl_setpipe_size(&write, CAPACITY)?;
        Ok(Self {
            read,
            write,
            len: 0,
        })
    }

    pub(in crate::relay) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes what a socket has received; 0 at its end.
    pub(super) fn fill(&mut self, from: &impl AsFd) -> io::Result<usize> {
        let length = splice(from, None, &self.write, None, CAPACITY, flags())?;
        self.len += length;
        Ok(length)
    }

    /// Gives all to a socket.
    pub(super) fn drain(&mut self, to: &impl AsFd) -> io::Result<()> {
        while self.len > 0 {
            match splice(&self.read, None, to, None, self.len, flags())? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                length => self.len -= length,
            }
        }
        Ok(())
    }
}

fn flags() -> SpliceFlags {
    SpliceFlags::MOVE | SpliceFlags::NONBLOCK
}

/// Sends bytes that others follow at once.
pub(super) fn send_before(to: &impl AsFd, bytes: &[u8]) -> io::Result<usize> {
    Ok(send(to, bytes, SendFlags::MORE | SendFlags::NOSIGNAL)?)
}
