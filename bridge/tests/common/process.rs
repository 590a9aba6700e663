//! The real binary as a process, where its memory, its signals or its log matter.

use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::{Client, soon};

/// A bridge in a process of its own, killed when dropped.
pub struct BridgeProcess {
    pub address: SocketAddr,
    pub token: String,
    pub pid: u32,
    child: Child,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
}

/// All that a bridge that ended has said.
pub struct Ended {
    pub status: ExitStatus,
    /// What came on stdout after the URL.
    pub stdout: String,
    pub stderr: String,
}

impl BridgeProcess {
    /// Starts it on a port of the kernel's choice.
    pub async fn start(args: &[&str], log: &str) -> Self {
        Self::spawn(args, log, |_| {}).await
    }

    /// Starts it with more than arguments.
    pub async fn spawn(args: &[&str], log: &str, change: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sockscope"));
        command
            .args(["--listen", "127.0.0.1:0"])
            .args(args)
            .env("RUST_LOG", log)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        let mut url = String::new();
        soon("the URL", stdout.read_line(&mut url)).await.unwrap();
        let stdout = tokio::spawn(async move {
            let mut rest = String::new();
            let _ = stdout.read_to_string(&mut rest).await;
            rest
        });
        let stderr = tokio::spawn(async move {
            let mut all = String::new();
            let _ = stderr.read_to_string(&mut all).await;
            all
        });
        let url = url.trim_end().strip_prefix("http://").unwrap();
        let (address, token) = url.split_once("/#token=").unwrap();
        Self {
            address: address.parse().unwrap(),
            token: token.to_owned(),
            pid: child.id().unwrap(),
            child,
            stdout,
            stderr,
        }
    }

    /// A client with a session of its own.
    pub async fn client(&self) -> Client {
        Client::open(self.address, &self.token).await
    }

    /// Sends the process a signal: `TERM`, `INT`.
    pub async fn signal(&self, name: &str) {
        let pid = self.pid.to_string();
        let status = Command::new("kill").args(["-s", name, &pid]).status().await;
        assert!(status.unwrap().success());
    }

    /// Waits for its end.
    pub async fn ended(mut self) -> Ended {
        let status = soon("the bridge to end", self.child.wait()).await.unwrap();
        Ended {
            status,
            stdout: self.stdout.await.unwrap(),
            stderr: self.stderr.await.unwrap(),
        }
    }

    /// The memory it holds, in bytes (`VmRSS` of `proc_pid_status(5)`).
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap();
        let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kib * 1024
    }
}
