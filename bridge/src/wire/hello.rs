//! The first message: who is there, and which session is meant.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use sockscope_protocol::{
    ClientMessage, CloseCode, Hello, Seq, ServerMessage, VERSION, Welcome, parse_client_message,
};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use super::farewell::{Farewell, LastWords, text};
use super::socket::Socket;
use crate::session::{self, ViewGuard};
use crate::state::Bridge;

/// How long a client may take to say `hello`.
const HELLO: Duration = Duration::from_secs(10);

const NO_SUCH_EVENT: &str = "the session has no such event yet: it cannot be the one that is meant";

/// A client that was let in.
#[derive(Debug)]
pub(super) struct Accepted {
    pub(super) guard: ViewGuard,
    /// Whether it may make calls.
    pub(super) may_call: bool,
    /// The last event that it has.
    pub(super) after: Seq,
    /// The largest message.
    pub(super) message_bytes: u32,
    pub(super) calls_per_second: u32,
    /// It keeps what it sends.
    pub(super) keeps: bool,
}

/// Waits for `hello` and answers it.
pub(super) async fn greet(
    socket: &mut Socket<TcpStream>,
    bridge: &Bridge,
) -> Result<Accepted, LastWords> {
    let first = tokio::select! {
        biased;
        () = bridge.stop.cancelled() => return Err(Some(Farewell::stopping())),
        first = tokio::time::timeout(HELLO, first(socket, bridge)) => first,
    };
    let late = |_| {
        let message = format!("no hello came within {} seconds", HELLO.as_secs());
        Some(Farewell::new(CloseCode::HelloExpected, message))
    };
    let hello = first.map_err(late)??;
    let (accepted, welcome) = admit(&hello, bridge).map_err(Some)?;
    let welcome = socket.send(text(&ServerMessage::Welcome(welcome)));
    match tokio::time::timeout(HELLO, welcome).await {
        Ok(Ok(())) => Ok(accepted),
        _ => Err(None),
    }
}

async fn first(socket: &mut Socket<TcpStream>, bridge: &Bridge) -> Result<Hello, LastWords> {
    let unexpected = |message: String| Some(Farewell::new(CloseCode::HelloExpected, message));
    loop {
        match socket.next().await {
            None | Some(Ok(Message::Close(_))) => return Err(None),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Ok(Message::Binary(_))) => {
                return Err(unexpected("the first message must be hello".to_owned()));
            }
            Some(Ok(Message::Text(message))) => {
                return match parse_client_message(&message) {
                    Ok(ClientMessage::Hello(hello)) => Ok(hello),
                    Ok(_) => Err(unexpected("the first message must be hello".to_owned())),
                    Err(error) => Err(unexpected(format!(
                        "the first message is not hello: {error}"
                    ))),
                };
            }
            Some(Err(error)) => {
                let message_bytes = bridge.registry.settings().limits.message_bytes;
                return Err(Farewell::for_error(error, message_bytes));
            }
        }
    }
}

fn admit(hello: &Hello, bridge: &Bridge) -> Result<(Accepted, Welcome), Farewell> {
    if hello.version != VERSION {
        let message = format!(
            "this bridge speaks version {VERSION}, not {}",
            hello.version
        );
        return Err(Farewell::new(CloseCode::Version, message));
    }
    let gone = |message: &str| Farewell::new(CloseCode::SessionGone, message);
    let too_many = |error| Farewell::new(CloseCode::TooMany, format!("{error}"));
    let registry = &bridge.registry;
    let (session, resumed) = match (&hello.view, &hello.session) {
        (Some(key), _) => {
            let session = registry.view(key);
            (
                session.ok_or_else(|| gone("there is no such session to look at"))?,
                true,
            )
        }
        (None, _) if !bridge.token.is(&hello.token) => {
            let message = "the token is missing or wrong: use the URL that the bridge printed";
            return Err(Farewell::new(CloseCode::Unauthorized, message));
        }
        (None, Some(key)) => {
            let session = registry.resume(key);
            (
                session.ok_or_else(|| gone("the session is not held any more"))?,
                true,
            )
        }
        (None, None) if hello.after > Seq(0) => return Err(gone(NO_SUCH_EVENT)),
        (None, None) => (registry.open().map_err(too_many)?, false),
    };
    let may_call = hello.view.is_none();
    let guard = if may_call {
        session.attach()
    } else {
        session.attach_onlooker()
    };
    let guard = guard.map_err(too_many)?;
    let last = session.log().last();
    if hello.after > last {
        return Err(gone(NO_SUCH_EVENT));
    }
    if may_call {
        // It may have got them as somebody who only looks, and no batch will say so.
        session.log().tell(hello.after);
    }
    let settings = registry.settings();
    tracing::Span::current().record("session", session.number());
    tracing::info!(
        resumed,
        may_call,
        after = hello.after.0,
        "a client is let in"
    );
    let welcome = Welcome {
        version: VERSION,
        bridge: env!("CARGO_PKG_VERSION").to_owned(),
        session: may_call.then(|| session.key().clone()),
        view: Some(session.view_key().clone()),
        resumed,
        last,
        epoch_us: session.epoch_us(),
        policy: settings.policy.describe(),
        limits: settings.limits.clone(),
        platform: session::platform(),
        relay: bridge.relay.is_some(),
    };
    let accepted = Accepted {
        guard,
        may_call,
        after: hello.after,
        message_bytes: settings.limits.message_bytes,
        calls_per_second: settings.limits.calls_per_second,
        keeps: hello.keeps,
    };
    Ok((accepted, welcome))
}
