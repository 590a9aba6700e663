//! `recv(2)` and `recvfrom(2)`.

use std::io;
use std::net::SocketAddr;

use sockscope_protocol::SocketType;

use super::{Socket, retry};
pub(super) use system::is_at_end;

/// Room for what may come while it is looked how much there is.
const LITTLE: usize = 512;
/// For fewer bytes, room before them is not worth its own size.
const MANY: usize = 4 * 1024;

/// How to receive.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ReceiveFlags {
    /// `MSG_PEEK`.
    pub(crate) peek: bool,
    /// With `MSG_PEEK`: `EAGAIN` while fewer bytes than asked for are there and more may come.
    pub(crate) all: bool,
    /// The caller would wait: what a blocking descriptor answers counts.
    pub(crate) waits: bool,
    /// On a stream, as large a buffer as what is there will do: the caller asks again.
    pub(crate) some: bool,
    /// Leave so much room before a stream's bytes, if they are many: the caller writes a header there.
    pub(crate) room: usize,
}

/// What one `recv(2)` brought.
#[derive(Debug)]
pub(crate) struct Received {
    /// They stand behind `room`.
    buffer: Vec<u8>,
    /// How much room there is before them.
    pub(crate) room: usize,
    /// The datagram's size where the kernel tells, else the number of bytes.
    pub(crate) true_size: usize,
    /// Where a datagram came from.
    pub(crate) from: Option<SocketAddr>,
    /// Nothing more can come. An empty datagram is no end.
    pub(crate) end: bool,
}

impl Received {
    /// How many bytes.
    pub(crate) fn len(&self) -> usize {
        self.buffer.len() - self.room
    }

    /// The bytes, without the unused rest of their buffer, where that is more than a little: it would
    /// stay allocated as long as they do.
    ///
    /// A buffer is given back whole, by itself or with the bytes: one that was shrunk would leave behind
    /// a gap too small for the next buffer (a segment on loopback is 53 bytes short of 64 KiB).
    pub(crate) fn into_buffer(self) -> Vec<u8> {
        if self.buffer.len() < self.buffer.capacity() / 16 * 15 {
            self.buffer.as_slice().to_vec()
        } else {
            self.buffer
        }
    }
}

/// What the system's own call brought.
struct Taken {
    buffer: Vec<u8>,
    true_size: usize,
    from: Option<SocketAddr>,
}

impl Socket {
    /// Receives at most `size` bytes.
    pub(crate) fn receive(&self, size: usize, flags: ReceiveFlags) -> io::Result<Received> {
        let datagram = self.kind == SocketType::Datagram;
        let size = match super::kernel::received(&self.os) {
            // The room is as large as what is there: none of it is left to be given back.
            Some(there) if flags.some && !datagram => size.min(there.max(LITTLE)),
            _ => size,
        };
        let room = if datagram || size < MANY {
            0
        } else {
            flags.room
        };
        let Taken {
            buffer,
            true_size,
            from,
        } = match retry(|| system::receive(self, room, size, flags.peek)) {
            // After `shutdown`, Linux answers 0 to those who would wait and `EAGAIN` to others.
            Err(error)
                if error.kind() == io::ErrorKind::WouldBlock
                    && flags.waits
                    && datagram
                    && system::is_shut_down(&self.os) =>
            {
                return Ok(Received {
                    buffer: Vec::new(),
                    room: 0,
                    true_size: 0,
                    from: None,
                    end: true,
                });
            }
            taken => taken?,
        };
        let length = buffer.len() - room;
        if flags.peek && flags.all && length < size && !datagram && !is_at_end(&self.os) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Received {
            end: length == 0 && !datagram,
            buffer,
            room,
            true_size,
            from: from.filter(|_| datagram),
        })
    }
}

#[cfg(unix)]
mod system {
    use std::io;

    use rustix::buffer::spare_capacity;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::net::{RecvFlags, recvfrom};

    use super::{Socket, Taken};

    pub(super) fn receive(
        socket: &Socket,
        room: usize,
        size: usize,
        peek: bool,
    ) -> io::Result<Taken> {
        let os = &*socket.os;
        let mut flags = RecvFlags::empty();
        flags.set(RecvFlags::PEEK, peek);
        // Linux returns the true size then (recv(2)); for TCP the flag would discard bytes.
        #[cfg(target_os = "linux")]
        flags.set(RecvFlags::TRUNC, socket.kind == super::SocketType::Datagram);
        let mut buffer = Vec::with_capacity(room + size);
        buffer.resize(room, 0);
        let (_, true_size, from) = if size == 0 {
            recvfrom(os, &mut [0; 0][..], flags)?
        } else {
            recvfrom(os, spare_capacity(&mut buffer), flags)?
        };
        Ok(Taken {
            buffer,
            true_size,
            from: from.and_then(|from| from.try_into().ok()),
        })
    }

    #[cfg(target_os = "linux")]
    const SHUT_DOWN: PollFlags = PollFlags::RDHUP.union(PollFlags::HUP);
    #[cfg(not(target_os = "linux"))]
    const SHUT_DOWN: PollFlags = PollFlags::HUP;

    /// Whether no more bytes can come: the peer has ended its direction, or the connection is gone.
    pub(in crate::socket) fn is_at_end(os: &socket2::Socket) -> bool {
        shows(os, SHUT_DOWN | PollFlags::ERR)
    }

    /// Whether receiving was ended by `shutdown(2)`.
    pub(super) fn is_shut_down(os: &socket2::Socket) -> bool {
        shows(os, SHUT_DOWN)
    }

    fn shows(os: &socket2::Socket, flags: PollFlags) -> bool {
        let mut polled = [PollFd::new(os, flags)];
        poll(&mut polled, Some(&Timespec::default())).is_err()
            || polled[0].revents().intersects(flags)
    }
}

#[cfg(not(unix))]
mod system {
    use std::io::{self, Read};
    use std::net::{TcpStream, UdpSocket};

    use sockscope_protocol::SocketType;

    use super::{Socket, Taken};

    pub(super) fn receive(
        socket: &Socket,
        room: usize,
        size: usize,
        peek: bool,
    ) -> io::Result<Taken> {
        let mut memory = vec![0; room + size];
        let buffer = &mut memory[room..];
        let os = socket.os.try_clone()?;
        let (true_size, from) = match socket.kind {
            SocketType::Stream => {
                let mut stream = TcpStream::from(os);
                let length = if peek {
                    stream.peek(buffer)?
                } else {
                    stream.read(buffer)?
                };
                (length, None)
            }
            SocketType::Datagram => {
                let socket = UdpSocket::from(os);
                let (length, from) = if peek {
                    socket.peek_from(buffer)?
                } else {
                    socket.recv_from(buffer)?
                };
                (length, Some(from))
            }
        };
        memory.truncate(room + true_size);
        Ok(Taken {
            buffer: memory,
            true_size,
            from,
        })
    }

    /// This system does not tell, so a peek never waits for more.
    pub(in crate::socket) fn is_at_end(_: &socket2::Socket) -> bool {
        true
    }

    /// Here a socket that was shut down says so by itself.
    pub(super) fn is_shut_down(_: &socket2::Socket) -> bool {
        false
    }
}
