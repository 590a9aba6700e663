//! Ends: nothing that was sent before is lost, and nothing goes on that nobody wants.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::client::{Packet, RelayBridge, Wisp, pattern, status};
use crate::common::peer::Peer;
use crate::common::soon;

const LARGE: usize = 16 << 20;

async fn target_of(wisp: &mut Wisp, stream: u32) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    wisp.connect(stream, listener.local_addr().unwrap()).await;
    soon("a connection", listener.accept()).await.unwrap().0
}

/// Reads to the end, slowly at first.
fn slowly(mut target: TcpStream) -> tokio::task::JoinHandle<Vec<u8>> {
    tokio::spawn(async move {
        let mut bytes = Vec::new();
        for _ in 0..20 {
            let mut part = [0; 4096];
            let length = target.read(&mut part).await.unwrap();
            bytes.extend_from_slice(&part[..length]);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        target.read_to_end(&mut bytes).await.unwrap();
        bytes
    })
}

#[tokio::test]
async fn what_was_sent_before_a_close_arrives_20_of_20_times() {
    let bridge = RelayBridge::start().await;
    let sent = pattern(LARGE);
    let mut wisp = bridge.wisp().await;
    for stream in 1..=20 {
        let target = target_of(&mut wisp, stream).await;
        let reading = slowly(target);
        for part in sent.chunks(64 << 10) {
            wisp.send(stream, part).await;
        }
        wisp.close(stream).await;
        let received = soon("all to arrive", reading).await.unwrap();
        assert_eq!(received.len(), LARGE, "stream {stream}");
        assert!(received == sent);
    }
}

#[tokio::test]
async fn what_was_sent_before_the_websocket_ends_arrives() {
    let bridge = RelayBridge::start().await;
    let sent = pattern(LARGE);
    for how in ["a close frame", "an end of the connection", "a reset"] {
        let mut wisp = bridge.wisp().await;
        let target = target_of(&mut wisp, 1).await;
        let reading = slowly(target);
        for part in sent.chunks(64 << 10) {
            wisp.send(1, part).await;
        }
        match how {
            "a close frame" => {
                wisp.socket.close(None).await.unwrap();
                assert_eq!(status(&mut wisp.socket).await, 1000);
            }
            "an end of the connection" => {
                wisp.socket.get_mut().shutdown().await.unwrap();
                let received = soon("all to arrive", reading).await.unwrap();
                assert!(received == sent, "{} after {how}", received.len());
                continue;
            }
            _ => {
                // What the bridge's kernel has not got yet is lost by this; what it has is not.
                wisp.is_heard().await;
                wisp.socket.get_ref().set_zero_linger().unwrap();
            }
        }
        drop(wisp);
        let received = soon("all to arrive", reading).await.unwrap();
        assert!(received == sent, "{} after {how}", received.len());
    }
}

#[tokio::test]
async fn what_was_sent_before_a_close_arrives_where_the_target_answers_all_of_it() {
    let bridge = RelayBridge::start().await;
    let mut wisp = bridge.wisp().await;
    let mut target = target_of(&mut wisp, 1).await;
    // An echo that cannot get rid of its answers unless somebody reads them.
    let echoing = tokio::spawn(async move {
        let (mut part, mut received) = (vec![0; 64 << 10], 0);
        loop {
            match target.read(&mut part).await.unwrap() {
                0 => return received,
                length => {
                    received += length;
                    target.write_all(&part[..length]).await.unwrap();
                }
            }
        }
    });
    let part = vec![1; 64 << 10];
    let mut sent = 0;
    while sent < LARGE {
        // Only credit is looked at: nothing of the answers.
        while wisp.credit[&1] == 0 {
            wisp.next().await;
        }
        wisp.send(1, &part).await;
        sent += part.len();
    }
    wisp.close(1).await;
    assert_eq!(soon("all to arrive", echoing).await.unwrap(), LARGE);
}

#[tokio::test]
async fn what_was_sent_before_the_connection_is_there_arrives() {
    let bridge = RelayBridge::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut wisp = bridge.wisp().await;
    // A name takes the resolver some time.
    wisp.connect_to(1, 1, "localhost", port).await;
    wisp.send(1, b"all in one breath").await;
    wisp.close(1).await;
    let (mut target, _) = soon("a connection", listener.accept()).await.unwrap();
    let mut bytes = Vec::new();
    soon("the end", target.read_to_end(&mut bytes))
        .await
        .unwrap();
    assert_eq!(bytes, b"all in one breath");
}

#[tokio::test]
async fn the_targets_last_bytes_arrive_before_its_close() {
    let bridge = RelayBridge::start().await;
    let sent = pattern(LARGE);
    let mut wisp = bridge.wisp().await;
    for stream in 1..=20 {
        let mut target = target_of(&mut wisp, stream).await;
        let bytes = sent.clone();
        tokio::spawn(async move {
            target.write_all(&bytes).await.unwrap();
        });
        let (received, reason) = wisp.read_to_end(stream).await;
        assert_eq!(reason, 0x02);
        assert!(received == sent, "{}", received.len());
    }
}

#[tokio::test]
async fn the_targets_last_bytes_arrive_though_it_refuses_what_the_client_sends() {
    let bridge = RelayBridge::start().await;
    let mut wisp = bridge.wisp().await;
    let mut target = target_of(&mut wisp, 1).await;
    wisp.send(1, &[0; 1000]).await;
    target.write_all(&pattern(100_000)).await.unwrap();
    // Closing with unread data resets the connection (RFC 9293 section 3.6.1).
    target.set_zero_linger().unwrap();
    let received = wisp.read(1, 100_000).await;
    assert!(received == pattern(100_000));
    drop(target);
    wisp.send(1, b"too late").await;
    assert_eq!(wisp.closed(1).await, 0x03);
}

#[tokio::test]
async fn after_the_targets_end_the_client_is_still_heard() {
    let bridge = RelayBridge::start().await;
    let sent = pattern(LARGE);
    let mut wisp = bridge.wisp().await;
    // In the middle of what the client sends.
    let mut target = target_of(&mut wisp, 1).await;
    wisp.send(1, &sent[..64 << 10]).await;
    target.shutdown().await.unwrap();
    let reading = slowly(target);
    for part in sent[64 << 10..].chunks(64 << 10) {
        wisp.send(1, part).await;
    }
    wisp.close(1).await;
    let received = soon("all to arrive", reading).await.unwrap();
    assert_eq!(received.len(), LARGE);
    assert!(received == sent);
}

#[tokio::test]
async fn what_a_client_sends_after_it_was_told_of_the_end_arrives() {
    let bridge = RelayBridge::start().await;
    let mut wisp = bridge.wisp().await;
    let mut target = target_of(&mut wisp, 1).await;
    wisp.send(1, b"question").await;
    let mut question = [0; 8];
    target.read_exact(&mut question).await.unwrap();
    target.write_all(b"answer").await.unwrap();
    target.shutdown().await.unwrap();
    let (answer, reason) = wisp.read_to_end(1).await;
    assert_eq!((&answer[..], reason), (&b"answer"[..], 0x02));
    // As it would have, had it been under way already; there is credit for it as well.
    let reading = slowly(target);
    let sent = pattern(4 << 20);
    for part in sent.chunks(64 << 10) {
        wisp.send(1, part).await;
    }
    wisp.close(1).await;
    let received = soon("all to arrive", reading).await.unwrap();
    assert!(received == sent, "{}", received.len());
}

#[tokio::test]
async fn a_silent_client_is_told_of_the_targets_end() {
    let bridge = RelayBridge::start().await;
    let mut wisp = bridge.wisp().await;
    let mut target = target_of(&mut wisp, 1).await;
    wisp.send(1, b"QUIT").await;
    target.read_exact(&mut [0; 4]).await.unwrap();
    target.shutdown().await.unwrap();
    assert_eq!(wisp.closed(1).await, 0x02);
    // And the target of the client's.
    assert_eq!(soon("the end", target.read(&mut [0; 1])).await.unwrap(), 0);
    // The number is free.
    let echo = Peer::echo().await;
    wisp.connect(1, echo.address).await;
    wisp.echo(1, b"again").await;
}

#[tokio::test]
async fn a_number_is_free_as_soon_as_its_stream_is_closed() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let mut wisp = bridge.wisp().await;
    for round in 0..50_u8 {
        wisp.connect(1, echo.address).await;
        wisp.echo(1, &[round; 100]).await;
        wisp.close(1).await;
    }
    // Also while the bridge still listens under it.
    let source = Peer::send(b"bye".to_vec()).await;
    for _ in 0..20 {
        wisp.connect(1, source.address).await;
        assert_eq!(wisp.read_to_end(1).await, (b"bye".to_vec(), 0x02));
    }
    wisp.connect(1, echo.address).await;
    wisp.echo(1, b"again").await;
}

