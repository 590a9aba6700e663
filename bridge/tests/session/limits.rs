//! What a session may use, and calls that are not made.

use std::time::Instant;

use sockscope::session::NotMade;
use sockscope_protocol::{
    Call, CallId, Endpoint, Family, HEADER_LEN, Limits, Payload, RecvFlag, RejectReason, Seq,
    SocketId, SocketType,
};

use crate::client::{Client, recv, recv_flags, rejection};

fn tcp() -> Call {
    Call::Socket {
        family: Family::Inet,
        kind: SocketType::Stream,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_used_once() {
    let client = Client::new();
    let call = CallId(7);
    assert_eq!(client.session.call(call, tcp()), Ok(()));
    assert_eq!(client.session.call(call, tcp()), Err(NotMade::Duplicate));
    let made = client.returned(call).await;
    assert_eq!(client.session.call(call, tcp()), Err(NotMade::Duplicate));
    assert_eq!(client.returned(call).await, made);
    let socket = SocketId(1);
    let bytes = bytes::Bytes::from_static(b"x");
    let again = client.session.send(call, socket, &Payload::Send, bytes);
    assert_eq!(again, Err(NotMade::Duplicate));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_call_leaves_no_trace_and_its_number_free() {
    let client = Client::new();
    let before = client.session.log().last();
    let call = CallId(3);
    let made = client.session.call(call, recv(SocketId(9), 1));
    let expected = NotMade::Rejected {
        reason: RejectReason::NoSuchSocket,
        message: "this session has no open socket 9".to_owned(),
    };
    assert_eq!(made, Err(expected));
    assert_eq!(client.session.log().last(), before);
    assert_eq!(client.session.call(call, tcp()), Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_socket_is_no_socket() {
    let client = Client::new();
    let socket = client.tcp().await;
    client.close(socket).await;
    let result = client.try_start(Call::Close { socket });
    assert_eq!(rejection(result), RejectReason::NoSuchSocket);
    // Its number is not used again.
    assert_ne!(client.tcp().await, socket);
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_are_counted_and_accept_takes_its_place_beforehand() {
    let client = Client::with_limits(Limits {
        sockets: 3,
        ..Limits::default()
    });
    let (listener, _) = client.listener(1).await;
    let accept = client.start(Call::Accept { socket: listener });
    let third = client.tcp().await;
    assert_eq!(rejection(client.try_start(tcp())), RejectReason::Sockets);
    client.session.cancel(accept);
    client.returned(accept).await;
    client.tcp().await;
    assert_eq!(
        rejection(client.try_start(Call::Accept { socket: listener })),
        RejectReason::Sockets
    );
    client.close(third).await;
    client.tcp().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_calls_are_counted() {
    let client = Client::with_limits(Limits {
        pending_calls: 2,
        ..Limits::default()
    });
    let (socket, address) = client.bound_udp().await;
    let first = client.start(recv(socket, 1));
    client.start(recv(socket, 1));
    assert_eq!(
        rejection(client.try_start(recv(socket, 1))),
        RejectReason::PendingCalls
    );
    client.session.cancel(first);
    client.returned(first).await;
    assert_eq!(client.sendto(socket, address, b"x").await.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_bytes_are_counted_until_their_call_returns() {
    let client = Client::with_limits(Limits {
        pending_bytes: 1 << 20,
        ..Limits::default()
    });
    let (near, far) = client.pair().await;
    let chunk = vec![0; 300 << 10];
    let send = || {
        let call = client.next();
        let bytes = bytes::Bytes::copy_from_slice(&chunk);
        let sent = client.session.send(call, near, &Payload::SendAll, bytes);
        sent.map(|()| call)
    };
    let mut calls = Vec::new();
    let rejected = loop {
        match send() {
            Ok(call) => calls.push(call),
            rejected => break rejected,
        }
    };
    assert_eq!(rejection(rejected), RejectReason::PendingBytes);
    let total = calls.len() as u64 * chunk.len() as u64;
    let mut received = 0;
    while received < total {
        received += client.recv(far, 1 << 19).await.len() as u64;
    }
    for call in calls {
        client.returned(call).await;
    }
    assert!(send().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_have_a_rate() {
    let began = Instant::now();
    let client = Client::with_limits(Limits {
        calls_per_second: 50,
        ..Limits::default()
    });
    let socket = client.tcp().await;
    // What is rejected for another reason uses nothing up.
    for _ in 0..10_000 {
        let result = client.try_start(recv(SocketId(9), 1));
        assert_eq!(rejection(result), RejectReason::NoSuchSocket);
    }
    let results = (0..10_000).map(|_| client.try_start(Call::GetSockName { socket }));
    let made = results.filter(Result::is_ok).count() + 1;
    let gained = (began.elapsed().as_secs_f64() * 50.0).ceil();
    assert!(made >= 100, "{made}");
    assert!(made as f64 <= 100.0 + gained, "{made}, {gained}");
    let over = std::iter::repeat_with(|| client.try_start(tcp())).find(Result::is_err);
    assert_eq!(rejection(over.unwrap()), RejectReason::CallRate);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_are_scattered_too_widely_are_not_remembered() {
    let client = Client::with_limits(Limits {
        calls_per_second: 100_000,
        sockets: 1,
        ..Limits::default()
    });
    let socket = client.tcp().await;
    let rejected = (1..)
        .map(|n| {
            let call = CallId(n * 1000);
            let made = client.session.call(call, Call::GetSockName { socket });
            made.map(|()| call)
        })
        .find(Result::is_err);
    assert_eq!(rejection(rejected.unwrap()), RejectReason::CallNumbers);
    // Counting on still works.
    client.name(socket).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buffer_fits_into_a_message() {
    let client = Client::new();
    let (socket, _) = client.bound_udp().await;
    let largest = Limits::default().message_bytes - u32::try_from(HEADER_LEN).unwrap();
    let fits = client.start(recv(socket, largest));
    client.session.cancel(fits);
    for too_large in [
        recv(socket, largest + 1),
        recv(socket, u32::MAX),
        Call::Stream {
            socket,
            size: largest + 1,
            credit: 0,
        },
        Call::Stream {
            socket,
            size: 0,
            credit: 0,
        },
        // A list of flags stays in the log for as long as the call.
        recv_flags(socket, 1, &[RecvFlag::Peek; 3]),
        // Bytes come with their call or not at all.
        Call::Send { socket, length: 5 },
        Call::SendTo {
            socket,
            address: Endpoint {
                host: "127.0.0.1".to_owned(),
                port: 1,
            },
            length: 5,
        },
    ] {
        let result = client.try_start(too_large);
        assert_eq!(rejection(result), RejectReason::Malformed);
    }
    assert!(client.session.log().last() > Seq(0));
}
