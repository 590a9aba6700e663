//! Linux: `SIOCINQ` and `SIOCOUTQ` (`tcp(7)`, `udp(7)`), `TCP_INFO` (`linux/tcp.h`).

#![allow(unsafe_code)]

use std::os::fd::{AsRawFd, RawFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use sockscope_protocol::{AcceptQueue, Observation, SocketType, TcpInfo, TcpState};

pub(super) const QUEUES: bool = true;
pub(super) const TCP_INFO: bool = true;

pub(in crate::socket) fn observe(os: &socket2::Socket, kind: SocketType) -> Observation {
    let info = match kind {
        SocketType::Stream => Info::of(os.as_raw_fd()),
        SocketType::Datagram => None,
    };
    let state = info.as_ref().and_then(Info::state);
    if state == Some(TcpState::Listen) {
        return Observation {
            state,
            accept_queue: info.as_ref().map(Info::accept_queue),
            ..Observation::default()
        };
    }
    let connected = !matches!(state, None | Some(TcpState::Closed | TcpState::SynSent));
    Observation {
        state,
        recv_queue: queue(os.as_raw_fd(), libc::FIONREAD),
        send_queue: queue(os.as_raw_fd(), libc::TIOCOUTQ),
        tcp: info.as_ref().filter(|_| connected).map(Info::figures),
        ..Observation::default()
    }
}

/// Whether an error waits to be reported. Unlike `SO_ERROR`, asking does not take it away.
pub(in crate::socket) fn has_error(os: &socket2::Socket) -> bool {
    let mut polled = [PollFd::new(os, PollFlags::empty())];
    poll(&mut polled, Some(&Timespec::default())).is_ok()
        && polled[0].revents().contains(PollFlags::ERR)
}

/// The length of a queue. `SIOCINQ` is `FIONREAD`, `SIOCOUTQ` is `TIOCOUTQ` (`linux/sockios.h`).
fn queue(descriptor: RawFd, request: libc::Ioctl) -> Option<u32> {
    let mut length: libc::c_int = 0;
    // SAFETY: both requests write one `int` to the address given, and `length` is one.
    let result = unsafe { libc::ioctl(descriptor, request, &raw mut length) };
    (result == 0).then(|| u32::try_from(length).unwrap_or(0))
}

/// `struct tcp_info`, as many bytes of it as this kernel fills. It only ever grows at its end.
struct Info {
    bytes: [u8; Self::SIZE],
    filled: usize,
}

impl Info {
    const SIZE: usize = 256;

    fn of(descriptor: RawFd) -> Option<Self> {
        let mut bytes = [0; Self::SIZE];
        let mut filled = libc::socklen_t::try_from(Self::SIZE).ok()?;
        // SAFETY: the kernel writes at most `filled` bytes to `bytes`, which has as many, and the
        // number it wrote to `filled`.
        let result = unsafe {
            libc::getsockopt(
                descriptor,
                libc::IPPROTO_TCP,
                libc::TCP_INFO,
                bytes.as_mut_ptr().cast(),
                &raw mut filled,
            )
        };
        let filled = usize::try_from(filled).ok()?;
        (result == 0).then_some(Self { bytes, filled })
    }

    /// The number at an offset; 0 where this kernel is too old to have it.
    fn at(&self, offset: usize) -> u32 {
        self.bytes[..self.filled.min(Self::SIZE)]
            .get(offset..offset + 4)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, u32::from_ne_bytes)
    }

    /// `tcpi_state`, numbered as in `net/tcp_states.h`.
    fn state(&self) -> Option<TcpState> {
        Some(match self.bytes[0] {
            1 => TcpState::Established,
            2 => TcpState::SynSent,
            // 12 is TCP_NEW_SYN_RECV.
            3 | 12 => TcpState::SynReceived,
            4 => TcpState::FinWait1,
            5 => TcpState::FinWait2,
            6 => TcpState::TimeWait,
            7 => TcpState::Closed,
            8 => TcpState::CloseWait,
            9 => TcpState::LastAck,
            10 => TcpState::Listen,
            11 => TcpState::Closing,
            _ => return None,
        })
    }

    /// For a listening socket the kernel puts the queue's length into `tcpi_unacked` and its limit
    /// into `tcpi_sacked` (`tcp_get_info` in `net/ipv4/tcp.c`).
    fn accept_queue(&self) -> AcceptQueue {
        AcceptQueue {
            length: self.at(24),
            backlog: self.at(28),
        }
    }

    fn figures(&self) -> TcpInfo {
        TcpInfo {
            rtt_us: self.at(68),
            rtt_var_us: self.at(72),
            retransmits: self.at(100),
            congestion_window: self.at(80),
            mss: self.at(16),
            receive_window: self.at(232),
            send_window: self.at(228),
        }
    }
}
