//! Where allocations come from.

/// Has all threads allocate from one arena (`mallopt(3)`). The GNU library gives each thread its own,
/// and each grows as large as what a log holds, because the calls of a session run now on this
/// thread and now on that one.
///
/// And has it keep what was just freed, up to [`KEPT`]: what sockets received and what is sent of it
/// come and go in pieces of some hundred KiB, and each page that was given back to the system in
/// between costs a fault.
#[cfg(target_env = "gnu")]
pub(crate) fn save_memory() {
    for (name, value) in [
        (libc::M_ARENA_MAX, 1),
        (libc::M_TRIM_THRESHOLD, KEPT),
        (libc::M_MMAP_THRESHOLD, LARGE),
    ] {
        // SAFETY: `mallopt` takes two numbers and has no other requirements.
        if unsafe { libc::mallopt(name, value) } == 0 {
            tracing::debug!("malloc does not know parameter {name}");
        }
    }
}

/// How much free memory the library keeps at its end.
#[cfg(target_env = "gnu")]
const KEPT: libc::c_int = 8 << 20;
/// From which size on an allocation comes from the system: none that comes and goes all the time. The
/// largest message has half of it.
#[cfg(target_env = "gnu")]
const LARGE: libc::c_int = 4 << 20;

/// Other libraries have no arenas for threads.
#[cfg(not(target_env = "gnu"))]
pub(crate) fn save_memory() {}
