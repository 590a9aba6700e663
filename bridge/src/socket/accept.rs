//! `accept(2)`.

use std::io;
use std::net::SocketAddr;

use super::{Socket, retry};

impl Socket {
    /// Takes the first connection of the queue, with its peer's address where the kernel names it.
    pub(crate) fn accept(&self) -> io::Result<(Self, Option<SocketAddr>)> {
        let (connection, peer) = retry(|| self.os.accept())?;
        let connection = Self::adopt(connection, self.family, self.kind)?;
        Ok((connection, peer.as_socket()))
    }
}
