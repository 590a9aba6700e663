//! A connection that breaks in mid-transfer: nothing is lost, nothing comes twice, no call is made
//! twice.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use common::client::{Incoming, hello};
use common::peer::Peer;
use common::proxy::{Proxy, Way};
use common::{Client, TestBridge};
use futures_util::SinkExt as _;
use sockscope_protocol::{
    Call, CallId, ClientMessage, Event, EventBody, HEADER_LEN, Hello, Outcome, Payload, Seq,
    ServerMessage, SessionKey, SocketId, Value, encode_payload,
};
use tokio::io::AsyncReadExt as _;
use tokio_tungstenite::tungstenite::Message;

/// How often the connection is cut.
const CUTS: usize = 50;
const CHUNK: usize = 16 * 1024;
const CHUNKS: usize = 400;
/// What the client lets the bridge send ahead of what it read, and sends itself ahead of what
/// returned. A small part of what the log holds, so that no payload gives way.
const WINDOW: u64 = 256 * 1024;
const SENDS_AHEAD: usize = 8;

/// SplitMix64, so that a seed names a test run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// A client that sends numbered chunks to an echo and streams them back, and survives cuts.
struct Transfer {
    socket: SocketId,
    stream: CallId,
    /// The `sendall` of each chunk; `CHUNKS` of them, numbered one after the other.
    first_send: u64,
    chunks: Vec<Bytes>,
    /// How many chunks were handed over at least once.
    begun: usize,
    /// After a cut, until what may have got lost was handed over again: no new chunk overtakes it.
    behind: bool,
    /// How often each call was made, and how it ended, as the log tells.
    called: HashMap<CallId, u32>,
    returned: BTreeMap<CallId, Outcome>,
    received: Vec<u8>,
    /// Bytes of messages that used credit.
    used: u64,
}

impl Transfer {
    fn is_done(&self) -> bool {
        self.received.len() == CHUNKS * CHUNK && self.returned.len() == CHUNKS
    }

    fn send_call(&self, chunk: usize) -> CallId {
        CallId(self.first_send + chunk as u64)
    }

    async fn hand_over(&self, client: &mut Client, chunk: usize) {
        let call = self.send_call(chunk);
        let bytes = encode_payload(call, self.socket, &Payload::SendAll, &self.chunks[chunk]);
        say(client, Message::binary(bytes)).await;
    }

    /// Hands over as many chunks as may be on the way.
    async fn go_on(&mut self, client: &mut Client) {
        while !self.behind && self.begun < CHUNKS && self.begun - self.returned.len() < SENDS_AHEAD
        {
            let chunk = self.begun;
            self.begun += 1;
            self.hand_over(client, chunk).await;
        }
    }

    /// After a cut: what has no `called` is made again under its own number.
    async fn again(&mut self, client: &mut Client) {
        for chunk in 0..self.begun {
            if !self.called.contains_key(&self.send_call(chunk)) {
                self.hand_over(client, chunk).await;
            }
        }
        self.behind = false;
        self.go_on(client).await;
        self.credit(client).await;
    }

    async fn credit(&self, client: &mut Client) {
        let total = self.used + WINDOW;
        let call = self.stream;
        let credit = ClientMessage::Credit { call, total };
        let text = serde_json::to_string(&credit).unwrap();
        say(client, Message::text(text)).await;
    }

    /// Takes the next message; `false` when the connection is broken.
    async fn take(&mut self, client: &mut Client) -> bool {
        match client.next().await {
            Incoming::Event(event) => self.event(client, event).await,
            // Handed over twice by a cautious client: made once.
            Incoming::Message(ServerMessage::Duplicate { .. }) => {}
            Incoming::Closed(_) => return false,
            other => panic!("{other:?}"),
        }
        true
    }

    async fn event(&mut self, client: &mut Client, event: Event) {
        match event.body {
            EventBody::Called { call, .. } => *self.called.entry(call).or_default() += 1,
            EventBody::Returned { call, outcome, .. } => {
                assert_eq!(
                    self.returned.insert(call, outcome),
                    None,
                    "call {call} ended twice"
                );
                self.go_on(client).await;
            }
            EventBody::Received(data) => {
                assert!(!data.flags.omitted, "the log lost a payload");
                assert_eq!(data.call, self.stream);
                assert_eq!(data.offset, self.received.len() as u64);
                self.received.extend_from_slice(&data.payload);
                self.used += (HEADER_LEN + data.payload.len()) as u64;
                if self.received.len() % (4 * CHUNK) < data.payload.len() {
                    self.credit(client).await;
                }
            }
            _ => {}
        }
    }
}

