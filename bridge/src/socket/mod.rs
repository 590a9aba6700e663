//! Sockets of the operating system. This is the only place that has them; it knows nothing of
//! sessions and logs.
//!
//! Descriptors are non-blocking: every method makes one system call and returns `EAGAIN` where it
//! would wait. [`Socket::when_ready`] makes it again once the kernel says that it may succeed.

mod accept;
mod errno;
mod kernel;
mod options;
mod readiness;
mod receive;
mod resolve;
mod thread;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::{Domain, Protocol, SockAddr, Type};
use sockscope_protocol::{Family, Holder, How, Observation, SocketType};

pub(crate) use errno::{failure, is_in_progress, is_reset};
pub(crate) use kernel::{Connection, platform, save_memory, take_little, unconfirmed, unpace};
pub(crate) use options::{check as check_option, check_readable};
pub(crate) use readiness::Direction;
pub(crate) use receive::ReceiveFlags;
pub(crate) use resolve::{Unresolved, address_of, lookup};
pub(crate) use thread::{LINGERING, LOOKUPS};

use readiness::Readiness;

/// A non-blocking socket.
#[derive(Debug)]
pub(crate) struct Socket {
    os: Arc<socket2::Socket>,
    readiness: Readiness,
    family: Family,
    kind: SocketType,
    /// `bind` succeeded.
    bound: AtomicBool,
    /// How often `shutdown` ended a life of the socket. Held by the calls that begin or end one, so
    /// that what one of them looks at is still so when it asks the kernel.
    life: Mutex<Life>,
}

/// Which of a socket's lives it is in: a connection on its way that `shutdown` ends leaves a socket
/// that may be connected anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Life(u64);

impl Socket {
    /// `socket(2)`.
    pub(crate) fn open(family: Family, kind: SocketType) -> io::Result<Self> {
        let domain = match family {
            Family::Inet => Domain::IPV4,
            Family::Inet6 => Domain::IPV6,
        };
        let (ty, protocol) = match kind {
            SocketType::Stream => (Type::STREAM, Protocol::TCP),
            SocketType::Datagram => (Type::DGRAM, Protocol::UDP),
        };
        Self::adopt(
            socket2::Socket::new(domain, ty, Some(protocol))?,
            family,
            kind,
        )
    }

    fn adopt(os: socket2::Socket, family: Family, kind: SocketType) -> io::Result<Self> {
        os.set_nonblocking(true)?;
        let os = Arc::new(os);
        let readiness = Readiness::new(Arc::clone(&os));
        Ok(Self {
            os,
            readiness,
            family,
            kind,
            bound: AtomicBool::new(false),
            life: Mutex::default(),
        })
    }

    pub(crate) fn family(&self) -> Family {
        self.family
    }

    pub(crate) fn kind(&self) -> SocketType {
        self.kind
    }

    /// The number of the descriptor in this process.
    pub(crate) fn descriptor(&self) -> i64 {
        #[cfg(unix)]
        let number = i64::from(std::os::fd::AsRawFd::as_raw_fd(&*self.os));
        #[cfg(windows)]
        let number = i64::try_from(std::os::windows::io::AsRawSocket::as_raw_socket(&*self.os))
            .unwrap_or(i64::MAX);
        number
    }

