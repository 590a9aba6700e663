//! What the kernel shows of a socket beyond POSIX.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;

#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
use other as system;

use sockscope_protocol::Platform;

pub(crate) use system::{Connection, save_memory, take_little, unconfirmed, unpace};
pub(super) use system::{has_error, holder, observe, received};

/// What this operating system can show.
pub(crate) fn platform() -> Platform {
    Platform {
        os: std::env::consts::OS.to_owned(),
        queues: system::QUEUES,
        tcp_info: system::TCP_INFO,
        after_close: system::after_close(),
    }
}
