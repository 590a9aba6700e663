//! A client of this door, as a test wants it.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};

use futures_util::{SinkExt as _, StreamExt as _};
use sockscope::{Config, Token, relay};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::common::{TestBridge, soon};

pub(crate) type Socket = WebSocketStream<TcpStream>;

/// A bridge with this door open.
pub(crate) struct RelayBridge {
    pub(crate) bridge: TestBridge,
    pub(crate) token: String,
}

impl Deref for RelayBridge {
    type Target = TestBridge;

    fn deref(&self) -> &TestBridge {
        &self.bridge
    }
}

impl RelayBridge {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}, |_| {}).await
    }

    pub(crate) async fn with(
        change: impl FnOnce(&mut Config),
        relay: impl FnOnce(&mut relay::Config),
    ) -> Self {
        let token = Token::random().unwrap();
        let text = token.reveal().to_owned();
        let bridge = TestBridge::with(|config| {
            let mut open = relay::Config::new(token);
            relay(&mut open);
            config.relay = Some(open);
            change(config);
        })
        .await;
        Self {
            bridge,
            token: text,
        }
    }

    /// The path of the Wisp door.
    pub(crate) fn wisp_path(&self) -> String {
        format!("/wisp/{}/", self.token)
    }

    /// A client of Wisp 1.
    pub(crate) async fn wisp(&self) -> Wisp {
        let socket = handshake(self.address, &self.wisp_path(), &[])
            .await
            .unwrap();
        Wisp::first(socket).await
    }

    /// One stream.
    pub(crate) async fn plain(&self, target: &str) -> Socket {
        let path = format!("/wsproxy/{}/{target}", self.token);
        handshake(self.address, &path, &[]).await.unwrap()
    }
}

/// Opens a WebSocket.
pub(crate) async fn handshake(
    address: SocketAddr,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Result<Socket, Error> {
    let mut request = format!("ws://{address}{path}").into_client_request()?;
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).unwrap();
        request.headers_mut().insert(*name, value);
    }
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (socket, _) = client_async(request, stream).await?;
    Ok(socket)
}

