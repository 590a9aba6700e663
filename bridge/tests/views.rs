//! Several WebSockets follow one session, each at its own place in the log.

#![allow(clippy::unwrap_used)]

mod common;

use common::calls::endpoint;
use common::client::{Incoming, hello};
use common::peer::Peer;
use common::{Client, TestBridge};
use sockscope_protocol::{
    Call, CallId, ClientMessage, Data, Event, EventBody, Hello, Outcome, Payload, RejectReason,
    Seq, ServerMessage, Value,
};

/// Reads up to and with event number `last`.
async fn events(client: &mut Client, last: Seq) -> Vec<Event> {
    let mut events = Vec::new();
    while client.last < last {
        if let Incoming::Event(event) = client.next().await {
            events.push(event);
        }
    }
    events
}

#[tokio::test]
async fn every_view_sees_the_same_log() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    let view = client.welcome.view.clone().unwrap();
    let mut early = Client::view(bridge.address, &view).await.unwrap();
    assert_eq!(
        early.welcome.session, None,
        "who looks does not learn how to act"
    );
    let peer = Peer::echo().await;
    let socket = client.connected(peer.address).await;
    client.send_all(socket, b"to and fro").await;
    assert_eq!(client.recv(socket, 10).await, b"to and fro");
    client.ok(Call::Close { socket }).await;
    let last = client.last;

    let mut late = Client::view(bridge.address, &view).await.unwrap();
    let mut again = Client::resume(bridge.address, &bridge.token, &client.key(), Seq(0))
        .await
        .unwrap();
    let seen = events(&mut early, last).await;
    assert_eq!(seen, events(&mut late, last).await);
    assert_eq!(seen, events(&mut again, last).await);
    let times: Vec<_> = seen.iter().map(|event| event.time).collect();
    assert!(times.is_sorted(), "{times:?}");
    let payload = seen.iter().find_map(|event| match &event.body {
        EventBody::Received(data) => Some(data.payload.clone()),
        _ => None,
    });
    assert_eq!(payload.unwrap(), "to and fro");
}

/// What a call sent, in its parts.
fn sent(events: Vec<Event>, by: CallId) -> Vec<Data> {
    let sent = events.into_iter().filter_map(|event| match event.body {
        EventBody::Sent(data) if data.call == by => Some(data),
        _ => None,
    });
    sent.collect()
}

#[tokio::test]
async fn who_keeps_what_it_sends_does_not_get_it_back_and_others_do() {
    const LENGTH: usize = 300_000;
    let bridge = TestBridge::start().await;
    let keeps = Hello {
        keeps: true,
        ..hello(&bridge.token)
    };
    let mut client = Client::greet(bridge.address, keeps.clone()).await.unwrap();
    let peer = Peer::echo().await;
    let socket = client.connected(peer.address).await;
    let bytes: Vec<u8> = (0..LENGTH).map(|at| (at % 251) as u8).collect();
    let mut seen = Vec::new();
    let mut calls = Vec::new();
    for part in [&bytes[..], b"and more"] {
        let call = client.begin_send(socket, Payload::SendAll, part).await;
        let returned = |event: &Event| matches!(event.body, EventBody::Returned { call: of, .. } if of == call);
        client
            .until_event(|event| {
                seen.push(event.clone());
                returned(event).then_some(())
            })
            .await;
        calls.push(call);
    }
    let last = client.last;

    let own = sent(seen, calls[0]);
    let mut offset = 0;
    for data in &own {
        assert!(data.flags.kept && data.payload.is_empty(), "{data:?}");
        assert_eq!(data.offset, offset);
        offset += u64::from(data.size);
    }
    assert_eq!(offset, LENGTH as u64);

    let view = client.welcome.view.clone().unwrap();
    let mut onlooker = Client::view(bridge.address, &view).await.unwrap();
    let resumed = Hello {
        session: Some(client.key()),
        ..keeps
    };
    let mut again = Client::greet(bridge.address, resumed).await.unwrap();
    for other in [&mut onlooker, &mut again] {
        let whole = sent(events(other, last).await, calls[0]);
        assert!(whole.iter().all(|data| !data.flags.kept));
        let payloads: Vec<_> = whole.into_iter().map(|data| data.payload).collect();
        assert!(payloads.concat() == bytes);
    }
}

#[tokio::test]
async fn two_clients_act_in_one_session() {
    let bridge = TestBridge::start().await;
    let mut first = bridge.client().await;
    let mut second = Client::resume(bridge.address, &bridge.token, &first.key(), Seq(0))
        .await
        .unwrap();
    second.number_from(1 << 20);
    let (server, address) = first.listening().await;
    let client = second.connected(address).await;
    let Value::Socket { socket, .. } = first.ok(Call::Accept { socket: server }).await else {
        panic!("accept returned no socket");
    };
    second.send_all(client, b"hello").await;
    assert_eq!(first.recv(socket, 5).await, b"hello");
}

