//! Who has the port that cannot be bound. Linux only.

use std::net::{SocketAddr, TcpListener, UdpSocket};

use sockscope_protocol::{Holder, Outcome, SocketId, TcpState};

use crate::client::{Client, bind};

/// Binds a socket to an address that is taken; who has it.
async fn holder(client: &Client, socket: SocketId, address: SocketAddr) -> Holder {
    search(client, socket, address).await.unwrap()
}

async fn search(client: &Client, socket: SocketId, address: SocketAddr) -> Option<Holder> {
    let call = bind(socket, &address.ip().to_string(), address.port());
    match client.call(call).await.outcome {
        Outcome::Errno(failure) if failure.name == "EADDRINUSE" => {
            failure.held_by.map(|found| *found)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_listens_is_named_with_its_process() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let client = Client::new();
    let socket = client.tcp().await;
    let found = holder(&client, socket, address).await;
    assert_eq!(found.kernel.state, Some(TcpState::Listen));
    assert_eq!(found.kernel.local, Some(address));
    assert_eq!(found.kernel.peer, None);
    // The server outside is in the process that runs the tests.
    assert_eq!(found.pid, Some(std::process::id()));
    let name = std::fs::read_to_string("/proc/self/comm").unwrap();
    assert_eq!(found.program.as_deref(), Some(name.trim_end()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_is_only_bound_is_found() {
    let client = Client::new();
    let bound = client.tcp().await;
    client.ok(bind(bound, "127.0.0.1", 0)).await;
    let address = client.name(bound).await;
    let socket = client.tcp().await;
    let Some(found) = search(&client, socket, address).await else {
        assert!(kernel() < (6, 8), "the kernel shows such sockets");
        return;
    };
    assert_eq!(found.kernel.state, Some(TcpState::Closed));
    assert_eq!(found.kernel.local, Some(address));
}

/// The kernel's version.
fn kernel() -> (u32, u32) {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut parts = release.split('.').map(|part| part.parse().unwrap());
    (parts.next().unwrap(), parts.next().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_a_connection_is_told_with_its_end() {
    let client = Client::new();
    let (listener, address) = client.listener(1).await;
    let near = client.connected(address).await;
    let far = client.accept(listener).await;
    let own = client.name(near).await;
    // The server hangs up first, and nobody listens any more.
    for socket in [listener, far, near] {
        client.close(socket).await;
    }
    // One that is only bound, elsewhere, has nothing to do with it.
    let bound = client.tcp().await;
    client.ok(bind(bound, "127.0.0.1", 0)).await;
    let socket = client.tcp().await;
    let found = holder(&client, socket, address).await;
    let kernel = &found.kernel;
    assert_eq!(kernel.state, Some(TcpState::TimeWait), "{found:?}");
    assert_eq!((kernel.local, kernel.peer), (Some(address), Some(own)));
    assert!(kernel.ends_in_ms.is_some_and(|left| left > 50_000));
    assert_eq!((found.pid, &found.program), (None, &None));
}

#[tokio::test(flavor = "multi_thread")]
async fn udp_has_holders_and_no_states() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let client = Client::new();
    let socket = client.udp().await;
    let found = holder(&client, socket, address).await;
    assert_eq!(found.kernel.local, Some(address));
    assert_eq!(found.kernel.state, None);
    assert_eq!(found.pid, Some(std::process::id()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_again_and_again_is_told_the_error_alone() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let client = Client::new();
    let socket = client.tcp().await;
    let call = bind(socket, &address.ip().to_string(), address.port());
    let mut told = 0;
    for _ in 0..200 {
        match client.call(call.clone()).await.outcome {
            Outcome::Errno(failure) => told += u32::from(failure.held_by.is_some()),
            other => panic!("{other:?}"),
        }
    }
    assert!((10..100).contains(&told), "{told}");
}
