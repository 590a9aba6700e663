//! Real clients: programs that others wrote, and our examples.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UdpSocket;
use tokio::process::Command;

use crate::client::{RelayBridge, pattern};
use crate::common::peer::Peer;
use crate::common::{python, soon};

/// What a program says that must succeed.
async fn output(mut command: Command) -> String {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let output = soon("a program to end", child.wait_with_output())
        .await
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stdout}{stderr}");
    stdout
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples")
        .join(name)
}

/// A program of Node.js, in a folder where it finds npm's clients: those that
/// `SOCKSCOPE_NODE_CLIENTS` names, or some of its own under `target`.
async fn node(program: &Path) -> Command {
    let home = match std::env::var_os("SOCKSCOPE_NODE_CLIENTS") {
        Some(home) => home.into(),
        None => install().await,
    };
    let copy = home.join(program.file_name().unwrap());
    std::fs::copy(program, &copy).unwrap();
    let mut node = Command::new("node");
    node.arg(copy);
    node
}

async fn install() -> PathBuf {
    static ONCE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _once = ONCE.lock().await;
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("node");
    if !home.join("node_modules/ws").exists() {
        std::fs::create_dir_all(&home).unwrap();
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-save", "--ignore-scripts", "--prefix"])
            .arg(&home)
            .args(["@mercuryworkshop/wisp-js@0.5", "@novnc/novnc@1.7", "ws@8"]);
        output(npm).await;
    }
    home
}

/// The program `websocat`: the one that `SOCKSCOPE_WEBSOCAT` names, or one of its own under `target`.
async fn websocat() -> PathBuf {
    if let Some(program) = std::env::var_os("SOCKSCOPE_WEBSOCAT") {
        return program.into();
    }
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("websocat");
    let program = home.join("bin/websocat");
    if !program.exists() {
        let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
        let status = Command::new(cargo)
            .args(["install", "websocat@1.14.1", "--locked", "--debug"])
            .args(["--no-default-features", "--root"])
            .arg(&home)
            .env_remove("CARGO_TARGET_DIR")
            .current_dir(std::env::temp_dir())
            .status()
            .await;
        assert!(status.unwrap().success(), "set SOCKSCOPE_WEBSOCAT");
    }
    program
}

/// Sends each datagram back.
async fn udp_echo() -> (u16, tokio::task::JoinHandle<()>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let mut room = vec![0; 70_000];
        while let Ok((length, from)) = socket.recv_from(&mut room).await {
            let _ = socket.send_to(&room[..length], from).await;
        }
    });
    (port, task)
}

#[tokio::test]
async fn wisp_js_and_novnc_are_served() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let (udp, task) = udp_echo().await;
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/relay/client.mjs");
    let mut command = node(&program).await;
    command
        .arg(format!("ws://{}", bridge.address))
        .arg(&bridge.token)
        .args([echo.address.port().to_string(), udp.to_string()]);
    let said = output(command).await;
    for client in [
        "wisp-js 2: ok Sockscope relay",
        "wisp-js 1: ok",
        "noVNC: ok",
    ] {
        assert!(said.contains(client), "{said}");
    }
    task.abort();
}

#[tokio::test]
async fn the_examples_echo() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let url = format!("ws://{}{}", bridge.address, bridge.wisp_path());
    let target = ["localhost".to_owned(), echo.address.port().to_string()];
    let mut javascript = node(&example("wisp_echo.mjs")).await;
    javascript.arg(&url).args(&target);
    let mut python = Command::new(python::interpreter().await);
    python
        .arg(example("wisp_echo.py"))
        .env("PYTHONIOENCODING", "utf-8")
        .arg(&url)
        .args(&target);
    for command in [javascript, python] {
        let said = output(command).await;
        assert!(said.contains("Hello, 套接字!"), "{said}");
    }
}

#[tokio::test]
async fn websocat_is_served() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let port = echo.address.port();
    let url = format!(
        "ws://{}/wsproxy/{}/localhost:{port}",
        bridge.address, bridge.token
    );
    let mut child = Command::new(websocat().await)
        .args(["--binary", "--exit-on-eof", &url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let sent = pattern(1 << 20);
    let mut back = vec![0; sent.len()];
    let (written, read) = soon("an echo", async {
        tokio::join!(stdin.write_all(&sent), stdout.read_exact(&mut back))
    })
    .await;
    written.unwrap();
    read.unwrap();
    assert!(back == sent);
    // Its end of input is the end of the WebSocket.
    drop(stdin);
    assert!(
        soon("websocat to end", child.wait())
            .await
            .unwrap()
            .success()
    );
}
