//! Waiting until the kernel says that a call may succeed.
//!
//! A socket is registered with the reactor when a call would block for the first time. Earlier would
//! be wrong: for a TCP socket that neither listens nor connects, epoll reports a hang-up, which the
//! reactor keeps for good, so that later waits would spin.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::Interest;
use tokio::net::UdpSocket;

/// What a call waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Something to receive or accept.
    Receive,
    /// Room to send, or the end of a connection attempt.
    Send,
}

impl Direction {
    fn interest(self) -> Interest {
        match self {
            Self::Receive => Interest::READABLE,
            Self::Send => Interest::WRITABLE,
        }
    }
}

#[derive(Debug)]
pub(super) struct Readiness {
    os: Arc<socket2::Socket>,
    registration: Mutex<Option<Arc<Registration>>>,
}

/// A duplicate of the descriptor, known to the reactor. The runtime's types are thin wrappers of a
/// descriptor and waiting does not depend on its protocol, so that this one waits for sockets of all
/// kinds, on all systems.
type Registration = UdpSocket;

impl Readiness {
    pub(super) fn new(os: Arc<socket2::Socket>) -> Self {
        Self {
            os,
            registration: Mutex::default(),
        }
    }

    /// Forgets what the kernel said so far: `connect` and `listen` begin a new life of the socket.
    /// Calls that wait notice it when they are woken.
    pub(super) fn forget(&self) {
        *self.lock() = None;
    }

    /// Makes `call` whenever the kernel says that it may succeed, until it answers something else
    /// than `EAGAIN`.
    pub(super) async fn io<T>(
        &self,
        direction: Direction,
        mut call: impl FnMut() -> io::Result<T>,
    ) -> io::Result<T> {
        let interest = direction.interest();
        loop {
            let registration = self.registration()?;
            // An error (of an ICMP message, say) ends a wait as well: the call then reports it.
            let ready = registration.ready(interest | Interest::ERROR).await?;
            let which = if ready.is_error() {
                Interest::ERROR
            } else {
                interest
            };
            match registration.try_io(which, &mut call) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // The reactor keeps a hang-up for good; the call has just shown that it is over
                    // (an ICMP error looks like one), so the kernel is asked anew.
                    if ready.is_read_closed() || ready.is_write_closed() {
                        self.forget();
                    }
                }
                result => return result,
            }
        }
    }

    fn registration(&self) -> io::Result<Arc<Registration>> {
        let mut current = self.lock();
        if let Some(registration) = &*current {
            return Ok(Arc::clone(registration));
        }
        let duplicate = self.os.try_clone()?;
        let registration = Arc::new(UdpSocket::from_std(duplicate.into())?);
        *current = Some(Arc::clone(&registration));
        Ok(registration)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<Registration>>> {
        self.registration
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
