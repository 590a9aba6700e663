//! Back-pressure, measured: what one side does not take, the other side is held back with, and the
//! bridge's own memory stays as it is.
#![allow(clippy::unwrap_used)]
#![cfg(target_os = "linux")]

mod common;

use common::client::Incoming;
use common::peer::Peer;
use common::process::BridgeProcess;
use common::{Client, until_held_back};
use sockscope_protocol::{Call, Event, EventBody, Payload, RejectReason, ServerMessage, SocketId};

/// By how much the bridge may grow.
const GROWTH: u64 = 8 << 20;
const GIB: u64 = 1 << 30;

/// The process's memory once everything that a session needs was used once: code is paged in,
/// buffers are there.
async fn warm(bridge: &BridgeProcess) -> (Client, u64) {
    let mut client = bridge.client().await;
    let peer = Peer::echo().await;
    let socket = client.connected(peer.address).await;
    client.send_all(socket, b"warm").await;
    client.recv(socket, 4).await;
    client.ok(Call::Close { socket }).await;
    let memory = bridge.memory();
    (client, memory)
}

fn assert_grown_by_less(bridge: &BridgeProcess, before: u64, limit: u64) {
    let after = bridge.memory();
    let grown = after.saturating_sub(before);
    println!("{} KiB before, {} KiB after", before / 1024, after / 1024);
    assert!(grown < limit, "from {before} to {after}: {grown} bytes");
}

async fn stream(client: &mut Client, socket: SocketId, credit: u64) {
    let call = client
        .begin(Call::Stream {
            socket,
            size: 65536,
            credit,
        })
        .await;
    client
        .until_event(|event| {
            matches!(event.body, EventBody::Called { call: made, .. } if made == call).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_gibibyte_without_credit_is_held_back() {
    let bridge = BridgeProcess::start(&[], "info").await;
    let (mut client, before) = warm(&bridge).await;
    let flood = Peer::flood(GIB).await;
    let socket = client.connected(flood.address).await;
    stream(&mut client, socket, 0).await;
    let (own, other) = flood.connection().await;
    until_held_back(own, other, flood.sent_all()).await;
    assert_grown_by_less(&bridge, before, GROWTH);
    client.call(Call::Close { socket }).await;
}

#[tokio::test]
async fn a_client_that_reads_late_gets_every_byte_whatever_it_promised() {
    const TAKEN: u64 = 64 << 20;
    let bridge = BridgeProcess::start(&[], "info").await;
    let (mut client, before) = warm(&bridge).await;
    let flood = Peer::flood(GIB).await;
    let socket = client.connected(flood.address).await;
    // It promises to take everything, and then reads nothing.
    stream(&mut client, socket, u64::MAX).await;
    let (own, other) = flood.connection().await;
    until_held_back(own, other, flood.sent_all()).await;
    assert_grown_by_less(&bridge, before, GROWTH);
    let mut next = 0;
    while next < TAKEN {
        let received = |event: &Event| match &event.body {
            EventBody::Received(data) => Some(data.clone()),
            _ => None,
        };
        let data = client.until_event(received).await;
        assert_eq!(data.offset, next);
        assert!(!data.flags.omitted, "byte {next} has given way");
        next += data.payload.len() as u64;
    }
    assert_grown_by_less(&bridge, before, GROWTH);
}

#[tokio::test]
async fn a_client_that_got_everything_as_an_onlooker_lets_streams_go_on() {
    let bridge = BridgeProcess::start(&[], "info").await;
    let mut client = bridge.client().await;
    let flood = Peer::flood(GIB).await;
    let socket = client.connected(flood.address).await;
    stream(&mut client, socket, u64::MAX).await;
    let (own, other) = flood.connection().await;
    let (key, view) = (client.key(), client.welcome.view.clone().unwrap());
    client.cut();
    until_held_back(own, other, flood.sent_all()).await;
    let last = Client::view(bridge.address, &view).await.unwrap();
    let last = last.welcome.last;
    let mut onlooker = Client::view(bridge.address, &view).await.unwrap();
    onlooker
        .until_event(|event| (event.seq == last).then_some(()))
        .await;
    let back = Client::resume(bridge.address, &bridge.token, &key, last).await;
    let received = |event: &Event| matches!(event.body, EventBody::Received(_)).then_some(());
    back.unwrap().until_event(received).await;
}

#[tokio::test]
async fn sends_to_a_peer_that_never_reads_are_held_back() {
    const CHUNK: usize = 64 * 1024;
    let bridge = BridgeProcess::start(&[], "info").await;
    let (mut client, before) = warm(&bridge).await;
    let peer = Peer::stall().await;
    let socket = client.connected(peer.address).await;
    // 64 MiB, handed over as fast as the bridge takes it, whatever it says.
    let mut rejected = 0;
    for _ in 0..1024 {
        let call = client
            .begin_send(socket, Payload::SendAll, &[1; CHUNK])
            .await;
        let made = client
            .until(|incoming| match incoming {
                Incoming::Event(event) => match event.body {
                    EventBody::Called { call: made, .. } if made == call => Some(true),
                    _ => None,
                },
                Incoming::Message(ServerMessage::Rejected {
                    call: rejected,
                    reason,
                    ..
                }) if *rejected == call => {
                    assert_eq!(*reason, RejectReason::PendingBytes);
                    Some(false)
                }
                _ => None,
            })
            .await;
        rejected += u32::from(!made);
    }
    assert!(rejected > 512, "only {rejected} of 1024 were rejected");
    assert_grown_by_less(&bridge, before, GROWTH);
}
