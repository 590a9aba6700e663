//! A client of the wire, as a test wants it: every message typed, nothing hidden.

use std::collections::HashMap;
use std::net::SocketAddr;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use sockscope_protocol::{
    Call, CallId, ClientMessage, Event, EventBody, Hello, Outcome, Payload, Seq, ServerMessage,
    SessionKey, SocketId, VERSION, Value, ViewKey, Welcome, decode_event, encode_payload,
};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::soon;

/// A message of the bridge.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// A text message, but for events.
    Message(ServerMessage),
    /// An event, in whichever form it came.
    Event(Event),
    /// The WebSocket was closed with this code; 1006 (RFC 6455 section 7.1.5) when it broke.
    Closed(u16),
}

/// A client that follows a session.
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    pub welcome: Welcome,
    /// The last event that came.
    pub last: Seq,
    /// How the calls ended that are not asked about yet.
    pub(super) returned: HashMap<CallId, Outcome>,
    /// The bytes that each call received.
    pub(super) received: HashMap<CallId, Vec<u8>>,
    next_call: u64,
}

/// Opens a WebSocket with the headers that a test wants beside the usual ones.
pub async fn handshake(
    address: SocketAddr,
    headers: &[(&'static str, &str)],
) -> Result<WebSocketStream<TcpStream>, Error> {
    let mut request = format!("ws://{address}/ws").into_client_request()?;
    let protocol = HeaderValue::from_static(sockscope_protocol::SUBPROTOCOL);
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    for (name, value) in headers {
        if value.is_empty() {
            request.headers_mut().remove(*name);
        } else {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            request.headers_mut().insert(*name, value);
        }
    }
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (socket, response) = client_async(request, stream).await?;
    let protocol = response.headers().get("sec-websocket-protocol");
    assert_eq!(protocol.unwrap(), sockscope_protocol::SUBPROTOCOL);
    Ok(socket)
}

/// What a client says first.
pub fn hello(token: &str) -> Hello {
    Hello {
        version: VERSION,
        token: token.to_owned(),
        session: None,
        view: None,
        after: Seq(0),
        keeps: false,
    }
}

/// Reads the next message; pings and pongs are the library's.
pub async fn next(socket: &mut WebSocketStream<TcpStream>) -> Incoming {
    loop {
        let message = match soon("a message", socket.next()).await {
            Some(Ok(message)) => message,
            Some(Err(_)) | None => return Incoming::Closed(1006),
        };
        return match message {
            Message::Text(text) => match serde_json::from_str(&text).unwrap() {
                ServerMessage::Event(event) => Incoming::Event(event),
                message => Incoming::Message(message),
            },
            Message::Binary(bytes) => Incoming::Event(decode_event(bytes).unwrap()),
            Message::Close(frame) => {
                Incoming::Closed(frame.map_or(1005, |frame| frame.code.into()))
            }
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
        };
    }
}

/// Reads until the WebSocket is closed; returns the code and what `goodbye` said.
pub async fn closing(socket: &mut WebSocketStream<TcpStream>) -> (u16, Option<String>) {
    let mut said = None;
    loop {
        match next(socket).await {
            Incoming::Closed(code) => return (code, said),
            Incoming::Message(ServerMessage::Goodbye { message }) => said = Some(message),
            _ => {}
        }
    }
}

/// Says `hello` on a fresh WebSocket and hears `welcome`, or the close code.
pub async fn greet(
    address: SocketAddr,
    hello: Hello,
) -> Result<(WebSocketStream<TcpStream>, Welcome), u16> {
    greet_through(address, address, hello).await
}

/// The same, with a proxy in front of the bridge.
pub async fn greet_through(
    proxy: SocketAddr,
    bridge: SocketAddr,
    hello: Hello,
) -> Result<(WebSocketStream<TcpStream>, Welcome), u16> {
    let host = bridge.to_string();
    let mut socket = handshake(proxy, &[("host", &host)]).await.unwrap();
    let text = serde_json::to_string(&ClientMessage::Hello(hello)).unwrap();
    socket.send(Message::text(text)).await.unwrap();
    match next(&mut socket).await {
        Incoming::Message(ServerMessage::Welcome(welcome)) => Ok((socket, welcome)),
        Incoming::Message(ServerMessage::Goodbye { .. }) => Err(closing(&mut socket).await.0),
        Incoming::Closed(code) => Err(code),
        other => panic!("hello was answered with {other:?}"),
    }
}

impl Client {
    /// Begins a session.
    pub async fn open(address: SocketAddr, token: &str) -> Self {
        Self::greet(address, hello(token)).await.unwrap()
    }

    /// Comes back to a session.
    pub async fn resume(
        address: SocketAddr,
        token: &str,
        session: &SessionKey,
        after: Seq,
    ) -> Result<Self, u16> {
        let session = Some(session.clone());
        Self::greet(
            address,
            Hello {
                session,
                after,
                ..hello(token)
            },
        )
        .await
    }

    /// Looks at a session.
    pub async fn view(address: SocketAddr, view: &ViewKey) -> Result<Self, u16> {
        let view = Some(view.clone());
        Self::greet(address, Hello { view, ..hello("") }).await
    }

    /// Says `hello` and hears `welcome`, or the close code.
    pub async fn greet(address: SocketAddr, hello: Hello) -> Result<Self, u16> {
        Self::greet_through(address, address, hello).await
    }

    /// The same, with a proxy in front of the bridge.
    pub async fn greet_through(
        proxy: SocketAddr,
        bridge: SocketAddr,
        hello: Hello,
    ) -> Result<Self, u16> {
        let last = hello.after;
        let (socket, welcome) = greet_through(proxy, bridge, hello).await?;
        Ok(Self {
            socket,
            welcome,
            last,
            returned: HashMap::new(),
            received: HashMap::new(),
            next_call: 1,
        })
    }

    /// The key to come back with.
    pub fn key(&self) -> SessionKey {
        self.welcome.session.clone().unwrap()
    }

    /// Calls are numbered from here on.
    pub fn number_from(&mut self, first: u64) {
        self.next_call = first;
    }

    /// Breaks the connection without a word.
    pub fn cut(self) {
        drop(self.socket.into_inner());
    }

    /// The connection under the WebSocket, to write to it what no library would.
    pub fn into_stream(self) -> TcpStream {
        self.socket.into_inner()
    }

    /// The WebSocket itself.
    pub fn socket(&mut self) -> &mut WebSocketStream<TcpStream> {
        &mut self.socket
    }

    /// Sends any message.
    pub async fn say(&mut self, message: &ClientMessage) {
        let text = serde_json::to_string(message).unwrap();
        self.say_text(&text).await;
    }

    /// Sends any text.
    pub async fn say_text(&mut self, text: &str) {
        soon("a text to be sent", self.socket.send(Message::text(text)))
            .await
            .unwrap();
    }

    /// Sends any bytes.
    pub async fn say_bytes(&mut self, bytes: Bytes) {
        soon("bytes to be sent", self.socket.send(Message::binary(bytes)))
            .await
            .unwrap();
    }

    /// Reads the next message, and checks that events come without gaps.
    pub async fn next(&mut self) -> Incoming {
        let incoming = next(&mut self.socket).await;
        match &incoming {
            Incoming::Event(event) => {
                assert_eq!(event.seq, self.last.next(), "events come without gaps");
                self.last = event.seq;
                match &event.body {
                    EventBody::Returned { call, outcome, .. } => {
                        self.returned.insert(*call, outcome.clone());
                    }
                    EventBody::Received(data) if !data.flags.peek => {
                        let bytes = self.received.entry(data.call).or_default();
                        bytes.extend_from_slice(&data.payload);
                    }
                    _ => {}
                }
            }
            Incoming::Message(ServerMessage::Truncated { first, last }) => {
                assert_eq!(*first, self.last.next());
                self.last = *last;
            }
            _ => {}
        }
        incoming
    }

    /// Reads until a message is what the test waits for.
    pub async fn until<T>(&mut self, mut wanted: impl FnMut(&Incoming) -> Option<T>) -> T {
        loop {
            let incoming = self.next().await;
            if let Some(found) = wanted(&incoming) {
                return found;
            }
            assert!(
                !matches!(incoming, Incoming::Closed(_)),
                "the WebSocket was closed: {incoming:?}"
            );
        }
    }

    /// Reads until an event is what the test waits for.
    pub async fn until_event<T>(&mut self, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
        self.until(|incoming| match incoming {
            Incoming::Event(event) => wanted(event),
            _ => None,
        })
        .await
    }

    /// Reads until the WebSocket is closed; returns the code.
    pub async fn until_closed(&mut self) -> u16 {
        loop {
            if let Incoming::Closed(code) = self.next().await {
                return code;
            }
        }
    }

    /// Begins a call.
    pub async fn begin(&mut self, request: Call) -> CallId {
        let call = self.number();
        self.say(&ClientMessage::Call { call, request }).await;
        call
    }

    /// Begins a call that carries bytes.
    pub async fn begin_send(&mut self, socket: SocketId, payload: Payload, bytes: &[u8]) -> CallId {
        let call = self.number();
        self.say_bytes(encode_payload(call, socket, &payload, bytes))
            .await;
        call
    }

    /// Waits for the end of a call.
    pub async fn outcome(&mut self, call: CallId) -> Outcome {
        loop {
            if let Some(outcome) = self.returned.remove(&call) {
                return outcome;
            }
            match self.next().await {
                Incoming::Message(
                    message @ (ServerMessage::Rejected { call: other, .. }
                    | ServerMessage::Duplicate { call: other }),
                ) if other == call => panic!("{message:?}"),
                Incoming::Closed(code) => panic!("the WebSocket was closed with {code}"),
                _ => {}
            }
        }
    }

    /// Makes a call and waits for its end.
    pub async fn call(&mut self, request: Call) -> Outcome {
        let call = self.begin(request).await;
        self.outcome(call).await
    }

    /// Makes a call that must succeed.
    pub async fn ok(&mut self, request: Call) -> Value {
        let name = request.name();
        match self.call(request).await {
            Outcome::Ok(value) => value,
            other => panic!("{name}: {other:?}"),
        }
    }

    /// The bytes that a call received so far, but for those taken before.
    pub fn take_received(&mut self, call: CallId) -> Vec<u8> {
        self.received.remove(&call).unwrap_or_default()
    }

    /// A number for a call.
    pub fn number(&mut self) -> CallId {
        let call = CallId(self.next_call);
        self.next_call += 1;
        call
    }
}
