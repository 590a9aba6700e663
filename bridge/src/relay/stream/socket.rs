//! The socket at a stream's other end.

use std::io::{self, IoSlice, Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr};

use mio::net::{TcpStream, UdpSocket};
use mio::{Interest, Registry, Token};
use socket2::{Domain, Protocol, Type};

use crate::relay::wisp::Transport;

/// A non-blocking socket that the reactor watches.
#[derive(Debug)]
pub(in crate::relay) enum Socket {
    Tcp(TcpStream),
    Udp(UdpSocket),
}

impl Socket {
    /// Begins to connect; for UDP that only fixes the peer (`connect(2)`).
    pub(in crate::relay) fn connect(transport: Transport, address: SocketAddr) -> io::Result<Self> {
        match transport {
            Transport::Tcp => {
                let socket = socket2::Socket::new(
                    Domain::for_address(address),
                    Type::STREAM,
                    Some(Protocol::TCP),
                )?;
                socket.set_nonblocking(true)?;
                // Small packets in both directions: waiting to fill a segment only delays them.
                socket.set_tcp_nodelay(true)?;
                crate::socket::unpace(&socket, address.ip());
                match socket.connect(&address.into()) {
                    Err(error) if !crate::socket::is_in_progress(&error) => Err(error),
                    _ => Ok(Self::Tcp(TcpStream::from_std(socket.into()))),
                }
            }
            Transport::Udp => {
                let any = match address {
                    SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
                    SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
                };
                let socket = UdpSocket::bind(any)?;
                socket.connect(address)?;
                Ok(Self::Udp(socket))
            }
        }
    }

    pub(in crate::relay) fn register(
        &mut self,
        registry: &Registry,
        token: Token,
    ) -> io::Result<()> {
        let interest = Interest::READABLE | Interest::WRITABLE;
        match self {
            Self::Tcp(socket) => registry.register(socket, token, interest),
            Self::Udp(socket) => registry.register(socket, token, interest),
        }
    }

    /// Whether the connection is there; an error when it will never be.
    pub(in crate::relay) fn is_connected(&self) -> io::Result<bool> {
        let Self::Tcp(socket) = self else {
            return Ok(true);
        };
        if let Some(error) = socket.take_error()? {
            return Err(error);
        }
        match socket.peer_addr() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// `recv(2)`; of a datagram, what fits.
    pub(in crate::relay) fn read(&self, room: &mut [u8]) -> io::Result<usize> {
        retry(|| match self {
            Self::Tcp(socket) => (&*socket).read(room),
            Self::Udp(socket) => socket.recv(room),
        })
    }

    /// `writev(2)` of a stream's bytes.
    pub(in crate::relay) fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        retry(|| match (self, slices) {
            (Self::Tcp(socket), [one]) => (&*socket).write(one),
            (Self::Tcp(socket), _) => (&*socket).write_vectored(slices),
            (Self::Udp(_), _) => Err(io::ErrorKind::Unsupported.into()),
        })
    }

    /// `send(2)` of a datagram.
    pub(in crate::relay) fn send(&self, datagram: &[u8]) -> io::Result<()> {
        retry(|| match self {
            Self::Tcp(_) => Err(io::ErrorKind::Unsupported.into()),
            Self::Udp(socket) => socket.send(datagram).map(drop),
        })
    }

    /// `shutdown(2)` of the sending side.
    pub(in crate::relay) fn finish(&self) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => socket.shutdown(Shutdown::Write),
            Self::Udp(_) => Ok(()),
        }
    }

    /// How many bytes the other side's kernel has not confirmed, where this one tells.
    pub(in crate::relay) fn unconfirmed(&self) -> Option<u32> {
        match self {
            Self::Tcp(socket) => crate::socket::unconfirmed(socket),
            Self::Udp(_) => Some(0),
        }
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

#[cfg(unix)]
impl std::os::fd::AsFd for Socket {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        match self {
            Self::Tcp(socket) => socket.as_fd(),
            Self::Udp(socket) => socket.as_fd(),
        }
    }
}
