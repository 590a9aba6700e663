//! Errors of the kernel as number, POSIX name and sentence.

use std::io;

use sockscope_protocol::Failure;

/// The error in the words of POSIX. An error that is not the kernel's has number 0 and no name.
pub(crate) fn failure(error: &io::Error) -> Failure {
    match error.raw_os_error() {
        Some(number) => Failure {
            number,
            name: name(number),
            message: message(number),
            held_by: None,
        },
        None => by_kind(error),
    }
}

/// Whether the error says that a connection on its way has not arrived yet.
pub(crate) fn is_in_progress(error: &io::Error) -> bool {
    // Windows answers WSAEWOULDBLOCK where POSIX says EINPROGRESS.
    is(error, "EINPROGRESS") || (cfg!(windows) && error.kind() == io::ErrorKind::WouldBlock)
}

/// Whether the error says that an earlier `connect` is still on its way.
pub(super) fn is_underway(error: &io::Error) -> bool {
    is(error, "EALREADY") || is(error, "EINPROGRESS")
}

/// Whether the error says that there is a connection.
pub(super) fn is_connected(error: &io::Error) -> bool {
    is(error, "EISCONN")
}

fn is(error: &io::Error, expected: &str) -> bool {
    error
        .raw_os_error()
        .is_some_and(|number| name(number) == expected)
}

/// What a `connect` returns that was ended by `shutdown`.
pub(super) fn aborted() -> io::Error {
    system::aborted()
}

/// Whether a name of an error says that an established connection is gone.
pub(crate) fn is_reset(name: &str) -> bool {
    matches!(name, "ECONNRESET" | "ETIMEDOUT" | "ECONNABORTED")
}

/// The POSIX name of an error number.
pub(super) fn name(number: i32) -> String {
    system::name(number)
}

/// The operating system's sentence (`strerror(3)`).
fn message(number: i32) -> String {
    let sentence = io::Error::from_raw_os_error(number).to_string();
    match sentence.strip_suffix(&format!(" (os error {number})")) {
        Some(sentence) => sentence.to_owned(),
        None => sentence,
    }
}

/// An error that the standard library makes up itself, under the name POSIX has for it.
fn by_kind(error: &io::Error) -> Failure {
    let name = match error.kind() {
        io::ErrorKind::WouldBlock => "EAGAIN",
        io::ErrorKind::InvalidInput => "EINVAL",
        io::ErrorKind::Unsupported => "ENOTSUP",
        _ => "",
    };
    Failure {
        number: 0,
        name: name.to_owned(),
        message: error.to_string(),
        held_by: None,
    }
}

#[cfg(unix)]
mod system {
    use std::io;

    use nix::errno::Errno;

    pub(super) fn aborted() -> io::Error {
        Errno::ECONNABORTED.into()
    }

    pub(super) fn name(number: i32) -> String {
        match Errno::from_raw(number) {
            Errno::UnknownErrno => format!("errno {number}"),
            known => format!("{known:?}"),
        }
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    pub(super) fn aborted() -> io::Error {
        io::Error::from_raw_os_error(10053)
    }

    /// The numbers of Winsock (Windows Sockets Error Codes) that have a POSIX name.
    const NAMES: [(i32, &str); 24] = [
        (10004, "EINTR"),
        (10009, "EBADF"),
        (10013, "EACCES"),
        (10022, "EINVAL"),
        (10024, "EMFILE"),
        (10035, "EAGAIN"),
        (10036, "EINPROGRESS"),
        (10037, "EALREADY"),
        (10040, "EMSGSIZE"),
        (10042, "ENOPROTOOPT"),
        (10047, "EAFNOSUPPORT"),
        (10048, "EADDRINUSE"),
        (10049, "EADDRNOTAVAIL"),
        (10050, "ENETDOWN"),
        (10051, "ENETUNREACH"),
        (10053, "ECONNABORTED"),
        (10054, "ECONNRESET"),
        (10055, "ENOBUFS"),
        (10056, "EISCONN"),
        (10057, "ENOTCONN"),
        (10058, "EPIPE"),
        (10060, "ETIMEDOUT"),
        (10061, "ECONNREFUSED"),
        (10065, "EHOSTUNREACH"),
    ];

    pub(super) fn name(number: i32) -> String {
        NAMES
            .iter()
            .find(|(known, _)| *known == number)
            .map_or_else(|| format!("WSA {number}"), |(_, name)| (*name).to_owned())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_errors_have_their_posix_names() {
        for (number, name, message) in [
            (libc::ECONNREFUSED, "ECONNREFUSED", "Connection refused"),
            (libc::EAGAIN, "EAGAIN", "Resource temporarily unavailable"),
            (libc::EADDRINUSE, "EADDRINUSE", "Address already in use"),
        ] {
            let failure = failure(&io::Error::from_raw_os_error(number));
            assert_eq!(
                failure,
                Failure {
                    number,
                    name: name.to_owned(),
                    message: message.to_owned(),
                    held_by: None,
                }
            );
        }
    }
}
