//! How a stream ends, so that nothing is lost.
//!
//! TCP has two directions that end apart; Wisp's CLOSE, like a WebSocket's, ends both. So:
//!
//! - When the *target* has sent all that it will (FIN), the client is told once what it sends itself
//!   has come to an end: at once if the last bytes were the target's, as after a request and its
//!   answer, and else when it has been silent for [`QUIET`]. What it sends in spite of the word, or
//!   had under way before, is still passed on for [`LINGER`].
//! - When the *client* closes, everything that it sent before reaches the target, and then the end
//!   (FIN). What the target answers meanwhile is thrown away, as much as the client sent: were it
//!   not read, the kernel would reset the connection (RST), and a target that learns of that while
//!   it answers does not read on. Where the target has answered already, and with more than it got,
//!   the connection is closed at once: an abandoned download stops then.

use std::time::{Duration, Instant};

use super::{Phase, Streams};
use crate::relay::connection::Link;
use crate::relay::reactor::Context;
use crate::relay::wisp::{Reason, Transport};

/// How long a client that was sending has to be silent before it is told that the target is done.
const QUIET: Duration = Duration::from_millis(250);
/// How long what a client sends after it was told is still passed on, from the last it sent.
const LINGER: Duration = Duration::from_secs(2);
/// How long it is in any case.
const LINGER_AT_MOST: Duration = Duration::from_secs(30);
/// How many streams of a WebSocket linger; the next one ends the first.
const LINGERING: usize = 256;
/// How long a target may take nothing of what waits for it, once there is nothing else to wait for.
const STUCK: Duration = Duration::from_secs(30);
/// How often it is looked whether the other kernel has everything.
const LOOK: Duration = Duration::from_millis(50);
/// How long a target that has everything may take to end the connection on its side.
const FAREWELL: Duration = Duration::from_secs(5);
/// How long a client's last bytes may take.
const DRAIN_AT_MOST: Duration = Duration::from_secs(120);
/// How much of what a target sends is thrown away at most.
const DISCARDED: u64 = 64 * 1024 * 1024;

/// What a client sent is on its way.
#[derive(Debug)]
pub(super) struct Draining {
    since: Instant,
    /// When something moved last, and what was left then.
    moved: Instant,
    left: usize,
    /// The target heard the end.
    told: bool,
    /// The target has sent all that it will.
    ended: bool,
    discarded: u64,
    discarded_before: u64,
}

impl Streams {
    /// The stream is over, and its client hears why.
    pub(in crate::relay) fn close(
        &mut self,
        key: usize,
        reason: Reason,
        link: &mut Link,
        context: &mut Context,
    ) {
        if let Some(stream) = self.all.get(key)
            && stream.is_known()
        {
            link.close_stream(context, stream.id, reason);
        }
        self.retire(key, reason, context);
    }

    /// The client has closed a stream of that number.
    pub(in crate::relay) fn closed_by_client(&mut self, id: u32, context: &mut Context) {
        if let Some(&key) = self.ids.get(&id) {
            self.finish(key, context);
        }
    }

    /// The target has sent all that it will.
    pub(super) fn target_ended(&mut self, key: usize, link: &mut Link, context: &mut Context) {
        let whose = self.whose(key);
        let stream = &mut self.all[key];
        stream.readable = false;
        if stream.deaf {
            self.close(key, Reason::Network, link, context);
        } else if stream.target_spoke_last && stream.queue.is_empty() {
            self.linger(key, link, context);
        } else {
            stream.phase = Phase::HalfClosed { heard: context.now };
            let at = context.now + QUIET;
            context.timers.set(&mut stream.timer, whose, at);
        }
    }

    /// Tells the client, and goes on listening for a while.
    fn linger(&mut self, key: usize, link: &mut Link, context: &mut Context) {
        let whose = self.whose(key);
        let stream = &mut self.all[key];
        link.close_stream(context, stream.id, Reason::Voluntary);
        let now = context.now;
        stream.phase = Phase::Lingering {
            heard: now,
            since: now,
        };
        context.timers.set(&mut stream.timer, whose, now + LINGER);
        self.lingering.extend(self.asker(key));
        self.linger_less(LINGERING, context);
    }

    /// The client is done with a stream: what it sent is delivered, and then it ends.
    pub(in crate::relay) fn finish(&mut self, key: usize, context: &mut Context) {
        let Some(stream) = self.all.get_mut(key) else {
            return;
        };
        stream.orphan = true;
        if self.ids.get(&stream.id) == Some(&key) {
            self.ids.remove(&stream.id);
        }
        let reason = match stream.phase {
            Phase::Draining(_) => return,
            // What was sent waits for the connection.
            Phase::Resolving { .. } | Phase::Connecting { .. } if !stream.queue.is_empty() => {
                return;
            }
            Phase::Resolving { .. } | Phase::Connecting { .. } | Phase::Open => Reason::Client,
            Phase::HalfClosed { .. } | Phase::Lingering { .. } => Reason::Voluntary,
        };
        let unconfirmed = stream.socket.as_ref().map(super::Socket::unconfirmed);
        let arrived = stream.queue.is_empty() && matches!(unconfirmed, None | Some(Some(0)));
        let answered = stream.target_spoke_last && stream.down >= stream.up
            || stream.up == 0
            || stream.transport == Transport::Udp;
        if arrived && answered || stream.deaf {
            self.retire(key, reason, context);
        } else {
            self.drain(key, context);
        }
    }

