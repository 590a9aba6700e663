//! TCP connections that take up room.

#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

#[cfg(target_os = "linux")]
use common::kernel::end;
use common::{TestBridge, soon};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn connect(bridge: &TestBridge) -> TcpStream {
    TcpStream::connect(bridge.address).await.unwrap()
}

/// Asks how the bridge is, and keeps the connection; returns when the answer begins.
async fn ask(stream: &mut TcpStream) {
    let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = [0; 13];
    soon("an answer", stream.read_exact(&mut answer))
        .await
        .unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 ");
}

/// Asks how the bridge is; returns when it answers.
async fn healthy(mut stream: TcpStream) {
    let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

// The time is tokio's own, which passes when there is nothing else to do.
#[tokio::test(start_paused = true)]
async fn a_request_that_never_ends_is_given_up() {
    /// One more header now and then.
    const NOW_AND_THEN: Duration = Duration::from_millis(500);
    let bridge = TestBridge::start().await;
    let mut stream = connect(&bridge).await;
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        .await
        .unwrap();
    let slow = async {
        let mut rest = Vec::new();
        loop {
            tokio::select! {
                _ = stream.read_to_end(&mut rest) => return,
                () = tokio::time::sleep(NOW_AND_THEN) => {
                    // The error, if any, shows in the next read.
                    let _ = stream.write_all(b"X: y\r\n").await;
                }
            }
        }
    };
    soon("the bridge to give up", slow).await;
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let bridge = TestBridge::start().await;
    let mut stream = connect(&bridge).await;
    let head = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
        "x".repeat(64 * 1024)
    );
    // The bridge may have answered and closed before all is written.
    let _ = stream.write_all(head.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = soon("the answer", stream.read_to_end(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431 "),
        "{answer}"
    );
    soon("an answer", healthy(connect(&bridge).await)).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn connections_beyond_the_limit_wait_their_turn() {
    /// One session with one view, and the spare connections.
    const ROOM: usize = 1 + 128;
    let bridge = TestBridge::with(|config| {
        config.limits.sessions = 1;
        config.limits.views = 1;
    })
    .await;
    let mut idle = Vec::new();
    for _ in 0..ROOM {
        idle.push(connect(&bridge).await);
    }
    let last = connect(&bridge).await;
    let is_accepted = |stream: &TcpStream| {
        let there = end(bridge.address, stream.local_addr().unwrap());
        there.is_some_and(|there| there.owned)
    };
    // The bridge learns of connections in their order: of this one before what one of the others
    // says now.
    for stream in &mut idle {
        ask(stream).await;
    }
    assert!(is_accepted(&idle[0]));
    assert!(!is_accepted(&last), "there was room for one more");
    idle.clear();
    soon("the one that waited", healthy(last)).await;
}
