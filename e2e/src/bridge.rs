//! The real bridge with the page embedded, as a process.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

use crate::PATIENCE;

/// A running bridge; ended when dropped.
#[derive(Debug)]
pub struct Bridge {
    url: String,
    child: Child,
    log: Arc<Mutex<String>>,
}

impl Bridge {
    /// Starts a bridge on a port of the kernel's choice.
    ///
    /// # Errors
    /// When it cannot be started or prints no URL.
    pub async fn start(args: &[&str]) -> Result<Self> {
        let binary = binary();
        let mut child = Command::new(&binary)
            .args(["--listen", "127.0.0.1:0"])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| {
                format!(
                    "{} does not start; `cargo xtask test` builds it",
                    binary.display()
                )
            })?;
        let stdout = child.stdout.take().context("the bridge has no stdout")?;
        let stderr = child.stderr.take().context("the bridge has no stderr")?;
        let log = Arc::new(Mutex::new(String::new()));
        tokio::spawn(keep(stderr, Arc::clone(&log)));
        let mut lines = BufReader::new(stdout).lines();
        let first = timeout(PATIENCE, lines.next_line()).await;
        let Some(url) = first.context("the bridge prints no URL")?? else {
            let status = child.wait().await?;
            bail!("the bridge ended without printing its URL ({status})");
        };
        Ok(Self { url, child, log })
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.clone()
    }

    /// The URL that the bridge printed, token and all.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address it listens on.
    ///
    /// # Errors
    /// When its URL is not of the form `http://ADDRESS/#token=...`.
    pub fn address(&self) -> Result<&str> {
        self.url
            .strip_prefix("http://")
            .and_then(|rest| rest.split('/').next())
            .with_context(|| format!("not a URL of a bridge: {}", self.url))
    }

    /// Ends the process and waits until it is gone.
    ///
    /// # Errors
    /// When the operating system does not let us.
    pub async fn kill(&mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }
}

async fn keep(stderr: ChildStderr, log: Arc<Mutex<String>>) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push_str(&line);
        log.push('\n');
    }
}

/// `SOCKSCOPE_BRIDGE`, or where a release build puts the bridge.
fn binary() -> PathBuf {
    std::env::var_os("SOCKSCOPE_BRIDGE").map_or_else(
        || {
            let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
            let target = std::env::var_os("CARGO_TARGET_DIR")
                .map_or_else(|| root.join("target"), PathBuf::from);
            target
                .join("release")
                .join(format!("sockscope{}", std::env::consts::EXE_SUFFIX))
        },
        PathBuf::from,
    )
}
