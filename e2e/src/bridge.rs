//! The real bridge with the page embedded, as a process.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A running bridge; ended when dropped.
#[derive(Debug)]
pub struct Bridge {
    url: String,
    child: Child,
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
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| {
                format!(
                    "{} does not start; `cargo xtask test` builds it",
                    binary.display()
                )
            })?;
        let stdout = child.stdout.take().context("the bridge has no stdout")?;
        let mut lines = BufReader::new(stdout).lines();
        let Some(url) = lines.next_line().await? else {
            bail!("the bridge ended without printing its URL");
        };
        Ok(Self { url, child })
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
