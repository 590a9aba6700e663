//! The Python client of `examples/`, written from the specification, against a bridge.

#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;
use std::process::Stdio;

use common::{TestBridge, python, soon};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

#[tokio::test]
async fn the_example_echoes() {
    let python = python::interpreter().await;
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
