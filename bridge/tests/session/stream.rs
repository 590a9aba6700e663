//! `stream` and its credit.

use std::io::Write;
use std::net::TcpStream;

use sockscope_protocol::{Call, CallId, CancelledBy, HEADER_LEN, Outcome, SocketId};

use crate::client::{Client, recv, soon};

const HEADER: u64 = HEADER_LEN as u64;

fn stream(socket: SocketId, size: u32, credit: u64) -> Call {
    Call::Stream {
        socket,
        size,
        credit,
    }
}

fn used(client: &Client, call: CallId) -> u64 {
    let received = client.received(call);
    received
        .iter()
        .map(|data| HEADER + data.payload.len() as u64)
        .sum()
}

async fn used_at_least(client: &Client, call: CallId, credit: u64) {
    soon("the credit's use", async {
        loop {
            let last = client.session.log().last();
            if used(client, call) >= credit {
                return;
            }
            client.session.log().changed(last).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_brings_everything_until_the_end() {
    let client = Client::new();
    let (listener, address) = client.listener(1).await;
    let mut peer = TcpStream::connect(address).unwrap();
    let connection = client.accept(listener).await;
    let call = client.start(stream(connection, 1000, u64::MAX));
    let text: Vec<u8> = (0..50_000_u32).map(|n| (n % 251) as u8).collect();
    peer.write_all(&text).unwrap();
    drop(peer);
    assert_eq!(client.returned(call).await.count(), 50_000);
    let received = client.received(call);
    let mut offset = 0;
    let mut bytes = Vec::new();
    for data in received {
        assert_eq!(data.offset, offset);
        assert!(data.payload.len() <= 1000);
        offset += data.payload.len() as u64;
        bytes.extend_from_slice(&data.payload);
    }
    assert_eq!(bytes, text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_stops_at_its_credit_and_goes_on_with_more() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    client.send(far, &[1; 100_000]).await;
    let call = client.start(stream(near, 1000, 10_000));
    used_at_least(&client, call, 10_000).await;
    // The last message may overrun the credit by its header.
    assert!(used(&client, call) <= 10_000 + HEADER);
    let waiting = client
        .observed(near, "bytes that wait", |kernel| {
            kernel
                .recv_queue
                .is_some_and(|queue| (1..=95_000).contains(&queue))
        })
        .await;
    assert!(waiting.recv_queue > Some(80_000));
    assert!(!client.has_returned(call));

    // Lower totals and those of other calls change nothing.
    client.session.credit(call, 5_000);
    client.session.credit(CallId(9999), 50_000);
    client.session.credit(call, 20_000);
    used_at_least(&client, call, 20_000).await;
    assert!(used(&client, call) <= 20_000 + HEADER);

    client.session.cancel(call);
    let cancelled = Outcome::Cancelled(CancelledBy::Client);
    assert_eq!(client.returned(call).await.outcome, cancelled);
    // Nothing is lost: what the stream did not take is still there.
    let taken: usize = client
        .received(call)
        .iter()
        .map(|data| data.payload.len())
        .sum();
    let mut rest = 0;
    while taken + rest < 100_000 {
        rest += client.recv(near, 100_000).await.len();
    }
    assert_eq!(taken + rest, 100_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credit_nothing_is_taken() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    let call = client.start(stream(near, 1000, 0));
    client.send(far, b"wait").await;
    client
        .observed(near, "bytes that wait", |kernel| {
            kernel.recv_queue == Some(4)
        })
        .await;
    assert!(client.received(call).is_empty());
    // One byte of credit is worth one message.
    client.session.credit(call, 1);
    used_at_least(&client, call, 1).await;
    assert_eq!(&client.received(call)[0].payload[..], b"w");
}

#[tokio::test(flavor = "multi_thread")]
async fn datagrams_stay_whole_whatever_the_credit() {
    let client = Client::new();
    let (socket, address) = client.bound_udp().await;
    let call = client.start(stream(socket, 2000, 1));
    client.sendto(socket, address, &[1; 1500]).await;
    client.sendto(socket, address, b"").await;
    client.sendto(socket, address, b"third").await;
    used_at_least(&client, call, 1500).await;
    client.session.credit(call, 10_000);
    used_at_least(&client, call, 1500 + 5 + 3 * HEADER).await;
    let received = client.received(call);
    let lengths: Vec<_> = received.iter().map(|data| data.payload.len()).collect();
    assert_eq!(lengths, [1500, 0, 5]);
    assert!(received.iter().all(|data| data.address == Some(address)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recv_waits_until_the_stream_is_over() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    let call = client.start(stream(near, 1000, u64::MAX));
    let after = client.start(recv(near, 16));
    client.send(far, b"for the stream").await;
    used_at_least(&client, call, 14 + HEADER).await;
    client.session.cancel(call);
    client.returned(call).await;
    client.send(far, b"for recv").await;
    assert_eq!(client.returned(after).await.count(), 8);
}
