//! Why a bridge does not start, or stops.

use std::io;
use std::net::SocketAddr;

/// Why a bridge does not start, or stops.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}{advice}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The kernel's answer.
        error: io::Error,
        /// Its POSIX name, and what to do.
        advice: &'static str,
    },
    /// The listening socket does not tell its address.
    #[error("cannot learn the address that is listened on")]
    Address(#[source] io::Error),
    /// The relay's threads cannot be started.
    #[error("cannot start the relay")]
    Relay(#[source] io::Error),
}

impl Error {
    /// Explains why `bind` or `listen` failed.
    #[must_use]
    pub fn listen(address: SocketAddr, error: io::Error) -> Self {
        let advice = match error.kind() {
            io::ErrorKind::AddrInUse => {
                ", EADDRINUSE; another bridge may be running there: stop it, or take any free port \
                 with --listen 127.0.0.1:0"
            }
            io::ErrorKind::AddrNotAvailable => {
                ", EADDRNOTAVAIL; this machine has no such address: use one of its own, or \
                 --listen 127.0.0.1:7878"
            }
            io::ErrorKind::PermissionDenied => {
                ", EACCES; ports below 1024 need privileges: take a higher one, as with \
                 --listen 127.0.0.1:7878"
            }
            _ => "",
        };
        Self::Listen {
            address,
            error,
            advice,
        }
    }
}
