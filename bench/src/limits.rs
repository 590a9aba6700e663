//! How many descriptors a process may have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the largest measure needs: two for each of 10,000 streams, and some more.
const WANTED: u64 = 24_000;

/// Raises the limit for this process and the relays it starts, as far as it may; returns what it is.
pub(crate) fn raise() -> u64 {
    let now = getrlimit(Resource::Nofile);
    let hard = now.maximum.unwrap_or(u64::MAX);
    let attempts = [hard.max(WANTED), hard];
    for limit in attempts {
        let wanted = Rlimit {
            current: Some(limit),
            maximum: Some(limit),
        };
        if setrlimit(Resource::Nofile, wanted).is_ok() {
            return limit;
        }
    }
    now.current.unwrap_or(u64::MAX)
}
