//! The WebSocket: messages of the protocol on one side, a session on the other.
//!
//! One task serves one WebSocket, and does one thing at a time: it reads a message, or writes a piece
//! of the log. So a client that does not read is not read from either, and nothing queues up here:
//! what waits to be sent is the log, which is bounded, and what waits to be read is in the kernel.

mod budget;
mod farewell;
mod hello;
#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;

use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use sockscope_protocol::{HEADER_LEN, SUBPROTOCOL};
use tracing::Instrument as _;
use tracing::field::Empty;

use crate::http::Slot;
use crate::state::Bridge;
use view::View;

/// How much is read from a WebSocket's TCP connection at once. There may be hundreds of WebSockets.
const READ_BUFFER: usize = 32 * 1024;
/// How much is written to a WebSocket's TCP connection at once.
const WRITE_BUFFER: usize = 64 * 1024;

/// Answers a request for [`WS_PATH`](sockscope_protocol::WS_PATH).
pub(crate) async fn upgrade(
    State(bridge): State<Arc<Bridge>>,
    Extension(slot): Extension<Slot>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let message_bytes = bridge.registry.settings().limits.message_bytes;
    let max = usize::try_from(message_bytes).unwrap_or(usize::MAX);
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(max)
        .max_frame_size(max)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        // The library writes before it takes the next message, so that what is buffered and one
        // message is the most; a `received` event may be a header larger than the largest `recv`.
        .max_write_buffer_size(2 * WRITE_BUFFER + HEADER_LEN + max);
    if upgrade.selected_protocol().is_none() {
        let message = format!("offer the WebSocket subprotocol {SUBPROTOCOL}\n");
        return (StatusCode::BAD_REQUEST, message).into_response();
    }
    let span = tracing::info_span!("view", number = bridge.number(), session = Empty);
    let task = bridge.tasks.token();
    upgrade.on_upgrade(async move |socket| {
        follow(bridge, socket, &slot).instrument(span).await;
        drop((slot, task));
    })
}

async fn follow(bridge: Arc<Bridge>, mut socket: WebSocket, slot: &Slot) {
    let last_words = match hello::greet(&mut socket, &bridge).await {
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
        None => tracing::info!("the client is gone"),
    }
}
