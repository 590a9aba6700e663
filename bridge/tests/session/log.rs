//! The log: what readers get, and what gives way.

use std::sync::Arc;

use bytes::Bytes;
use sockscope_protocol::{Call, EventBody, Limits, Payload, Seq};

use crate::client::{Client, soon};

#[tokio::test(flavor = "multi_thread")]
async fn events_are_numbered_without_gaps_and_their_times_do_not_run_back() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    for _ in 0..50 {
        client.send(near, b"tick").await;
        client.recv(far, 16).await;
    }
    let events = client.events();
    for (event, number) in events.iter().zip(1..) {
        assert_eq!(event.seq, Seq(number));
    }
    assert!(events.is_sorted_by_key(|event| event.time));
    assert!(client.session.log().last().0 >= events.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_comes_before_what_was_received() {
    let client = Client::new();
    let (near, far) = client.pair().await;
    let call = client.start(Call::Stream {
        socket: far,
        size: 1024,
        credit: u64::MAX,
    });
    for _ in 0..200 {
        client.start_send(near, &Payload::SendAll, &[7; 512]);
    }
    client.close(near).await;
    assert_eq!(client.returned(call).await.count(), 200 * 512);
    let (mut sent, mut received) = (0, 0);
    for event in client.events() {
        match event.body {
            EventBody::Sent(data) => sent += data.size,
            EventBody::Received(data) => received += data.size,
            _ => {}
        }
        assert!(received <= sent);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_takes_it_in_batches_from_wherever_it_is() {
    let client = Client::new();
    let socket = client.tcp().await;
    for _ in 0..100 {
        client.name(socket).await;
    }
    let log = client.session.log();
    let all = log.read(Seq(0), usize::MAX);
    assert_eq!(all.truncated, None);
    let mut after = Seq(0);
    let mut pieces = Vec::new();
    loop {
        let batch = log.read(after, 1);
        let Some(event) = batch.events.last() else {
            break;
        };
        assert_eq!(batch.events.len(), 1);
        after = event.seq;
        pieces.extend(batch.events);
    }
    assert_eq!(pieces, all.events);
    assert!(log.read(Seq(u64::MAX), usize::MAX).events.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_wakeup_is_lost() {
    let client = Arc::new(Client::new());
    let reader = {
        let client = Arc::clone(&client);
        tokio::spawn(async move {
            let mut after = Seq(0);
            while after < Seq(2001) {
                soon("an event", client.session.log().changed(after)).await;
                let batch = client.session.log().read(after, 1000);
                after = batch.events.last().unwrap().seq;
            }
        })
    };
    let socket = client.tcp().await;
    for _ in 0..1000 {
        client.start(Call::GetSockName { socket });
        tokio::task::yield_now().await;
    }
    soon("the last event", reader).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_payloads_give_way_and_say_what_they_were() {
    let client = Client::with_limits(Limits {
        log_bytes: 10_000,
        ..Limits::default()
    });
    let (near, far) = client.pair().await;
    for number in 0..10 {
        client.send(near, &[number; 2000]).await;
        assert_eq!(client.recv(far, 4000).await, [number; 2000]);
    }
    let data: Vec<_> = client
        .events()
        .into_iter()
        .filter_map(|event| match event.body {
            EventBody::Sent(data) | EventBody::Received(data) => Some(data),
            _ => None,
        })
        .collect();
    assert_eq!(data.len(), 20);
    for data in &data[..16] {
        assert!(data.flags.omitted && data.payload.is_empty());
        assert_eq!(data.size, 2000);
    }
    for data in &data[16..] {
        assert!(!data.flags.omitted);
        assert_eq!(data.payload, Bytes::from(vec![data.payload[0]; 2000]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_events_give_way_and_readers_are_told() {
    let client = Client::with_limits(Limits {
        log_events: 20,
        ..Limits::default()
    });
    let socket = client.tcp().await;
    for _ in 0..50 {
        client.start(Call::GetSockName { socket });
    }
    let log = client.session.log();
    let batch = log.read(Seq(0), usize::MAX);
    assert_eq!(batch.events.len(), 20);
    let first = batch.events[0].seq;
    assert_eq!(batch.truncated, Some((Seq(1), Seq(first.0 - 1))));
    let last = batch.events[19].seq;
    assert_eq!(last, log.last());
    // A reader that is not so far behind misses less, or nothing.
    let after = Seq(first.0 - 3);
    let batch = log.read(after, usize::MAX);
    assert_eq!(batch.truncated, Some((Seq(first.0 - 2), Seq(first.0 - 1))));
    let batch = log.read(Seq(first.0 - 1), usize::MAX);
    assert_eq!((batch.truncated, batch.events.len()), (None, 20));
}
