//! A second client of the page's own session: it makes the calls that the page then has to show.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use sockscope_e2e::{Bridge, reach, until};
use sockscope_protocol::{
    Call, CallId, ClientMessage, Endpoint, EventBody, Family, Hello, Outcome, Payload, SUBPROTOCOL,
    Seq, ServerMessage, SessionKey, SocketId, SocketType, VERSION, Value, encode_payload,
};
use tokio::net::TcpStream;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// The page's own calls are numbered from a random multiple of 2^20 on: these are none of them.
const FIRST_CALL: u64 = 1;
/// Calls on their way, below the bridge's limit.
const IN_FLIGHT: u64 = 64;
/// How often a paced run makes calls.
const TICK: Duration = Duration::from_millis(10);
/// Bytes in a message of the conversation.
const MESSAGE: &[u8] = b"32 bytes of a long conversation.";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[derive(Default)]
struct Heard {
    /// The last event.
    events: AtomicU64,
    returned: AtomicU64,
    outcomes: Mutex<HashMap<CallId, Outcome>>,
}

pub(crate) struct Driver {
    sink: SplitSink<Socket, Message>,
    heard: Arc<Heard>,
    next: u64,
    made: u64,
}

/// Both ends of a TCP connection in the session.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    client: SocketId,
    connection: SocketId,
}

impl Driver {
    /// Follows a session with the key to it.
    pub(crate) async fn join(bridge: &Bridge, session: &str) -> Result<Self> {
        let mut request = format!("ws://{}/ws", bridge.address()?).into_client_request()?;
        request.headers_mut().insert(
            "sec-websocket-protocol",
            HeaderValue::from_static(SUBPROTOCOL),
        );
        let (socket, _) = connect_async(request).await?;
        let (mut sink, stream) = socket.split();
        let (_, token) = bridge.url().split_once("#token=").context("no token")?;
        let hello = ClientMessage::Hello(Hello {
            version: VERSION,
            token: token.to_owned(),
            session: Some(SessionKey(session.to_owned())),
            view: None,
            after: Seq(0),
            keeps: false,
        });
        sink.send(Message::text(serde_json::to_string(&hello)?))
            .await?;
        let heard = Arc::<Heard>::default();
        tokio::spawn(listen(stream, Arc::clone(&heard)));
        Ok(Self {
            sink,
            heard,
            next: FIRST_CALL,
            made: 0,
        })
    }

    /// The number of the last event.
    pub(crate) fn events(&self) -> u64 {
        self.heard.events.load(Ordering::Relaxed)
    }

    /// Begins a call.
    async fn begin(&mut self, request: Call) -> Result<CallId> {
        let call = self.number();
        let message = ClientMessage::Call { call, request };
        let text = serde_json::to_string(&message)?;
        self.sink.send(Message::text(text)).await?;
        Ok(call)
    }

    fn number(&mut self) -> CallId {
        let call = CallId(self.next);
        self.next += 1;
        self.made += 1;
        call
    }

    /// Makes a call and waits for its end.
    pub(crate) async fn call(&mut self, request: Call) -> Result<(CallId, Value)> {
        let said = format!("{request:?}");
        let call = self.begin(request).await?;
        let outcome = until(&format!("the end of {said}"), async || {
            let mut outcomes = lock(&self.heard.outcomes);
            Ok(outcomes.remove(&call))
        })
        .await?;
        match outcome {
            Outcome::Ok(value) => Ok((call, value)),
            other => bail!("{said} ended with {other:?}"),
        }
    }

    async fn made(&mut self, request: Call) -> Result<SocketId> {
        match self.call(request).await?.1 {
            Value::Socket { socket, .. } => Ok(socket),
            other => bail!("no socket but {other:?}"),
        }
    }

    pub(crate) async fn socket(&mut self, kind: SocketType) -> Result<SocketId> {
        let family = Family::Inet;
        self.made(Call::Socket { family, kind }).await
    }

