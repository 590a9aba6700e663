//! The Python client of `examples/`, written from the specification, against a bridge.

#![allow(clippy::unwrap_used)]

mod common;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use common::{TestBridge, soon};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

#[tokio::test]
async fn the_example_echoes() {
    let python = python().await;
    let bridge = TestBridge::start().await;
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/tcp_echo.py");
    let mut child = Command::new(python)
        .arg(example)
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let url = format!("http://{}/#token={}\n", bridge.address, bridge.token);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(url.as_bytes()).await.unwrap();
    drop(stdin);
    let output = soon("the example to end", child.wait_with_output())
        .await
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stdout}{stderr}");
    assert!(
        stdout.contains("the client received 'Hello, 套接字!'"),
        "{stdout}{stderr}"
    );
}

/// A Python that has `websockets`: the one that `SOCKSCOPE_PYTHON` names, or an environment of its own
/// under `target`.
async fn python() -> PathBuf {
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
