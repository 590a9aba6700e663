//! The way in: from a request of HTTP to a WebSocket.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::header::{
    CONNECTION, HeaderMap, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderName, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::Relay;
use super::connection::{Newcomer, Place, Purpose};
use super::wisp::{Authentication, Transport};
use crate::http::Slot;

/// What a client of Wisp 2 asks for.
const WISP2: &str = "wisp-v2";
/// What wsproxy clients ask for.
const BINARY: &str = "binary";

/// Why there will be no WebSocket.
type Refused = (StatusCode, &'static str);

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
    request: Request,
) -> Response {
    let purpose = admit(&relay, &token).map(|()| {
        if request.headers().contains_key(SEC_WEBSOCKET_PROTOCOL) {
            Purpose::Wisp2(Authentication::Path)
        } else {
            Purpose::Wisp
        }
    });
    upgrade(&relay, purpose, WISP2, request)
}

async fn wisp_with_password(State(relay): State<Arc<Relay>>, request: Request) -> Response {
    let purpose = if request.headers().contains_key(SEC_WEBSOCKET_PROTOCOL) {
        Ok(Purpose::Wisp2(Authentication::Password))
    } else {
        Err((
            StatusCode::FORBIDDEN,
            "Wisp 1 needs the relay's token in the path: /wisp/TOKEN/\n",
        ))
    };
    upgrade(&relay, purpose, WISP2, request)
}

async fn wsproxy(
    State(relay): State<Arc<Relay>>,
    Path((token, target)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let purpose = admit(&relay, &token).and_then(|()| target_of(&target, query.as_deref()));
    upgrade(&relay, purpose, BINARY, request)
}

fn admit(relay: &Relay, token: &str) -> Result<(), Refused> {
    if relay.shared.token.is(token) {
        return Ok(());
    }
    tracing::info!("relay: a client came without the right token");
    Err((
        StatusCode::FORBIDDEN,
        "the token in the path is not the relay's: use the URL that the bridge printed on stderr\n",
    ))
}

/// `host:port`, and with `?udp` datagrams.
fn target_of(target: &str, query: Option<&str>) -> Result<Purpose, Refused> {
    let bad = (
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

/// Answers the handshake (RFC 6455 section 4.2), and hands the connection over.
fn upgrade(
    relay: &Arc<Relay>,
    purpose: Result<Purpose, Refused>,
    preferred: &str,
    mut request: Request,
) -> Response {
    let checked = purpose.and_then(|purpose| {
        let accept = handshake(&request)?;
        let permit = Arc::clone(&relay.websockets).try_acquire_owned();
        let permit = permit.map_err(|_| {
            let message = "the relay has as many WebSockets as it may have (--relay-websockets)\n";
            (StatusCode::SERVICE_UNAVAILABLE, message)
        })?;
        let extensions = request.extensions_mut();
        match (
            extensions.remove::<OnUpgrade>(),
            extensions.remove::<Slot>(),
        ) {
            (Some(upgrade), Some(slot)) => {
                // The path had the token, unless a password will have it.
                if !matches!(purpose, Purpose::Wisp2(Authentication::Password)) {
                    slot.let_in();
                }
                Ok((purpose, accept, upgrade, Place { slot, permit }))
            }
            _ => Err((
                StatusCode::UPGRADE_REQUIRED,
                "this connection cannot be upgraded\n",
            )),
        }
    });
    let (purpose, accept, upgrade, place) = match checked {
        Ok(checked) => checked,
        Err(refused) => return refused.into_response(),
    };
    let relay = Arc::clone(relay);
    let number = relay.number();
    let span = tracing::info_span!("relay", number);
    relay.tasks.clone().spawn(async move {
        let upgraded = match upgrade.await {
            Ok(upgraded) => upgraded,
            Err(error) => return tracing::debug!("relay: no WebSocket after all: {error}"),
        };
        match newcomer(upgraded, purpose, (number, span), place) {
            Ok(newcomer) => relay.serve(newcomer),
            Err(error) => tracing::warn!("relay: cannot take over a connection: {error}"),
        }
    });
    let mut answer = [
        (CONNECTION, HeaderValue::from_static("upgrade")),
        (UPGRADE, HeaderValue::from_static("websocket")),
        (SEC_WEBSOCKET_ACCEPT, accept),
    ]
    .into_iter()
    .collect::<HeaderMap>();
    if let Some(protocol) = choose(request.headers(), preferred) {
        answer.insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    (StatusCode::SWITCHING_PROTOCOLS, answer).into_response()
}

/// Looks whether a request asks for a WebSocket; returns the answer to its key.
fn handshake(request: &Request) -> Result<HeaderValue, Refused> {
    let headers = request.headers();
    let lists = |name: &HeaderName, wanted: &str| {
        headers.get_all(name).iter().any(|value| {
            let text = value.to_str().unwrap_or_default();
            text.split(',')
                .any(|part| part.trim().eq_ignore_ascii_case(wanted))
        })
    };
    let asks = request.method() == Method::GET
        && lists(&CONNECTION, "upgrade")
        && lists(&UPGRADE, "websocket");
    if !asks {
        let message = "this is a door for WebSockets: ask for an upgrade\n";
        return Err((StatusCode::UPGRADE_REQUIRED, message));
    }
    if !lists(&SEC_WEBSOCKET_VERSION, "13") {
        let message = "version 13 of the WebSocket protocol is spoken here\n";
        return Err((StatusCode::BAD_REQUEST, message));
    }
    headers
        .get(SEC_WEBSOCKET_KEY)
        .map(|key| derive_accept_key(key.as_bytes()))
        .and_then(|accept| HeaderValue::try_from(accept).ok())
        .ok_or((StatusCode::BAD_REQUEST, "there is no Sec-WebSocket-Key\n"))
}

/// Which of the offered subprotocols is spoken: browsers want one of theirs.
fn choose(headers: &HeaderMap, preferred: &str) -> Option<HeaderValue> {
    let offered = headers
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim);
    let mut first = None;
    for protocol in offered.filter(|protocol| !protocol.is_empty()) {
        if protocol == preferred {
            return HeaderValue::from_str(protocol).ok();
        }
        first = first.or(Some(protocol));
    }
    HeaderValue::from_str(first?).ok()
}

/// Takes the connection out of the hands of HTTP and of the runtime.
fn newcomer(
    upgraded: Upgraded,
    purpose: Purpose,
    (number, span): (u64, tracing::Span),
    place: Place,
) -> std::io::Result<Newcomer> {
    let parts = upgraded
        .downcast::<TokioIo<TcpStream>>()
        .map_err(|_| std::io::Error::other("it is not a TCP connection"))?;
    let socket = parts.io.into_inner();
    let peer = socket.peer_addr()?;
    tracing::info!(parent: &span, %peer, "a client is let in");
    Ok(Newcomer {
        socket: socket.into_std()?,
        early: parts.read_buf,
        purpose,
        number,
        span,
        place,
    })
}