    /// Binds a socket to a port of the kernel's choice.
    pub(crate) async fn bind(&mut self, socket: SocketId) -> Result<u16> {
        let address = endpoint(0);
        self.call(Call::Bind { socket, address }).await?;
        match self.call(Call::GetSockName { socket }).await?.1 {
            Value::Address(address) => Ok(address.port()),
            other => bail!("no address but {other:?}"),
        }
    }

    /// A server, a client and their connection.
    pub(crate) async fn pair(&mut self) -> Result<Pair> {
        let server = self.socket(SocketType::Stream).await?;
        let port = self.bind(server).await?;
        let backlog = 1;
        self.call(Call::Listen {
            socket: server,
            backlog,
        })
        .await?;
        let client = self.socket(SocketType::Stream).await?;
        let address = endpoint(port);
        self.call(Call::Connect {
            socket: client,
            address,
        })
        .await?;
        let connection = self.made(Call::Accept { socket: server }).await?;
        Ok(Pair { client, connection })
    }

    /// One end says something, the other one takes it: at least six events.
    async fn say(&mut self, pair: Pair) -> Result<()> {
        let call = self.number();
        let message = encode_payload(call, pair.client, &Payload::SendAll, MESSAGE);
        self.sink.send(Message::binary(message)).await?;
        let length = u32::try_from(MESSAGE.len())?;
        self.begin(Call::Recv {
            socket: pair.connection,
            size: length,
            flags: Vec::new(),
        })
        .await?;
        let heard = Arc::clone(&self.heard);
        let made = self.made;
        while made - heard.returned.load(Ordering::Relaxed) > IN_FLIGHT {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    /// Talks until the log is so long; gives its last call, which the page shows last.
    pub(crate) async fn talk_until(&mut self, pair: Pair, events: u64) -> Result<CallId> {
        while self.events() < events {
            self.say(pair).await?;
        }
        self.finish(pair).await
    }

    /// Talks for some time at so many events a second, as far as the bridge gets there.
    pub(crate) async fn talk_for(
        &mut self,
        pair: Pair,
        time: Duration,
        rate: u32,
    ) -> Result<CallId> {
        let (began, first) = (Instant::now(), self.events());
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while began.elapsed() < time {
            ticks.tick().await;
            let due = began.elapsed().as_secs_f64() * f64::from(rate);
            #[expect(
                clippy::cast_precision_loss,
                reason = "a log is shorter than 2^53 events"
            )]
            while ((self.events() - first) as f64) < due && began.elapsed() < time {
                self.say(pair).await?;
            }
        }
        self.finish(pair).await
    }

    /// A last call, when all others have returned.
    pub(crate) async fn finish(&mut self, pair: Pair) -> Result<CallId> {
        let (heard, made) = (Arc::clone(&self.heard), self.made);
        reach("calls that have returned", made, async || {
            Ok(heard.returned.load(Ordering::Relaxed))
        })
        .await?;
        let socket = pair.client;
        Ok(self.call(Call::GetPeerName { socket }).await?.0)
    }
}

pub(crate) fn endpoint(port: u16) -> Endpoint {
    Endpoint {
        host: "127.0.0.1".to_owned(),
        port,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads to the end: who does not read is not read from.
async fn listen(mut stream: SplitStream<Socket>, heard: Arc<Heard>) {
    while let Some(Ok(message)) = stream.next().await {
        match message {
            Message::Binary(_) => {
                heard.events.fetch_add(1, Ordering::Relaxed);
            }
            Message::Text(text) => note(&text, &heard),
            _ => {}
        }
    }
}

fn note(text: &str, heard: &Heard) {
    match serde_json::from_str(text) {
        Ok(ServerMessage::Event(event)) => {
            heard.events.store(event.seq.0, Ordering::Relaxed);
            if let EventBody::Returned { call, outcome, .. } = event.body {
                // The count of the many is enough; of those that somebody waits for, there are few.
                if !matches!(outcome, Outcome::Ok(Value::Count(_))) {
                    lock(&heard.outcomes).insert(call, outcome);
                }
                heard.returned.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(ServerMessage::Rejected { message, .. }) => {
            eprintln!("a call was rejected: {message}");
        }
        _ => {}
    }
}
