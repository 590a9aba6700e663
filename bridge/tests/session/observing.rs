//! What the kernel shows of sockets. Linux only: elsewhere there is nothing to see.

use std::io::Write;
use std::net::{Shutdown, TcpStream};

use sockscope_protocol::{AcceptQueue, Call, EventBody, How, PeerGone, SocketId, TcpState};

use crate::client::{Client, bind, connect, recv, shutdown};

async fn gone(client: &Client, id: SocketId) -> PeerGone {
    let event = client
        .event(
            "the peer's going",
            |body| matches!(body, EventBody::PeerGone { socket, .. } if *socket == id),
        )
        .await;
    match event.body {
        EventBody::PeerGone { how, .. } => how,
        other => panic!("{other:?}"),
    }
}

/// The states of a socket, each change once.
fn states(client: &Client, id: SocketId) -> Vec<TcpState> {
    let mut states: Vec<_> = client
        .events()
        .into_iter()
        .filter_map(|event| match event.body {
            EventBody::Observed { socket, kernel } if socket == id => kernel.state,
            _ => None,
        })
        .collect();
    states.dedup();
    states
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_wait_in_the_accept_queue() {
    let client = Client::new();
    let (listener, address) = client.listener(5).await;
    let listening = client
        .observed(listener, "an empty queue", |kernel| {
            kernel.accept_queue
                == Some(AcceptQueue {
                    length: 0,
                    backlog: 5,
                })
        })
        .await;
    assert_eq!(listening.state, Some(TcpState::Listen));
    assert_eq!(listening.local, Some(address));
    let _outside = TcpStream::connect(address).unwrap();
    let _inside = client.connected(address).await;
    client
        .observed(listener, "two connections", |kernel| {
            kernel.accept_queue.is_some_and(|queue| queue.length == 2)
        })
        .await;
    client.accept(listener).await;
    client
        .observed(listener, "one connection", |kernel| {
            kernel.accept_queue.is_some_and(|queue| queue.length == 1)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_wait_in_the_queues() {
    let client = Client::new();
    let (listener, address) = client.listener(1).await;
    let mut peer = TcpStream::connect(address).unwrap();
    let connection = client.accept(listener).await;
    peer.write_all(b"fifteen letters").unwrap();
    let kernel = client
        .observed(connection, "bytes in the queue", |kernel| {
            kernel.recv_queue == Some(15)
        })
        .await;
    assert_eq!(kernel.state, Some(TcpState::Established));
    assert_eq!(kernel.peer, Some(peer.local_addr().unwrap()));
    let figures = kernel.tcp.unwrap();
    assert!(figures.mss > 0 && figures.congestion_window > 0);
    client.recv(connection, 10).await;
    client
        .observed(connection, "fewer bytes", |kernel| {
            kernel.recv_queue == Some(5)
        })
        .await;
    // Nobody reads at the other end, until its window is full.
    let chunk = vec![0; 1 << 19];
    while client.send(connection, &chunk).await.count() == chunk.len() as u64 {}
    client
        .observed(connection, "bytes on their way", |kernel| {
            kernel.send_queue.is_some_and(|queue| queue > 0)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_goes_through_its_states() {
    use TcpState as S;
    let client = Client::new();
    let (near, far) = client.pair().await;
    client.ok(shutdown(near, How::Write)).await;
    client
        .observed(near, "FIN-WAIT-2", |kernel| {
            kernel.state == Some(S::FinWait2)
        })
        .await;
    assert_eq!(gone(&client, far).await, PeerGone::Fin);
    client.ok(shutdown(far, How::Write)).await;
    assert_eq!(gone(&client, near).await, PeerGone::Fin);
    // The descriptor is CLOSED by now; the kernel holds on to the addresses.
    let waits = client
        .observed(near, "TIME-WAIT", |kernel| {
            kernel.state == Some(S::TimeWait)
        })
        .await;
    assert!(
        waits.peer.is_some() && waits.ends_in_ms.is_some(),
        "{waits:?}"
    );
    let near = states(&client, near);
    let far = states(&client, far);
    assert!(near.starts_with(&[S::Closed, S::Established]), "{near:?}");
    assert!(near.ends_with(&[S::FinWait2, S::TimeWait]), "{near:?}");
    assert!(far.starts_with(&[S::Established, S::CloseWait]), "{far:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_goes_is_noticed_once_without_any_call() {
    let client = Client::new();
    let (listener, address) = client.listener(2).await;
    let peer = TcpStream::connect(address).unwrap();
    let connection = client.accept(listener).await;
    peer.shutdown(Shutdown::Write).unwrap();
    assert_eq!(gone(&client, connection).await, PeerGone::Fin);
    drop(peer);
    client.call(recv(connection, 1)).await;
    client.close(connection).await;
    let count = client
        .events()
        .iter()
        .filter(|event| matches!(event.body, EventBody::PeerGone { .. }))
        .count();
    assert_eq!(count, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_is_a_reset_with_and_without_a_call() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    client.reset(near).await;
    assert_eq!(gone(&client, far).await, PeerGone::Reset);
    let (near, far) = client.pair().await;
    let waiting = client.start(recv(far, 1));
    client.reset(near).await;
    assert_eq!(client.returned(waiting).await.error(), "ECONNRESET");
    assert_eq!(gone(&client, far).await, PeerGone::Reset);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_connection_has_no_peer_that_went() {
    let client = Client::new();
    // Bound, so that nobody else can listen there.
    let bound = client.tcp().await;
    client.ok(bind(bound, "127.0.0.1", 0)).await;
    let address = client.name(bound).await;
    let socket = client.tcp().await;
    let refused = client.call(connect(socket, address)).await;
    assert_eq!(refused.error(), "ECONNREFUSED");
    let kernel = client
        .observed(socket, "the failure", |kernel| {
            kernel.state == Some(TcpState::Closed) && kernel.local.is_some_and(|at| at.port() != 0)
        })
        .await;
    // Nobody sent anything: SYNs are no bytes.
    assert_eq!(kernel.send_queue, Some(0));
    client.close(socket).await;
    let gone = client
        .events()
        .into_iter()
        .any(|event| matches!(event.body, EventBody::PeerGone { .. }));
    assert!(!gone);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_changes_are_written_down() {
    let client = Client::new();
    let (near, _far) = client.pair().await;
    for _ in 0..100 {
        client.ok(Call::GetPeerName { socket: near }).await;
    }
    let observed = client
        .events()
        .iter()
        .filter(|event| matches!(event.body, EventBody::Observed { socket, .. } if socket == near))
        .count();
    assert!(observed <= 4, "{observed}");
}
