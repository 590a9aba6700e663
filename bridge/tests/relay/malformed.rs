//! What no client should send.

use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use futures_util::SinkExt as _;

use crate::client::{Packet, RelayBridge, status};
use crate::common::peer::Peer;
use crate::common::soon;

#[tokio::test]
async fn packets_that_mean_nothing_are_ignored() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let mut wisp = bridge.wisp().await;
    wisp.connect(1, echo.address).await;
    for packet in [
        &b""[..],
        b"\x02",
        b"\x02\x01\0\0",
        b"\x00\x01\0\0\0",
        b"\x06\x01\0\0\0what",
        b"\xff\xff\xff\xff\xff",
        b"\x03\x01\0\0\0\x05\0\0\0",
        b"\x05\0\0\0\0\x02\0",
        b"\x02\0\0\0\0to nobody",
        b"\x04\0\0\0\0\x02",
        b"\x04\x63\0\0\0",
        b"\x03",
    ] {
        wisp.raw(packet.to_vec()).await;
    }
    wisp.raw(vec![6; 1 << 20]).await;
    wisp.echo(1, b"unmoved").await;
}

#[tokio::test]
async fn a_connect_that_means_nothing_is_refused() {
    let bridge = RelayBridge::start().await;
    let mut wisp = bridge.wisp().await;
    for (stream, payload) in [
        (1, &b""[..]),
        (2, b"\x01"),
        (3, b"\x01\x50\x00"),
        (4, b"\x01\x50\x00\xff\xfe"),
        (5, b"\x09\x50\x00localhost"),
        (0, b"\x01\x50\x00localhost"),
    ] {
        wisp.packet(1, stream, payload).await;
        assert_eq!(wisp.answer().await, Packet::Close(stream, 0x41));
    }
    let long = [&b"\x01\x50\x00"[..], &[b'a'; 300]].concat();
    wisp.packet(1, 6, &long).await;
    assert_eq!(wisp.answer().await, Packet::Close(6, 0x41));
}

#[tokio::test]
async fn what_is_no_websocket_ends_it_and_leaves_others_alone() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let mut bystander = bridge.wisp().await;
    bystander.connect(1, echo.address).await;
    for (frame, code) in [
        (&b"\x82\x00"[..], 1002),
        (b"\xc2\x80\0\0\0\0", 1002),
        (b"\x83\x80\0\0\0\0", 1002),
        (b"\x80\x80\0\0\0\0", 1002),
        (b"\x81\x80\0\0\0\0", 1003),
        (b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 1002),
    ] {
        let mut wisp = bridge.wisp().await;
        wisp.connect(1, echo.address).await;
        wisp.echo(1, b"before").await;
        wisp.socket.get_mut().write_all(frame).await.unwrap();
        assert_eq!(status(&mut wisp.socket).await, code, "{frame:x?}");
        bystander.echo(1, b"fine").await;
    }
}

#[tokio::test]
async fn text_is_refused() {
    let bridge = RelayBridge::start().await;
    let mut wisp = bridge.wisp().await;
    wisp.socket.send(Message::text("hello?")).await.unwrap();
    assert_eq!(status(&mut wisp.socket).await, 1003);
}

#[tokio::test]
async fn a_packet_may_come_in_any_number_of_frames() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let mut wisp = bridge.wisp().await;
    let host = echo.address.ip().to_string();
    let port = echo.address.port().to_le_bytes();
    let connect = [&[1, 1, 0, 0, 0, 1][..], &port, host.as_bytes()].concat();
    let data = [&[2, 1, 0, 0, 0][..], b"in very small pieces"].concat();
    let mut bytes = Vec::new();
    for packet in [connect, data] {
        for (index, byte) in packet.iter().enumerate() {
            let fin = if index == packet.len() - 1 { 0x80 } else { 0 };
            let opcode = if index == 0 { 2 } else { 0 };
            bytes.extend([fin | opcode, 0x81, 1, 2, 3, 4, byte ^ 1]);
            // Control frames may come in between.
            bytes.extend(b"\x8a\x80\0\0\0\0");
        }
    }
    let stream = wisp.socket.get_mut();
    for byte in bytes {
        stream.write_all(&[byte]).await.unwrap();
    }
    assert_eq!(wisp.read(1, 20).await, b"in very small pieces");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_packets_leave_the_bridge_standing(
        packets in prop::collection::vec(
            (0..7_u8, 0..4_u32, prop::collection::vec(any::<u8>(), 0..40)),
            1..200,
        ),
        garbage in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let bridge = RelayBridge::start().await;
            let mut wisp = bridge.wisp().await;
            for (kind, stream, payload) in &packets {
                wisp.packet(*kind, *stream, payload).await;
            }
            wisp.is_heard().await;
            let mut stream = wisp.socket.into_inner();
            let _ = stream.write_all(&garbage).await;
            drop(stream);
            let echo = Peer::echo().await;
            let mut wisp = bridge.wisp().await;
            wisp.connect(1, echo.address).await;
            wisp.echo(1, b"standing").await;
        });
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_client_that_never_reads_is_not_read_from_for_ever() {
    use crate::common::until_held_back;
    let bridge = RelayBridge::start().await;
    let path = bridge.wisp_path();
    let mut stream = TcpStream::connect(bridge.address).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        bridge.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    soon("an answer", stream.read(&mut [0; 1])).await.unwrap();
    let own = stream.local_addr().unwrap();
    // Each of these is answered with CLOSE.
    let flood = b"\x82\x86\0\0\0\0\x01\x01\0\0\0\x07".repeat(4096);
    let sending = async {
        loop {
            stream.write_all(&flood).await.unwrap();
        }
    };
    until_held_back(own, bridge.address, sending).await;
}
