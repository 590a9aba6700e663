//! Version 2: the handshake and the extensions.

use crate::client::{Packet, RelayBridge, TCP, UDP, Wisp, handshake, status};
use crate::common::peer::Peer;

const ASKS: (&str, &str) = ("sec-websocket-protocol", "wisp-v2");

async fn second(bridge: &RelayBridge, path: &str) -> (Wisp, Vec<(u8, Vec<u8>)>) {
    let socket = handshake(bridge.address, path, &[ASKS]).await.unwrap();
    let mut wisp = Wisp::new(socket);
    let Packet::Info(info) = wisp.next().await else {
        panic!("INFO comes first");
    };
    assert_eq!(info[..2], [2, 0]);
    let (mut extensions, mut rest) = (Vec::new(), &info[2..]);
    while let Some((head, after)) = rest.split_first_chunk::<5>() {
        let length = u32::from_le_bytes(head[1..].try_into().unwrap()) as usize;
        extensions.push((head[0], after[..length].to_vec()));
        rest = &after[length..];
    }
    assert!(rest.is_empty());
    (wisp, extensions)
}

fn extension(id: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_le_bytes();
    [&[id][..], &length, payload].concat()
}

fn password(password: &str) -> Vec<u8> {
    extension(2, &[b"\x04user", password.as_bytes()].concat())
}

async fn info(wisp: &mut Wisp, extensions: &[u8]) -> Packet {
    wisp.packet(5, 0, &[&[2, 0], extensions].concat()).await;
    let answer = wisp.next().await;
    if let Packet::Continue(0, initial) = answer {
        wisp.initial = initial;
    }
    answer
}

#[tokio::test]
async fn the_handshake_says_what_there_is() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let (mut wisp, extensions) = second(&bridge, &bridge.wisp_path()).await;
    let ids: Vec<u8> = extensions.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [1, 4, 5]);
    let motd = String::from_utf8(extensions[1].1.clone()).unwrap();
    assert!(motd.contains("connects to loopback"), "{motd}");
    assert!(matches!(
        info(&mut wisp, &[]).await,
        Packet::Continue(0, 1..)
    ));
    wisp.connect(1, echo.address).await;
    wisp.echo(1, b"second").await;
}

#[tokio::test]
async fn the_password_opens_a_door_without_a_token_in_the_path() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let (mut wisp, extensions) = second(&bridge, "/wisp/").await;
    assert!(extensions.contains(&(2, vec![1])));
    assert!(matches!(
        info(&mut wisp, &password(&bridge.token)).await,
        Packet::Continue(0, 1..)
    ));
    wisp.connect(1, echo.address).await;
    wisp.echo(1, b"in").await;
    for (extensions, reason) in [
        (password("0123456789abcdef0123456789abcdef"), 0xc0),
        (password(""), 0xc0),
        (password(&bridge.bridge.token), 0xc0),
        (Vec::new(), 0xc2),
        (extension(1, &[]), 0xc2),
    ] {
        let (mut wisp, _) = second(&bridge, "/wisp/").await;
        let answer = info(&mut wisp, &extensions).await;
        assert_eq!(answer, Packet::Close(0, reason));
        assert_eq!(status(&mut wisp.socket).await, 1008);
    }
}

#[tokio::test]
async fn nothing_is_done_before_the_handshake() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    for path in ["/wisp/", &bridge.wisp_path()] {
        let (mut wisp, _) = second(&bridge, path).await;
        wisp.connect(1, echo.address).await;
        assert_eq!(status(&mut wisp.socket).await, 1002);
    }
    let (mut wisp, _) = second(&bridge, "/wisp/").await;
    wisp.packet(5, 0, &[2]).await;
    assert_eq!(status(&mut wisp.socket).await, 1002);
    // A client that finds nothing in common says so and leaves.
    let (mut wisp, _) = second(&bridge, "/wisp/").await;
    wisp.packet(4, 0, &[4]).await;
    assert_eq!(status(&mut wisp.socket).await, 1000);
}

#[tokio::test]
async fn a_client_that_asks_for_it_hears_that_a_stream_is_open() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let (mut wisp, _) = second(&bridge, &bridge.wisp_path()).await;
    let extensions = [extension(1, &[]), extension(5, &[])].concat();
    info(&mut wisp, &extensions).await;
    wisp.connect(1, echo.address).await;
    assert!(matches!(wisp.next().await, Packet::Continue(1, 1..)));
    wisp.connect_to(2, TCP, "localhost", echo.address.port())
        .await;
    assert!(matches!(wisp.next().await, Packet::Continue(2, 1..)));
    wisp.connect_to(3, TCP, "10.0.0.7", 80).await;
    assert_eq!(wisp.next().await, Packet::Close(3, 0x48));
}

#[tokio::test]
async fn datagrams_are_for_clients_that_know_them() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let (mut wisp, _) = second(&bridge, &bridge.wisp_path()).await;
    info(&mut wisp, &[]).await;
    wisp.connect_to(1, UDP, "127.0.0.1", echo.address.port())
        .await;
    assert_eq!(wisp.next().await, Packet::Close(1, 0x41));
}
