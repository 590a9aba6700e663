//! What the kernel holds of connections whose descriptors are closed. Linux only.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use sockscope_protocol::{
    Call, EventBody, How, Observation, OptionName, OptionValue, SocketId, TcpState,
};

use crate::client::{Client, bind, connect, fill, shutdown, soon};

use TcpState as S;

/// What was observed of a socket after it was closed.
fn after_close(client: &Client, id: SocketId) -> Vec<Observation> {
    let after = client
        .events()
        .into_iter()
        .skip_while(|event| !is_closed(&event.body, id));
    let observed = after.filter_map(|event| match event.body {
        EventBody::Observed { socket, kernel } if socket == id => Some(kernel),
        _ => None,
    });
    observed.collect()
}

fn is_closed(body: &EventBody, id: SocketId) -> bool {
    matches!(body, EventBody::Closed { socket, .. } if *socket == id)
}

/// The states among them, each change once.
fn states(client: &Client, id: SocketId) -> Vec<Option<TcpState>> {
    let mut states: Vec<_> = after_close(client, id)
        .into_iter()
        .map(|kernel| kernel.state)
        .collect();
    states.dedup();
    states
}

/// Waits for a state after the socket was closed.
async fn reaches(client: &Client, id: SocketId, state: TcpState) -> Observation {
    soon(state.name(), async {
        loop {
            let last = client.session.log().last();
            let found = after_close(client, id)
                .into_iter()
                .find(|kernel| kernel.state == Some(state));
            match found {
                Some(kernel) => return kernel,
                None => client.session.log().changed(last).await,
            }
        }
    })
    .await
}

/// A connection of the session, accepted, and its peer outside.
async fn outside(client: &Client) -> (SocketId, TcpStream) {
    let (listener, address) = client.listener(1).await;
    let peer = TcpStream::connect(address).unwrap();
    (client.accept(listener).await, peer)
}

fn read_all(mut peer: &TcpStream) -> u64 {
    let mut bytes = Vec::new();
    peer.read_to_end(&mut bytes).unwrap();
    bytes.len() as u64
}

