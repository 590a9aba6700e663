//! A relay in a process of its own, and what the kernel says it uses.

use std::{
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use tokio::net::TcpStream;

use super::kernel;

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

    /// What it and its children have used of the processors until now, where the system tells.
    pub(crate) fn cpu(&self) -> Option<Duration> {
        kernel::cpu(self.child.id())
    }

    /// What it and its children hold in memory, in bytes, where the system tells.
    pub(crate) fn memory(&self) -> Option<u64> {
        kernel::memory(self.child.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        kernel::end(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
