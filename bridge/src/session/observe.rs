//! Watching what the kernel shows of the session's sockets.

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use sockscope_protocol::{
    EventBody, Observation, OptionValue, Outcome, PeerGone, SocketType, TcpState, Value,
};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::remnant::Remnant;
use super::slot::{Seen, Slot, lock};
use super::{Log, Session};
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
        let now = seen.beyond(&socket, socket.observe());
        let last = seen.last.as_ref();
        if last.is_none_or(|last| is_news(last, &now)) {
            news.push(EventBody::Observed {
                socket: slot.id,
                kernel: now.clone(),
            });
        }
        if slot.kind == SocketType::Stream {
            let gone = seen.look_for_peer(slot, &socket, &now, hint);
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
    /// What is shown of a socket, and of the connection that the kernel holds while the descriptor
    /// shows none any more: a socket is CLOSED as soon as its connection is in TIME-WAIT.
    fn beyond(&mut self, socket: &Socket, shown: Observation) -> Observation {
        let now = Instant::now();
        match (shown.local, shown.peer, shown.state) {
            (Some(local), Some(peer), Some(_)) => {
                let known = self.remnant.as_ref();
                let goes_on = known
                    .is_some_and(|known| known.is_between(local, peer) && known.last().is_none());
                if !goes_on {
                    let connection = socket.connection(local, peer);
                    self.remnant = connection.map(|connection| Remnant::new(connection, now));
                }
            }
            (_, _, Some(TcpState::Closed)) => {
                let held = self.remnant.as_mut().map(|remnant| remnant.shown(now));
                if let Some(held) = held
                    && !self.remnant.as_ref().is_none_or(Remnant::is_over)
                {
                    return held;
                }
                self.remnant = None;
            }
            _ => self.remnant = None,
        }
        shown
    }

    /// How the peer went, if that is news.
    fn look_for_peer(
        &mut self,
        slot: &Slot,
        socket: &Socket,
        now: &Observation,
        hint: Option<PeerGone>,
    ) -> Option<PeerGone> {
        use TcpState as S;
        let gone = match now.state {
            Some(S::Listen) => None,
            Some(S::CloseWait | S::LastAck | S::Closing | S::TimeWait) => Some(PeerGone::Fin),
            // After both directions have ended there is no peer either, but also no error.
            Some(S::Closed) if self.connected => match hint {
                Some(how) => Some(how),
                None if socket.has_error() => Some(PeerGone::Reset),
                // A call that has not returned may have taken the error with it.
                None => slot.calls.is_empty().then_some(PeerGone::Fin),
            },
            _ => hint.filter(|_| self.connected),
        };
        self.connected |=
            now.peer.is_some() && !matches!(now.state, Some(S::Closed | S::SynSent | S::Listen));
        let news = gone.filter(|_| !self.peer_gone);
        self.peer_gone |= news.is_some();
        news
    }
}

/// Looks at a socket and writes down what changed. The return of the call that made it has to come
/// first.
pub(super) fn look_now(log: &Log, slot: &Slot) {
    if lock(&slot.seen).last.is_none() {
        return;
    }
    let mut look = look(slot, None);
    if !look.news.is_empty() {
        log.append(look.news.drain(..));
    }
}

/// Looks at what a call on a socket may have changed at the other end of its connection, where that
/// is the session's too: another socket, or what is left of one.
pub(super) fn look_at_other_end(session: &Session, slot: &Slot) {
    let addresses = |slot: &Slot| {
        let seen = lock(&slot.seen);
        let last = seen.last.as_ref()?;
        Some((last.local?, last.peer))
    };
    let Some((local, Some(peer))) = addresses(slot) else {
        return;
    };
    session.remnants.look_between(&session.log, peer, local);
    let sockets = session.state().sockets();
    for other in sockets {
        let is_there = match addresses(&other) {
            Some((theirs, Some(ours))) => (theirs, ours) == (peer, local),
            // One that listens there: the connection is in its queue.
            Some((theirs, None)) => theirs.port() == peer.port(),
            None => false,
        };
        if is_there {
            look_now(&session.log, &other);
        }
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
            look_now(&session.log, &slot);
        }
        ticks.tick().await;
    }
}

/// Whether something is to be told: not that time passes, nor figures that change with every segment.
pub(super) fn is_news(last: &Observation, now: &Observation) -> bool {
    let lasting = |shown: &Observation| Observation {
        tcp: None,
        ends_in_ms: None,
        ..shown.clone()
    };
    let notable = |shown: &Observation| {
        let figures = shown.tcp.as_ref();
        figures.map(|figures| (figures.retransmits, figures.send_window == 0))
    };
    lasting(last) != lasting(now) || notable(last) != notable(now)
}

#[cfg(test)]
mod tests {
    use sockscope_protocol::TcpInfo;

    use super::*;

    #[test]
    fn a_retransmission_is_news_and_a_round_trip_is_not() {
        let tcp = TcpInfo {
            rtt_us: 40,
            rtt_var_us: 20,
            retransmits: 0,
            congestion_window: 10,
            mss: 32_768,
            receive_window: 65_536,
            send_window: 65_536,
        };
        let shown = |tcp, ends_in_ms| Observation {
            send_queue: Some(15),
            tcp: Some(tcp),
            ends_in_ms,
            ..Observation::default()
        };
        let last = shown(tcp, Some(60_000));
        let changed = |change: fn(&mut TcpInfo)| {
            let mut now = tcp;
            change(&mut now);
            is_news(&last, &shown(now, Some(59_000)))
        };
        assert!(!changed(
            |now| (now.rtt_us, now.congestion_window) = (50, 11)
        ));
        assert!(!changed(|now| now.send_window -= 1));
        assert!(changed(|now| now.send_window = 0));
        assert!(changed(|now| now.retransmits = 1));
    }
}
