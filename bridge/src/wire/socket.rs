//! A WebSocket that sends large messages from where their bytes are.
//!
//! The library copies every message into a buffer of its own before it writes it: right for many small
//! ones, and as much work as the kernel's own copy for a large one.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::buf::Chain;
use bytes::{Buf as _, Bytes};
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::io::poll_write_buf;

/// How much the library collects before it writes. A message that large would not be collected, but
/// written at once with what was.
const WRITE_BUFFER: usize = 64 * 1024;
/// How much is read at once. There may be hundreds of WebSockets.
const READ_BUFFER: usize = 32 * 1024;

/// The server's end of a WebSocket.
#[derive(Debug)]
pub(super) struct Socket<S> {
    library: WebSocketStream<S>,
    /// What comes after all that the library has: a frame.
    large: Option<Chain<Bytes, Bytes>>,
    /// Some of that was written, so that nothing may come between.
    begun: bool,
    /// One side has closed: a frame with bytes must not follow (RFC 6455 section 5.5.1).
    closing: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// A WebSocket whose handshake is done, of which `early` was read with it, and whose messages are
    /// at most `max` bytes long.
    pub(super) async fn new(stream: S, early: Bytes, max: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(WRITE_BUFFER)
            // What is collected, and one message; both are smaller than that.
            .max_write_buffer_size(2 * WRITE_BUFFER + max)
            .max_message_size(Some(max))
            .max_frame_size(Some(max));
        let early = early.into();
        Self {
            library: WebSocketStream::from_partially_read(
                stream,
                early,
                Role::Server,
                Some(config),
            )
            .await,
            large: None,
            begun: false,
            closing: false,
        }
    }

    fn poll_large(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let Some(large) = &mut self.large else {
            return Poll::Ready(Ok(()));
        };
        if !self.begun {
            ready!(self.library.poll_flush_unpin(context))?;
            self.begun = true;
        }
        let mut stream = Pin::new(self.library.get_mut());
        while large.has_remaining() {
            if ready!(poll_write_buf(stream.as_mut(), context, large))? == 0 {
                return Poll::Ready(Err(
                    std::io::Error::from(std::io::ErrorKind::WriteZero).into()
                ));
            }
        }
        self.large = None;
        self.begun = false;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for Socket<S> {
    type Item = Result<Message, Error>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Message, Error>>> {
        // The library answers pings and closings while it reads.
        if self.begun
            && let Err(error) = ready!(self.poll_large(context))
        {
            return Poll::Ready(Some(Err(error)));
        }
        let next = ready!(self.library.poll_next_unpin(context));
        if let Some(Ok(Message::Close(_))) = next {
            self.closing = true;
            self.large = None;
        }
        Poll::Ready(next)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Sink<Message> for Socket<S> {
    type Error = Error;

    fn poll_ready(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.poll_large(context))?;
        self.library.poll_ready_unpin(context)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
        self.closing |= matches!(message, Message::Close(_));
        match message {
            Message::Binary(payload) if payload.len() >= WRITE_BUFFER && !self.closing => {
                let header = FrameHeader {
                    opcode: OpCode::Data(Data::Binary),
                    ..FrameHeader::default()
                };
                let mut head = Vec::with_capacity(header.len(payload.len() as u64));
                header.format(payload.len() as u64, &mut head)?;
                self.large = Some(Bytes::from(head).chain(payload));
                Ok(())
            }
            message => self.library.start_send_unpin(message),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.poll_large(context))?;
        self.library.poll_flush_unpin(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        ready!(self.poll_large(context))?;
        self.library.poll_close_unpin(context)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::io::{DuplexStream, duplex};

    use super::*;

    /// The most bytes of a message that is read.
    const MAX: usize = 1024 * 1024;
    /// How much a connection takes that nobody reads from.
    const TAKES: usize = 4096;

    async fn pair() -> (Socket<DuplexStream>, WebSocketStream<DuplexStream>) {
        let (server, client) = duplex(TAKES);
        let client = WebSocketStream::from_raw_socket(client, Role::Client, None).await;
        (Socket::new(server, Bytes::new(), MAX).await, client)
    }

    fn binary(length: usize) -> Message {
        let bytes = (0..length).map(|at| (at % 251) as u8);
        Message::Binary(bytes.collect())
    }

    #[tokio::test]
    async fn messages_of_every_size_come_in_order() {
        let (mut server, mut client) = pair().await;
        let mut sent = Vec::new();
        for length in [
            0,
            1,
            125,
            126,
            WRITE_BUFFER - 1,
            WRITE_BUFFER,
            WRITE_BUFFER + 1,
            MAX,
        ] {
            sent.extend([binary(length), Message::text(length.to_string())]);
            sent.extend([binary(length), binary(length)]);
        }
        let send = async {
            for message in &sent {
                server.feed(message.clone()).await.unwrap();
            }
            server.flush().await.unwrap();
        };
        let receive = async {
            for message in &sent {
                let received = client.next().await.unwrap().unwrap();
                assert!(received == *message, "{}", message.len());
            }
        };
        tokio::join!(send, receive);
    }

    #[tokio::test]
    async fn nothing_comes_between_the_parts_of_a_frame() {
        let (mut server, mut client) = pair().await;
        let ping = Message::Ping(Bytes::from_static(b"here"));
        client.send(ping).await.unwrap();
        server.feed(binary(MAX)).await.unwrap();
        assert!(server.flush().now_or_never().is_none(), "it is not read");
        assert!(server.next().now_or_never().is_none(), "it must be written");
        // As where a bridge stops meanwhile.
        let leave = async move {
            server.send(Message::text("goodbye")).await.unwrap();
            while server.next().await.is_some() {}
            drop(server);
        };
        let receive = async {
            let mut next = async || client.next().await.unwrap().unwrap();
            assert!(next().await == binary(MAX));
            assert_eq!(next().await, Message::text("goodbye"));
            let pong = Message::Pong(Bytes::from_static(b"here"));
            assert_eq!(next().await, pong);
            client.close(None).await.unwrap();
            while client.next().await.is_some() {}
        };
        tokio::join!(leave, receive);
    }

    #[tokio::test]
    async fn no_bytes_follow_a_close() {
        let (mut server, mut client) = pair().await;
        client.close(None).await.unwrap();
        server.feed(binary(MAX)).await.unwrap();
        assert!(matches!(server.next().await, Some(Ok(Message::Close(_)))));
        assert!(server.feed(binary(MAX)).await.is_err());
        server.flush().await.unwrap();
        drop(server);
        assert!(matches!(client.next().await, Some(Ok(Message::Close(_)))));
        assert!(client.next().await.is_none());
    }

    #[tokio::test]
    async fn a_connection_that_is_gone_is_an_error() {
        let (mut server, client) = pair().await;
        drop(client);
        server.feed(binary(MAX)).await.unwrap();
        assert!(matches!(server.flush().await, Err(Error::Io(_))));
        // What cannot be written any more is no reason to wait.
        let next = server.next().now_or_never().unwrap();
        assert!(next.is_none_or(|message| message.is_err()));
    }
}