/// The status of a handshake that must fail.
pub(crate) async fn refused(
    address: SocketAddr,
    path: &str,
    headers: &[(&'static str, &str)],
) -> u16 {
    match handshake(address, path, headers).await {
        Err(Error::Http(answer)) => answer.status().as_u16(),
        Err(error) => panic!("{error}"),
        Ok(_) => 101,
    }
}

/// A packet from the bridge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Packet {
    Data(u32, Vec<u8>),
    Continue(u32, u32),
    Close(u32, u8),
    Info(Vec<u8>),
}

/// A client of Wisp, which keeps to its credit unless the test says otherwise.
pub(crate) struct Wisp {
    pub(crate) socket: Socket,
    /// What each stream may send when it begins.
    pub(crate) initial: u32,
    pub(crate) credit: HashMap<u32, u32>,
    /// What came and was not asked for yet.
    pub(crate) seen: VecDeque<Packet>,
}

pub(crate) const TCP: u8 = 1;
pub(crate) const UDP: u8 = 2;

impl Wisp {
    pub(crate) async fn first(socket: Socket) -> Self {
        let mut wisp = Self::new(socket);
        match wisp.next().await {
            Packet::Continue(0, initial) => wisp.initial = initial,
            other => panic!("{other:?}"),
        }
        wisp
    }

    /// Before any handshake.
    pub(crate) fn new(socket: Socket) -> Self {
        Self {
            socket,
            initial: 0,
            credit: HashMap::new(),
            seen: VecDeque::new(),
        }
    }

    pub(crate) async fn raw(&mut self, bytes: Vec<u8>) {
        soon(
            "a packet to be sent",
            self.socket.send(Message::binary(bytes)),
        )
        .await
        .unwrap();
    }

    pub(crate) async fn packet(&mut self, kind: u8, stream: u32, payload: &[u8]) {
        let packet = [&[kind][..], &stream.to_le_bytes(), payload].concat();
        self.raw(packet).await;
    }

    pub(crate) async fn connect_to(&mut self, stream: u32, kind: u8, host: &str, port: u16) {
        let payload = [&[kind][..], &port.to_le_bytes(), host.as_bytes()].concat();
        self.credit.insert(stream, self.initial);
        self.packet(1, stream, &payload).await;
    }

    pub(crate) async fn connect(&mut self, stream: u32, target: SocketAddr) {
        let host = target.ip().to_string();
        self.connect_to(stream, TCP, &host, target.port()).await;
    }

    pub(crate) async fn connect_udp(&mut self, stream: u32, target: SocketAddr) {
        let host = target.ip().to_string();
        self.connect_to(stream, UDP, &host, target.port()).await;
    }

    /// Sends without regard to credit.
    pub(crate) async fn push(&mut self, stream: u32, bytes: &[u8]) {
        self.packet(2, stream, bytes).await;
    }

    /// Sends as credit allows.
    pub(crate) async fn send(&mut self, stream: u32, bytes: &[u8]) {
        while self.credit[&stream] == 0 {
            let packet = self.receive().await;
            self.seen.push_back(packet);
        }
        *self.credit.get_mut(&stream).unwrap() -= 1;
        self.push(stream, bytes).await;
    }

    pub(crate) async fn close(&mut self, stream: u32) {
        self.packet(4, stream, &[2]).await;
    }

    /// The next packet, whatever it is.
    pub(crate) async fn next(&mut self) -> Packet {
        match self.seen.pop_front() {
            Some(packet) => packet,
            None => self.receive().await,
        }
    }

    async fn receive(&mut self) -> Packet {
        loop {
            match soon("a packet", self.socket.next()).await {
                Some(Ok(Message::Binary(bytes))) => return self.take(&bytes),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no packet, but {other:?}"),
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Packet {
        let packet = read(bytes);
        if let Packet::Continue(stream, credit) = packet
            && stream != 0
        {
            self.credit.insert(stream, credit);
        }
        packet
    }

    /// The next packet that is no CONTINUE of a stream.
    pub(crate) async fn answer(&mut self) -> Packet {
        loop {
            match self.next().await {
                Packet::Continue(stream, _) if stream != 0 => {}
                other => return other,
            }
        }
    }

    /// So many bytes of a stream; other packets are kept.
    pub(crate) async fn read(&mut self, stream: u32, length: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut others = VecDeque::new();
        while bytes.len() < length {
            match self.next().await {
                Packet::Data(of, part) if of == stream => bytes.extend(part),
                Packet::Close(of, reason) if of == stream => {
                    panic!("closed with {reason:#x} after {} bytes", bytes.len())
                }
                other => others.push_back(other),
            }
        }
        others.append(&mut self.seen);
        self.seen = others;
        bytes
    }

    /// All bytes of a stream, and why it was closed.
    pub(crate) async fn read_to_end(&mut self, stream: u32) -> (Vec<u8>, u8) {
        let mut bytes = Vec::new();
        loop {
            match self.next().await {
                Packet::Data(of, part) if of == stream => bytes.extend(part),
                Packet::Close(of, reason) if of == stream => return (bytes, reason),
                _ => {}
            }
        }
    }

    /// Why a stream was closed.
    pub(crate) async fn closed(&mut self, stream: u32) -> u8 {
        self.read_to_end(stream).await.1
    }

    /// Waits until the bridge has read all that was sent: it answers pings in turn.
    pub(crate) async fn is_heard(&mut self) {
        self.socket.send(Message::Ping("all".into())).await.unwrap();
        loop {
            match soon("a pong", self.socket.next()).await {
                Some(Ok(Message::Pong(_))) => return,
                Some(Ok(Message::Binary(bytes))) => {
                    let packet = self.take(&bytes);
                    self.seen.push_back(packet);
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// Sends some bytes to an echo and waits for them, which shows that all before was heard.
    pub(crate) async fn echo(&mut self, stream: u32, bytes: &[u8]) {
        self.send(stream, bytes).await;
        assert_eq!(self.read(stream, bytes.len()).await, bytes);
    }
}

impl Deref for Wisp {
    type Target = Socket;

    fn deref(&self) -> &Socket {
        &self.socket
    }
}

impl DerefMut for Wisp {
    fn deref_mut(&mut self) -> &mut Socket {
        &mut self.socket
    }
}

fn read(bytes: &[u8]) -> Packet {
    let (head, payload) = bytes.split_at(5);
    let stream = u32::from_le_bytes(head[1..].try_into().unwrap());
    match (head[0], payload) {
        (2, data) => Packet::Data(stream, data.to_vec()),
        (3, &[a, b, c, d]) => Packet::Continue(stream, u32::from_le_bytes([a, b, c, d])),
        (4, &[reason]) => Packet::Close(stream, reason),
        (5, info) => Packet::Info(info.to_vec()),
        _ => panic!("{bytes:x?}"),
    }
}

/// Waits for the end of a WebSocket; returns its status code, 1006 when it broke.
pub(crate) async fn status(socket: &mut Socket) -> u16 {
    loop {
        match soon("the WebSocket to end", socket.next()).await {
            Some(Ok(Message::Close(frame))) => {
                return frame.map_or(1005, |frame| frame.code.into());
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return 1006,
        }
    }
}

/// Bytes that show where they stand.
pub(crate) fn pattern(length: usize) -> Vec<u8> {
    (0..length)
        .map(|at| ((at * 31) ^ (at >> 9)) as u8)
        .collect()
}
