//! What the bridge answers to a browser that asks for the page.

#![allow(clippy::unwrap_used)]

mod common;

use common::{TestBridge, soon};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The head and the body of an answer.
async fn get(bridge: &TestBridge, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(bridge.address).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        bridge.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    soon("the answer", stream.read_to_end(&mut answer))
        .await
        .unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

fn directive<'a>(head: &'a str, name: &str) -> &'a str {
    let policy = head
        .lines()
        .find_map(|line| line.strip_prefix("content-security-policy: "))
        .unwrap();
    let mut directives = policy.split(';').map(str::trim);
    directives
        .find_map(|directive| directive.strip_prefix(name))
        .unwrap_or_else(|| panic!("{name} in {policy}"))
        .trim()
}

#[tokio::test]
async fn a_page_may_load_from_here_alone_and_talk_to_here_alone() {
    let bridge = TestBridge::start().await;
    let (head, _) = get(&bridge, "/").await;
    assert_eq!(directive(&head, "default-src"), "'none'");
    let here = bridge.address;
    assert_eq!(
        directive(&head, "connect-src"),
        format!("'self' ws://{here} wss://{here}")
    );
    for (name, fits) in [
        (
            "script-src",
            &["'self'", "'wasm-unsafe-eval'", "'sha256-"][..],
        ),
        ("worker-src", &["'self'"][..]),
        ("style-src", &["'self'"][..]),
        ("img-src", &["'self'", "data:"][..]),
    ] {
        for source in directive(&head, name).split(' ') {
            assert!(
                fits.iter().any(|fit| source.starts_with(fit)),
                "{name}: {source}"
            );
        }
    }
    for name in ["base-uri", "form-action", "frame-ancestors"] {
        assert_eq!(directive(&head, name), "'none'");
    }
    for header in [
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
        "cross-origin-opener-policy: same-origin",
        "cross-origin-resource-policy: same-origin",
    ] {
        assert!(head.contains(header), "{header} in {head}");
    }
}

#[tokio::test]
async fn the_page_is_there_or_the_answer_says_how_to_build_it() {
    let bridge = TestBridge::start().await;
    let (head, body) = get(&bridge, "/").await;
    if head.starts_with("http/1.1 404 ") {
        assert!(body.contains("cargo xtask run"), "{body}");
        return;
    }
    assert!(head.contains("content-type: text/html"), "{head}");
    assert!(head.contains("cache-control: no-cache"), "{head}");
    // Everything the page loads lies here.
    for attribute in ["src=", "href=", "from '", "module_or_path: '"] {
        for reference in body.split(attribute).skip(1) {
            let reference = reference.trim_start_matches(['"', '\'']);
            assert!(
                reference.starts_with('/') && !reference.starts_with("//"),
                "{attribute}{reference:.60}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let bridge = TestBridge::start().await;
    for path in [
        "/nothing",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "//etc/passwd",
        "/..%2fCargo.toml",
    ] {
        let (head, _) = get(&bridge, path).await;
        assert!(head.starts_with("http/1.1 404 "), "{path}: {head}");
    }
}

#[tokio::test]
async fn health_can_be_asked_for() {
    let bridge = TestBridge::start().await;
    let (head, body) = get(&bridge, "/healthz").await;
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    assert_eq!(body, "ok");
}
