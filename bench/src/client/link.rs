//! How a contender is reached.

use std::{collections::VecDeque, net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::{Connection, Protocol, frame::Decoder, session::Session, wisp::Wisp};

/// How long a relay may take to greet.
const GREETING: Duration = Duration::from_secs(10);
/// The longest answer to a WebSocket's opening handshake.
const MAX_RESPONSE: usize = 16 * 1024;

/// What is spoken behind an address.
#[derive(Clone, Debug)]
pub(crate) enum Door {
    /// Bytes.
    Plain,
    /// A WebSocket is a stream; the path.
    WebSocket(String),
    /// Wisp 1.2; the path.
    Wisp(String),
    /// A session of the bridge; its token.
    Session(String),
}

/// Where a contender is, and where the streams through it shall lead.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) relay: SocketAddr,
    pub(crate) target: SocketAddr,
    pub(crate) door: Door,
}

impl Link {
    /// Whether one connection carries many streams.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.door, Door::Wisp(_) | Door::Session(_))
    }

    /// Connects, up to where streams can be opened.
    pub(crate) async fn connect(&self, buffer: usize) -> Result<Connection> {
        timeout(GREETING, self.greet(buffer))
            .await
            .context("the relay did not greet in time")?
    }

    async fn greet(&self, buffer: usize) -> Result<Connection> {
        let mut io = TcpStream::connect(self.relay)
            .await
            .context("cannot connect to the relay")?;
        io.set_nodelay(true)?;
        let mut early = Vec::new();
        let mut output = VecDeque::new();
        let protocol = match &self.door {
            Door::Plain => Protocol::Plain,
            Door::WebSocket(path) => {
                early = handshake(&mut io, path, self.relay, "").await?;
                Protocol::WebSocket(Decoder::default())
            }
            Door::Wisp(path) => {
                early = handshake(&mut io, path, self.relay, "").await?;
                Protocol::Wisp(Decoder::default(), Wisp::default())
            }
            Door::Session(token) => {
                let subprotocol = "Sec-WebSocket-Protocol: sockscope.v1\r\n";
                early = handshake(&mut io, "/ws", self.relay, subprotocol).await?;
                Session::hello(token, &mut output);
                Protocol::Session(Decoder::default(), Box::default())
            }
        };
        let mut connection = Connection::new(io, self.target, protocol, buffer, output);
        connection.take(&early);
        while !connection.protocol.is_ready() {
            connection.step(&mut |_, _| {}).await?;
        }
        Ok(connection)
    }
}

/// Opens a WebSocket (RFC 6455, section 4.1), and returns what came behind the answer.
async fn handshake(
    io: &mut TcpStream,
    path: &str,
    host: SocketAddr,
    headers: &str,
) -> Result<Vec<u8>> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n"
    );
    io.write_all(request.as_bytes()).await?;
    let mut response = Vec::new();
    loop {
        const END: &[u8] = b"\r\n\r\n";
        if let Some(at) = response.windows(END.len()).position(|part| part == END) {
            let early = response.split_off(at + END.len());
            if !response.starts_with(b"HTTP/1.1 101") {
                let status = String::from_utf8_lossy(&response);
                bail!(
                    "no WebSocket at {path}: {}",
                    status.lines().next().unwrap_or("no answer")
                );
            }
            return Ok(early);
        }
        if response.len() > MAX_RESPONSE || io.read_buf(&mut response).await? == 0 {
            bail!("no WebSocket at {path}");
        }
    }
}
