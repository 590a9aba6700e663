//! Conversations over TCP.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

use sockscope_protocol::{
    Call, EventBody, Family, How, Outcome, Payload, RecvFlag, SocketType, Value,
};

use crate::client::{Client, bind, connect, recv, recv_flags, shutdown};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_talks_to_a_client_outside() {
    let client = Client::new();
    let (listener, address) = client.listener(5).await;
    let accept = client.start(Call::Accept { socket: listener });
    let peer = std::thread::spawn(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all("你好".as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        (stream.local_addr().unwrap(), answer)
    });
    let accepted = client.returned(accept).await;
    let Outcome::Ok(Value::Socket {
        socket,
        peer: Some(peer_address),
        fd,
    }) = accepted.outcome
    else {
        panic!("{accepted:?}");
    };
    assert!(fd > 2);
    assert_eq!(client.recv(socket, 1024).await, "你好".as_bytes());
    assert_eq!(client.send(socket, b"hello").await.count(), 5);
    client.close(socket).await;
    assert_eq!(peer.join().unwrap(), (peer_address, "hello".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_talks_to_a_server_outside() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let peer = std::thread::spawn(move || {
        let (mut stream, from) = server.accept().unwrap();
        let mut said = [0; 4];
        stream.read_exact(&mut said).unwrap();
        stream.write_all(&said).unwrap();
        (from, said)
    });
    let client = Client::new();
    let socket = client.connected(address).await;
    assert_eq!(client.send(socket, b"echo").await.count(), 4);
    assert_eq!(client.recv(socket, 1024).await, b"echo");
    let end = client.call(recv(socket, 1024)).await;
    assert_eq!(end.outcome, Outcome::Ok(Value::Count(0)));
    let own = client.name(socket).await;
    assert_eq!(peer.join().unwrap(), (own, *b"echo"));
    let peer = client.ok(Call::GetPeerName { socket }).await;
    assert_eq!(peer, Value::Address(address));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_made_before_it_is_accepted() {
    let client = Client::new();
    let (listener, address) = client.listener(5).await;
    let socket = client.connected(address).await;
    assert_eq!(client.send(socket, b"early").await.count(), 5);
    let connection = client.accept(listener).await;
    assert_eq!(client.recv(connection, 16).await, b"early");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_socket_connects_from_its_port() {
    let client = Client::new();
    let (_listener, address) = client.listener(5).await;
    let socket = client.tcp().await;
    client.ok(bind(socket, "127.0.0.1", 0)).await;
    let own = client.name(socket).await;
    assert_ne!(own.port(), 0);
    client.ok(connect(socket, address)).await;
    assert_eq!(client.name(socket).await, own);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_socket_that_does_not_listen_refuses() {
    let client = Client::new();
    let socket = client.tcp().await;
    client.ok(bind(socket, "127.0.0.1", 0)).await;
    let refused = TcpStream::connect(client.name(socket).await).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_eaddrinuse() {
    let client = Client::new();
    let (_listener, address) = client.listener(5).await;
    let socket = client.tcp().await;
    let second = client.call(bind(socket, "127.0.0.1", address.port())).await;
    assert_eq!(second.error(), "EADDRINUSE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_where_nobody_listens_is_econnrefused_and_can_be_tried_again() {
    let client = Client::new();
    let (unused, address) = {
        let socket = client.tcp().await;
        client.ok(bind(socket, "127.0.0.1", 0)).await;
        (socket, client.name(socket).await)
    };
    let socket = client.tcp().await;
    let refused = client.call(connect(socket, address)).await;
    assert_eq!(refused.error(), "ECONNREFUSED");
    client
        .ok(Call::Listen {
            socket: unused,
            backlog: 1,
        })
        .await;
    client.ok(connect(socket, address)).await;
    let connection = client.accept(unused).await;
    let waiting = client.start(recv(socket, 16));
    client.send(connection, b"at last").await;
    assert_eq!(client.returned(waiting).await.count(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_direction_ends_by_itself() {
    let client = Client::new();
    let (listener, address) = client.listener(5).await;
    let mut peer = TcpStream::connect(address).unwrap();
    let connection = client.accept(listener).await;

    peer.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.call(recv(connection, 16)).await.count(), 0);
    assert_eq!(client.send(connection, b"still here").await.count(), 10);
    client.ok(shutdown(connection, How::Write)).await;
    let mut rest = String::new();
    peer.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "still here");
    assert_eq!(client.send(connection, b"too late").await.error(), "EPIPE");

    // The other way round: this end stops sending first.
    let (near, far) = client.pair().await;
    client.ok(shutdown(near, How::Write)).await;
    assert_eq!(client.call(recv(far, 16)).await.count(), 0);
    client.send(far, b"answer").await;
    assert_eq!(client.recv(near, 16).await, b"answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_of_receiving_is_felt_at_once() {
    let client = Client::new();
    let (near, _far) = client.pair().await;
    let waiting = client.start(recv(near, 16));
    client.ok(shutdown(near, How::Read)).await;
    assert_eq!(client.returned(waiting).await.count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn linger_0_resets_the_connection() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    let waiting = client.start(recv(far, 16));
    client.reset(near).await;
    assert_eq!(client.returned(waiting).await.error(), "ECONNRESET");
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_with_unread_data_resets_the_connection() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    client.send(far, b"nobody reads this").await;
    client
        .observed(near, "bytes in the queue", |kernel| {
            kernel.recv_queue == Some(17)
        })
        .await;
    client.close(near).await;
    assert_eq!(client.call(recv(far, 16)).await.error(), "ECONNRESET");
}

#[tokio::test(flavor = "multi_thread")]
async fn recv_takes_what_is_there_and_counts_it() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    client.send(far, b"one").await;
    client.send(far, b"two").await;
    assert_eq!(client.recv(near, 4).await, b"onet");
    assert_eq!(client.recv(near, 100).await, b"wo");
    let offsets: Vec<_> = client
        .events()
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::Sent(data) => Some(("sent", data.offset)),
            EventBody::Received(data) => Some(("received", data.offset)),
            _ => None,
        })
        .collect();
    assert_eq!(
        offsets,
        [("sent", 0), ("sent", 3), ("received", 0), ("received", 4)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn peek_leaves_the_bytes() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    client.send(far, b"look").await;
    let peek = client.start(recv_flags(near, 16, &[RecvFlag::Peek]));
    assert_eq!(client.returned(peek).await.count(), 4);
    let seen = client.received(peek);
    assert!(seen[0].flags.peek);
    assert_eq!(&seen[0].payload[..], b"look");
    let taken = client.start(recv(near, 16));
    assert_eq!(client.returned(taken).await.count(), 4);
    let taken = client.received(taken);
    assert!(!taken[0].flags.peek);
    assert_eq!((taken[0].offset, &taken[0].payload[..]), (0, &b"look"[..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn peek_with_waitall_waits_for_all_or_the_end() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    let flags = [RecvFlag::Peek, RecvFlag::WaitAll];
    client.send(far, b"ab").await;
    let peek = client.start(recv_flags(near, 4, &flags));
    client.send(far, b"cd").await;
    assert_eq!(client.returned(peek).await.count(), 4);
    assert_eq!(client.received(peek).len(), 1);
    let longer = client.start(recv_flags(near, 9, &flags));
    client.ok(shutdown(far, How::Write)).await;
    assert_eq!(client.returned(longer).await.count(), 4);
    assert_eq!(client.recv(near, 16).await, b"abcd");
}

#[tokio::test(flavor = "multi_thread")]
async fn waitall_fills_the_buffer_in_parts() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    client.send(far, b"first").await;
    let all = client.start(recv_flags(near, 11, &[RecvFlag::WaitAll]));
    client
        .event("the first part", |body| {
            matches!(body, EventBody::Received(_))
        })
        .await;
    assert!(!client.has_returned(all));
    client.send(far, b"second").await;
    assert_eq!(client.returned(all).await.count(), 11);
    let parts: Vec<_> = client
        .received(all)
        .iter()
        .map(|data| (data.offset, data.payload.to_vec()))
        .collect();
    assert_eq!(parts, [(0, b"first".to_vec()), (5, b"second".to_vec())]);

    // The end of the stream ends it early.
    let rest = client.start(recv_flags(near, 11, &[RecvFlag::WaitAll]));
    client.send(far, b"end").await;
    client.close(far).await;
    assert_eq!(client.returned(rest).await.count(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_peer_makes_send_partial_and_sendall_wait() {
    let client = Client::new();
    let (listener, address) = client.listener(1).await;
    let mut peer = TcpStream::connect(address).unwrap();
    let connection = client.accept(listener).await;
    let chunk = vec![b'x'; 1 << 19];
    let mut sent = 0;
    // The first send that finds less room than it asks for takes part of its bytes.
    loop {
        let count = client.send(connection, &chunk).await.count();
        sent += count;
        if count < chunk.len() as u64 {
            break;
        }
    }
    let all = client.start_send(connection, &Payload::SendAll, &chunk);
    assert!(!client.has_returned(all));
    let reader = std::thread::spawn(move || {
        let mut all = Vec::new();
        peer.read_to_end(&mut all).unwrap();
        all
    });
    let all_returned = client.returned(all).await;
    assert!(all_returned.blocked);
    assert_eq!(all_returned.count(), chunk.len() as u64);
    let parts = client.sent(all);
    assert_eq!(parts[0].offset, sent);
    let sum: u64 = parts.iter().map(|data| u64::from(data.size)).sum();
    assert_eq!(sum, chunk.len() as u64);
    client.close(connection).await;
    assert_eq!(reader.join().unwrap().len() as u64, sent + sum);
}

#[tokio::test(flavor = "multi_thread")]
async fn sends_and_recvs_are_served_in_order() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    let waiting: Vec<_> = (0..20).map(|_| client.start(recv(near, 1))).collect();
    let text = b"abcdefghijklmnopqrst";
    for byte in text {
        client.start_send(far, &Payload::SendAll, &[*byte]);
    }
    for (call, byte) in waiting.into_iter().zip(text) {
        client.returned(call).await;
        assert_eq!(&client.received(call)[0].payload[..], &[*byte]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ipv6_is_a_family_like_the_other() {
    let client = Client::new();
    let listener = client.socket(Family::Inet6, SocketType::Stream).await;
    client.ok(bind(listener, "::1", 0)).await;
    client
        .ok(Call::Listen {
            socket: listener,
            backlog: 1,
        })
        .await;
    let address = client.name(listener).await;
    assert!(address.is_ipv6());
    let socket = client.socket(Family::Inet6, SocketType::Stream).await;
    client.ok(connect(socket, address)).await;
    let connection = client.accept(listener).await;
    client.send(socket, b"six").await;
    assert_eq!(client.recv(connection, 16).await, b"six");
    // An address of the other family is for the kernel to refuse.
    let other = client.tcp().await;
    let refused = client.call(connect(other, address)).await;
    assert_eq!(refused.error(), "EAFNOSUPPORT");
}
