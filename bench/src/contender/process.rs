//! A relay in a process of its own, and what the kernel says it uses.

use std::{
    fs,
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use tokio::net::TcpStream;

/// How long a relay may take to listen.
const START: Duration = Duration::from_secs(20);

/// A relay's process, which ends with this value.
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts a relay and waits until it listens at `address`.
    pub(crate) async fn start(command: &mut Command, address: SocketAddr) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let mut process = Self { child };
        let began = Instant::now();
        while TcpStream::connect(address).await.is_err() {
            if let Some(status) = process.child.try_wait()? {
                bail!("{name} ended with {status} before it listened at {address}");
            }
            if began.elapsed() > START {
                bail!("{name} does not listen at {address}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(process)
    }

    /// What it and its children have used of the processors until now.
    pub(crate) fn cpu(&self) -> Duration {
        family(self.child.id())
            .into_iter()
            .filter_map(|process| ticks(&process))
            .sum()
    }

    /// What it and its children hold in memory, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        family(self.child.id())
            .into_iter()
            .filter_map(|process| resident(&process))
            .sum()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        for process in family(self.child.id()).into_iter().rev() {
            let process = i32::try_from(process)
                .ok()
                .and_then(rustix::process::Pid::from_raw);
            if let Some(process) = process {
                let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
            }
        }
        let _ = self.child.wait();
    }
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
fn ticks(process: &u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(4)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    let per_second = rustix::param::clock_ticks_per_second();
    Some(Duration::from_millis(ticks * 1000 / per_second))
}

/// The resident set, exactly: /proc/PID/status lags behind.
fn resident(process: &u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find(|line| line.starts_with("Rss:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}
