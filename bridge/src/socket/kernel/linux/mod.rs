//! Linux: `SIOCINQ` and `SIOCOUTQ` (`tcp(7)`, `udp(7)`), `TCP_INFO` (`linux/tcp.h`), and what
//! `sock_diag(7)` tells of sockets without a descriptor.

#![allow(unsafe_code)]

mod connection;
mod diag;
mod holder;
mod info;
mod memory;

use std::net::IpAddr;
use std::os::fd::{AsFd, AsRawFd, RawFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::sockopt::set_tcp_congestion;
use sockscope_protocol::{Observation, SocketType, TcpState};

pub(crate) use connection::Connection;
pub(in crate::socket) use holder::holder;
use info::Info;
pub(crate) use memory::save_memory;

pub(super) const QUEUES: bool = true;
pub(super) const TCP_INFO: bool = true;

/// Whether connections can be found without a descriptor.
pub(super) fn after_close() -> bool {
    use std::sync::OnceLock;
    static ANSWERS: OnceLock<bool> = OnceLock::new();
    *ANSWERS.get_or_init(|| diag::Diag::open().is_ok_and(|diag| diag.answers()))
}

pub(in crate::socket) fn observe(os: &socket2::Socket, kind: SocketType) -> Observation {
    let info = match kind {
        SocketType::Stream => Info::read(|bytes| tcp_info(os.as_raw_fd(), bytes)),
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
    let mut send_queue = queue(os.as_raw_fd(), libc::TIOCOUTQ);
    if state == Some(TcpState::Closed) {
        // What SIOCOUTQ gives is a difference of sequence numbers, which SYNs have moved after a
        // connect that failed. No bytes wait in this state.
        send_queue = send_queue.and(Some(0));
    }
    Observation {
        state,
        recv_queue: queue(os.as_raw_fd(), libc::FIONREAD),
        send_queue,
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

/// How many bytes the other side's kernel has not confirmed (`SIOCOUTQ`).
pub(crate) fn unconfirmed(socket: &impl AsRawFd) -> Option<u32> {
    queue(socket.as_raw_fd(), libc::TIOCOUTQ)
}

/// How many bytes wait to be received (`SIOCINQ`).
pub(in crate::socket) fn received(socket: &impl AsRawFd) -> Option<usize> {
    let length = queue(socket.as_raw_fd(), libc::FIONREAD);
    length.and_then(|length| usize::try_from(length).ok())
}

/// Lets a connection within this machine send without a timer between segments.
///
/// With BBR, which many systems use, the kernel spaces out what is sent. Where there is no network to
/// be careful of, that only costs interrupts. Must be called before there is a connection; what a
/// listening socket was told holds for those that it accepts.
pub(crate) fn unpace(socket: &impl AsFd, other: IpAddr) {
    if other.is_loopback() {
        // There is always Reno; a connection that is paced all the same is as good.
        let _ = set_tcp_congestion(socket, "reno");
    }
}

/// How much the kernel shall take that it cannot send yet.
static UNSENT: libc::c_int = 256 * 1024;

/// Lets the kernel take little more than it can send (`TCP_NOTSENT_LOWAT`, `tcp(7)`): whatever is
/// written next waits behind what it has taken.
pub(crate) fn take_little(socket: &impl AsRawFd) {
    let length = libc::socklen_t::try_from(size_of_val(&UNSENT)).unwrap_or(0);
    // SAFETY: the kernel reads one `int` from the address given, and `UNSENT` is one.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_NOTSENT_LOWAT,
            (&raw const UNSENT).cast(),
            length,
        )
    };
    if result != 0 {
        tracing::debug!("the kernel takes as much as it likes");
    }
}

/// The length of a queue. `SIOCINQ` is `FIONREAD`, `SIOCOUTQ` is `TIOCOUTQ` (`linux/sockios.h`).
fn queue(descriptor: RawFd, request: libc::Ioctl) -> Option<u32> {
    let mut length: libc::c_int = 0;
    // SAFETY: both requests write one `int` to the address given, and `length` is one.
    let result = unsafe { libc::ioctl(descriptor, request, &raw mut length) };
    (result == 0).then(|| u32::try_from(length).unwrap_or(0))
}

/// The bytes of `TCP_INFO`; how many the kernel filled.
fn tcp_info(descriptor: RawFd, bytes: &mut [u8]) -> Option<usize> {
    let mut filled = libc::socklen_t::try_from(bytes.len()).ok()?;
    // SAFETY: the kernel writes at most `filled` bytes to `bytes`, which has as many, and the number
    // it wrote to `filled`.
    let result = unsafe {
        libc::getsockopt(
            descriptor,
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            bytes.as_mut_ptr().cast(),
            &raw mut filled,
        )
    };
    (result == 0).then_some(usize::try_from(filled).ok()?)
}
