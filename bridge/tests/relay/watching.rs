//! The page may watch the streams of this door.

use sockscope_protocol::{
    ClientMessage, Relay, RelayProtocol, RelayState, RelayStream, ServerMessage, SocketType,
};

use crate::client::{RelayBridge, TCP};
use crate::common::client::Incoming;
use crate::common::peer::Peer;
use crate::common::{Client, TestBridge};

/// Reads until the relay is as the test wants it.
async fn until(client: &mut Client, wanted: impl Fn(&Relay) -> bool) -> Relay {
    client
        .until(|incoming| match incoming {
            Incoming::Message(ServerMessage::Relay(relay)) if wanted(relay) => Some(relay.clone()),
            _ => None,
        })
        .await
}

async fn watch(client: &mut Client, on: bool) {
    client.say(&ClientMessage::WatchRelay { on }).await;
}

#[tokio::test]
async fn streams_are_told_from_their_beginning_to_their_end() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let mut client = bridge.client().await;
    assert!(client.welcome.relay);
    watch(&mut client, true).await;
    until(&mut client, |relay| *relay == Relay::default()).await;

    let port = echo.address.port();
    let mut wisp = bridge.wisp().await;
    wisp.connect_to(9, TCP, "localhost", port).await;
    wisp.echo(9, &[7; 1000]).await;
    let mut plain = bridge.plain(&echo.address.to_string()).await;
    let open = until(&mut client, |relay| {
        relay.open == 2 && relay.streams.iter().all(|it| it.state == RelayState::Open)
    })
    .await;
    let [youngest, first] = &open.streams[..] else {
        panic!("{open:?}")
    };
    assert_eq!(youngest.protocol, RelayProtocol::Wsproxy);
    assert_eq!(youngest.target, echo.address.to_string());
    let expected = RelayStream {
        websocket: first.websocket,
        stream: 1,
        protocol: RelayProtocol::Wisp,
        kind: SocketType::Stream,
        target: format!("localhost:{port}"),
        state: RelayState::Open,
        reason: None,
        up: 1000,
        down: 1000,
    };
    assert_eq!(*first, expected);

    wisp.connect_to(10, TCP, "10.0.0.7", 80).await;
    assert_eq!(wisp.closed(10).await, 0x48);
    plain.close(None).await.unwrap();
    let ended = until(&mut client, |relay| {
        let closed = |it: &&RelayStream| it.state == RelayState::Closed;
        relay.open == 1 && relay.streams.iter().filter(closed).count() == 2
    })
    .await;
    let blocked = &ended.streams[0];
    assert_eq!(blocked.reason.as_deref(), Some("blocked"));
    assert_eq!(blocked.target, "10.0.0.7:80");
}

#[tokio::test]
async fn there_is_a_limit_to_what_is_told() {
    let bridge = RelayBridge::start().await;
    let echo = Peer::echo().await;
    let mut client = bridge.client().await;
    let mut wisp = bridge.wisp().await;
    let count = 2 * Relay::STREAMS as u32;
    for stream in 1..=count {
        wisp.connect(stream, echo.address).await;
    }
    wisp.echo(count, b"there").await;
    watch(&mut client, true).await;
    let told = until(&mut client, |relay| relay.open == u64::from(count)).await;
    assert_eq!(told.streams.len(), Relay::STREAMS);
    assert_eq!(told.streams[0].stream, u64::from(count));
    // And it is not told any more to who does not want it.
    watch(&mut client, false).await;
    client.say(&ClientMessage::Ping { nonce: 1 }).await;
    client
        .until(|incoming| match incoming {
            Incoming::Message(ServerMessage::Pong { nonce: 1 }) => Some(()),
            _ => None,
        })
        .await;
    drop(wisp);
    client.say(&ClientMessage::Ping { nonce: 2 }).await;
    let next = client.next().await;
    assert!(
        matches!(next, Incoming::Message(ServerMessage::Pong { nonce: 2 })),
        "{next:?}"
    );
}

#[tokio::test]
async fn only_who_may_act_may_watch_and_only_where_the_door_is_open() {
    async fn refusal(client: &mut Client) -> String {
        watch(client, true).await;
        client
            .until(|incoming| match incoming {
                Incoming::Message(ServerMessage::Error { message }) => Some(message.clone()),
                _ => None,
            })
            .await
    }
    let bridge = RelayBridge::start().await;
    let client = bridge.client().await;
    let view = client.welcome.view.clone().unwrap();
    let mut onlooker = Client::view(bridge.address, &view).await.unwrap();
    assert!(refusal(&mut onlooker).await.contains("only look"));
    let closed = TestBridge::start().await;
    let mut client = closed.client().await;
    assert!(!client.welcome.relay);
    assert!(refusal(&mut client).await.contains("--relay"));
}
