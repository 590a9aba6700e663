//! The binary from outside: what it prints, what it hides, how it ends.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

mod common;

use common::client::{greet, hello};
use common::process::BridgeProcess;
use common::{Client, soon};
use sockscope_protocol::Seq;
use tokio::process::Command;

#[tokio::test]
async fn a_signal_ends_it_in_good_order() {
    for signal in ["TERM", "INT"] {
        let bridge = BridgeProcess::start(&[], "info").await;
        let mut client = bridge.client().await;
        let (_, address) = client.listening().await;
        bridge.signal(signal).await;
        assert_eq!(client.until_closed().await, 1001, "{signal}");
        let ended = bridge.ended().await;
        assert_eq!(ended.status.code(), Some(0), "{signal}: {}", ended.stderr);
        let refused = tokio::net::TcpStream::connect(address).await;
        assert!(refused.is_err(), "its sockets are closed");
    }
}

#[tokio::test]
async fn it_prints_one_line_and_keeps_its_secrets() {
    let bridge = BridgeProcess::start(&[], "trace").await;
    let (token, pid) = (bridge.token.clone(), bridge.pid);
    let client = bridge.client().await;
    let (key, view) = (client.key(), client.welcome.view.clone().unwrap());
    client.cut();
    let again = Client::resume(bridge.address, &token, &key, Seq(0))
        .await
        .unwrap();
    let viewer = Client::view(bridge.address, &view).await.unwrap();
    greet(bridge.address, hello("wrong token"))
        .await
        .unwrap_err();
    let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    bridge.signal("TERM").await;
    drop((again, viewer));
    let ended = bridge.ended().await;
    assert_eq!(ended.stdout, "", "stdout is the URL alone");
    assert!(ended.stderr.contains("listening on"), "{}", ended.stderr);
    for secret in [&token, &key.0, &view.0] {
        assert!(
            !ended.stderr.contains(secret.as_str()),
            "a secret is in the log"
        );
        assert!(!String::from_utf8_lossy(&arguments).contains(secret.as_str()));
    }
}

#[tokio::test]
async fn the_browser_is_not_handed_the_token_where_others_can_read_it() {
    let folder = std::env::temp_dir().join(format!("sockscope-test-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let seen = folder.join("seen");
    let made = Command::new("mkfifo").arg(&seen).status().await;
    assert!(made.unwrap().success());
    // Stands in for the desktop's program: tells what it was started with, and what the file says.
    let opener = folder.join("xdg-open");
    let script = "#!/bin/sh\ncp \"$1\" \"$SEEN.page\"\n\
        { echo \"$@\"; env; stat -c %a \"$1\"; } > \"$SEEN\"\n";
    std::fs::write(&opener, script).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&opener, executable).unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let token = "a-token-from-outside-0123456789-abc";
    let bridge = BridgeProcess::spawn(&["--open"], "trace", |command: &mut Command| {
        command
            .env("PATH", path)
            .env("SEEN", &seen)
            .env("DISPLAY", ":0")
            .env("XDG_RUNTIME_DIR", &folder)
            .env("SOCKSCOPE_TOKEN", token);
    })
    .await;
    assert_eq!(
        bridge.token, token,
        "the environment's token is the one in force"
    );
    let told = soon("the browser to be opened", tokio::fs::read_to_string(&seen))
        .await
        .unwrap();
    assert!(!told.contains(token), "{told}");
    assert!(
        told.trim_end().ends_with("\n600"),
        "only the user may read the file: {told}"
    );
    let page = std::fs::read_to_string(folder.join("seen.page")).unwrap();
    assert!(
        page.contains(&format!("http://{}/#token={token}", bridge.address)),
        "{page}"
    );
    let file = told.lines().next().unwrap().to_owned();
    bridge.signal("TERM").await;
    let ended = bridge.ended().await;
    assert!(!ended.stderr.contains(token), "the token is in the log");
    assert!(
        !std::path::Path::new(&file).exists(),
        "{file} is left behind"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_port_that_is_taken_is_explained() {
    let bridge = BridgeProcess::start(&[], "info").await;
    let output = Command::new(env!("CARGO_BIN_EXE_sockscope"))
        .args(["--listen", &bridge.address.to_string()])
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("EADDRINUSE") && stderr.contains("--listen 127.0.0.1:0"),
        "{stderr}"
    );
    assert!(output.stdout.is_empty());
}

#[tokio::test]
async fn a_weak_token_is_refused() {
    let output = Command::new(env!("CARGO_BIN_EXE_sockscope"))
        .env("SOCKSCOPE_TOKEN", "secret")
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("SOCKSCOPE_TOKEN"));
}
