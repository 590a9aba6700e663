//! crates.io's client of Wisp, the crate `wisp-mux`.

use async_trait::async_trait;
use futures_util::future::join_all;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::tungstenite::Message;
use wisp_mux::ws::{Frame, LockedWebSocketWrite, OpCode, WebSocketRead, WebSocketWrite};
use wisp_mux::{ClientMux, CloseReason, MuxStream, StreamType, WispError};

use crate::client::{RelayBridge, Socket, handshake, pattern};
use crate::common::peer::Peer;
use crate::common::soon;

struct Reading(SplitStream<Socket>);

struct Writing(SplitSink<Socket, Message>);

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> WispError {
    WispError::WsImplError(Box::new(error))
}

#[async_trait]
impl WebSocketRead for Reading {
    async fn wisp_read_frame(
        &mut self,
        _: &LockedWebSocketWrite,
    ) -> Result<Frame<'static>, WispError> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Binary(bytes))) => {
                    return Ok(Frame::binary(bytes::BytesMut::from(bytes).into()));
                }
                Some(Ok(Message::Close(_))) | None => return Err(WispError::WsImplSocketClosed),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(failed(error)),
            }
        }
    }
}

#[async_trait]
impl WebSocketWrite for Writing {
    async fn wisp_write_frame(&mut self, frame: Frame<'_>) -> Result<(), WispError> {
        assert_eq!(frame.opcode, OpCode::Binary);
        let message = Message::binary(frame.payload.to_vec());
        self.0.send(message).await.map_err(failed)
    }

    async fn wisp_close(&mut self) -> Result<(), WispError> {
        self.0.close().await.map_err(failed)
    }
}

async fn open(mux: &ClientMux, host: &str, port: u16) -> MuxStream {
    mux.client_new_stream(StreamType::Tcp, host.to_owned(), port)
        .await
        .unwrap()
}

/// Sends all, in parts, and reads until it came back.
async fn echo(stream: MuxStream, bytes: &[u8], part: usize) {
    let (reading, writing) = stream.into_split();
    let write = async {
        for part in bytes.chunks(part) {
            writing.write(part).await.unwrap();
        }
    };
    let read = async {
        let mut back = Vec::new();
        while back.len() < bytes.len() {
            back.extend_from_slice(&reading.read().await.unwrap());
        }
        back
    };
    let ((), back) = soon("an echo", futures_util::future::join(write, read)).await;
    assert!(back == bytes);
    writing.close(CloseReason::Voluntary).await.unwrap();
}

#[tokio::test]
async fn the_crate_wisp_mux_is_served() {
    let bridge = RelayBridge::start().await;
    let peer = Peer::echo().await;
    let socket = handshake(bridge.address, &bridge.wisp_path(), &[])
        .await
        .unwrap();
    let (writing, reading) = socket.split();
    // Its second version is that of an earlier draft.
    let made = ClientMux::create(Reading(reading), Writing(writing), None).await;
    let (mux, serving) = made.unwrap().with_no_required_extensions();
    let serving = tokio::spawn(serving);
    let bytes = pattern(1 << 20);
    let port = peer.address.port();
    join_all([1_000, 20_000, 200_000].map(async |part| {
        echo(open(&mux, "localhost", port).await, &bytes, part).await;
    }))
    .await;

    let refused = open(&mux, "10.0.0.7", 80).await;
    assert!(soon("a refusal", refused.read()).await.is_none());
    let (reading, _) = refused.into_split();
    let reason = reading.get_close_reason();
    assert_eq!(reason, Some(CloseReason::ServerStreamBlockedAddress));
    mux.close().await.unwrap();
    soon("the client to end", serving).await.unwrap().unwrap();
}
