//! wsproxy: one WebSocket is one connection.

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{RelayBridge, Socket, handshake, pattern, refused, status};
use crate::common::peer::Peer;
use crate::common::soon;

async fn read(socket: &mut Socket, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < length {
        match soon("bytes", socket.next()).await {
            Some(Ok(Message::Binary(part))) => bytes.extend_from_slice(&part),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            other => panic!("{other:?}"),
        }
    }
    bytes
}

async fn pair(bridge: &RelayBridge) -> (Socket, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = listener.local_addr().unwrap().to_string();
    let socket = bridge.plain(&target).await;
    (
        socket,
        soon("a connection", listener.accept()).await.unwrap().0,
    )
}

#[tokio::test]
async fn bytes_go_both_ways() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        let mut socket = bridge
            .plain(&format!("{host}:{}", echo.address.port()))
            .await;
        for length in [1, 125, 126, 65_535, 65_536, 500_000] {
            let bytes = pattern(length);
            socket.send(Message::binary(bytes.clone())).await.unwrap();
            assert!(read(&mut socket, length).await == bytes);
        }
    }
}

#[tokio::test]
async fn browsers_clients_get_the_subprotocol_they_want() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let path = format!("/wsproxy/{}/{}", bridge.token, echo.address);
    let protocols = [("sec-websocket-protocol", "base64, binary")];
    // The library fails where it is not one of those it offered.
    let mut socket = handshake(bridge.address, &path, &protocols).await.unwrap();
    socket.send(Message::binary("x")).await.unwrap();
    assert_eq!(read(&mut socket, 1).await, b"x");
}

#[tokio::test]
async fn what_is_no_target_is_refused() {
    let bridge = RelayBridge::start().await;
    for target in [
        "localhost",
        "localhost:",
        "localhost:0",
        "localhost:65536",
        ":80",
        "localhost:x",
    ] {
        let path = format!("/wsproxy/{}/{target}", bridge.token);
        assert_eq!(refused(bridge.address, &path, &[]).await, 400, "{target}");
    }
}

#[tokio::test]
async fn a_target_that_cannot_be_reached_closes_with_a_reason() {
    let bridge = RelayBridge::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    for (target, code) in [
        (closed.to_string(), 1011),
        ("no-such-name.invalid:80".to_owned(), 1011),
        ("10.0.0.7:80".to_owned(), 1008),
        (bridge.address.to_string(), 1008),
    ] {
        let mut socket = bridge.plain(&target).await;
        assert_eq!(status(&mut socket).await, code, "{target}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_was_sent_before_the_close_arrives() {
    use crate::common::kernel::piled_up;
    const LARGE: usize = 16 << 20;
    /// Less than any kernel holds for somebody who reads nothing.
    const PILE: u64 = 16 << 10;
    let bridge = RelayBridge::start().await;
    let sent = pattern(LARGE);
    for _ in 0..20 {
        let (mut socket, mut target) = pair(&bridge).await;
        let reading = tokio::spawn(async move {
            // All ways are full then.
            let (own, other) = (target.local_addr().unwrap(), target.peer_addr().unwrap());
            piled_up(own, other, PILE).await;
            let mut bytes = Vec::new();
            target.read_to_end(&mut bytes).await.unwrap();
            bytes
        });
        for part in sent.chunks(100_000) {
            socket.feed(Message::binary(part.to_vec())).await.unwrap();
        }
        socket.close(None).await.unwrap();
        let received = soon("all to arrive", reading).await.unwrap();
        assert_eq!(received.len(), LARGE);
        assert!(received == sent);
    }
}

#[tokio::test]
async fn the_targets_last_bytes_arrive_before_the_close() {
    let bridge = RelayBridge::start().await;
    let sent = pattern(8 << 20);
    let (mut socket, mut target) = pair(&bridge).await;
    let bytes = sent.clone();
    tokio::spawn(async move { target.write_all(&bytes).await.unwrap() });
    assert!(read(&mut socket, sent.len()).await == sent);
    assert_eq!(status(&mut socket).await, 1000);
}

#[tokio::test]
async fn after_the_targets_end_the_client_is_still_heard() {
    let bridge = RelayBridge::start().await;
    let (mut socket, mut target) = pair(&bridge).await;
    target.shutdown().await.unwrap();
    let reading = tokio::spawn(async move {
        let mut bytes = Vec::new();
        target.read_to_end(&mut bytes).await.unwrap();
        bytes
    });
    let sent = pattern(4 << 20);
    for part in sent.chunks(100_000) {
        socket.send(Message::binary(part.to_vec())).await.unwrap();
    }
    socket.close(None).await.unwrap();
    assert!(soon("all to arrive", reading).await.unwrap() == sent);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn both_sides_hold_back_the_other() {
    use crate::common::until_held_back;
    let bridge = RelayBridge::start().await;
    let (mut socket, mut target) = pair(&bridge).await;
    let own = socket.get_ref().local_addr().unwrap();
    let chunk = vec![0; 64 << 10];
    let sending = async {
        loop {
            socket.send(Message::binary(chunk.clone())).await.unwrap();
        }
    };
    until_held_back(own, bridge.address, sending).await;
    let (own, other) = (target.local_addr().unwrap(), target.peer_addr().unwrap());
    let sending = async {
        loop {
            target.write_all(&chunk).await.unwrap();
        }
    };
    until_held_back(own, other, sending).await;
}

#[tokio::test]
async fn datagrams_stay_whole() {
    let bridge = RelayBridge::start().await;
    let target = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = target.local_addr().unwrap();
    let mut socket = bridge.plain(&format!("{address}?udp")).await;
    let mut room = vec![0; 70_000];
    for length in [1, 0, 1400, 65_507] {
        let bytes = pattern(length);
        socket.send(Message::binary(bytes.clone())).await.unwrap();
        let (received, from) = soon("a datagram", target.recv_from(&mut room))
            .await
            .unwrap();
        assert_eq!(&room[..received], bytes);
        target.send_to(&bytes, from).await.unwrap();
        match soon("a message", socket.next()).await {
            Some(Ok(Message::Binary(message))) => assert_eq!(message, bytes),
            other => panic!("{other:?}"),
        }
    }
}
