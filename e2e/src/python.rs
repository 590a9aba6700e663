//! Real CPython programs, which know nothing of Sockscope.

use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::PATIENCE;

/// A running Python program; ended when dropped.
#[derive(Debug)]
pub struct Python {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    // Held for its drop: where the program's text is.
    _folder: TempDir,
}

impl Python {
    /// Writes the program to a file and runs it.
    ///
    /// # Errors
    /// When there is no Python.
    pub async fn run(program: &str, arguments: &[&str]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("program.py");
        tokio::fs::write(&file, program).await?;
        let python = std::env::var_os("SOCKSCOPE_PYTHON").unwrap_or("python3".into());
        let mut child = Command::new(python)
            .arg("-u")
            .arg(&file)
            .args(arguments)
            .env("PYTHONIOENCODING", "utf-8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .context("Python does not start")?;
        let stdout = child.stdout.take().context("Python has no stdout")?;
        Ok(Self {
            child,
            lines: BufReader::new(stdout).lines(),
            _folder: folder,
        })
    }

    /// The next line that the program prints.
    ///
    /// # Errors
    /// When it prints none.
    pub async fn line(&mut self) -> Result<String> {
        match timeout(PATIENCE, self.lines.next_line()).await {
            Ok(Ok(Some(line))) => Ok(line),
            Ok(Ok(None)) => bail!("the Python program ended without another line"),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => bail!("the Python program printed nothing for {PATIENCE:?}"),
        }
    }

    /// Waits until the program ends, and demands that it ends well.
    ///
    /// # Errors
    /// When it does not.
    pub async fn success(mut self) -> Result<()> {
        let status = timeout(PATIENCE, self.child.wait())
            .await
            .context("the Python program does not end")??;
        if status.success() {
            Ok(())
        } else {
            bail!("the Python program ended with {status}")
        }
    }
}
