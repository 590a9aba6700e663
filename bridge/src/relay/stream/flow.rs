//! Bytes in both directions.

use std::io::{self, IoSlice};

use super::{Phase, Streams};
use crate::relay::connection::Link;
use crate::relay::reactor::Context;
use crate::relay::wisp::{self, Reason, Transport};

/// The most that is read from one target before the next one has its turn.
const QUANTUM: usize = 256 * 1024;
/// A target that sends so much at once goes on like that: it is worth three system calls not to copy.
const BULK: usize = 64 * 1024;
/// The most datagrams that are read from one target before the next one has its turn.
const DATAGRAMS: usize = 16;
/// A client hears of more credit when no more than this waits for its target.
const LOW: usize = 64 * 1024;

/// What a client sent to one stream at a time.
#[derive(Debug, Clone, Copy)]
pub(in crate::relay) struct Sent<'a> {
    pub(in crate::relay) stream: u32,
    pub(in crate::relay) slices: &'a [IoSlice<'a>],
    /// How many packets ended with it.
    pub(in crate::relay) packets: u32,
    /// The size of the largest.
    pub(in crate::relay) largest: usize,
}

impl Streams {
    /// What runs under the client's number, if anything does.
    pub(in crate::relay) fn transport(&self, id: u32) -> Option<Transport> {
        let key = self.ids.get(&id)?;
        self.all.get(*key).map(|stream| stream.transport)
    }

    /// Passes a client's bytes on.
    pub(in crate::relay) fn send(
        &mut self,
        sent: Sent<'_>,
        link: &mut Link,
        context: &mut Context,
    ) {
        let Some(&key) = self.ids.get(&sent.stream) else {
            return;
        };
        let stream = &mut self.all[key];
        stream.target_spoke_last = false;
        stream.heard(context.now);
        stream.credit.received(sent.packets, sent.largest);
        if stream.deaf {
            return;
        }
        let length: usize = sent.slices.iter().map(|slice| slice.len()).sum();
        let mut taken = 0;
        if stream.writable
            && length > 0
            && stream.queue.is_empty()
            && let Some(socket) = &stream.socket
        {
            match socket.write(sent.slices) {
                Ok(some) => taken = some,
                Err(error) if is_not_yet(&error) => {}
                Err(error) => return self.cannot_write(key, error, link, context),
            }
            stream.writable = taken == length;
            stream.up += taken as u64;
            context.counters.bytes_up.add(taken as u64);
        }
        if taken < length {
            stream.queue.push(sent.slices, taken);
            self.held += length - taken;
        }
        if taken > 0 && matches!(stream.phase, Phase::Connecting { .. }) {
            self.opened(key, link, context);
        }
        self.renew(key, link, context);
    }

