//! How waits end: timeouts, non-blocking sockets, `cancel`, `close`.

use std::net::TcpStream;
use std::time::Duration;

use sockscope_protocol::{
    Call, CancelledBy, ClosedBy, EventBody, How, Linger, OptionName, OptionValue, Outcome, Payload,
    TcpState, Value,
};

use crate::client::{Client, connect, recv, recvfrom, shutdown, soon};

const SHORT: Duration = Duration::from_millis(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_timeout_ends_every_kind_of_wait() {
    let client = Client::new();
    let (near, _far) = client.pair().await;
    client.timeout(near, Some(SHORT)).await;
    let received = client.call(recv(near, 16)).await;
    assert_eq!(received.outcome, Outcome::Timeout);
    assert!(received.blocked);
    assert!(u128::from(received.took_us) >= SHORT.as_micros());

    let chunk = vec![0; 1 << 20];
    let all = client.start_send(near, &Payload::SendAll, &chunk[..1 << 19]);
    let more: Vec<_> = (0..2)
        .map(|_| client.start_send(near, &Payload::SendAll, &chunk[..1 << 19]))
        .collect();
    client.returned(all).await;
    for call in more {
        client.returned(call).await;
    }
    let full = client.start_send(near, &Payload::SendAll, &chunk[..1 << 19]);
    let mut last = client.returned(full).await;
    while last.outcome != Outcome::Timeout {
        let call = client.start_send(near, &Payload::SendAll, &chunk[..1 << 19]);
        last = client.returned(call).await;
    }

    let (listener, _) = client.listener(1).await;
    client.timeout(listener, Some(SHORT)).await;
    let accepted = client.call(Call::Accept { socket: listener }).await;
    assert_eq!(accepted.outcome, Outcome::Timeout);

    let (udp, _) = client.bound_udp().await;
    client.timeout(udp, Some(SHORT)).await;
    let received = client.call(recvfrom(udp, 16)).await;
    assert_eq!(received.outcome, Outcome::Timeout);
    client.timeout(udp, None).await;
    let waits = client.start(recvfrom(udp, 16));
    let address = client.name(udp).await;
    client.sendto(udp, address, b"now").await;
    assert_eq!(client.returned(waits).await.count(), 3);
}

/// Linux drops connection requests while the accept queue is full, so that they wait.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_connect_waits_for_room_in_the_accept_queue() {
    let client = Client::new();
    let (listener, address) = client.listener(0).await;
    let _fills = client.connected(address).await;

    let hasty = client.tcp().await;
    client.timeout(hasty, Some(SHORT)).await;
    let late = client.call(connect(hasty, address)).await;
    assert_eq!(late.outcome, Outcome::Timeout);
    // What the kernel had begun goes on.
    let again = client.call(connect(hasty, address)).await;
    assert_eq!(again.error(), "EALREADY");
    client.close(hasty).await;

    let patient = client.tcp().await;
    let waiting = client.start(connect(patient, address));
    client
        .observed(patient, "SYN-SENT", |kernel| {
            kernel.state == Some(TcpState::SynSent)
        })
        .await;
    let given_up = client.tcp().await;
    let cancelled = client.start(connect(given_up, address));
    client.session.cancel(cancelled);
    assert_eq!(
        client.returned(cancelled).await.outcome,
        Outcome::Cancelled(CancelledBy::Client)
    );
    client.close(given_up).await;
    assert!(!client.has_returned(waiting));
    client.accept(listener).await;
    // The next attempt comes about a second after the first.
    let connected = client.returned(waiting).await;
    assert_eq!(connected.outcome, Outcome::Ok(Value::Nothing));
    assert!(connected.blocked);
}

