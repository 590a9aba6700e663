//! A Python to run programs with.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

/// A Python that has `websockets`: the one that `SOCKSCOPE_PYTHON` names, or an environment of its own
/// under `target`.
pub async fn interpreter() -> PathBuf {
    if let Some(python) = std::env::var_os("SOCKSCOPE_PYTHON") {
        return python.into();
    }
    let environment = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let python = environment.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python3"
    });
    if !succeeds(Command::new(&python).args(["-c", "import websockets.asyncio"])).await {
        let made = succeeds(
            Command::new("python3")
                .args(["-m", "venv"])
                .arg(&environment),
        )
        .await;
        assert!(
            made,
            "python3 -m venv failed: install python3-venv, or set SOCKSCOPE_PYTHON"
        );
        let pip = ["-m", "pip", "install", "--quiet", "websockets>=14"];
        let installed = succeeds(Command::new(&python).args(pip)).await;
        assert!(
            installed,
            "pip install websockets failed: set SOCKSCOPE_PYTHON to a Python that has it"
        );
    }
    python
}

async fn succeeds(command: &mut Command) -> bool {
    let status = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await;
    status.is_ok_and(|status| status.success())
}