    /// Delivers what the client sent.
    pub(super) fn drain(&mut self, key: usize, context: &mut Context) {
        let whose = self.whose(key);
        let stream = &mut self.all[key];
        stream.readable = true;
        stream.phase = Phase::Draining(Draining {
            since: context.now,
            moved: context.now,
            left: stream.queue.len(),
            told: false,
            ended: matches!(
                stream.phase,
                Phase::HalfClosed { .. } | Phase::Lingering { .. }
            ),
            discarded: 0,
            discarded_before: 0,
        });
        let at = context.now + LOOK;
        context.timers.set(&mut stream.timer, whose, at);
        self.list(key);
        self.drained(key, context);
    }

    /// Tells the target that this was all, if it was.
    pub(super) fn drained(&mut self, key: usize, context: &mut Context) {
        let stream = &mut self.all[key];
        let Phase::Draining(draining) = &mut stream.phase else {
            return;
        };
        if !stream.queue.is_empty() || draining.told {
            return;
        }
        draining.told = true;
        let told = stream.socket.as_ref().map(super::Socket::finish);
        if draining.ended || !matches!(told, Some(Ok(()))) {
            self.retire(key, Reason::Client, context);
        }
    }

    /// Throws away what a target sends to a client that is gone.
    pub(super) fn discard(&mut self, key: usize, context: &mut Context) {
        let stream = &mut self.all[key];
        let Phase::Draining(draining) = &mut stream.phase else {
            return;
        };
        let Some(socket) = &stream.socket else { return };
        let sent = stream.up + stream.queue.len() as u64;
        if draining.discarded > sent.min(DISCARDED) {
            // It goes on by itself.
            if draining.told && socket.unconfirmed() == Some(0) {
                self.retire(key, Reason::Client, context);
            }
            return;
        }
        match socket.read(context.output.scratch()) {
            Ok(0) => {
                draining.ended = true;
                stream.readable = false;
                if draining.told {
                    self.retire(key, Reason::Client, context);
                }
            }
            Ok(length) => {
                draining.discarded += length as u64;
                self.list(key);
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                stream.readable = false;
            }
            Err(error) => self.retire(key, Reason::of_transfer(&error), context),
        }
    }

    /// Ends a stream whose connection is gone, where nobody reads or writes to learn of it.
    pub(super) fn hear_the_end(&mut self, key: usize, link: &mut Link, context: &mut Context) {
        let Some(stream) = self.all.get(key) else {
            return;
        };
        match stream.phase {
            Phase::Lingering { .. } if stream.hung_up => {
                self.retire(key, Reason::Voluntary, context);
            }
            Phase::HalfClosed { .. } if stream.hung_up => {
                let reason = if stream.queue.is_empty() {
                    Reason::Voluntary
                } else {
                    Reason::Network
                };
                self.close(key, reason, link, context);
            }
            _ => {}
        }
    }

    /// A stream's time has come.
    pub(in crate::relay) fn time(&mut self, key: usize, link: &mut Link, context: &mut Context) {
        let (now, whose) = (context.now, self.whose(key));
        let Some(stream) = self.all.get_mut(key) else {
            return;
        };
        stream.timer.ran();
        let again = match &mut stream.phase {
            Phase::Open => return,
            Phase::Resolving { .. } => {
                return self.close(key, Reason::ConnectTimeout, link, context);
            }
            Phase::Connecting { .. } => {
                let late = std::io::ErrorKind::TimedOut.into();
                return self.not_connected(key, late, link, context);
            }
            Phase::HalfClosed { heard } if stream.queue.is_empty() => {
                if now >= *heard + QUIET {
                    return self.linger(key, link, context);
                }
                *heard + QUIET
            }
            Phase::HalfClosed { heard } => {
                if now >= *heard + STUCK {
                    return self.close(key, Reason::TransferTimeout, link, context);
                }
                now + QUIET
            }
            Phase::Lingering { heard, since } => {
                if now >= *heard + LINGER || now >= *since + LINGER_AT_MOST {
                    return self.finish(key, context);
                }
                *heard + LINGER
            }
            Phase::Draining(draining) => {
                let socket = stream.socket.as_ref();
                let unconfirmed = socket.and_then(super::Socket::unconfirmed);
                let left = stream.queue.len() + unconfirmed.map_or(0, |bytes| bytes as usize);
                let still = draining.discarded == draining.discarded_before;
                let all = draining.told && unconfirmed.is_none_or(|bytes| bytes == 0);
                if left < draining.left || !still {
                    draining.moved = now;
                }
                draining.left = left;
                draining.discarded_before = draining.discarded;
                if all && now >= draining.moved + FAREWELL
                    || now >= draining.moved + STUCK
                    || now >= draining.since + DRAIN_AT_MOST
                {
                    return self.retire(key, Reason::Client, context);
                }
                now + LOOK
            }
        };
        context.timers.set(&mut stream.timer, whose, again);
    }

    /// Closes the socket and forgets the stream.
    pub(super) fn retire(&mut self, key: usize, reason: Reason, context: &mut Context) {
        let whose = self.whose(key);
        let Some(mut stream) = self.all.try_remove(key) else {
            return;
        };
        if self.ids.get(&stream.id) == Some(&key) {
            self.ids.remove(&stream.id);
        }
        self.held -= stream.queue.len();
        context.timers.stop(&mut stream.timer, whose);
        if stream.socket.take().is_some() {
            context.forget(stream.watched);
        }
        context.counters.closed(reason);
        let (websocket, protocol) = (self.number, self.protocol);
        context.ended.note(context.now, stream.opened, || {
            stream.describe(websocket, protocol, Some(reason))
        });
        tracing::debug!(
            parent: &stream.span,
            up = stream.up,
            down = stream.down,
            milliseconds = stream.opened.elapsed().as_millis(),
            reason = reason.name(),
            "closed"
        );
    }
}
