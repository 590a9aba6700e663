//! The memory of the real binary: a side that stands still holds back the other one, and what lies
//! between them is less than a mebibyte for each stream.

use std::net::SocketAddr;

use futures_util::SinkExt as _;
use futures_util::future::join_all;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Packet, Socket, Wisp, handshake, pattern};
use crate::common::kernel::held_back;
use crate::common::peer::Peer;
use crate::common::process::BridgeProcess;
use crate::common::soon;

const TOKEN: &str = "a-token-of-the-relay-that-only-this-test-knows";
/// What each stream may cost.
const EACH: u64 = 1 << 20;
/// How much a side would send that nothing holds back.
const GIB: u64 = 1 << 30;
const STREAMS: u32 = 8;

/// A bridge whose threads have all done once what streams need.
async fn warm() -> (BridgeProcess, u64) {
    let bridge = BridgeProcess::spawn(&["--relay"], "info", |command| {
        command.env("SOCKSCOPE_RELAY_TOKEN", TOKEN);
    })
    .await;
    let (echo, source) = (Peer::echo().await, Peer::send(pattern(4 << 20)).await);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    // At the same time, so that each thread has one.
    let mut clients = Vec::new();
    for _ in 0..threads {
        clients.push(wisp(&bridge).await);
    }
    for client in &mut clients {
        client.connect(1, echo.address).await;
        client.echo(1, &pattern(300_000)).await;
        client.connect(2, source.address).await;
        client.read_to_end(2).await;
    }
    drop(clients);
    let memory = bridge.memory();
    (bridge, memory)
}

async fn wisp(bridge: &BridgeProcess) -> Wisp {
    let path = format!("/wisp/{TOKEN}/");
    Wisp::first(handshake(bridge.address, &path, &[]).await.unwrap()).await
}

async fn plain(bridge: &BridgeProcess, target: SocketAddr) -> Socket {
    let path = format!("/wsproxy/{TOKEN}/{target}");
    handshake(bridge.address, &path, &[]).await.unwrap()
}

fn assert_small(bridge: &BridgeProcess, before: u64) {
    let after = bridge.memory();
    let grown = after.saturating_sub(before);
    println!("grown by {} KiB for {STREAMS} streams", grown / 1024);
    assert!(grown < EACH * u64::from(STREAMS), "{before} to {after}");
}

/// Waits until each of these has a connection on which it is held back.
async fn all_held_back(floods: &[Peer]) {
    let each = floods.iter().map(async |flood| {
        let (own, other) = flood.connection().await;
        tokio::select! {
            () = held_back(own, other) => {}
            () = flood.sent_all() => panic!("a target got rid of everything"),
        }
    });
    soon("all targets to be held back", join_all(each)).await;
}

async fn floods() -> Vec<Peer> {
    join_all((0..STREAMS).map(|_| Peer::flood(GIB))).await
}

async fn stalls() -> Vec<Peer> {
    join_all((0..STREAMS).map(|_| Peer::stall())).await
}

#[tokio::test]
async fn a_client_that_stops_reading_costs_little_and_holds_back_its_targets() {
    let (bridge, before) = warm().await;
    let targets = floods().await;
    let mut client = wisp(&bridge).await;
    for (stream, target) in (1..).zip(&targets) {
        client.connect(stream, target.address).await;
    }
    all_held_back(&targets).await;
    assert_small(&bridge, before);
}

#[tokio::test]
async fn clients_that_stop_reading_cost_little_with_a_websocket_for_each_stream() {
    for door in ["wisp", "wsproxy"] {
        let (bridge, before) = warm().await;
        let targets = floods().await;
        let (mut wisps, mut plains) = (Vec::new(), Vec::new());
        for target in &targets {
            if door == "wisp" {
                let mut client = wisp(&bridge).await;
                client.connect(1, target.address).await;
                wisps.push(client);
            } else {
                plains.push(plain(&bridge, target.address).await);
            }
        }
        all_held_back(&targets).await;
        assert_small(&bridge, before);
    }
}

/// Sends all that there is credit for, until the bridge is held back and gives none any more.
async fn fill(client: &mut Wisp, stream: u32, target: &Peer) {
    let packet = vec![0; 64 << 10];
    let (own, other) = target.connection().await;
    let mut sent = 0;
    loop {
        while client.credit[&stream] > 0 {
            client.send(stream, &packet).await;
            sent += packet.len() as u64;
            assert!(sent < GIB, "nothing holds back the client");
        }
        tokio::select! {
            packet = client.next() => assert!(matches!(packet, Packet::Continue(..)), "{packet:?}"),
            () = held_back(other, own) => return,
        }
    }
}

#[tokio::test]
async fn targets_that_never_read_cost_little_and_hold_back_their_client() {
    let (bridge, before) = warm().await;
    let targets = stalls().await;
    let mut client = wisp(&bridge).await;
    for (stream, target) in (1..).zip(&targets) {
        client.connect(stream, target.address).await;
        let filling = fill(&mut client, stream, target);
        soon("the client to be held back", filling).await;
    }
    assert_small(&bridge, before);
}

#[tokio::test]
async fn targets_that_never_read_cost_little_with_a_websocket_for_each_stream() {
    let (bridge, before) = warm().await;
    let targets = stalls().await;
    let filling = targets.iter().map(async |target| {
        let mut socket = plain(&bridge, target.address).await;
        let own = socket.get_ref().local_addr().unwrap();
        let chunk = vec![0; 64 << 10];
        let sending = async {
            for _ in 0..GIB / chunk.len() as u64 {
                socket.send(Message::binary(chunk.clone())).await.unwrap();
            }
            panic!("nothing holds back the client");
        };
        tokio::select! {
            () = sending => {}
            () = held_back(own, bridge.address) => {}
        }
        socket
    });
    let held = soon("all clients to be held back", join_all(filling)).await;
    assert_small(&bridge, before);
    drop(held);
}
