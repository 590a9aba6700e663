//! HTTP: the page, the way into the WebSocket, and who may use either.

mod authority;
mod connections;
mod guard;
mod metrics;
mod page;
mod strangers;
mod upgrade;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use sockscope_protocol::WS_PATH;

use crate::relay;
use crate::state::Bridge;
use crate::wire;
pub use authority::{Authority, BadAuthority, Host, Origin};
pub(crate) use connections::{Room, Slot, serve_connections};
use guard::Guard;
pub(crate) use upgrade::{Refused, Upgrade};

/// Headers of every answer: nobody guesses types, learns addresses, or embeds what is served here.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Everything that is answered, for a bridge that listens on `port`.
pub(crate) fn router(
    bridge: Arc<Bridge>,
    port: u16,
    hosts: Vec<Authority>,
    origins: Vec<Origin>,
) -> Router {
    let guard = Arc::new(Guard::new(port, hosts, origins));
    let metrics = Router::new()
        .route("/metrics", get(metrics::answer))
        .with_state(Arc::clone(&bridge));
    let relay = bridge.relay.clone();
    let door = relay.map_or_else(Router::new, relay::routes);
    Router::new()
        .route(WS_PATH, any(wire::upgrade))
        .route("/healthz", get("ok"))
        .fallback(get(async |request: Request| {
            page::answer(request.uri(), request.headers())
        }))
        .with_state(bridge)
        .merge(metrics)
        .merge(door)
        .layer(middleware::from_fn_with_state(guard, check))
}

async fn check(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    /// For what is no page of ours.
    const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'");
    let (policy, mut response) = match guard.check(request.uri(), request.headers()) {
        Ok(host) => {
            let policy = page::content_security_policy(&host);
            (policy.unwrap_or(NOTHING), next.run(request).await)
        }
        Err((status, message)) => {
            tracing::info!(%status, "request refused: {message}");
            (NOTHING, (status, message + "\n").into_response())
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
