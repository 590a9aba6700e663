//! Why a stream was closed.

use std::io;

use crate::relay::websocket::code;

/// The reasons that a server gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) enum Reason {
    Unknown,
    Voluntary,
    Network,
    /// The client cannot take more; only clients say so.
    Client,
    Invalid,
    Unreachable,
    ConnectTimeout,
    Refused,
    TransferTimeout,
    Blocked,
    Throttled,
    BadPassword,
    NoPassword,
}

impl Reason {
    /// All of them, for counting.
    pub(in crate::relay) const ALL: [Self; 13] = [
        Self::Unknown,
        Self::Voluntary,
        Self::Network,
        Self::Client,
        Self::Invalid,
        Self::Unreachable,
        Self::ConnectTimeout,
        Self::Refused,
        Self::TransferTimeout,
        Self::Blocked,
        Self::Throttled,
        Self::BadPassword,
        Self::NoPassword,
    ];

    pub(in crate::relay) fn number(self) -> u8 {
        match self {
            Self::Unknown => 0x01,
            Self::Voluntary => 0x02,
            Self::Network => 0x03,
            Self::Client => 0x81,
            Self::Invalid => 0x41,
            Self::Unreachable => 0x42,
            Self::ConnectTimeout => 0x43,
            Self::Refused => 0x44,
            Self::TransferTimeout => 0x47,
            Self::Blocked => 0x48,
            Self::Throttled => 0x49,
            Self::BadPassword => 0xc0,
            Self::NoPassword => 0xc2,
        }
    }

    /// A word for logs and figures.
    pub(in crate::relay) fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Voluntary => "voluntary",
            Self::Network => "network",
            Self::Client => "client",
            Self::Invalid => "invalid",
            Self::Unreachable => "unreachable",
            Self::ConnectTimeout => "connect_timeout",
            Self::Refused => "refused",
            Self::TransferTimeout => "transfer_timeout",
            Self::Blocked => "blocked",
            Self::Throttled => "throttled",
            Self::BadPassword => "bad_password",
            Self::NoPassword => "no_password",
        }
    }

    /// The status code of a WebSocket that was this one stream.
    pub(in crate::relay) fn code(self) -> u16 {
        match self {
            Self::Voluntary => code::NORMAL,
            Self::Blocked => code::POLICY,
            _ => code::ERROR,
        }
    }

    /// What a close frame says.
    pub(in crate::relay) fn sentence(self) -> &'static str {
        match self {
            Self::Voluntary => "the target closed the connection",
            Self::Network => "the connection to the target broke",
            Self::Invalid => "there can be no such target",
            Self::Unreachable => "the target cannot be reached, or has no address",
            Self::ConnectTimeout => "the target did not answer in time",
            Self::Refused => "the target refused the connection",
            Self::TransferTimeout => "the target took nothing for too long",
            Self::Blocked => "the bridge's policy does not allow this target (--allow-connect)",
            Self::Throttled => "the bridge has no room for more",
            Self::Unknown | Self::Client | Self::BadPassword | Self::NoPassword => "",
        }
    }

    /// Why a connection was not made.
    pub(in crate::relay) fn of_connect(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::TimedOut => Self::ConnectTimeout,
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable => Self::Unreachable,
            io::ErrorKind::PermissionDenied => Self::Blocked,
            io::ErrorKind::InvalidInput => Self::Invalid,
            // EMFILE, ENFILE and ENOBUFS have no kind of their own.
            io::ErrorKind::OutOfMemory => Self::Throttled,
            _ if is_exhausted(error) => Self::Throttled,
            _ => Self::Network,
        }
    }

    /// Why a connection broke.
    pub(in crate::relay) fn of_transfer(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut => Self::TransferTimeout,
            // A datagram that nobody takes (ICMP).
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => Self::Unreachable,
            _ => Self::Network,
        }
    }
}

/// Whether the machine has no descriptors, ports or memory left.
#[cfg(unix)]
fn is_exhausted(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::EAGAIN)
    )
}

#[cfg(not(unix))]
fn is_exhausted(_: &io::Error) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_kernel_have_their_reason() {
        for (number, reason) in [
            (libc::ECONNREFUSED, 0x44),
            (libc::ETIMEDOUT, 0x43),
            (libc::EHOSTUNREACH, 0x42),
            (libc::ENETUNREACH, 0x42),
            (libc::EADDRNOTAVAIL, 0x42),
            (libc::EMFILE, 0x49),
            (libc::EACCES, 0x48),
            (libc::ECONNRESET, 0x03),
        ] {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(Reason::of_connect(&error).number(), reason, "{error}");
        }
        let timed_out = io::Error::from_raw_os_error(libc::ETIMEDOUT);
        assert_eq!(Reason::of_transfer(&timed_out).number(), 0x47);
    }
}
