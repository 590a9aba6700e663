//! TCP connections from clients: how many, and how long they may take to say what they want.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::strangers::{Stay, Strangers};

/// How long a client may take for the head of a request, and how long a connection may idle between
/// two. A client that sends a byte now and then to hold a place loses it.
const REQUEST_HEAD: Duration = Duration::from_secs(10);
/// The most a request's head may take: no browser comes near, and it is all that is read of a
/// request.
const REQUEST_HEAD_BYTES: usize = 16 * 1024;
/// Connections that are ending while others have taken their place: who made room for another, who is
/// taking leave.
const ENDING: usize = 16;
/// How long to wait after `accept` failed for a reason that passes (EMFILE, ENOBUFS).
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// How many connections there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// Of clients that have shown a token.
    pub(crate) known: usize,
    /// Of others: requests for the page, clients that have not said `hello`.
    pub(crate) strangers: usize,
}

/// A client's place among the connections. Lives as long as the last part of the connection.
#[derive(Debug, Clone)]
pub(crate) struct Slot(Arc<Place>);

#[derive(Debug)]
struct Place {
    stay: Stay,
    #[expect(dead_code, reason = "held for its drop")]
    permit: OwnedSemaphorePermit,
}

impl Slot {
    /// The client has shown a token, and needs no place among strangers any more.
    pub(crate) fn let_in(&self) {
        self.0.stay.end();
    }
}

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Client(pub(super) SocketAddr);

/// Accepts and answers connections until `stop`. Beyond `room`, strangers give way to others; what
/// then is still too much waits in the kernel's queue.
pub(crate) async fn serve_connections(
    listener: TcpListener,
    router: Router,
    room: Room,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    let max = room.known.saturating_add(room.strangers + ENDING);
    let slots = Arc::new(Semaphore::new(max.min(Semaphore::MAX_PERMITS)));
    let strangers = Strangers::new(room.strangers);
    let accept = async || {
        let slot = Arc::clone(&slots).acquire_owned().await;
        (slot, listener.accept().await)
    };
    loop {
        let (slot, accepted) = tokio::select! {
            () = stop.cancelled() => return,
            accepted = accept() => accepted,
        };
        // The semaphore is never closed.
        let Ok(slot) = slot else { return };
        let admitted = accepted.and_then(|(stream, client)| {
            let stay = strangers.admit(&stream, client)?;
            Ok((stream, client, stay))
        });
        match admitted {
            Ok((stream, client, stay)) => {
                let router = router.clone();
                let place = Place { stay, permit: slot };
                let who = (Client(client), Slot(Arc::new(place)));
                tasks.spawn(answer(stream, router, who, stop.clone()));
            }
            Err(error) if is_about_one_client(&error) => {}
            Err(error) => {
                tracing::warn!("cannot accept connections for now: {error}");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

async fn answer(
    stream: TcpStream,
    router: Router,
    (client, slot): (Client, Slot),
    stop: CancellationToken,
) {
    // Small messages in both directions: waiting to fill a segment (Nagle, RFC 896) only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("TCP_NODELAY: {error}");
    }
    let service = router.map_request(move |mut request: Request<_>| {
        slot.0.stay.speaks();
        request.extensions_mut().insert(slot.clone());
        request.extensions_mut().insert(client);
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_HEAD)
        .max_buf_size(REQUEST_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    tokio::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!("connection: {error}");
    }
}

/// Whether `accept` failed because of the connection it would have returned (`accept(2)`).
fn is_about_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}