    /// Passes a client's datagram on. What finds no room is lost, as datagrams are.
    pub(in crate::relay) fn send_datagram(
        &mut self,
        id: u32,
        datagram: &[u8],
        link: &mut Link,
        context: &mut Context,
    ) {
        let Some(&key) = self.ids.get(&id) else {
            return;
        };
        let stream = &mut self.all[key];
        let sent = match &stream.socket {
            Some(socket) => socket.send(datagram),
            // The resolver has not answered yet.
            None => Err(io::ErrorKind::WouldBlock.into()),
        };
        match sent {
            Ok(()) => {
                stream.up += datagram.len() as u64;
                context.counters.bytes_up.add(datagram.len() as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                // That of an earlier one (ICMP).
                self.close(key, Reason::Refused, link, context);
            }
            Err(error) => {
                tracing::debug!(parent: &stream.span, "a datagram is lost: {error}");
                context.counters.datagrams_dropped.add(1);
            }
        }
    }

    pub(super) fn attend_one(&mut self, key: usize, link: &mut Link, context: &mut Context) {
        let Some(stream) = self.all.get_mut(key) else {
            return;
        };
        stream.listed = false;
        if matches!(stream.phase, Phase::Connecting { .. }) && (stream.writable || stream.hung_up) {
            self.check(key, link, context);
        }
        self.push(key, link, context);
        if let Some(stream) = self.all.get_mut(key)
            && stream.readable
        {
            match (&stream.phase, stream.transport) {
                (Phase::Open, Transport::Tcp) => self.pull(key, link, context),
                (Phase::Open, Transport::Udp) => self.pull_datagrams(key, link, context),
                (Phase::Draining(_), _) => self.discard(key, context),
                _ => {}
            }
        }
        self.hear_the_end(key, link, context);
    }

    /// Writes what waits for the target.
    fn push(&mut self, key: usize, link: &mut Link, context: &mut Context) {
        let Some(stream) = self.all.get_mut(key) else {
            return;
        };
        let Some(socket) = &stream.socket else { return };
        let connecting = matches!(stream.phase, Phase::Connecting { .. });
        if stream.queue.is_empty() || !stream.writable || connecting {
            return;
        }
        match stream.queue.drain(|slices| socket.write(slices)) {
            Ok(taken) => {
                stream.writable = stream.queue.is_empty();
                stream.up += taken as u64;
                self.held -= taken;
                context.counters.bytes_up.add(taken as u64);
                if taken > 0 {
                    stream.heard(context.now);
                }
                self.renew(key, link, context);
                self.drained(key, context);
            }
            Err(error) => self.cannot_write(key, error, link, context),
        }
    }

    /// Gives the client credit, when it needs some and its target keeps up.
    fn renew(&mut self, key: usize, link: &mut Link, context: &mut Context) {
        let Some(stream) = self.all.get_mut(key) else {
            return;
        };
        let flows = stream.socket.is_some()
            && stream.queue.len() <= LOW
            && stream.transport == Transport::Tcp
            // Also one that was told of its target's end, and goes on.
            && !stream.orphan;
        if flows && stream.credit.is_due() {
            let packets = stream.credit.renew();
            link.packet(context, &wisp::continue_packet(stream.id, packets));
        }
    }

    /// Reads from the target, once.
    fn pull(&mut self, key: usize, link: &mut Link, context: &mut Context) {
        let room = link.room(context).min(QUANTUM);
        if room == 0 {
            return self.hold_back(key);
        }
        let stream = &mut self.all[key];
        let Some(socket) = &stream.socket else { return };
        let spliced = stream
            .bulk
            .then(|| link.splice(context, stream.id, socket))
            .flatten();
        let (read, whole) = match spliced {
            // A pipe takes as many pieces as it has room for, whatever is left.
            Some(length) => (length, 0),
            None => {
                let to = (stream.id, stream.transport);
                (link.data(context, to, room, |room| socket.read(room)), room)
            }
        };
        match read {
            Ok(0) => self.target_ended(key, link, context),
            Ok(length) => {
                stream.down += length as u64;
                stream.target_spoke_last = true;
                context.counters.bytes_down.add(length as u64);
                // On Unix, less than there is room for means that there is no more (`epoll(7)`).
                stream.readable = length >= whole || stream.read_closed || !cfg!(unix);
                stream.bulk = length >= BULK;
                if whole == 0 {
                    context.spliced += length;
                }
                if stream.readable {
                    self.list(key);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if link.is_blocked() {
                    self.hold_back(key);
                } else {
                    stream.readable = false;
                }
            }
            Err(error) => self.close(key, Reason::of_transfer(&error), link, context),
        }
    }

    fn pull_datagrams(&mut self, key: usize, link: &mut Link, context: &mut Context) {
        for _ in 0..DATAGRAMS {
            let room = link.room(context);
            if room == 0 {
                return self.hold_back(key);
            }
            if room < wisp::MAX_PACKET {
                break;
            }
            let stream = &mut self.all[key];
            let Some(socket) = &stream.socket else { return };
            let to = (stream.id, stream.transport);
            match link.data(context, to, room, |room| socket.read(room)) {
                Ok(length) => {
                    stream.down += length as u64;
                    context.counters.bytes_down.add(length as u64);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    stream.readable = false;
                    return;
                }
                Err(error) => {
                    return self.close(key, Reason::of_transfer(&error), link, context);
                }
            }
        }
        self.list(key);
    }

    /// The target takes no more. What it sent before is still delivered.
    fn cannot_write(
        &mut self,
        key: usize,
        error: io::Error,
        link: &mut Link,
        context: &mut Context,
    ) {
        let stream = &mut self.all[key];
        self.held -= stream.queue.len();
        stream.queue.clear();
        match stream.phase {
            Phase::Connecting { .. } => self.not_connected(key, error, link, context),
            Phase::Open if !stream.orphan => {
                tracing::debug!(parent: &stream.span, "cannot write: {error}");
                stream.deaf = true;
                stream.readable = true;
                self.list(key);
            }
            Phase::HalfClosed { .. } => {
                self.close(key, Reason::of_transfer(&error), link, context);
            }
            _ => self.retire(key, Reason::of_transfer(&error), context),
        }
    }
}

/// Whether the connection has no room, or is not made yet.
fn is_not_yet(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::NotConnected
    )
}
