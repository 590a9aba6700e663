//! `/metrics`: figures in the text format of Prometheus.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::connections::Client;
use crate::state::Bridge;

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Says that a request came through a proxy, whose own address tells nothing.
const FORWARDED: [HeaderName; 2] = [
    header::FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
];

/// Answers a program on this machine, or one that brings a token.
pub(super) async fn answer(
    State(bridge): State<Arc<Bridge>>,
    Extension(Client(client)): Extension<Client>,
    headers: HeaderMap,
) -> Response {
    if !is_local(client, &headers) && !is_known(&bridge, &headers) {
        let message = "from elsewhere, bring a token: Authorization: Bearer TOKEN\n";
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    ([(header::CONTENT_TYPE, TEXT)], text(&bridge)).into_response()
}

fn is_local(client: SocketAddr, headers: &HeaderMap) -> bool {
    let forwarded = FORWARDED.iter().any(|name| headers.contains_key(name));
    client.ip().to_canonical().is_loopback() && !forwarded
}

/// Whether a request brings the page's token, or the relay's.
fn is_known(bridge: &Bridge, headers: &HeaderMap) -> bool {
    let brought = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let relay = bridge.relay.as_ref();
    brought.is_some_and(|token| {
        bridge.token.is(token) || relay.is_some_and(|relay| relay.token().is(token))
    })
}

fn text(bridge: &Bridge) -> String {
    let registry = &bridge.registry;
    let mut text = String::new();
    let mut figure = |name: &str, kind: &str, help: &str, value: u64| {
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"
        );
    };
    figure(
        "sockscope_sessions",
        "gauge",
        "Sessions that are held.",
        registry.len() as u64,
    );
    figure(
        "sockscope_sessions_total",
        "counter",
        "Sessions that were begun.",
        registry.opened(),
    );
    if let Some(relay) = &bridge.relay {
        relay.write_figures(&mut text);
    }
    text
}
