//! The way in: from a request of HTTP to a WebSocket.

use std::io;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderMap, HeaderValue, SEC_WEBSOCKET_PROTOCOL};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use axum::{Extension, Router};
use bytes::Bytes;
use tokio::net::TcpStream;

use super::Relay;
use super::connection::{Newcomer, Place, Purpose};
use super::wisp::{Authentication, Transport};
use crate::http::{Refused, Slot, Upgrade};

/// What a client of Wisp 2 asks for.
const WISP2: &str = "wisp-v2";
/// What wsproxy clients ask for.
const BINARY: &str = "binary";

/// A request for a WebSocket, or why it is none.
type Asked = Result<Upgrade, Refused>;

/// The routes of this door.
pub(crate) fn routes(relay: Arc<Relay>) -> Router {
    Router::new()
        .route("/wisp/", any(wisp_with_password))
        .route("/wisp/{token}", any(wisp))
        .route("/wisp/{token}/", any(wisp))
        .route("/wsproxy/{token}/{target}", any(wsproxy))
        .with_state(relay)
}

async fn wisp(
    State(relay): State<Arc<Relay>>,
    Path(token): Path<String>,
    Extension(slot): Extension<Slot>,
    headers: HeaderMap,
    upgrade: Asked,
) -> Response {
    let purpose = admit(&relay, &token).map(|()| {
        if headers.contains_key(SEC_WEBSOCKET_PROTOCOL) {
            Purpose::Wisp2(Authentication::Path)
        } else {
            Purpose::Wisp
        }
    });
    open(&relay, purpose, WISP2, (upgrade, slot))
}

async fn wisp_with_password(
    State(relay): State<Arc<Relay>>,
    Extension(slot): Extension<Slot>,
    headers: HeaderMap,
    upgrade: Asked,
) -> Response {
    let purpose = if headers.contains_key(SEC_WEBSOCKET_PROTOCOL) {
        Ok(Purpose::Wisp2(Authentication::Password))
    } else {
        Err(Refused(
            StatusCode::FORBIDDEN,
            "Wisp 1 needs the relay's token in the path: /wisp/TOKEN/\n",
        ))
    };
    open(&relay, purpose, WISP2, (upgrade, slot))
}

async fn wsproxy(
    State(relay): State<Arc<Relay>>,
    Path((token, target)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    Extension(slot): Extension<Slot>,
    upgrade: Asked,
) -> Response {
    let purpose = admit(&relay, &token).and_then(|()| target_of(&target, query.as_deref()));
    open(&relay, purpose, BINARY, (upgrade, slot))
}

fn admit(relay: &Relay, token: &str) -> Result<(), Refused> {
    if relay.shared.token.is(token) {
        return Ok(());
    }
    tracing::info!("relay: a client came without the right token");
    Err(Refused(
        StatusCode::FORBIDDEN,
        "the token in the path is not the relay's: use the URL that the bridge printed on stderr\n",
    ))
}

/// `host:port`, and with `?udp` datagrams.
fn target_of(target: &str, query: Option<&str>) -> Result<Purpose, Refused> {
    let bad = Refused(
        StatusCode::BAD_REQUEST,
        "the path must end with host:port, as /wsproxy/TOKEN/localhost:5900\n",
    );
    let (host, port) = target.rsplit_once(':').ok_or(bad)?;
    let port = port.parse().map_err(|_| bad)?;
    if host.is_empty() || port == 0 {
        return Err(bad);
    }
    let udp = query.is_some_and(|query| {
        query
            .split('&')
            .any(|part| part.split('=').next() == Some("udp"))
    });
    Ok(Purpose::Plain {
        transport: if udp { Transport::Udp } else { Transport::Tcp },
        host: host.to_owned(),
        port,
    })
}

/// Lets a client in, and hands its connection over.
fn open(
    relay: &Arc<Relay>,
    purpose: Result<Purpose, Refused>,
    preferred: &str,
    (upgrade, slot): (Asked, Slot),
) -> Response {
    let checked = purpose.and_then(|purpose| {
        let upgrade = upgrade?;
        let permit = Arc::clone(&relay.websockets).try_acquire_owned();
        let permit = permit.map_err(|_| {
            let message = "the relay has as many WebSockets as it may have (--relay-websockets)\n";
            Refused(StatusCode::SERVICE_UNAVAILABLE, message)
        })?;
        // The path had the token, unless a password will have it.
        if !matches!(purpose, Purpose::Wisp2(Authentication::Password)) {
            slot.let_in();
        }
        Ok((purpose, upgrade, Place { slot, permit }))
    });
    let (purpose, upgrade, place) = match checked {
        Ok(checked) => checked,
        Err(refused) => return refused.into_response(),
    };
    let relay = Arc::clone(relay);
    let number = relay.number();
    let span = tracing::info_span!("relay", number);
    let protocol = choose(&upgrade, preferred);
    let (answer, connection) = upgrade.accept(protocol);
    relay.tasks.clone().spawn(async move {
        let (socket, early) = match connection.take().await {
            Ok(taken) => taken,
            Err(error) => return tracing::debug!("relay: no WebSocket after all: {error}"),
        };
        match newcomer((socket, early), purpose, (number, span), place) {
            Ok(newcomer) => relay.serve(newcomer),
            Err(error) => tracing::warn!("relay: cannot take over a connection: {error}"),
        }
    });
    answer
}

/// Which of the offered subprotocols is spoken: browsers want one of theirs.
fn choose(upgrade: &Upgrade, preferred: &str) -> Option<HeaderValue> {
    let chosen = upgrade.offered().find(|protocol| *protocol == preferred);
    HeaderValue::from_str(chosen.or(upgrade.offered().next())?).ok()
}

/// Takes a connection out of the hands of the runtime.
fn newcomer(
    (socket, early): (TcpStream, Bytes),
    purpose: Purpose,
    (number, span): (u64, tracing::Span),
    place: Place,
) -> io::Result<Newcomer> {
    let peer = socket.peer_addr()?;
    tracing::info!(parent: &span, %peer, "a client is let in");
    Ok(Newcomer {
        socket: socket.into_std()?,
        early,
        purpose,
        number,
        span,
        place,
    })
}
