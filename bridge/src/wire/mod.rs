//! The WebSocket: messages of the protocol on one side, a session on the other.
//!
//! One task serves one WebSocket, and does one thing at a time: it reads a message, or writes a piece
//! of the log. So a client that does not read is not read from either, and nothing queues up here:
//! what waits to be sent is the log, which is bounded, and what waits to be read is in the kernel.

mod budget;
mod farewell;
mod hello;
mod socket;
#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use futures_util::SinkExt as _;
use sockscope_protocol::SUBPROTOCOL;
use tokio::net::TcpStream;
use tracing::Instrument as _;
use tracing::field::Empty;

use crate::http::{Slot, Upgrade};
use crate::state::Bridge;
use socket::Socket;
use view::View;

/// Answers a request for [`WS_PATH`](sockscope_protocol::WS_PATH).
pub(crate) async fn upgrade(
    State(bridge): State<Arc<Bridge>>,
    Extension(slot): Extension<Slot>,
    upgrade: Upgrade,
) -> Response {
    if !upgrade.offered().any(|protocol| protocol == SUBPROTOCOL) {
        let message = format!("offer the WebSocket subprotocol {SUBPROTOCOL}\n");
        return (StatusCode::BAD_REQUEST, message).into_response();
    }
    let protocol = HeaderValue::from_static(SUBPROTOCOL);
    let (answer, connection) = upgrade.accept(Some(protocol));
    let span = tracing::info_span!("view", number = bridge.number(), session = Empty);
    let tasks = bridge.tasks.clone();
    let serve = async move {
        match connection.take().await {
            Ok((stream, early)) => {
                let message_bytes = bridge.registry.settings().limits.message_bytes;
                let max = usize::try_from(message_bytes).unwrap_or(usize::MAX);
                let socket = Socket::new(stream, early, max).await;
                follow(&bridge, socket, &slot).await;
            }
            Err(error) => tracing::debug!("no WebSocket after all: {error}"),
        }
    };
    tasks.spawn(serve.instrument(span));
    answer
}

async fn follow(bridge: &Bridge, mut socket: Socket<TcpStream>, slot: &Slot) {
    let last_words = match hello::greet(&mut socket, bridge).await {
        Ok(accepted) => {
            slot.let_in();
            View::new(
                &mut socket,
                accepted,
                bridge.relay.clone(),
                bridge.stop.clone(),
            )
            .run()
            .await
        }
        Err(last_words) => last_words,
    };
    match last_words {
        Some(farewell) => {
            tracing::info!(code = farewell.code, "closing: {}", farewell.message);
            farewell.say(&mut socket).await;
        }
        None => {
            // A client that closed is owed a close frame (RFC 6455 section 5.5.1).
            let _ = tokio::time::timeout(farewell::LAST_WORDS, socket.flush()).await;
            tracing::info!("the client is gone");
        }
    }
}
