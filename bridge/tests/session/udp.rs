//! Conversations over UDP.

use std::net::UdpSocket;
use std::time::Duration;

use sockscope_protocol::{Call, Family, How, Payload, RecvFlag, SocketType};

use crate::client::{Client, bind, connect, recv, recv_flags, recvfrom, shutdown};

#[tokio::test(flavor = "multi_thread")]
async fn datagrams_come_whole_with_their_senders() {
    let client = Client::new();
    let (socket, address) = client.bound_udp().await;
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    peer.send_to("你好".as_bytes(), address).unwrap();
    peer.send_to(b"second", address).unwrap();
    let first = client.start(recvfrom(socket, 1024));
    assert_eq!(client.returned(first).await.count(), 6);
    let data = &client.received(first)[0];
    assert_eq!(&data.payload[..], "你好".as_bytes());
    assert_eq!(data.address, Some(peer.local_addr().unwrap()));
    assert!(data.flags.datagram && !data.flags.truncated);
    assert_eq!(client.recv(socket, 1024).await, b"second");

    let answer = client.start_send(
        socket,
        &Payload::SendTo(peer.local_addr().unwrap()),
        b"answer",
    );
    assert_eq!(client.returned(answer).await.count(), 6);
    let sent = &client.sent(answer)[0];
    assert_eq!(sent.address, Some(peer.local_addr().unwrap()));
    assert!(sent.flags.datagram);
    let mut buffer = [0; 16];
    assert_eq!(peer.recv_from(&mut buffer).unwrap(), (6, address));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_cut_off_and_said_so() {
    let client = Client::new();
    let (socket, address) = client.bound_udp().await;
    let (other, _) = client.bound_udp().await;
    client.sendto(other, address, b"0123456789").await;
    client.sendto(other, address, b"next").await;
    let short = client.start(recvfrom(socket, 4));
    assert_eq!(client.returned(short).await.count(), 4);
    let data = &client.received(short)[0];
    assert_eq!(&data.payload[..], b"0123");
    assert!(data.flags.truncated);
    if cfg!(target_os = "linux") {
        assert_eq!(data.size, 10);
    }
    assert_eq!(client.recv(socket, 4).await, b"next");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buffer_of_no_size_takes_a_datagram_all_the_same() {
    let client = Client::new();
    let (socket, address) = client.bound_udp().await;
    client.sendto(socket, address, b"gone").await;
    let none = client.start(recvfrom(socket, 0));
    assert_eq!(client.returned(none).await.count(), 0);
    assert!(client.received(none)[0].flags.truncated);
    client.sendto(socket, address, b"next").await;
    assert_eq!(client.recv(socket, 16).await, b"next");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_datagram_is_a_datagram() {
    let client = Client::new();
    let (socket, address) = client.bound_udp().await;
    assert_eq!(client.sendto(socket, address, b"").await.count(), 0);
    let call = client.start(recvfrom(socket, 16));
    assert_eq!(client.returned(call).await.count(), 0);
    let data = &client.received(call)[0];
    assert_eq!((data.payload.len(), data.address), (0, Some(address)));
}

#[tokio::test(flavor = "multi_thread")]
async fn peek_shows_the_same_datagram_again() {
    let client = Client::new();
    let (socket, address) = client.bound_udp().await;
    client.sendto(socket, address, b"twice").await;
    let peek = client.start(recv_flags(socket, 16, &[RecvFlag::Peek]));
    assert_eq!(client.returned(peek).await.count(), 5);
    assert!(client.received(peek)[0].flags.peek);
    assert_eq!(client.recv(socket, 16).await, b"twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connected_socket_learns_that_nobody_listens() {
    let client = Client::new();
    // The port is taken, but whoever holds it listens to itself only.
    let holder = UdpSocket::bind("127.0.0.1:0").unwrap();
    let nobody = holder.local_addr().unwrap();
    holder.connect(nobody).unwrap();
    let socket = client.udp().await;
    client.ok(connect(socket, nobody)).await;
    let waiting = client.start(recv(socket, 16));
    assert_eq!(client.send(socket, b"anybody?").await.count(), 8);
    let refused = client.returned(waiting).await;
    assert_eq!(refused.error(), "ECONNREFUSED");
    assert!(refused.blocked);

    // Without a call that waits, the next one learns it.
    client.send(socket, b"anybody?").await;
    let refused = client.call(recv(socket, 16)).await;
    assert_eq!(refused.error(), "ECONNREFUSED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connected_socket_hears_its_peer_only() {
    let client = Client::new();
    let (socket, address) = client.bound_udp().await;
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.ok(connect(socket, peer.local_addr().unwrap())).await;
    stranger.send_to(b"stranger", address).unwrap();
    peer.send_to(b"peer", address).unwrap();
    assert_eq!(client.recv(socket, 16).await, b"peer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_datagram_that_is_too_long_is_emsgsize() {
    let client = Client::new();
    let (socket, address) = client.bound_udp().await;
    let long = vec![0; 65_508];
    assert_eq!(
        client.sendto(socket, address, &long).await.error(),
        "EMSGSIZE"
    );
    assert_eq!(
        client
            .sendto(socket, address, &long[..65_507])
            .await
            .count(),
        65_507
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ipv6_datagrams() {
    let client = Client::new();
    let socket = client.socket(Family::Inet6, SocketType::Datagram).await;
    client.ok(bind(socket, "::1", 0)).await;
    let address = client.name(socket).await;
    client.sendto(socket, address, b"six").await;
    let call = client.start(recvfrom(socket, 16));
    client.returned(call).await;
    assert_eq!(client.received(call)[0].address, Some(address));
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_for_tcp_and_send_needs_a_peer() {
    let client = Client::new();
    let (socket, _) = client.bound_udp().await;
    assert_eq!(client.send(socket, b"x").await.error(), "EDESTADDRREQ");
    let listen = client.call(Call::Listen { socket, backlog: 1 }).await;
    assert_eq!(listen.error(), "EOPNOTSUPP");
}

#[tokio::test(flavor = "multi_thread")]
async fn waitall_has_no_effect_on_datagrams() {
    let client = Client::new();
    let (socket, address) = client.bound_udp().await;
    client.sendto(socket, address, b"short").await;
    let all = recv_flags(socket, 64, &[RecvFlag::WaitAll]);
    assert_eq!(client.call(all).await.count(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_of_receiving_is_felt_by_those_who_wait() {
    let client = Client::new();
    let (socket, address) = client.bound_udp().await;
    client.ok(connect(socket, address)).await;
    let waiting = client.start(recv(socket, 16));
    client.ok(shutdown(socket, How::Both)).await;
    let returned = client.returned(waiting).await;
    assert_eq!(returned.count(), 0);
    assert!(client.received(waiting).is_empty());
    let call = client.start(recv(socket, 16));
    assert_eq!(client.returned(call).await.count(), 0);
    client.timeout(socket, Some(Duration::ZERO)).await;
    assert_eq!(client.call(recv(socket, 16)).await.error(), "EAGAIN");
}