/// Sends, unless the connection is broken, which shows in the next read.
async fn say(client: &mut Client, message: Message) {
    let _ = common::soon("a message to be sent", client.socket().send(message)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_survives_fifty_cuts() {
    /// Between two cuts, on average half of it.
    const MOST: u64 = (CHUNKS * CHUNK / CUTS) as u64;
    const SEED: u64 = 20_260_101;
    let mut random = Random(SEED);
    let bridge = TestBridge::start().await;
    let proxy = Proxy::start(bridge.address).await;
    let peer = Peer::echo().await;
    let open = Client::greet_through(proxy.address, bridge.address, hello(&bridge.token));
    let mut client = open.await.unwrap();
    let key = client.key();
    let socket = client.connected(peer.address).await;
    let stream = client
        .begin(Call::Stream {
            socket,
            size: 8192,
            credit: WINDOW,
        })
        .await;
    let mut transfer = Transfer {
        socket,
        stream,
        first_send: stream.0 + 1,
        chunks: (0..CHUNKS)
            .map(|_| {
                (0..CHUNK / 8)
                    .flat_map(|_| random.next().to_le_bytes())
                    .collect()
            })
            .collect(),
        begun: 0,
        behind: false,
        called: HashMap::new(),
        returned: BTreeMap::new(),
        received: Vec::new(),
        used: 0,
    };
    transfer.go_on(&mut client).await;
    // Anywhere in a frame, of either direction.
    let cut = |random: &mut Random| {
        let way = [Way::There, Way::Back][usize::from(random.below(2) == 0)];
        proxy.break_after(way, random.below(MOST));
    };
    cut(&mut random);
    let mut cuts = 0;
    while !transfer.is_done() {
        if transfer.take(&mut client).await {
            continue;
        }
        cuts += 1;
        let hello = Hello {
            session: Some(key.clone()),
            after: client.last,
            ..hello(&bridge.token)
        };
        let resume = Client::greet_through(proxy.address, bridge.address, hello);
        client = resume.await.unwrap();
        assert!(client.welcome.resumed);
        transfer.behind = true;
        let up_to_date = client.welcome.last;
        // Some clients wait until they are up to date, some make their calls again at once.
        let patient = random.below(2) == 0;
        while patient && client.last < up_to_date {
            assert!(transfer.take(&mut client).await);
        }
        if cuts < CUTS {
            cut(&mut random);
        }
        transfer.again(&mut client).await;
    }
    assert_eq!(cuts, CUTS, "the transfer was over before all cuts");
    assert!(
        transfer.received == transfer.chunks.concat(),
        "other bytes came back (seed {SEED})"
    );
    transfer.called.remove(&stream);
    assert!(
        transfer.called.values().all(|times| *times == 1),
        "a call was made twice"
    );
    let whole = Outcome::Ok(Value::Count(CHUNK as u64));
    assert!(transfer.returned.values().all(|outcome| *outcome == whole));
}

async fn come_back(bridge: &TestBridge, key: &SessionKey, after: Seq) -> Client {
    Client::resume(bridge.address, &bridge.token, key, after)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_call_that_was_made_is_not_made_again() {
    let bridge = TestBridge::start().await;
    let mut client = bridge.client().await;
    let (server, address) = client.listening().await;
    let accept = client.begin(Call::Accept { socket: server }).await;
    client
        .until_event(|event| {
            matches!(event.body, EventBody::Called { call, .. } if call == accept).then_some(())
        })
        .await;
    let (key, last) = (client.key(), client.last);
    client.cut();
    let mut client = come_back(&bridge, &key, last).await;
    client.number_from(accept.0 + 1);
    client
        .say(&ClientMessage::Call {
            call: accept,
            request: Call::Accept { socket: server },
        })
        .await;
    client
        .until(|incoming| {
            (*incoming == Incoming::Message(ServerMessage::Duplicate { call: accept }))
                .then_some(())
        })
        .await;
    // It waited on while nobody followed the session.
    client.connected(address).await;
    assert!(matches!(
        client.outcome(accept).await,
        Outcome::Ok(Value::Socket { .. })
    ));
}

#[tokio::test]
async fn what_happened_meanwhile_is_told() {
    let bridge = TestBridge::start().await;
    let peer = Peer::send(vec![9; 100_000]).await;
    let mut client = bridge.client().await;
    let socket = client.connected(peer.address).await;
    let stream = Call::Stream {
        socket,
        size: 4096,
        credit: u64::MAX,
    };
    let call = client.begin(stream).await;
    client
        .until_event(|event| {
            matches!(event.body, EventBody::Called { call: made, .. } if made == call).then_some(())
        })
        .await;
    let (key, last) = (client.key(), client.last);
    client.cut();
    let mut client = come_back(&bridge, &key, last).await;
    assert_eq!(
        client.outcome(call).await,
        Outcome::Ok(Value::Count(100_000))
    );
    assert!(client.take_received(call).len() <= 100_000);
}

#[tokio::test]
async fn a_session_that_nobody_comes_back_to_ends() {
    let bridge = TestBridge::with(|config| config.limits.linger_seconds = 1).await;
    let mut client = bridge.client().await;
    let (_, address) = client.listening().await;
    let key = client.key();
    client.cut();
    // The kernel ends what nobody has accepted along with the socket that listens.
    let mut caller = tokio::net::TcpStream::connect(address).await.unwrap();
    let ended = common::soon("the session to end", caller.read(&mut [0])).await;
    assert!(!matches!(ended, Ok(1..)), "{ended:?}");
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    let resumed = Client::resume(bridge.address, &bridge.token, &key, Seq(0)).await;
    assert_eq!(resumed.err(), Some(4003));
}
