//! How a WebSocket ends.

use std::time::Duration;

use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use sockscope_protocol::{CloseCode, ServerMessage};
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode as Standard;
use tokio_tungstenite::tungstenite::{Error, Message};

/// How long the last words may take: writing them, and the client's closing in return.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(2);
/// How long the connection stays open after a message that was not read to its end. What the client
/// still sends makes the kernel reset the connection when it is closed, and the client shall have
/// read the close code by then.
const UNREAD: Duration = Duration::from_millis(500);
/// The longest reason of a close frame (RFC 6455 section 5.5: 125 bytes with the code).
const MAX_REASON: usize = 123;

/// Why the bridge closes a WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Farewell {
    pub(super) code: u16,
    pub(super) message: String,
}

/// How serving a WebSocket ends: with last words, or without because nobody is there to hear them.
pub(super) type LastWords = Option<Farewell>;

impl Farewell {
    pub(super) fn new(code: CloseCode, message: impl Into<String>) -> Self {
        Self {
            code: code.code(),
            message: message.into(),
        }
    }

    pub(super) fn stopping() -> Self {
        Self {
            code: Standard::Away.into(),
            message: "the bridge is stopping".to_owned(),
        }
    }

    /// What an error in reading a WebSocket deserves; nothing when the connection is lost.
    pub(super) fn for_error(error: Error, message_bytes: u32) -> LastWords {
        let (code, message) = match error {
            Error::Capacity(_) => (
                Standard::Size,
                format!("a message is longer than {message_bytes} bytes"),
            ),
            Error::Utf8(_) => (Standard::Invalid, "a text message is not UTF-8".to_owned()),
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => return None,
            Error::Protocol(error) => (Standard::Protocol, format!("not WebSocket: {error}")),
            _ => return None,
        };
        Some(Self {
            code: code.into(),
            message,
        })
    }

    /// Says why, closes, and waits a little for the client to close as well.
    pub(super) async fn say<S>(self, socket: &mut S)
    where
        S: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin,
    {
        let talk = async {
            let close = CloseFrame {
                code: self.code.into(),
                reason: shorten(&self.message).into(),
            };
            let goodbye = ServerMessage::Goodbye {
                message: self.message,
            };
            socket.feed(text(&goodbye)).await?;
            socket.send(Message::Close(Some(close))).await?;
            // After an error there is nothing more to read, whatever the client sent.
            let mut answered = false;
            while let Some(message) = socket.next().await {
                answered |= matches!(message?, Message::Close(_));
            }
            Ok::<_, Error>(answered)
        };
        if let Ok(Ok(false) | Err(_)) = tokio::time::timeout(LAST_WORDS, talk).await {
            tokio::time::sleep(UNREAD).await;
        }
    }
}

/// A control message as it travels.
pub(super) fn text(message: &ServerMessage) -> Message {
    // Maps with string keys and plain values cannot fail to become JSON.
    Message::text(serde_json::to_string(message).unwrap_or_default())
}

fn shorten(message: &str) -> &str {
    let mut end = message.len().min(MAX_REASON);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    &message[..end]
}

#[cfg(test)]
mod tests {
    use super::{MAX_REASON, shorten};

    #[test]
    fn reasons_are_cut_between_characters() {
        assert_eq!(shorten("short"), "short");
        let long = "长".repeat(100);
        assert!(shorten(&long).len() <= MAX_REASON);
        assert!(long.starts_with(shorten(&long)));
    }
}
