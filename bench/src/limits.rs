//! How many descriptors a process may have.

/// Raises the limit for this process and the relays it starts, as far as it may; returns what it is.
#[cfg(unix)]
pub(crate) fn raise() -> u32 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    /// What the largest measure needs: two for each of 10,000 streams, and some more.
    const WANTED: u64 = 24_000;
    let now = getrlimit(Resource::Nofile);
    let hard = now.maximum.unwrap_or(u64::MAX);
    // Only the administrator may go beyond the hard limit.
    for limit in [hard.max(WANTED), hard] {
        let wanted = Rlimit {
            current: Some(limit),
            maximum: Some(limit),
        };
        if setrlimit(Resource::Nofile, wanted).is_ok() {
            return u32::try_from(limit).unwrap_or(u32::MAX);
        }
    }
    now.current
        .and_then(|limit| u32::try_from(limit).ok())
        .unwrap_or(u32::MAX)
}

/// There is no such limit.
#[cfg(not(unix))]
pub(crate) fn raise() -> u32 {
    u32::MAX
}
