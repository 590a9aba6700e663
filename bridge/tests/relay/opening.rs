//! CONNECT, and why it fails.

use sockscope::policy::Policy;
use tokio::net::TcpListener;

use crate::client::{Packet, RelayBridge, TCP, UDP};
use crate::common::peer::Peer;
use crate::common::soon;

/// A port at which nobody listens.
async fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test]
async fn names_are_resolved_and_all_their_addresses_tried() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let mut wisp = bridge.wisp().await;
    // It stands for ::1 as well, where nobody listens.
    for (stream, host) in [
        (1, "localhost"),
        (2, "LOCALHOST"),
        (3, "127.0.0.1"),
        (4, "::ffff:127.0.0.1"),
    ] {
        wisp.connect_to(stream, TCP, host, echo.address.port())
            .await;
        wisp.echo(stream, host.as_bytes()).await;
    }
}

#[tokio::test]
async fn many_names_at_once_are_all_resolved() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let mut wisp = bridge.wisp().await;
    for stream in 1..=300 {
        wisp.connect_to(stream, TCP, "localhost", echo.address.port())
            .await;
        wisp.send(stream, &stream.to_le_bytes()).await;
    }
    for stream in 1..=300_u32 {
        assert_eq!(wisp.read(stream, 4).await, stream.to_le_bytes());
    }
}

#[tokio::test]
async fn the_reason_is_that_of_the_kernel_the_resolver_or_the_policy() {
    let bridge = RelayBridge::start().await;
    let mut wisp = bridge.wisp().await;
    let own = bridge.address.port();
    let closed = closed_port().await;
    for (stream, kind, host, port, reason) in [
        (1, TCP, "127.0.0.1", closed, 0x44),
        (2, TCP, "localhost", closed, 0x44),
        (3, TCP, "no-such-name.invalid", 80, 0x42),
        (4, TCP, "10.0.0.7", 80, 0x48),
        (5, TCP, "8.8.8.8", 53, 0x48),
        (6, UDP, "8.8.8.8", 53, 0x48),
        (7, TCP, "169.254.169.254", 80, 0x48),
        (8, TCP, "::ffff:169.254.169.254", 80, 0x48),
        (9, TCP, "64:ff9b::10.0.0.7", 80, 0x48),
        (10, TCP, "0.0.0.0", 80, 0x48),
        (11, TCP, "::", 80, 0x48),
        (12, TCP, "127.0.0.1", own, 0x48),
        (13, TCP, "localhost", own, 0x48),
        (14, UDP, "127.0.0.1", own, 0x48),
        (15, TCP, "127.0.0.1", 0, 0x41),
        (16, TCP, "", 80, 0x41),
        (17, 3, "127.0.0.1", 80, 0x41),
        (18, TCP, "a\0b", 80, 0x41),
    ] {
        wisp.connect_to(stream, kind, host, port).await;
        assert_eq!(
            wisp.answer().await,
            Packet::Close(stream, reason),
            "{host}:{port}"
        );
    }
}

#[tokio::test]
async fn some_places_are_refused_whatever_the_flags() {
    let everything = || vec!["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()];
    let bridge = RelayBridge::with(
        |config| config.policy = Policy::new(everything(), everything()).unwrap(),
        |_| {},
    )
    .await;
    let mut wisp = bridge.wisp().await;
    for (stream, host, port) in [
        (1, "169.254.169.254", 80),
        (2, "fe80::1", 80),
        (3, "127.0.0.1", bridge.address.port()),
        (4, "::ffff:127.0.0.1", bridge.address.port()),
        (5, "0.0.0.0", 80),
    ] {
        wisp.connect_to(stream, TCP, host, port).await;
        assert_eq!(wisp.answer().await, Packet::Close(stream, 0x48), "{host}");
    }
}

#[tokio::test]
async fn a_name_with_one_forbidden_address_is_not_followed() {
    // As a name that stands for ::1 and 127.0.0.1 where only one of the two is allowed cannot be had
    // from the policy, which always allows both, this one stands for a place that is never allowed.
    let bridge = RelayBridge::start().await;
    let mut wisp = bridge.wisp().await;
    wisp.connect_to(1, TCP, "0", 80).await;
    assert_eq!(wisp.answer().await, Packet::Close(1, 0x48));
    wisp.connect_to(2, TCP, "0x0a000007", 80).await;
    assert_eq!(wisp.answer().await, Packet::Close(2, 0x48));
}

#[tokio::test]
async fn a_number_in_use_is_refused_and_its_stream_ends() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let mut wisp = bridge.wisp().await;
    wisp.connect(1, echo.address).await;
    wisp.connect(2, echo.address).await;
    wisp.echo(1, b"first").await;
    wisp.connect(1, echo.address).await;
    assert_eq!(wisp.closed(1).await, 0x41);
    // Both sides agree that there is none, so that there may be one.
    wisp.connect(1, echo.address).await;
    wisp.echo(1, b"second").await;
    wisp.echo(2, b"untouched").await;
}

#[tokio::test]
async fn a_flood_of_connects_is_bounded() {
    let bridge = RelayBridge::with(|_| {}, |relay| relay.streams = 100).await;
    let echo = Peer::echo().await;
    let mut wisp = bridge.wisp().await;
    let (mut opened, mut refused) = (Vec::new(), 0);
    for stream in 1..=1000 {
        wisp.connect(stream, echo.address).await;
    }
    wisp.connect_to(1001, TCP, "", 0).await;
    loop {
        match wisp.answer().await {
            Packet::Close(1001, reason) => {
                assert!(reason == 0x41 || reason == 0x49);
                break;
            }
            Packet::Close(stream, 0x49) => {
                assert!(stream > 100);
                refused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(refused, 900);
    opened.extend(1..=100_u32);
    for stream in opened {
        wisp.echo(stream, b"open").await;
        wisp.close(stream).await;
    }
    wisp.connect(2000, echo.address).await;
    wisp.echo(2000, b"room again").await;
}

#[tokio::test]
async fn ten_thousand_streams_are_held_in_one_websocket() {
    let streams = 10_000.min(descriptors() / 4);
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let mut wisp = bridge.wisp().await;
    for stream in 1..=streams {
        wisp.connect(stream, echo.address).await;
        wisp.send(stream, b"here").await;
        if stream % 100 == 0 {
            // As many as fit into the target's queue.
            for stream in stream - 99..=stream {
                assert_eq!(wisp.read(stream, 4).await, b"here");
            }
        }
    }
    for stream in [1, streams / 2, streams / 100 * 100] {
        soon("an echo", wisp.echo(stream, b"still here")).await;
    }
}

/// How many descriptors this process may have; the bridge and the targets are in it too.
fn descriptors() -> u32 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, raised).unwrap();
    limit
        .maximum
        .map_or(u32::MAX, |limit| u32::try_from(limit).unwrap_or(u32::MAX))
}
