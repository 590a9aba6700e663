//! `sock_diag(7)`: asking the kernel for sockets by their addresses.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};

use super::info::Info;

/// Room for the kernel's answers. It fills at most 32 KiB at a time (`netlink_dump`).
const ANSWER: usize = 32 << 10;
/// `struct nlmsghdr`.
const HEADER: usize = 16;
/// A header and `struct inet_diag_req_v2`.
const REQUEST: usize = 72;
/// `struct inet_diag_msg`.
const MESSAGE: usize = 72;
/// `struct inet_diag_sockid`, as `MESSAGE` has it.
const SOCKET_ID: usize = 48;
/// `AF_INET` and `AF_INET6`, as wide as they are in a request.
const INET: u8 = 2;
const INET6: u8 = 10;
/// `IPPROTO_TCP` and `IPPROTO_UDP`, likewise.
pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;
/// How many answers with many sockets are read; each has some 80 of them.
const MAX_ANSWERS: usize = 64;
/// `NLM_F_REQUEST` and `NLM_F_DUMP`, flags of a message.
const REQUESTED: u16 = 1;
const DUMP: u16 = 0x300;
/// `SOCK_DIAG_BY_FAMILY` and `NLMSG_DONE`, types of messages.
const BY_FAMILY: u16 = 20;
const DONE: u16 = 3;
/// `INET_DIAG_INFO`, an attribute: `struct tcp_info`.
const INFO: u16 = 2;
/// `INET_DIAG_NOCOOKIE`.
const ANY_COOKIE: u32 = u32::MAX;
/// `idiag_timer` of what is left of a connection in TIME-WAIT and FIN-WAIT-2, which is not a socket
/// any more (`inet_twsk_diag_fill` in `net/ipv4/inet_diag.c`).
const TIME_WAIT_TIMER: u8 = 3;

/// A netlink socket to ask with. The kernel answers within `send`, so that nothing here waits.
pub(super) struct Diag(OwnedFd);

/// What the kernel tells of a socket: `struct inet_diag_msg`.
pub(super) struct Entry {
    /// Numbered as in `net/tcp_states.h`.
    pub(super) state: u8,
    /// It has no socket any more, only addresses and a timer.
    pub(super) time_wait: bool,
    /// Tells it from any other socket, also from later ones with the same addresses.
    pub(super) cookie: u64,
    /// When the timer ends, milliseconds.
    pub(super) expires_ms: u32,
    pub(super) send_queue: u32,
    pub(super) local: SocketAddr,
    pub(super) peer: SocketAddr,
    /// The user and the number by which `/proc` names the socket; 0 where it is none any more.
    pub(super) uid: u32,
    pub(super) inode: u32,
    pub(super) info: Option<Info>,
}

impl Diag {
    pub(super) fn open() -> io::Result<Self> {
        let socket = socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
            Some(netlink::SOCK_DIAG),
        )?;
        Ok(Self(socket))
    }

    /// Whether the kernel knows about TCP sockets at all: it is asked for those in no state.
    pub(super) fn answers(&self) -> bool {
        let anywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let request = request(DUMP, TCP, 0, anywhere, anywhere);
        let done = self.ask(&request).and_then(|answer| {
            let (kind, body) = messages(&answer).next().ok_or_else(garbled)?;
            Ok(kind == DONE && number(body, 0) == 0)
        });
        done.unwrap_or(false)
    }

    /// The TCP socket with these two addresses, or what is left of it.
    pub(super) fn find(&self, local: SocketAddr, peer: SocketAddr) -> io::Result<Option<Entry>> {
        let answer = self.ask(&request(0, TCP, u32::MAX, local, peer))?;
        let (kind, body) = messages(&answer).next().ok_or_else(garbled)?;
        if kind == BY_FAMILY {
            return Entry::read(body).map(Some).ok_or_else(garbled);
        }
        // `NLMSG_ERROR` brings the errno, negative.
        match i32::from_ne_bytes(number(body, 0).to_ne_bytes()).wrapping_neg() {
            libc::ENOENT => Ok(None),
            errno => Err(io::Error::from_raw_os_error(errno)),
        }
    }

    /// The sockets of a protocol at a port of one family, whatever their state.
    pub(super) fn at_port(&self, protocol: u8, anywhere: SocketAddr) -> io::Result<Vec<Entry>> {
        let peer = SocketAddr::new(anywhere.ip(), 0);
        let mut answer = self.ask(&request(DUMP, protocol, u32::MAX, anywhere, peer))?;
        let mut entries = Vec::new();
        for _ in 0..MAX_ANSWERS {
            for (kind, body) in messages(&answer) {
                if kind != BY_FAMILY {
                    return Ok(entries);
                }
                // Of sockets that are only bound, Linux lists those at other ports, too.
                let entry = Entry::read(body).filter(|one| one.local.port() == anywhere.port());
                entries.extend(entry);
            }
            answer = self.answer()?;
        }
        Ok(entries)
    }

    fn ask(&self, request: &[u8]) -> io::Result<Vec<u8>> {
        send(&self.0, request, SendFlags::empty())?;
        self.answer()
    }

    fn answer(&self) -> io::Result<Vec<u8>> {
        let mut answer = vec![0; ANSWER];
        let (_, length) = recv(&self.0, &mut answer, RecvFlags::empty())?;
        answer.truncate(length);
        Ok(answer)
    }
}

