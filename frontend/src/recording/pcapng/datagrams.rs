//! UDP: each datagram once.

use std::net::SocketAddr;

use sockscope_protocol::{Data, EventBody};

use super::blocks::{Source, Writer};
use super::ends::{End, Step, toward};
use super::headers::Transport;
use crate::model::{canonical, covers, is_group};
use crate::recording::Log;

/// How many datagrams are kept in mind that a socket of the session may still receive. What has not
/// arrived after so many others is lost.
const OPEN: usize = 1_000;

pub(super) struct Datagrams<'a> {
    log: &'a Log,
    ends: &'a [End],
    steps: &'a [Step],
    /// The steps that sent something to a socket of the session.
    open: Vec<usize>,
}

impl<'a> Datagrams<'a> {
    pub(super) fn of(log: &'a Log, ends: &'a [End], steps: &'a [Step]) -> Self {
        Self {
            log,
            ends,
            steps,
            open: Vec::new(),
        }
    }

    /// A datagram is sent or received. Returns whether it could be written, or has been.
    pub(super) fn step(&mut self, at: usize, body: &EventBody, to: &mut Writer) -> bool {
        let Some((here, there, data)) = self.between(at, body) else {
            return false;
        };
        let socket = data.socket;
        let (way, source) = if let EventBody::Sent(_) = body {
            let port = |end: &End| {
                !end.is_stream() && end.local.map(|local| local.port()) == Some(there.port())
            };
            if self.ends.iter().any(port) {
                if self.open.len() == OPEN {
                    self.open.remove(0);
                }
                self.open.push(at);
            }
            ([here, there], Source::Sent(socket))
        } else {
            if self.is_known(here, there, data) {
                return true;
            }
            ([there, here], Source::Received(socket))
        };
        let payload = (&*data.payload, data.payload.len().max(data.size as usize));
        to.packet(way, &Transport::Udp, payload, source);
        true
    }

    /// The address of the socket that a step is about, the other one, and what went between them.
    fn between<'b>(
        &self,
        at: usize,
        body: &'b EventBody,
    ) -> Option<(SocketAddr, SocketAddr, &'b Data)> {
        let (EventBody::Sent(data) | EventBody::Received(data)) = body else {
            return None;
        };
        let step = &self.steps[at];
        let end = &self.ends[step.end];
        let there = canonical(data.address.or(end.peer)?);
        Some((toward(step.local.or(end.local), there), there, data))
    }

    /// Whether a datagram that was received is one that the session sent.
    fn is_known(&mut self, here: SocketAddr, there: SocketAddr, data: &Data) -> bool {
        let mut found = None;
        for (place, at) in self.open.iter().enumerate() {
            let event = self.log.get(self.steps[*at].event);
            let sent = event.and_then(|event| self.between(*at, &event.body));
            if let Some((from, to, sent)) = sent
                && (is_group(to) && to.port() == here.port() || covers(here, to))
                && covers(from, there)
                && same(sent, data)
            {
                found = Some((place, is_group(to)));
                break;
            }
        }
        // What went to a group may arrive at others as well.
        if let Some((place, false)) = found {
            self.open.remove(place);
        }
        found.is_some()
    }
}

/// Whether what was sent may be what was received.
fn same(sent: &Data, received: &Data) -> bool {
    if sent.flags.omitted || received.flags.omitted {
        sent.size == received.size
    } else if received.flags.truncated {
        sent.payload.starts_with(&received.payload)
    } else {
        sent.payload == received.payload
    }
}
