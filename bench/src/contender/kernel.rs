//! What the system says of a process and its children: Linux's /proc (proc(5)). Elsewhere there is
//! nothing.

use std::{fs, time::Duration};

/// User and system time until now.
pub(super) fn cpu(process: u32) -> Option<Duration> {
    let known: Vec<_> = family(process).into_iter().filter_map(ticks).collect();
    (!known.is_empty()).then(|| known.into_iter().sum())
}

/// Resident bytes.
pub(super) fn memory(process: u32) -> Option<u64> {
    let known: Vec<_> = family(process).into_iter().filter_map(resident).collect();
    (!known.is_empty()).then(|| known.into_iter().sum())
}

/// Ends a process and its children, the youngest first.
#[cfg(unix)]
pub(super) fn end(process: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    for process in family(process).into_iter().rev() {
        if let Some(process) = i32::try_from(process).ok().and_then(Pid::from_raw) {
            let _ = kill_process(process, Signal::KILL);
        }
    }
}

/// Its parent is ended by other means.
#[cfg(not(unix))]
pub(super) fn end(_process: u32) {}

#[cfg(unix)]
fn per_second() -> u64 {
    rustix::param::clock_ticks_per_second()
}

#[cfg(not(unix))]
fn per_second() -> u64 {
    100
}

/// A process and all that descend from it (proc(5)).
fn family(process: u32) -> Vec<u32> {
    let mut family = vec![process];
    let mut next = 0;
    while let Some(parent) = family.get(next) {
        let Ok(threads) = fs::read_dir(format!("/proc/{parent}/task")) else {
            next += 1;
            continue;
        };
        for thread in threads.flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            family.extend(
                children
                    .split_whitespace()
                    .filter_map(|it| it.parse::<u32>().ok()),
            );
        }
        next += 1;
    }
    family
}

/// User and system time, that of children which were waited for included.
fn ticks(process: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(4)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Some(Duration::from_millis(ticks * 1000 / per_second()))
}

/// The resident set, exactly: /proc/PID/status lags behind.
fn resident(process: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find(|line| line.starts_with("Rss:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}