impl Entry {
    fn read(body: &[u8]) -> Option<Self> {
        let fixed = body.get(..MESSAGE)?;
        let figures = 4 + SOCKET_ID;
        Some(Self {
            state: fixed[1],
            time_wait: fixed[2] == TIME_WAIT_TIMER,
            cookie: u64::from(number(fixed, 44)) | u64::from(number(fixed, 48)) << 32,
            expires_ms: number(fixed, figures),
            send_queue: number(fixed, figures + 8),
            uid: number(fixed, figures + 12),
            inode: number(fixed, figures + 16),
            local: address(fixed, 4, 8)?,
            peer: address(fixed, 6, 24)?,
            info: parts(&body[MESSAGE..], 4, |head| (half(head, 2), half(head, 0)))
                .find(|(kind, _)| *kind == INFO)
                .and_then(|(_, info)| {
                    Info::read(|bytes| {
                        let length = info.len().min(bytes.len());
                        bytes[..length].copy_from_slice(&info[..length]);
                        Some(length)
                    })
                }),
        })
    }
}

/// The address whose port and IP are at these places of `struct inet_diag_msg`.
fn address(message: &[u8], port: usize, ip: usize) -> Option<SocketAddr> {
    let port = u16::from_be_bytes(message.get(port..port + 2)?.try_into().ok()?);
    let ip: [u8; 16] = message.get(ip..ip + 16)?.try_into().ok()?;
    let ip = match message[0] {
        INET => IpAddr::from([ip[0], ip[1], ip[2], ip[3]]),
        _ => IpAddr::from(ip),
    };
    Some(SocketAddr::new(ip, port))
}

/// A message with `struct inet_diag_req_v2`, for sockets in `states` (a bit each).
fn request(flags: u16, protocol: u8, states: u32, local: SocketAddr, peer: SocketAddr) -> Vec<u8> {
    let family = match local {
        SocketAddr::V4(_) => INET,
        SocketAddr::V6(_) => INET6,
    };
    let mut bytes = Vec::with_capacity(REQUEST);
    bytes.extend(u32::try_from(REQUEST).unwrap_or(0).to_ne_bytes());
    bytes.extend(BY_FAMILY.to_ne_bytes());
    bytes.extend((flags | REQUESTED).to_ne_bytes());
    // Neither a sequence number nor a port: there is one question and one answer.
    bytes.extend([0; 8]);
    bytes.extend([family, protocol, 1 << (INFO - 1), 0]);
    bytes.extend(states.to_ne_bytes());
    for address in [local, peer] {
        bytes.extend(address.port().to_be_bytes());
    }
    for address in [local, peer] {
        let mut place = [0; 16];
        match address.ip() {
            IpAddr::V4(ip) => place[..4].copy_from_slice(&ip.octets()),
            IpAddr::V6(ip) => place = ip.octets(),
        }
        bytes.extend(place);
    }
    let interface = match peer {
        SocketAddr::V4(_) => 0,
        SocketAddr::V6(peer) => peer.scope_id(),
    };
    for number in [interface, ANY_COOKIE, ANY_COOKIE] {
        bytes.extend(number.to_ne_bytes());
    }
    bytes
}

/// The messages in an answer: their types and what they carry.
fn messages(answer: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    parts(answer, HEADER, |head| {
        (half(head, 4), u16::try_from(number(head, 0)).unwrap_or(0))
    })
}

/// What stands one behind the other, each with a head that tells its type and its length, head
/// included, each beginning at a multiple of 4.
fn parts(
    mut bytes: &[u8],
    head: usize,
    read: impl Fn(&[u8]) -> (u16, u16),
) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (kind, length) = read(bytes.get(..head)?);
        let length = usize::from(length);
        let body = bytes.get(head..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, body))
    })
}

fn number(bytes: &[u8], at: usize) -> u32 {
    let bytes = bytes
        .get(at..at + 4)
        .and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, u32::from_ne_bytes)
}

fn half(bytes: &[u8], at: usize) -> u16 {
    let bytes = bytes
        .get(at..at + 2)
        .and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, u16::from_ne_bytes)
}

fn garbled() -> io::Error {
    io::Error::other("the kernel's answer cannot be understood")
}
