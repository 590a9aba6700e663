//! Room for the sockets of many sessions.

/// Raises the number of descriptors this process may have open (`RLIMIT_NOFILE`, `getrlimit(2)`) from
/// the usual 1024 to what the system lets it have. Sessions may have thousands of sockets.
#[cfg(unix)]
pub(crate) fn raise_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!("RLIMIT_NOFILE stays at {:?}: {error}", limit.current);
    }
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub(crate) fn raise_limit() {}