#[tokio::test(flavor = "multi_thread")]
async fn who_closes_first_waits() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    client.close(near).await;
    let waits = reaches(&client, near, S::FinWait2).await;
    assert!(waits.local.is_some() && waits.peer.is_some());
    assert!(waits.ends_in_ms.is_some_and(|left| left > 0), "{waits:?}");
    assert_eq!(waits.recv_queue, None);
    client.close(far).await;
    let waits = reaches(&client, near, S::TimeWait).await;
    assert!(
        waits.ends_in_ms.is_some_and(|left| left > 50_000),
        "{waits:?}"
    );
    reaches(&client, far, S::Closed).await;
    let near = states(&client, near);
    assert!(
        near.ends_with(&[Some(S::FinWait2), Some(S::TimeWait)]),
        "{near:?}"
    );
    let far = states(&client, far);
    assert!(
        matches!(
            far[..],
            [Some(S::Closed)] | [Some(S::LastAck), Some(S::Closed)]
        ),
        "{far:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_before_a_close_is_seen_however_soon_it_comes() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    let calls = [near, far].map(|socket| client.start(Call::Close { socket }));
    for call in calls {
        client.returned(call).await;
    }
    let waiting = client
        .observed(far, "CLOSE-WAIT", |kernel| {
            kernel.state == Some(S::CloseWait)
        })
        .await;
    assert!(waiting.peer.is_some());
    reaches(&client, near, S::TimeWait).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn close_is_not_delivery() {
    let client = Client::new();
    let (socket, peer) = outside(&client).await;
    let sent = fill(&client, socket, 1 << 18).await;
    client.close(socket).await;
    let held = reaches(&client, socket, S::FinWait1).await;
    assert!(held.send_queue.is_some_and(|queue| queue > 0), "{held:?}");
    assert!(held.tcp.is_some_and(|figures| figures.mss > 0));
    assert_eq!(read_all(&peer), sent);
    let delivered = reaches(&client, socket, S::FinWait2).await;
    assert_eq!(delivered.send_queue, Some(0));
    drop(peer);
    reaches(&client, socket, S::TimeWait).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_closes_last_waits_for_the_last_ack() {
    let client = Client::new();
    let (socket, peer) = outside(&client).await;
    let sent = fill(&client, socket, 1 << 18).await;
    peer.shutdown(Shutdown::Write).unwrap();
    client
        .observed(socket, "CLOSE-WAIT", |kernel| {
            kernel.state == Some(S::CloseWait)
        })
        .await;
    client.close(socket).await;
    reaches(&client, socket, S::LastAck).await;
    assert_eq!(read_all(&peer), sent);
    reaches(&client, socket, S::Closed).await;
    assert_eq!(states(&client, socket), [Some(S::LastAck), Some(S::Closed)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_may_close_at_the_same_time() {
    let client = Client::new();
    let (socket, peer) = outside(&client).await;
    let sent = fill(&client, socket, 1 << 18).await;
    client.close(socket).await;
    reaches(&client, socket, S::FinWait1).await;
    peer.shutdown(Shutdown::Write).unwrap();
    reaches(&client, socket, S::Closing).await;
    assert_eq!(read_all(&peer), sent);
    reaches(&client, socket, S::TimeWait).await;
    assert_eq!(
        states(&client, socket),
        [S::FinWait1, S::Closing, S::TimeWait].map(Some)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_leaves_nothing() {
    let client = Client::new();
    // By SO_LINGER.
    let (near, far) = client.pair().await;
    client.reset(near).await;
    assert_eq!(states(&client, near), [Some(S::Closed)]);
    client.close(far).await;
    assert_eq!(after_close(&client, far), []);
    // By bytes that were not read.
    let (near, far) = client.pair().await;
    assert_eq!(client.send(near, b"unread").await.count(), 6);
    client
        .observed(far, "the bytes", |kernel| kernel.recv_queue == Some(6))
        .await;
    client.close(far).await;
    assert_eq!(states(&client, far), [Some(S::Closed)]);
    // By the peer, to one that is closed already.
    let (near, far) = client.pair().await;
    client.close(near).await;
    reaches(&client, near, S::FinWait2).await;
    client.reset(far).await;
    reaches(&client, near, S::Closed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_connected_leaves_nothing_to_tell() {
    let client = Client::new();
    let (listener, address) = client.listener(1).await;
    let fresh = client.tcp().await;
    let (udp, _) = client.bound_udp().await;
    client.ok(connect(udp, address)).await;
    for socket in [listener, fresh, udp] {
        client.close(socket).await;
        assert_eq!(after_close(&client, socket), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_connection_with_the_same_addresses_is_another() {
    let client = Client::new();
    let (listener, address) = client.listener(1).await;
    // An address of its own, where no other test takes the port in between.
    let socket = from(&client, "127.0.7.1:0".parse().unwrap()).await;
    client.ok(connect(socket, address)).await;
    let own = client.name(socket).await;
    let accepted = client.accept(listener).await;
    client.close(accepted).await;
    reaches(&client, accepted, S::FinWait2).await;
    client.close(socket).await;
    reaches(&client, accepted, S::TimeWait).await;
    // A SYN with a later timestamp takes over what is in TIME-WAIT (RFC 6191).
    let again = from(&client, own).await;
    client.ok(connect(again, address)).await;
    client.accept(listener).await;
    reaches(&client, accepted, S::Closed).await;
    assert!(!states(&client, accepted).contains(&Some(S::Established)));
}

async fn from(client: &Client, address: SocketAddr) -> SocketId {
    let socket = client.tcp().await;
    client
        .set(socket, OptionName::SoReuseaddr, OptionValue::Bool(true))
        .await;
    client
        .ok(bind(socket, &address.ip().to_string(), address.port()))
        .await;
    socket
}

#[tokio::test(flavor = "multi_thread")]
async fn a_descriptor_that_is_open_in_time_wait_is_told_of_once_more() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    client.ok(shutdown(near, How::Write)).await;
    client.ok(shutdown(far, How::Write)).await;
    client
        .observed(near, "TIME-WAIT", |kernel| {
            kernel.state == Some(S::TimeWait)
        })
        .await;
    client.close(near).await;
    client.close(far).await;
    assert_eq!(states(&client, near), [Some(S::TimeWait)]);
    assert_eq!(after_close(&client, far), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn few_are_watched_at_the_same_time() {
    const WATCHED: usize = 64;
    let client = Client::new();
    let (listener, address) = client.listener(WATCHED as i32 + 1).await;
    let mut peers = Vec::new();
    let mut closed = Vec::new();
    for _ in 0..=WATCHED {
        peers.push(TcpStream::connect(address).unwrap());
        let socket = client.accept(listener).await;
        client.close(socket).await;
        closed.push(socket);
    }
    let seen: Vec<_> = closed
        .iter()
        .map(|socket| states(&client, *socket))
        .collect();
    assert_eq!(seen[0].last(), Some(&None), "{seen:?}");
    assert!(!seen[1..].concat().contains(&None), "{seen:?}");
    // The others are still watched.
    for mut peer in peers.drain(1..) {
        peer.write_all(b"to nobody").unwrap();
    }
    for socket in &closed[1..] {
        reaches(&client, *socket, S::Closed).await;
    }
    assert_eq!(states(&client, closed[0]).last(), Some(&None));
}
