//! Where allocations come from.

/// Has all threads allocate from one arena (`mallopt(3)`). The GNU library gives each thread its own,
/// and each grows as large as what a log holds, because the calls of a session run now on this
/// thread and now on that one.
#[cfg(target_env = "gnu")]
pub(crate) fn one_arena() {
    // SAFETY: `mallopt` takes two numbers and has no other requirements.
    let changed = unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) };
    if changed == 0 {
        tracing::debug!("every thread allocates from an arena of its own");
    }
}

/// Other libraries have no arenas for threads.
#[cfg(not(target_env = "gnu"))]
pub(crate) fn one_arena() {}
