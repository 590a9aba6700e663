//! `close(2)`.

use std::sync::Arc;

use sockscope_protocol::{ClosedBy, EventBody, Outcome, Value};

use super::super::slot::{Slot, lock};
use super::super::{Session, observe};
use super::{Making, errno};
use crate::socket::{LINGERING, Socket};

/// Ends the socket's pending calls, waits until they have returned, and closes the descriptor, for
/// which the kernel may wait (`SO_LINGER`).
pub(super) async fn close(making: &Making) -> Result<Value, Outcome> {
    let slot = making
        .slot
        .as_ref()
        .ok_or_else(|| Outcome::Internal("no socket was found".to_owned()))?;
    slot.closing.cancel();
    slot.calls.close();
    slot.calls.wait().await;
    let lingers = slot
        .socket()
        .is_some_and(|socket| socket.lingers().is_some());
    if lingers {
        let permit = Arc::clone(&making.session.lingering).acquire_owned().await;
        let place = LINGERING.place().await.map_err(|error| errno(&error))?;
        // Taken when nothing is waited for any more but the kernel: whoever drops this call before
        // leaves the socket to those who close it without waiting.
        let socket = take(&making.session, slot);
        let closing = place.run(move || {
            let _permit = permit;
            close_now(socket);
        });
        closing.await.map_err(|error| errno(&error))?;
        closed(&making.session, slot, ClosedBy::Call);
    } else {
        close_at_once(&making.session, slot, ClosedBy::Call);
    }
    Ok(Value::Nothing)
}

/// Closes the descriptor without waiting for what the kernel still has to deliver.
pub(in crate::session) fn close_at_once(session: &Session, slot: &Slot, by: ClosedBy) {
    let socket = take(session, slot);
    if let Some(socket) = &socket {
        socket.linger_no_more();
    }
    // Nothing that follows from it comes before it in the log.
    let _order = lock(&session.order);
    close_now(socket);
    closed(session, slot, by);
}

/// The socket, which nobody looks at any more after a last look.
fn take(session: &Session, slot: &Slot) -> Option<Arc<Socket>> {
    observe::look_now(&session.log, slot);
    let _unseen = lock(&slot.seen);
    slot.take()
}

fn close_now(socket: Option<Arc<Socket>>) {
    // The calls of the socket are gone, and with them whoever else held it.
    if let Some(socket) = socket.and_then(Arc::into_inner) {
        socket.close();
    }
}

fn closed(session: &Session, slot: &Slot, by: ClosedBy) {
    let socket = slot.id;
    let closed = EventBody::Closed { socket, by };
    let remnant = lock(&slot.seen).remnant.take();
    match remnant.filter(|remnant| by == ClosedBy::Call && !remnant.is_over()) {
        Some(remnant) => session
            .remnants
            .closed(&session.log, closed, socket, remnant),
        None => session.log.append([closed]),
    }
}