#[tokio::test]
async fn who_looks_cannot_act() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    let socket = client.tcp().await;
    let view = client.welcome.view.clone().unwrap();
    let mut viewer = Client::view(bridge.address, &view).await.unwrap();
    let call = viewer.begin(Call::Close { socket }).await;
    let reason = viewer
        .until(|incoming| match incoming {
            Incoming::Message(ServerMessage::Rejected {
                call: rejected,
                reason,
                ..
            }) if *rejected == call => Some(*reason),
            _ => None,
        })
        .await;
    assert_eq!(reason, RejectReason::ViewOnly);
    for message in [
        ClientMessage::End,
        ClientMessage::Cancel { call: CallId(1) },
        ClientMessage::Credit {
            call: CallId(1),
            total: 1,
        },
    ] {
        viewer.say(&message).await;
        viewer
            .until(|incoming| {
                matches!(incoming, Incoming::Message(ServerMessage::Error { .. })).then_some(())
            })
            .await;
    }
    client
        .ok(Call::GetSockOpt {
            socket,
            option: sockscope_protocol::OptionName::SoRcvbuf,
        })
        .await;
}

#[tokio::test]
async fn a_view_that_falls_behind_is_told_what_it_missed() {
    let bridge = TestBridge::with(|config| config.limits.log_events = 50).await;
    let mut client = bridge.client().await;
    let socket = client.tcp().await;
    for _ in 0..100 {
        client.ok(Call::GetSockName { socket }).await;
    }
    let last = client.last;
    let mut late = Client::resume(bridge.address, &bridge.token, &client.key(), Seq(0))
        .await
        .unwrap();
    let first = late.next().await;
    let Incoming::Message(ServerMessage::Truncated {
        first,
        last: missed,
    }) = first
    else {
        panic!("{first:?}");
    };
    assert_eq!(first, Seq(1));
    let seen = events(&mut late, last).await;
    assert_eq!(seen.first().unwrap().seq, missed.next());
    assert_eq!(seen.last().unwrap().seq, last);
    assert!(seen.len() >= 50);
}

#[tokio::test]
async fn payloads_give_way_and_the_log_says_so() {
    let bridge = TestBridge::with(|config| config.limits.log_bytes = 10_000).await;
    let mut client = bridge.client().await;
    let peer = Peer::stall().await;
    let socket = client.connected(peer.address).await;
    for _ in 0..10 {
        client.send_all(socket, &[7; 4000]).await;
    }
    let last = client.last;
    let mut late = Client::resume(bridge.address, &bridge.token, &client.key(), Seq(0))
        .await
        .unwrap();
    let sent: Vec<_> = events(&mut late, last)
        .await
        .into_iter()
        .filter_map(|event| match event.body {
            EventBody::Sent(data) => Some(data),
            _ => None,
        })
        .collect();
    let total: u32 = sent.iter().map(|data| data.size).sum();
    assert_eq!(total, 40_000, "their sizes stay");
    assert!(sent.first().unwrap().flags.omitted);
    assert!(!sent.last().unwrap().flags.omitted);
    let held: usize = sent.iter().map(|data| data.payload.len()).sum();
    assert!(held <= 10_000, "{held}");
}

#[tokio::test]
async fn a_view_that_does_not_read_slows_nobody() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    let view = client.welcome.view.clone().unwrap();
    // More than what the kernel's queues and the log hold passes it by.
    let _stuck = Client::view(bridge.address, &view).await.unwrap();
    let peer = Peer::send(vec![5; 24 << 20]).await;
    let socket = client.connected(peer.address).await;
    let (call, received) = client.drain(socket).await;
    let whole = Outcome::Ok(Value::Count(24 << 20));
    assert_eq!(client.outcome(call).await, whole);
    assert_eq!(received, 24 << 20);
}

#[tokio::test]
async fn the_end_is_told_to_everybody() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    let view = client.welcome.view.clone().unwrap();
    let mut viewer = Client::view(bridge.address, &view).await.unwrap();
    let (server, address) = client.listening().await;
    let waiting = client.begin(Call::Accept { socket: server }).await;
    client.say(&ClientMessage::End).await;
    for follower in [&mut client, &mut viewer] {
        let mut cancelled = false;
        let mut closed = false;
        let code = loop {
            match follower.next().await {
                Incoming::Event(Event {
                    body:
                        EventBody::Returned {
                            call,
                            outcome: Outcome::Cancelled(_),
                            ..
                        },
                    ..
                }) => cancelled |= call == waiting,
                Incoming::Event(Event {
                    body: EventBody::Closed { socket, .. },
                    ..
                }) => closed |= socket == server,
                Incoming::Closed(code) => break code,
                _ => {}
            }
        };
        assert_eq!((code, cancelled, closed), (4006, true, true));
    }
    let gone = Client::resume(bridge.address, &bridge.token, &client.key(), Seq(0)).await;
    assert_eq!(gone.err(), Some(4003));
    let mut other = bridge.client().await;
    let socket = other.tcp().await;
    let bind = other
        .call(Call::Bind {
            socket,
            address: endpoint("127.0.0.1", address.port()),
        })
        .await;
    assert_eq!(bind, Outcome::Ok(Value::Nothing), "the port is free again");
}

#[tokio::test]
async fn a_stopping_bridge_says_goodbye() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    let view = client.welcome.view.clone().unwrap();
    let mut viewer = Client::view(bridge.address, &view).await.unwrap();
    client.listening().await;
    bridge.begin_stop();
    for follower in [&mut client, &mut viewer] {
        let mut said = false;
        let code = loop {
            match follower.next().await {
                Incoming::Message(ServerMessage::Goodbye { .. }) => said = true,
                Incoming::Closed(code) => break code,
                _ => {}
            }
        };
        assert_eq!((code, said), (1001, true));
    }
    bridge.stop().await;
}
