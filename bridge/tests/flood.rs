//! Far too many calls at once.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::HashMap;

use common::TestBridge;
use common::client::Incoming;
use futures_util::{SinkExt as _, StreamExt as _};
use sockscope_protocol::{
    Call, CallId, ClientMessage, EventBody, RejectReason, Seq, ServerMessage, SocketId, Value,
};
use tokio_tungstenite::tungstenite::Message;

fn getsockname(call: u64, socket: SocketId) -> Message {
    let request = Call::GetSockName { socket };
    let call = CallId(call);
    Message::text(serde_json::to_string(&ClientMessage::Call { call, request }).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_calls_at_once_are_each_made_or_rejected() {
    const CALLS: u64 = 10_000;
    const PER_SECOND: u32 = 1000;
    let bridge = TestBridge::with(|config| config.limits.calls_per_second = PER_SECOND).await;
    let mut client = bridge.client().await;
    let (socket, _) = client.listening().await;
    // Another session works beside it, undisturbed.
    let mut other = bridge.client().await;
    let beside = tokio::spawn(async move {
        let (listener, address) = other.listening().await;
        for _ in 0..20 {
            let peer = other.connected(address).await;
            let Value::Socket { socket, .. } = other.ok(Call::Accept { socket: listener }).await
            else {
                panic!("accept returned no socket");
            };
            other.send_all(peer, b"undisturbed").await;
            assert_eq!(other.recv(socket, 100).await, b"undisturbed");
        }
    });

    let first = client.number().0 + 1;
    let last = client.last;
    let (mut write, mut read) = client.socket().split();
    let send = async {
        for call in first..first + CALLS {
            write.feed(getsockname(call, socket)).await.unwrap();
        }
        write.flush().await.unwrap();
    };
    let mut made: HashMap<CallId, u32> = HashMap::new();
    let mut returned: HashMap<CallId, u32> = HashMap::new();
    let mut rejected: HashMap<CallId, RejectReason> = HashMap::new();
    let receive = async {
        let mut seq = last;
        while (returned.len() + rejected.len()) < usize::try_from(CALLS).unwrap() {
            let Some(Ok(Message::Text(text))) = read.next().await else {
                panic!("the WebSocket was closed");
            };
            match serde_json::from_str(&text).unwrap() {
                ServerMessage::Event(event) => {
                    assert_eq!(event.seq, seq.next());
                    seq = event.seq;
                    match event.body {
                        EventBody::Called { call, .. } => *made.entry(call).or_default() += 1,
                        EventBody::Returned { call, .. } => *returned.entry(call).or_default() += 1,
                        _ => {}
                    }
                }
                ServerMessage::Rejected { call, reason, .. } => {
                    rejected.insert(call, reason);
                }
                other => panic!("{other:?}"),
            }
        }
    };
    common::soon("an answer to every call", async {
        tokio::join!(send, receive)
    })
    .await;
    assert!(
        made.values()
            .chain(returned.values())
            .all(|count| *count == 1)
    );
    assert_eq!(made.len(), returned.len());
    assert!(
        made.len() >= 2 * PER_SECOND as usize,
        "{} were made",
        made.len()
    );
    assert!(!rejected.is_empty());
    let reasons = [RejectReason::CallRate, RejectReason::PendingCalls];
    assert!(rejected.values().all(|reason| reasons.contains(reason)));
    common::soon("the other session", beside).await.unwrap();
}

#[tokio::test]
async fn who_keeps_flooding_is_sent_away_and_may_come_back() {
    let bridge = TestBridge::with(|config| config.limits.calls_per_second = 10).await;
    let mut client = bridge.client().await;
    let socket = client.tcp().await;
    for call in 100..1100 {
        // The bridge may have closed by now.
        if client
            .socket()
            .send(getsockname(call, socket))
            .await
            .is_err()
        {
            break;
        }
    }
    assert_eq!(client.until_closed().await, 4007);
    let back = common::Client::resume(bridge.address, &bridge.token, &client.key(), Seq(0)).await;
    assert!(back.unwrap().welcome.resumed);
}

#[tokio::test]
async fn a_flood_of_pings_is_a_flood() {
    let bridge = TestBridge::with(|config| config.limits.calls_per_second = 10).await;
    let mut client = bridge.client().await;
    let ping = serde_json::to_string(&ClientMessage::Ping { nonce: 1 }).unwrap();
    for _ in 0..1000 {
        if client.socket().send(Message::text(&ping)).await.is_err() {
            break;
        }
    }
    assert_eq!(client.until_closed().await, 4007);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_client_that_does_not_read_is_not_read_from() {
    use common::kernel::held_back;
    let bridge = TestBridge::with(|config| config.limits.calls_per_second = 1_000_000).await;
    let mut client = bridge.client().await;
    let ping = serde_json::to_string(&ClientMessage::Ping { nonce: u64::MAX }).unwrap();
    // Room for less on the way makes the test shorter.
    let stream = socket2::SockRef::from(client.socket().get_ref());
    stream.set_send_buffer_size(16 * 1024).unwrap();
    let own = client.socket().get_ref().local_addr().unwrap();
    let both_held_back = async {
        tokio::join!(
            held_back(own, bridge.address),
            held_back(bridge.address, own)
        )
    };
    let write = async {
        loop {
            client.socket().feed(Message::text(&ping)).await.unwrap();
        }
    };
    // Once the answers fill the kernel's queues, nothing is taken any more.
    let stuck = async {
        tokio::select! {
            () = write => {}
            ((), ()) = both_held_back => {}
        }
    };
    common::soon("the bridge to stop reading", stuck).await;
    // It hurts nobody else, and goes on once it is read.
    let mut other = bridge.client().await;
    other.tcp().await;
    client
        .until(|incoming| {
            matches!(incoming, Incoming::Message(ServerMessage::Pong { .. })).then_some(())
        })
        .await;
}
