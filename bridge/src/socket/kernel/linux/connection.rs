//! Connections that are found by their addresses.

use std::io;
use std::net::SocketAddr;

use rustix::net::sockopt::socket_cookie;
use sockscope_protocol::{Observation, TcpState};

use super::diag::{Diag, Entry};
use super::info::{Info, state};

/// How often the kernel says that there is nothing before it is believed. While it puts what is left
/// in the socket's place, one that looks at the same moment finds neither of them
/// (`__inet_lookup_established` in `net/ipv4/inet_hashtables.c`), or the socket when it is CLOSED
/// already.
const LOOKS: usize = 3;

/// A TCP connection as the kernel finds it, also when no descriptor shows it any more.
#[derive(Debug)]
pub(crate) struct Connection {
    local: SocketAddr,
    peer: SocketAddr,
    /// `SO_COOKIE`: another socket may have the same addresses later.
    socket: u64,
    /// The cookie of what replaces the socket in TIME-WAIT.
    time_wait: Option<u64>,
}

impl Connection {
    /// The connection of a socket; none where the kernel could not be asked for it later.
    pub(in crate::socket) fn of(
        os: &socket2::Socket,
        local: SocketAddr,
        peer: SocketAddr,
    ) -> Option<Self> {
        let socket = socket_cookie(os).ok()?;
        super::after_close().then_some(Self {
            local,
            peer,
            socket,
            time_wait: None,
        })
    }

    /// The two addresses.
    pub(crate) fn addresses(&self) -> (SocketAddr, SocketAddr) {
        (self.local, self.peer)
    }

    /// What the kernel holds of it; the state is CLOSED when that is nothing.
    ///
    /// # Errors
    /// The kernel could not be asked.
    pub(crate) fn look(&mut self) -> io::Result<Observation> {
        let diag = Diag::open()?;
        let mut entry = None;
        for _ in 0..LOOKS {
            entry = diag.find(self.local, self.peer)?;
            entry = entry.filter(|entry| self.is_this(entry));
            if entry.is_some() {
                break;
            }
            std::thread::yield_now();
        }
        let addresses = Observation {
            local: Some(self.local),
            peer: Some(self.peer),
            ..Observation::default()
        };
        Ok(match entry {
            Some(entry) => Observation {
                state: state(entry.state),
                send_queue: Some(entry.send_queue),
                tcp: entry.info.as_ref().map(Info::figures),
                ends_in_ms: entry.time_wait.then_some(entry.expires_ms),
                ..addresses
            },
            None => Observation {
                state: Some(TcpState::Closed),
                ..addresses
            },
        })
    }

    fn is_this(&mut self, entry: &Entry) -> bool {
        if state(entry.state) == Some(TcpState::Closed) {
            false
        } else if entry.time_wait {
            entry.cookie == *self.time_wait.get_or_insert(entry.cookie)
        } else {
            entry.cookie == self.socket
        }
    }
}
