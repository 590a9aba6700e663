//! A TCP connection: what its ends sent, segment by segment.

use std::net::SocketAddr;

use sockscope_protocol::{Data, EventBody};

use super::blocks::{Source, Writer};
use super::ends::{End, What, toward};
use super::headers::{ACK, FIN, LONGEST, PSH, RST, SYN, Transport};
use crate::model::canonical;

/// One direction.
#[derive(Default)]
struct Way {
    /// Up to where its bytes have been written.
    shown: u64,
    /// FIN is to follow the last of them, of which so many pieces are left.
    ending: bool,
    left: usize,
    /// Whether FIN has been written.
    ended: bool,
    /// Up to where its bytes have been received, and are known, with FIN, to have arrived.
    read: u64,
    arrived: u64,
    /// Up to where a written segment acknowledges them.
    acknowledged: u64,
    /// Bytes before FIN that nobody received.
    unread: u64,
}

impl Way {
    /// The sequence number after all that has been written, counted from the one after SYN.
    fn end(&self) -> u64 {
        self.shown.saturating_add(self.ended.into())
    }

    fn arrives(&mut self, place: u64) {
        self.arrived = self.arrived.max(place);
    }

    /// Whether there is something new to acknowledge, which then is.
    fn acknowledge(&mut self) -> bool {
        let known = self.arrived.min(self.end());
        let more = known > self.acknowledged;
        self.acknowledged = self.acknowledged.max(known);
        more
    }
}

/// A connection. Side 0 is the one that connects; what it sends is way 0.
pub(super) struct Conversation {
    addresses: [SocketAddr; 2],
    ways: [Way; 2],
    /// Each connection of a file has its own, so that none is taken for another's repetition.
    first: u32,
    asked: bool,
    open: bool,
    reset: bool,
    /// A connection of a socket with itself.
    with_itself: bool,
}

impl Conversation {
    /// The connection of an end, if it is one and it is known with whom.
    pub(super) fn between(ends: &[End], at: usize, number: usize) -> Option<Self> {
        let end = ends.get(at).filter(|end| end.is_stream())?;
        let pair = end.pair.and_then(|pair| ends.get(pair));
        let peer = canonical(end.peer?);
        let local = toward(end.local, peer);
        let side = usize::from(end.accepted);
        let mut addresses = [local, peer];
        let mut ways = [Way::default(), Way::default()];
        let begun = end.begun || pair.is_some_and(|pair| pair.begun);
        ways[0].left = end.moves[0];
        ways[1].left = pair.map_or(end.moves[1], |pair| pair.moves[0]);
        if pair.is_none() {
            ways[1].unread = end.unread.into();
        }
        if !begun {
            for (way, first) in ways.iter_mut().zip(end.first) {
                (way.shown, way.acknowledged) = (first, first);
            }
        }
        if side == 1 {
            addresses.reverse();
            ways.reverse();
        }
        Some(Self {
            addresses,
            ways,
            first: number as u32,
            asked: !begun,
            open: !begun,
            reset: false,
            with_itself: local == peer,
        })
    }

    /// What happened to the end at one side.
    pub(super) fn step(
        &mut self,
        side: usize,
        end: &End,
        what: &What,
        body: &EventBody,
        to: &mut Writer,
    ) {
        let other = 1 - side;
        match what {
            What::Connects => {
                if end.syn {
                    self.asks(to);
                }
            }
            What::Refused => {
                self.asks(to);
                let ack = self.first.wrapping_add(1);
                self.write(1, [0, ack], RST | ACK, (&[], 0), Source::Inferred, to);
            }
            What::Stands => self.opens(to),
            What::Moved => {
                self.opens(to);
                match body {
                    EventBody::Sent(data) => {
                        let place = data.offset.wrapping_sub(end.before[0]);
                        let source = Source::Sent(end.socket);
                        self.moves(side, place, data, source, to);
                        self.ways[side].left = self.ways[side].left.saturating_sub(1);
                    }
                    EventBody::Received(data) => {
                        let from = if self.with_itself { side } else { other };
                        let place = data.offset.wrapping_sub(end.before[1]);
                        let source = Source::Received(end.socket);
                        let read = self.moves(from, place, data, source, to);
                        let way = &mut self.ways[from];
                        way.read = way.read.max(read);
                        way.arrives(read);
                        if end.pair.is_none() {
                            way.left = way.left.saturating_sub(1);
                        }
                    }
                    _ => {}
                }
            }
            What::Finished | What::Closed { aborts: false } => self.ways[side].ending = true,
            What::Closed { aborts: true } => {
                let over = self.ways.iter().all(|way| way.ended);
                if !over {
                    self.resets(side, to);
                }
            }
            What::PeerFinished => {
                let way = &mut self.ways[other];
                way.ending = true;
                way.arrives(u64::MAX);
            }
            What::PeerReset => self.resets(other, to),
            What::Queues(rest, waiting) => {
                if let Some(rest) = rest {
                    let way = &mut self.ways[side];
                    way.arrives(way.end().saturating_sub(u64::from(*rest)));
                }
                let way = &mut self.ways[other];
                way.arrives(way.read.saturating_add(u64::from(*waiting)));
            }
            What::Gone => {
                if self.ways.iter().all(|way| way.ended) {
                    self.ways[side].arrives(u64::MAX);
                }
            }
        }
        if self.open && !self.reset {
            self.ends(to);
        }
    }

