//! Sessions with peers that are not the bridge's, over IPv6, and with a log that forgets.

use std::net::SocketAddr;

use sockscope_protocol::{
    Call, EventBody, Family, Outcome, Payload, PeerGone, SocketId, SocketType, Value,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use crate::calls::endpoint;
use crate::client::Client;

pub(crate) async fn close(bridge: &mut Client, sockets: &[SocketId]) {
    for socket in sockets {
        bridge.ok(Call::Close { socket: *socket }).await;
    }
}

async fn bound(bridge: &mut Client, family: Family, host: &str) -> (SocketId, SocketAddr) {
    let socket = bridge.new_socket(family, SocketType::Datagram).await;
    let address = endpoint(host, 0);
    bridge.ok(Call::Bind { socket, address }).await;
    let local = bridge.local(socket).await;
    (socket, local)
}

async fn send_to(bridge: &mut Client, socket: SocketId, to: SocketAddr, bytes: &[u8]) {
    let call = bridge.begin_send(socket, Payload::SendTo(to), bytes).await;
    let count = Value::Count(bytes.len() as u64);
    assert_eq!(bridge.outcome(call).await, Outcome::Ok(count));
}

async fn recv_from(bridge: &mut Client, socket: SocketId, size: u32) -> Vec<u8> {
    let flags = Vec::new();
    let recvfrom = Call::RecvFrom {
        socket,
        size,
        flags,
    };
    let call = bridge.begin(recvfrom).await;
    assert!(matches!(bridge.outcome(call).await, Outcome::Ok(_)));
    bridge.take_received(call)
}

async fn gone(bridge: &mut Client, socket: SocketId, how: PeerGone) {
    let expected = EventBody::PeerGone { socket, how };
    bridge
        .until_event(|event| (event.body == expected).then_some(()))
        .await;
}

async fn waiting(bridge: &mut Client, conn: SocketId, bytes: u32) {
    bridge
        .until_event(|event| match &event.body {
            EventBody::Observed { socket, kernel } if *socket == conn => {
                (kernel.recv_queue == Some(bytes)).then_some(())
            }
            _ => None,
        })
        .await;
}

/// A client of ours and a server outside, which answers in two parts and closes first.
pub(crate) async fn server_outside(bridge: &mut Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = bridge.connected(listener.local_addr().unwrap()).await;
    let (mut peer, _) = listener.accept().await.unwrap();
    bridge.send_all(client, b"a question").await;
    let mut question = [0; 10];
    peer.read_exact(&mut question).await.unwrap();
    for part in [&b"an answer"[..], b" in two parts"] {
        peer.write_all(part).await.unwrap();
        assert_eq!(bridge.recv(client, 100).await, part);
    }
    peer.write_all(b"and one that is read after FIN")
        .await
        .unwrap();
    drop(peer);
    gone(bridge, client, PeerGone::Fin).await;
    bridge.recv(client, 10).await;
    bridge.recv(client, 100).await;
    assert_eq!(bridge.recv(client, 100).await, b"");
    close(bridge, &[client]).await;
}

/// A server of ours and two clients outside: one resets, one is closed on while it has bytes to read.
pub(crate) async fn clients_outside(bridge: &mut Client) {
    let (server, address) = bridge.listening().await;
    let mut one = TcpStream::connect(address).await.unwrap();
    let conn = bridge.accepted(server).await;
    one.write_all(b"from outside").await.unwrap();
    assert_eq!(bridge.recv(conn, 100).await, b"from outside");
    bridge.send_all(conn, b"to outside").await;
    let mut answer = [0; 10];
    one.read_exact(&mut answer).await.unwrap();
    one.set_zero_linger().unwrap();
    drop(one);
    gone(bridge, conn, PeerGone::Reset).await;
    close(bridge, &[conn]).await;
    let mut two = TcpStream::connect(address).await.unwrap();
    let conn = bridge.accepted(server).await;
    two.write_all(b"nobody reads this").await.unwrap();
    waiting(bridge, conn, 17).await;
    close(bridge, &[conn, server]).await;
    drop(two);
}

/// Datagrams from and to outside: equal ones, an empty one, one that is cut off.
pub(crate) async fn datagrams_outside(bridge: &mut Client) {
    let (socket, local) = bound(bridge, Family::Inet, "127.0.0.1").await;
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let outside = peer.local_addr().unwrap();
    for (bytes, size) in [
        (&b"twice"[..], 100),
        (b"twice", 100),
        (b"", 100),
        (b"0123456789", 4),
    ] {
        peer.send_to(bytes, local).await.unwrap();
        recv_from(bridge, socket, size).await;
        send_to(bridge, socket, outside, b"echo").await;
    }
    // From a socket that is at no address yet, and connected.
    let fresh = bridge.udp().await;
    send_to(bridge, fresh, outside, b"from anywhere").await;
    let address = outside.into();
    bridge
        .ok(Call::Connect {
            socket: fresh,
            address,
        })
        .await;
    let sent = bridge.begin_send(fresh, Payload::Send, b"connected").await;
    assert_eq!(bridge.outcome(sent).await, Outcome::Ok(Value::Count(9)));
    close(bridge, &[socket, fresh]).await;
}

pub(crate) async fn ipv6(bridge: &mut Client) {
    let server = bridge.new_socket(Family::Inet6, SocketType::Stream).await;
    let address = endpoint("::1", 0);
    bridge
        .ok(Call::Bind {
            socket: server,
            address,
        })
        .await;
    let backlog = 1;
    bridge
        .ok(Call::Listen {
            socket: server,
            backlog,
        })
        .await;
    let local = bridge.local(server).await;
    let client = bridge.new_socket(Family::Inet6, SocketType::Stream).await;
    let connect = Call::Connect {
        socket: client,
        address: local.into(),
    };
    bridge.ok(connect).await;
    let conn = bridge.accepted(server).await;
    // An odd number of bytes.
    bridge.send_all(client, b"over IPv6").await;
    assert_eq!(bridge.recv(conn, 100).await, b"over IPv6");
    close(bridge, &[client, conn, server]).await;
    let (one, here) = bound(bridge, Family::Inet6, "::1").await;
    let (two, there) = bound(bridge, Family::Inet6, "::1").await;
    send_to(bridge, one, there, b"ping").await;
    assert_eq!(recv_from(bridge, two, 100).await, b"ping");
    send_to(bridge, two, here, b"pong").await;
    assert_eq!(recv_from(bridge, one, 100).await, b"pong");
    close(bridge, &[one, two]).await;
}

/// A socket that is refused, and then connects.
pub(crate) async fn second_try(bridge: &mut Client) {
    let client = bridge.tcp().await;
    let nobody = Call::Connect {
        socket: client,
        address: endpoint("localhost", 1),
    };
    assert!(matches!(bridge.call(nobody).await, Outcome::Errno(_)));
    let (server, address) = bridge.listening().await;
    let connect = Call::Connect {
        socket: client,
        address: address.into(),
    };
    bridge.ok(connect).await;
    let conn = bridge.accepted(server).await;
    bridge.send_all(client, b"at last").await;
    assert_eq!(bridge.recv(conn, 100).await, b"at last");
    close(bridge, &[conn, client, server]).await;
}

/// More than the log holds.
pub(crate) async fn too_much(bridge: &mut Client) {
    let (server, address) = bridge.listening().await;
    let client = bridge.connected(address).await;
    let conn = bridge.accepted(server).await;
    for _ in 0..3 {
        bridge.send_all(client, &[b'x'; 1_000]).await;
        assert_eq!(bridge.recv(conn, 2_000).await.len(), 1_000);
    }
    close(bridge, &[client, conn, server]).await;
    let (one, here) = bound(bridge, Family::Inet, "127.0.0.1").await;
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for _ in 0..2 {
        peer.send_to(&[b'y'; 1_500], here).await.unwrap();
        recv_from(bridge, one, 2_000).await;
    }
    close(bridge, &[one]).await;
}

impl Client {
    /// The next connection of a listening socket.
    pub(crate) async fn accepted(&mut self, server: SocketId) -> SocketId {
        match self.ok(Call::Accept { socket: server }).await {
            Value::Socket { socket, .. } => socket,
            other => panic!("accept returned {other:?}"),
        }
    }
}
