//! From a request to the connection of a WebSocket (RFC 6455 section 4.2).

use std::io;

use axum::extract::FromRequestParts;
use axum::http::header::{
    CONNECTION, HeaderMap, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// The version of the WebSocket protocol.
const VERSION: &str = "13";

/// Why there will be no WebSocket.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused(pub(crate) StatusCode, pub(crate) &'static str);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(status, message) = self;
        let mut answer = (status, message).into_response();
        if status == StatusCode::UPGRADE_REQUIRED {
            // To what (RFC 9110 section 15.5.22, RFC 6455 section 4.4).
            answer.headers_mut().extend([
                (CONNECTION, HeaderValue::from_static("upgrade")),
                (UPGRADE, HeaderValue::from_static("websocket")),
                (SEC_WEBSOCKET_VERSION, HeaderValue::from_static(VERSION)),
            ]);
        }
        answer
    }
}

/// A request for a WebSocket.
#[derive(Debug)]
pub(crate) struct Upgrade {
    /// The answer to the request's key.
    accept: HeaderValue,
    headers: HeaderMap,
    connection: Pending,
}

/// A connection that leaves HTTP once the request is answered.
#[derive(Debug)]
pub(crate) struct Pending(OnUpgrade);

impl<S: Sync> FromRequestParts<S> for Upgrade {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let accept = check(&parts.method, &parts.headers)?;
        let connection = parts.extensions.remove::<OnUpgrade>();
        let connection = connection.ok_or(Refused(
            StatusCode::UPGRADE_REQUIRED,
            "this connection cannot be upgraded\n",
        ))?;
        Ok(Self {
            accept,
            headers: parts.headers.clone(),
            connection: Pending(connection),
        })
    }
}

impl Upgrade {
    /// The subprotocols that the client offers, the one it likes most first.
    pub(crate) fn offered(&self) -> impl Iterator<Item = &str> {
        self.headers
            .get_all(SEC_WEBSOCKET_PROTOCOL)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|protocol| !protocol.is_empty())
    }

    /// The answer that lets the client in, and the connection that will be its WebSocket.
    pub(crate) fn accept(self, protocol: Option<HeaderValue>) -> (Response, Pending) {
        let mut answer = [
            (CONNECTION, HeaderValue::from_static("upgrade")),
            (UPGRADE, HeaderValue::from_static("websocket")),
            (SEC_WEBSOCKET_ACCEPT, self.accept),
        ]
        .into_iter()
        .collect::<HeaderMap>();
        if let Some(protocol) = protocol {
            answer.insert(SEC_WEBSOCKET_PROTOCOL, protocol);
        }
        let answer = (StatusCode::SWITCHING_PROTOCOLS, answer).into_response();
        (answer, self.connection)
    }
}

impl Pending {
    /// Waits until the answer is sent; returns the connection, and what was read of it already.
    pub(crate) async fn take(self) -> io::Result<(TcpStream, Bytes)> {
        let upgraded = self.0.await.map_err(io::Error::other)?;
        let parts = upgraded
            .downcast::<TokioIo<TcpStream>>()
            .map_err(|_| io::Error::other("it is not a TCP connection"))?;
        Ok((parts.io.into_inner(), parts.read_buf))
    }
}

/// Looks whether a request asks for a WebSocket; returns the answer to its key.
fn check(method: &Method, headers: &HeaderMap) -> Result<HeaderValue, Refused> {
    let lists = |name: &HeaderName, wanted: &str| {
        headers.get_all(name).iter().any(|value| {
            let text = value.to_str().unwrap_or_default();
            text.split(',')
                .any(|part| part.trim().eq_ignore_ascii_case(wanted))
        })
    };
    let refused = |status, message| Err(Refused(status, message));
    if method != Method::GET || !lists(&CONNECTION, "upgrade") || !lists(&UPGRADE, "websocket") {
        let message = "this is a door for WebSockets: ask for an upgrade\n";
        return refused(StatusCode::UPGRADE_REQUIRED, message);
    }
    let no_key = refused(StatusCode::BAD_REQUEST, "there is no Sec-WebSocket-Key\n");
    let Some(key) = headers.get(SEC_WEBSOCKET_KEY) else {
        return no_key;
    };
    if !lists(&SEC_WEBSOCKET_VERSION, VERSION) {
        let message = "version 13 of the WebSocket protocol is spoken here\n";
        return refused(StatusCode::UPGRADE_REQUIRED, message);
    }
    // base64 is always a header's value.
    HeaderValue::try_from(derive_accept_key(key.as_bytes())).or(no_key)
}
