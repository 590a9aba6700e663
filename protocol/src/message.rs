use serde::Serialize;

use crate::names::names;
use crate::read::{Json, Read as _};
use crate::{Call, CallId, Event, Limits, Relay, Seq, SessionKey, ViewKey};

/// What a client says in a text message. Calls with bytes are binary messages.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ClientMessage {
    /// The first message.
    Hello(Hello),
    /// Make a call.
    Call {
        /// Its number.
        call: CallId,
        /// The call.
        request: Call,
    },
    /// End the wait of a pending call.
    Cancel {
        /// Which.
        call: CallId,
    },
    /// Let a `stream` go on.
    Credit {
        /// The `stream` call.
        call: CallId,
        /// How many bytes of binary messages the client is ready to take since the `stream` began.
        /// A sum, not an addition: it may be said again after a reconnect, and never goes down.
        total: u64,
    },
    /// Ask for a `pong`, to measure the way to the bridge.
    Ping {
        /// Comes back unchanged.
        nonce: u64,
    },
    /// Begin or cease to tell of the relay's streams.
    WatchRelay {
        /// Whether to tell.
        on: bool,
    },
    /// End the session: its sockets are closed and its log is forgotten.
    End,
}

/// The first message on a WebSocket.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hello {
    /// The version that the client speaks.
    pub version: u32,
    /// The token from the URL's fragment.
    pub token: String,
    /// The session to come back to; none begins a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionKey>,
    /// Instead of `session`: the session to follow without making calls. It replaces the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<ViewKey>,
    /// The last event that the client has; 0 for the whole log.
    pub after: Seq,
    /// The client keeps what it sends until the call returns, and need not get it back.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keeps: bool,
}

/// What the bridge says in a text message. Events with bytes are binary messages.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ServerMessage {
    /// The answer to `hello`.
    Welcome(Welcome),
    /// An entry of the log.
    Event(Event),
    /// The log does not hold these events any more.
    Truncated {
        /// The first that is missing.
        first: Seq,
        /// The last that is missing.
        last: Seq,
    },
    /// A call was not made and is not in the log. Its number is still free.
    Rejected {
        /// The call's number.
        call: CallId,
        /// Why, for programs.
        reason: RejectReason,
        /// Why, for people.
        message: String,
    },
    /// A call with this number was made before; this one was not made.
    Duplicate {
        /// The number.
        call: CallId,
    },
    /// The answer to `ping`.
    Pong {
        /// What `ping` brought.
        nonce: u64,
    },
    /// The relay's streams, about once a second after `watch_relay`.
    Relay(Relay),
    /// A message could not be understood and was passed over.
    Error {
        /// What is wrong with it.
        message: String,
    },
    /// The bridge is about to close the WebSocket.
    Goodbye {
        /// Why, for people.
        message: String,
    },
}

/// Why a call was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectReason {
    /// The message could not be understood: an unknown call, a missing or wrong argument.
    Malformed,
    /// The session has no open socket of that number.
    NoSuchSocket,
    /// `sockets` are open.
    Sockets,
    /// `pending_calls` wait.
    PendingCalls,
    /// `pending_bytes` wait.
    PendingBytes,
    /// `calls_per_second` is passed.
    CallRate,
    /// The numbers of the calls are scattered too widely to be remembered.
    CallNumbers,
    /// This WebSocket may only look.
    ViewOnly,
}

names! {
    RejectReason "reason" {
        Malformed = "malformed",
        NoSuchSocket = "no_such_socket",
        Sockets = "sockets",
        PendingCalls = "pending_calls",
        PendingBytes = "pending_bytes",
        CallRate = "call_rate",
        CallNumbers = "call_numbers",
        ViewOnly = "view_only",
    }
}

/// The answer to `hello`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Welcome {
    /// The version spoken from here on.
    pub version: u32,
    /// The bridge's release.
    pub bridge: String,
    /// The secret to come back with; none for one that only looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionKey>,
    /// The secret to hand to somebody who shall only look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<ViewKey>,
    /// Whether an existing session was taken up.
    pub resumed: bool,
    /// The last event in the log at this moment: once the client has it, it is up to date.
    pub last: Seq,
    /// The wall-clock time of the session's microsecond 0, in microseconds since 1970-01-01 UTC.
    pub epoch_us: u64,
    /// What this session may reach and bind.
    pub policy: Policy,
    /// What it may use.
    pub limits: Limits,
    /// What the bridge's operating system can show.
    pub platform: Platform,
    /// Whether the bridge has its relay open, whose streams can be watched.
    pub relay: bool,
}

/// What a session may reach and bind, in the words of the flags `--allow-connect` and `--allow-bind`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Policy {
    /// What `connect` and `sendto` may reach.
    pub connect: Vec<String>,
    /// What `bind` may take.
    pub bind: Vec<String>,
}

/// What the bridge's operating system can show.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Platform {
    /// Its name: `linux`, `macos`, `windows`.
    pub os: String,
    /// Whether `recv_queue` and `send_queue` are observed.
    pub queues: bool,
    /// Whether the state, the accept queue and `tcp` are observed.
    pub tcp_info: bool,
    /// Whether connections are observed after `closed`.
    pub after_close: bool,
}

/// A text message that is not a [`ClientMessage`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Malformed {
    /// The call's number, where the message was a call and had one: it is rejected by name.
    pub call: Option<CallId>,
    /// What is wrong.
    pub message: String,
}

/// How much of what is wrong is told: a parser may quote the message, which may be long.
const MAX_MALFORMED: usize = 400;

/// What is wrong, fit to be told and to be written into a log: short, and on one line.
fn legible(message: &str) -> String {
    message
        .chars()
        .take(MAX_MALFORMED)
        .map(|letter| match letter {
            letter if letter.is_control() => char::REPLACEMENT_CHARACTER,
            letter => letter,
        })
        .collect()
}

/// Reads a text message of the bridge.
///
/// # Errors
/// [`Malformed`] when it is not JSON, of no known kind, or lacks something.
pub fn parse_server_message(text: &str) -> Result<ServerMessage, Malformed> {
    let read = Json::parse(text).and_then(|json| ServerMessage::read(&json));
    read.map_err(|wrong| Malformed {
        call: None,
        message: legible(&wrong.to_string()),
    })
}

/// Reads a text message of a client.
///
/// # Errors
/// [`Malformed`] when it is not JSON, of no known kind, or lacks something.
pub fn parse_client_message(text: &str) -> Result<ClientMessage, Malformed> {
    let malformed = |call, message: String| Malformed { call, message };
    let json = Json::parse(text).map_err(|wrong| malformed(None, legible(&wrong.to_string())))?;
    let message = ClientMessage::read(&json).map_err(|wrong| {
        let kind = json.get("kind").and_then(|kind| kind.text().ok());
        let call = json.get("call").filter(|_| kind == Some("call"));
        malformed(
            call.and_then(|call| CallId::read(call).ok()),
            legible(&wrong.to_string()),
        )
    })?;
    match message {
        ClientMessage::Call {
            call,
            request: request @ (Call::Send { .. } | Call::SendAll { .. } | Call::SendTo { .. }),
        } => Err(malformed(
            Some(call),
            format!(
                "{} carries bytes: make it with a binary message",
                request.name()
            ),
        )),
        message => Ok(message),
    }
}