/// A second attempt behind the caller's back would go on after the first was given up.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn shutdown_ends_a_connection_attempt_and_what_waits_for_it() {
    let client = Client::new();
    let (_listener, address) = client.listener(0).await;
    let _fills = client.connected(address).await;

    let socket = client.tcp().await;
    let connecting = client.start(connect(socket, address));
    let receiving = client.start(recv(socket, 1));
    client
        .observed(socket, "SYN-SENT", |kernel| {
            kernel.state == Some(TcpState::SynSent)
        })
        .await;
    client.ok(shutdown(socket, How::Both)).await;
    assert_eq!(client.returned(connecting).await.error(), "ECONNABORTED");
    client.returned(receiving).await;
    client
        .observed(socket, "CLOSED", |kernel| {
            kernel.state == Some(TcpState::Closed)
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeout_counts_while_others_are_served_first() {
    let client = Client::new();
    let (near, _far) = client.pair().await;
    let first = client.start(recv(near, 16));
    client.timeout(near, Some(SHORT)).await;
    let second = client.call(recv(near, 16)).await;
    assert_eq!(second.outcome, Outcome::Timeout);
    assert!(!client.has_returned(first));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_non_blocking_socket_answers_at_once() {
    let client = Client::new();
    let (listener, address) = client.listener(1).await;
    client.timeout(listener, Some(Duration::ZERO)).await;
    let accepted = client.call(Call::Accept { socket: listener }).await;
    assert_eq!(accepted.error(), "EAGAIN");
    assert!(!accepted.blocked);

    let socket = client.tcp().await;
    client.timeout(socket, Some(Duration::ZERO)).await;
    assert_eq!(
        client.call(connect(socket, address)).await.error(),
        "EINPROGRESS"
    );
    client
        .observed(socket, "a connection", |kernel| {
            kernel.peer == Some(address)
        })
        .await;
    assert_eq!(client.call(recv(socket, 16)).await.error(), "EAGAIN");
    let chunk = vec![0; 1 << 19];
    loop {
        let call = client.start_send(socket, &Payload::Send, &chunk);
        if let Outcome::Errno(failure) = client.returned(call).await.outcome {
            assert_eq!(failure.name, "EAGAIN");
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_does_not_wait_passes_those_that_do() {
    let client = Client::new();
    let (near, _far) = client.pair().await;
    let waits = client.start(recv(near, 16));
    client.timeout(near, Some(Duration::ZERO)).await;
    assert_eq!(client.call(recv(near, 16)).await.error(), "EAGAIN");
    assert!(!client.has_returned(waits));
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_ends_one_wait_and_leaves_the_socket() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    let first = client.start(recv(near, 16));
    let second = client.start(recv(near, 16));
    client.session.cancel(first);
    let cancelled = Outcome::Cancelled(CancelledBy::Client);
    assert_eq!(client.returned(first).await.outcome, cancelled);
    client.send(far, b"for the second").await;
    assert_eq!(client.returned(second).await.count(), 14);
    // What is not pending is not affected.
    client.session.cancel(first);
    client.session.cancel(client.next());
}

#[tokio::test(flavor = "multi_thread")]
async fn close_ends_what_is_pending_before_it_returns() {
    let client = Client::new();
    let (listener, address) = client.listener(1).await;
    let waiting: Vec<_> = (0..3)
        .map(|_| client.start(Call::Accept { socket: listener }))
        .collect();
    let close = client.start(Call::Close { socket: listener });
    for call in waiting {
        let cancelled = Outcome::Cancelled(CancelledBy::Close);
        assert_eq!(client.returned(call).await.outcome, cancelled);
    }
    client.returned(close).await;
    let order: Vec<_> = client
        .events()
        .into_iter()
        .filter_map(|event| match event.body {
            EventBody::Returned {
                outcome: Outcome::Cancelled(_),
                ..
            } => Some("cancelled"),
            EventBody::Closed {
                by: ClosedBy::Call, ..
            } => Some("closed"),
            EventBody::Returned { call, .. } if call == close => Some("returned"),
            _ => None,
        })
        .collect();
    assert_eq!(
        order,
        ["cancelled", "cancelled", "cancelled", "closed", "returned"]
    );
    // Nobody listens any more.
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn close_with_linger_waits_for_the_peer() {
    let client = Client::new();
    let (listener, address) = client.listener(1).await;
    let peer = TcpStream::connect(address).unwrap();
    let connection = client.accept(listener).await;
    let linger = |seconds| OptionValue::Linger(Linger { on: true, seconds });
    client
        .set(connection, OptionName::SoLinger, linger(600))
        .await;
    // More than the kernel delivers to a peer that does not read.
    client.timeout(connection, Some(Duration::ZERO)).await;
    let chunk = vec![0; 1 << 19];
    while client
        .returned(client.start_send(connection, &Payload::Send, &chunk))
        .await
        .outcome
        != Outcome::Errno(again())
    {}
    let close = client.start(Call::Close { socket: connection });
    // Others are not held up meanwhile.
    let (near, far) = client.pair().await;
    client.send(near, b"meanwhile").await;
    assert_eq!(client.recv(far, 16).await, b"meanwhile");
    assert!(!client.has_returned(close));
    drop(peer);
    let returned = client.returned(close).await;
    assert!(returned.blocked);

    // A session that ends does not linger.
    let peer = TcpStream::connect(address).unwrap();
    let connection = client.accept(listener).await;
    client
        .set(connection, OptionName::SoLinger, linger(600))
        .await;
    client.send(connection, b"unread").await;
    client.session.end();
    soon("the end", client.session.ended().cancelled()).await;
    drop(peer);
}

fn again() -> sockscope_protocol::Failure {
    sockscope_protocol::Failure {
        number: libc::EAGAIN,
        name: "EAGAIN".to_owned(),
        message: "Resource temporarily unavailable".to_owned(),
        held_by: None,
    }
}
