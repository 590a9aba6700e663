//! TCP connections that take up room.

#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::{TestBridge, soon};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
#[cfg(target_os = "linux")]
use tokio::net::TcpSocket;
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

/// How many clients without a token there may be.
const STRANGERS: usize = 128;

/// As many connections as there may be and some more, over which nothing is said.
async fn crowd(bridge: &TestBridge) -> Vec<TcpStream> {
    let mut silent = Vec::new();
    for _ in 0..STRANGERS + 32 {
        silent.push(connect(bridge).await);
    }
    silent
}

#[tokio::test]
async fn a_page_gets_in_among_connections_that_say_nothing() {
    let bridge = TestBridge::with(|config| {
        config.limits.sessions = 2;
        config.limits.views = 1;
    })
    .await;
    let mut early = bridge.client().await;
    let mut silent = crowd(&bridge).await;
    // What a browser does: the page first, then the WebSocket.
    soon("the page", healthy(connect(&bridge).await)).await;
    let mut late = bridge.client().await;
    // Whoever has shown a token stays, whatever comes.
    silent.extend(crowd(&bridge).await);
    for client in [&mut early, &mut late] {
        client.tcp().await;
    }
    // The first to have been silent were the first to go.
    let mut first = silent.swap_remove(0);
    let end = soon("an end", first.read(&mut [0])).await;
    assert_eq!(end.unwrap(), 0);
    let last = silent.last_mut().unwrap();
    ask(last).await;
}

/// Linux has all of 127.0.0.0/8 as its own.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_crowd_from_one_address_drives_away_nobody_from_another() {
    let bridge = TestBridge::start().await;
    let other = TcpSocket::new_v4().unwrap();
    other.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = other.connect(bridge.address).await.unwrap();
    let silent = crowd(&bridge).await;
    ask(&mut other).await;
    drop(silent);
}