    /// SYN.
    fn asks(&mut self, to: &mut Writer) {
        if !std::mem::replace(&mut self.asked, true) {
            self.write(0, [self.first, 0], SYN, (&[], 0), Source::Inferred, to);
        }
    }

    /// The rest of the handshake.
    fn opens(&mut self, to: &mut Writer) {
        self.asks(to);
        if !std::mem::replace(&mut self.open, true) {
            let ack = self.first.wrapping_add(1);
            let answer = [self.first, ack];
            self.write(1, answer, SYN | ACK, (&[], 0), Source::Inferred, to);
            self.write(0, [ack, ack], ACK, (&[], 0), Source::Inferred, to);
        }
    }

    fn resets(&mut self, side: usize, to: &mut Writer) {
        if self.open && !std::mem::replace(&mut self.reset, true) {
            self.segment(side, RST | ACK, to);
        }
    }

    /// FIN where all before it has been written, then what is known to have arrived.
    fn ends(&mut self, to: &mut Writer) {
        for side in 0..2 {
            let way = &mut self.ways[side];
            if way.ending && way.left == 0 && !way.ended {
                way.shown = way.shown.saturating_add(way.unread);
                self.segment(side, FIN | ACK, to);
                self.ways[side].ended = true;
            }
        }
        for side in 0..2 {
            if self.ways[1 - side].acknowledge() {
                self.segment(side, ACK, to);
            }
        }
    }

    /// Bytes of a direction: those of them that have not been written yet. Returns where they end.
    fn moves(
        &mut self,
        side: usize,
        place: u64,
        data: &Data,
        source: Source,
        to: &mut Writer,
    ) -> u64 {
        let held = data.payload.as_ref();
        let size = if data.flags.omitted {
            held.len().max(data.size as usize)
        } else {
            held.len()
        };
        let end = place.saturating_add(size as u64);
        let mut next = self.ways[side].shown.max(place);
        while next < end {
            let from = usize::try_from(next - place).unwrap_or(size);
            let length = usize::try_from(end - next).unwrap_or(size).min(LONGEST);
            let held = held.get(from..held.len().min(from + length));
            let last = end - next == length as u64;
            let flags = ACK | if last { PSH } else { 0 };
            let seq = self.number(next);
            let ack = self.acknowledges(side);
            let payload = (held.unwrap_or_default(), length);
            self.write(side, [seq, ack], flags, payload, source, to);
            next += length as u64;
        }
        self.ways[side].shown = next;
        end
    }

    /// A segment without data.
    fn segment(&mut self, side: usize, flags: u8, to: &mut Writer) {
        let seq = self.number(self.ways[side].end());
        let ack = self.acknowledges(side);
        self.write(side, [seq, ack], flags, (&[], 0), Source::Inferred, to);
    }

    fn acknowledges(&mut self, side: usize) -> u32 {
        let way = &mut self.ways[1 - side];
        way.acknowledge();
        let place = way.acknowledged;
        self.number(place)
    }

    /// The sequence number of a place in a stream.
    fn number(&self, place: u64) -> u32 {
        self.first.wrapping_add(1).wrapping_add(place as u32)
    }

    fn write(
        &self,
        side: usize,
        [seq, ack]: [u32; 2],
        flags: u8,
        payload: (&[u8], usize),
        source: Source,
        to: &mut Writer,
    ) {
        let addresses = [self.addresses[side], self.addresses[1 - side]];
        let transport = Transport::Tcp { seq, ack, flags };
        to.packet(addresses, &transport, payload, source);
    }
}
