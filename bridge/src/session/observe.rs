//! Watching what the kernel shows of the session's sockets.

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use sockscope_protocol::{
    EventBody, Observation, OptionValue, Outcome, PeerGone, SocketType, TcpState, Value,
};
use tokio::time::{MissedTickBehavior, interval};

use super::Session;
use super::slot::{Seen, Slot, lock};
use crate::socket::{Socket, is_reset, platform};

/// How often sockets are looked at while nothing is called: often enough to look immediate to a
/// person, rarely enough to cost nothing.
const INTERVAL: Duration = Duration::from_millis(50);

/// What a look at a socket found out. While this is held nobody else looks, so that what is written
/// down comes in the order of the looks, and none after `closed`: write first, then drop.
pub(super) struct Look<'a> {
    _seen: MutexGuard<'a, Seen>,
    /// What changed.
    pub(super) news: Vec<EventBody>,
}

/// Looks at a socket. `hint` is what a call has found out about the peer.
pub(super) fn look(slot: &Slot, hint: Option<PeerGone>) -> Look<'_> {
    let mut seen = lock(&slot.seen);
    let mut news = Vec::new();
    if let Some(socket) = slot.socket() {
        let now = socket.observe();
        let last = seen.last.as_ref();
        if last.is_none_or(|last| without_figures(last) != without_figures(&now)) {
            news.push(EventBody::Observed {
                socket: slot.id,
                kernel: now.clone(),
            });
        }
        if slot.kind == SocketType::Stream {
            let gone = seen.look_for_peer(&socket, &now, hint);
            news.extend(gone.map(|how| EventBody::PeerGone {
                socket: slot.id,
                how,
            }));
        }
        seen.last = Some(now);
    }
    Look { _seen: seen, news }
}

/// What the outcome of a call tells about the peer, where the kernel's state may not.
pub(super) fn hint(slot: &Slot, outcome: &Outcome) -> Option<PeerGone> {
    let reset = match outcome {
        Outcome::Errno(failure) => is_reset(&failure.name),
        Outcome::Ok(Value::Option(OptionValue::Errno(Some(name)))) => is_reset(name),
        _ => false,
    };
    (reset && slot.kind == SocketType::Stream).then_some(PeerGone::Reset)
}

impl Seen {
    /// How the peer went, if that is news.
    fn look_for_peer(
        &mut self,
        socket: &Socket,
        now: &Observation,
        hint: Option<PeerGone>,
    ) -> Option<PeerGone> {
        use TcpState as S;
        let gone = match now.state {
            Some(S::Listen) => None,
            Some(S::CloseWait | S::LastAck | S::Closing | S::TimeWait) => Some(PeerGone::Fin),
            // After both directions have ended there is no peer either, but also no error.
            Some(S::Closed) if self.connected => Some(match hint {
                Some(how) => how,
                None if socket.has_error() => PeerGone::Reset,
                None => PeerGone::Fin,
            }),
            _ => hint.filter(|_| self.connected),
        };
        self.connected |=
            now.peer.is_some() && !matches!(now.state, Some(S::Closed | S::SynSent | S::Listen));
        let news = gone.filter(|_| !self.peer_gone);
        self.peer_gone |= news.is_some();
        news
    }
}

/// Looks at all sockets again and again, as long as the session has any.
pub(super) async fn watch(session: Arc<Session>) {
    if !(platform().queues || platform().tcp_info) {
        return;
    }
    let mut ticks = interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Made before the look, so that a socket which comes in between is not missed.
        let more = session.socket_added.notified();
        let sockets = session.state().sockets();
        if sockets.is_empty() {
            more.await;
            continue;
        }
        for slot in sockets {
            // The return of the call that made it has to come first.
            if lock(&slot.seen).last.is_none() {
                continue;
            }
            let mut look = look(&slot, None);
            if !look.news.is_empty() {
                session.log.append(look.news.drain(..));
            }
        }
        ticks.tick().await;
    }
}

fn without_figures(observation: &Observation) -> Observation {
    Observation {
        tcp: None,
        ..observation.clone()
    }
}