#[tokio::test]
async fn an_abandoned_stream_stops_its_target_at_once() {
    let bridge = RelayBridge::start().await;
    let mut wisp = bridge.wisp().await;
    let mut target = target_of(&mut wisp, 1).await;
    let flooding = tokio::spawn(async move {
        let zeroes = vec![0; 64 << 10];
        while target.write_all(&zeroes).await.is_ok() {}
    });
    wisp.read(1, 1 << 20).await;
    wisp.close(1).await;
    soon("the target to be stopped", flooding).await.unwrap();
    let echo = Peer::echo().await;
    wisp.connect(2, echo.address).await;
    wisp.echo(2, b"alive").await;
}

#[tokio::test]
async fn a_reset_target_is_told_as_a_network_error() {
    let bridge = RelayBridge::start().await;
    let reset = Peer::reset().await;
    let mut wisp = bridge.wisp().await;
    wisp.connect(1, reset.address).await;
    wisp.send(1, b"x").await;
    assert_eq!(wisp.closed(1).await, 0x03);
}

#[tokio::test]
async fn a_stopping_bridge_takes_its_leave_and_delivers_what_it_has() {
    let bridge = RelayBridge::start().await;
    let mut wisp = bridge.wisp().await;
    let target = target_of(&mut wisp, 1).await;
    let reading = slowly(target);
    let sent = pattern(1 << 20);
    for part in sent.chunks(64 << 10) {
        wisp.send(1, part).await;
    }
    wisp.is_heard().await;
    bridge.begin_stop();
    assert_eq!(status(&mut wisp.socket).await, 1001);
    assert!(soon("all to arrive", reading).await.unwrap() == sent);
    bridge.bridge.stop().await;
}

#[tokio::test]
async fn packets_of_streams_that_ended_are_ignored() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let mut wisp = bridge.wisp().await;
    wisp.connect(1, echo.address).await;
    wisp.echo(1, b"x").await;
    wisp.close(1).await;
    wisp.push(1, b"late").await;
    wisp.close(1).await;
    wisp.push(99, b"never was").await;
    wisp.connect(2, echo.address).await;
    wisp.echo(2, b"y").await;
    assert!(
        !wisp
            .seen
            .iter()
            .any(|packet| matches!(packet, Packet::Close(..)))
    );
}