    /// `bind(2)`.
    pub(crate) fn bind(&self, address: SocketAddr) -> io::Result<()> {
        let _life = self.life();
        self.os.bind(&SockAddr::from(address))?;
        self.bound.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// `listen(2)`. Where the kernel will bind the socket by itself, `judge` is asked first about the
    /// address that it will take.
    pub(crate) fn listen<E>(
        &self,
        backlog: i32,
        judge: impl FnOnce(SocketAddr) -> Result<(), E>,
    ) -> Result<io::Result<()>, E> {
        let _life = self.life();
        if self.listens_anywhere() {
            judge(wildcard(self.family, 0))?;
        }
        let listening = self.os.listen(backlog);
        if listening.is_ok() {
            self.readiness.forget();
        }
        Ok(listening)
    }

    /// Whether `listen` would make the kernel choose the address. The port that `getsockname` shows
    /// tells nothing: after a `connect` that failed it is one that the socket has lost.
    fn listens_anywhere(&self) -> bool {
        self.kind == SocketType::Stream
            && !self.bound.load(Ordering::Relaxed)
            && self
                .local_address()
                .map_or(true, |address| address.ip().is_unspecified())
    }

    /// `connect(2)`; for TCP it usually answers `EINPROGRESS`, and [`Self::connected`] tells the end
    /// of the attempt made in this life.
    pub(crate) fn connect(&self, address: SocketAddr) -> (Life, io::Result<()>) {
        let life = self.life();
        let result = self.os.connect(&SockAddr::from(address));
        if self.kind == SocketType::Stream {
            self.readiness.forget();
        }
        (*life, result)
    }

    /// Whether `error` of [`Self::connect`] says that the connection is on its way.
    pub(crate) fn is_in_progress(error: &io::Error) -> bool {
        is_in_progress(error)
    }

    /// Waits for the end of an attempt to connect to `address` that is in progress.
    pub(crate) async fn connected(&self, address: SocketAddr, life: Life) -> io::Result<()> {
        self.readiness
            .io(Direction::Send, || self.attempt(address, life))
            .await
    }

    /// The state of the attempt; `EAGAIN` while it goes on.
    fn attempt(&self, address: SocketAddr, life: Life) -> io::Result<()> {
        let now = self.life();
        if *now != life {
            // Asking through `connect` would begin an attempt that nobody wants.
            return match self.os.peer_addr() {
                Ok(_) => Ok(()),
                Err(_) => Err(errno::aborted()),
            };
        }
        if cfg!(target_os = "linux") {
            // Linux reports the end of an attempt through the next `connect(2)`. Taking it from
            // `SO_ERROR` would leave the socket in a state in which the next `connect(2)`, meant as a
            // new attempt, reports the old one (`ECONNABORTED`).
            return match self.os.connect(&SockAddr::from(address)) {
                Err(error) if errno::is_underway(&error) => Err(io::ErrorKind::WouldBlock.into()),
                // Somebody else was told already.
                Err(error) if errno::is_connected(&error) => Ok(()),
                result => result,
            };
        }
        match self.os.take_error()? {
            Some(error) => Err(error),
            None => match self.os.peer_addr() {
                Ok(_) => Ok(()),
                // It goes on, unless somebody else has taken the error away (`SO_ERROR`).
                Err(_) if !receive::is_at_end(&self.os) => Err(io::ErrorKind::WouldBlock.into()),
                Err(error) => Err(error),
            },
        }
    }

    /// `send(2)`, or `sendto(2)` with an address.
    pub(crate) fn send(&self, bytes: &[u8], to: Option<SocketAddr>) -> io::Result<usize> {
        retry(|| match to {
            Some(address) => self.os.send_to(bytes, &SockAddr::from(address)),
            None => self.os.send(bytes),
        })
    }

    /// `shutdown(2)`.
    pub(crate) fn shutdown(&self, how: How) -> io::Result<()> {
        let mut life = self.life();
        life.0 += 1;
        self.os.shutdown(match how {
            How::Read => Shutdown::Read,
            How::Write => Shutdown::Write,
            How::Both => Shutdown::Both,
        })
    }

    /// `getsockname(2)`.
    pub(crate) fn local_address(&self) -> io::Result<SocketAddr> {
        inet(&self.os.local_addr()?)
    }

    /// `getpeername(2)`.
    pub(crate) fn peer_address(&self) -> io::Result<SocketAddr> {
        inet(&self.os.peer_addr()?)
    }

    /// What the kernel shows of the socket.
    pub(crate) fn observe(&self) -> Observation {
        let local = self.local_address().ok();
        let shown = kernel::observe(&self.os, self.kind);
        Observation {
            local: local.filter(|address| address.port() != 0),
            peer: self.peer_address().ok(),
            ..shown
        }
    }

    /// The socket's connection between these addresses, to be found after [`Self::close`].
    pub(crate) fn connection(&self, local: SocketAddr, peer: SocketAddr) -> Option<Connection> {
        Connection::of(&self.os, local, peer)
    }

    /// Who has the port, when `error` says that somebody has what this socket was to be bound to.
    pub(crate) fn holder(&self, error: &io::Error, address: SocketAddr) -> Option<Holder> {
        let is_taken = error.kind() == io::ErrorKind::AddrInUse && address.port() != 0;
        is_taken
            .then(|| kernel::holder(self.kind, address))
            .flatten()
    }

    /// Whether the kernel holds an error for the socket (`SO_ERROR`), without taking it away.
    pub(crate) fn has_error(&self) -> bool {
        kernel::has_error(&self.os)
    }

    /// Makes `call` again whenever the kernel says that it may succeed, until it does not answer
    /// `EAGAIN` any more.
    pub(crate) async fn when_ready<T>(
        &self,
        direction: Direction,
        call: impl FnMut() -> io::Result<T>,
    ) -> io::Result<T> {
        self.readiness.io(direction, call).await
    }

    /// How long `close(2)` would wait at most (`SO_LINGER`).
    pub(crate) fn lingers(&self) -> Option<Duration> {
        let linger = self.os.linger().ok().flatten();
        linger.filter(|time| !time.is_zero() && self.kind == SocketType::Stream)
    }

    /// Lets `close(2)` return at once; the kernel goes on delivering what it holds.
    pub(crate) fn linger_no_more(&self) {
        if self.lingers().is_some() {
            // A socket that cannot be told so waits; nothing else can be done about it.
            let _ = self.os.set_linger(None);
        }
    }

    fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `close(2)`, once the last user of the socket is gone. Waits in the kernel if [`Self::lingers`].
    pub(crate) fn close(self) {
        let Self { os, readiness, .. } = self;
        drop(readiness);
        drop(os);
    }
}

/// The wildcard address of a family.
pub(crate) fn wildcard(family: Family, port: u16) -> SocketAddr {
    match family {
        Family::Inet => (Ipv4Addr::UNSPECIFIED, port).into(),
        Family::Inet6 => (Ipv6Addr::UNSPECIFIED, port).into(),
    }
}

/// Makes a system call again when a signal interrupted it (`signal(7)`).
fn retry<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

fn inet(address: &SockAddr) -> io::Result<SocketAddr> {
    address
        .as_socket()
        .ok_or_else(|| io::Error::other("the kernel gave an address that is neither IPv4 nor IPv6"))
}
