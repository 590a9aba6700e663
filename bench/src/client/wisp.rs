//! Wisp 1.2: packets of many streams in the messages of one WebSocket.
//! <https://github.com/MercuryWorkshop/wisp-protocol>

use std::{collections::VecDeque, net::SocketAddr};

use bytes::Bytes;

use super::{
    Event,
    frame::{self, Piece},
};

const CONNECT: u8 = 1;
const DATA: u8 = 2;
const CONTINUE: u8 = 3;
const CLOSE: u8 = 4;
/// Type and stream.
pub(super) const HEADER: usize = 5;

/// The client's state.
#[derive(Default)]
pub(crate) struct Wisp {
    /// The beginning of the packet that is being read: header, and what a control packet says.
    packet: [u8; HEADER + 4],
    have: usize,
    /// How many packets a new stream may send, once the server has said so.
    window: Option<u32>,
    /// How many packets each stream may send.
    credit: Vec<u32>,
}

impl Wisp {
    /// Whether the server has opened the conversation.
    pub(crate) fn is_ready(&self) -> bool {
        self.window.is_some()
    }

    pub(crate) fn credit(&self, stream: u32) -> u32 {
        self.credit.get(stream as usize).copied().unwrap_or(0)
    }

    pub(crate) fn open(&mut self, stream: u32, target: SocketAddr, out: &mut VecDeque<Bytes>) {
        const TCP: u8 = 1;
        self.set_credit(stream, self.window.unwrap_or(0));
        let mut payload = vec![TCP];
        payload.extend(target.port().to_le_bytes());
        payload.extend(target.ip().to_string().into_bytes());
        out.push_back(packet(CONNECT, stream, &payload));
    }

    /// The header of a packet with data, which uses credit.
    pub(crate) fn data(&mut self, stream: u32) -> [u8; HEADER] {
        if let Some(credit) = self.credit.get_mut(stream as usize) {
            *credit = credit.saturating_sub(1);
        }
        header(DATA, stream)
    }

    pub(crate) fn close(stream: u32, out: &mut VecDeque<Bytes>) {
        const VOLUNTARY: u8 = 2;
        out.push_back(packet(CLOSE, stream, &[VOLUNTARY]));
    }

    pub(crate) fn take(&mut self, piece: &Piece<'_>, on: &mut dyn FnMut(u32, Event<'_>)) {
        let mut bytes = piece.bytes;
        let of_header = bytes.len().min(HEADER.saturating_sub(self.have));
        self.keep(&mut bytes, of_header);
        if self.have >= HEADER {
            if self.packet[0] == DATA {
                if !bytes.is_empty() {
                    on(self.stream(), Event::Data(bytes));
                }
            } else {
                let room = bytes.len().min(self.packet.len() - self.have);
                self.keep(&mut bytes, room);
            }
        }
        if piece.end {
            self.finish(on);
            self.have = 0;
        }
    }

    fn keep(&mut self, bytes: &mut &[u8], count: usize) {
        let (taken, rest) = bytes.split_at(count);
        self.packet[self.have..self.have + count].copy_from_slice(taken);
        self.have += count;
        *bytes = rest;
    }

    fn stream(&self) -> u32 {
        let [_, a, b, c, d, ..] = self.packet;
        u32::from_le_bytes([a, b, c, d])
    }

    fn finish(&mut self, on: &mut dyn FnMut(u32, Event<'_>)) {
        match (self.packet[0], self.have) {
            (CONTINUE, 9) => {
                let [.., a, b, c, d] = self.packet;
                let count = u32::from_le_bytes([a, b, c, d]);
                match self.stream() {
                    0 => self.window = Some(count),
                    stream => self.set_credit(stream, count),
                }
            }
            (CLOSE, HEADER..) => on(self.stream(), Event::Closed),
            _ => {}
        }
    }

    fn set_credit(&mut self, stream: u32, count: u32) {
        let at = stream as usize;
        if self.credit.len() <= at {
            self.credit.resize(at + 1, 0);
        }
        self.credit[at] = count;
    }
}

fn header(kind: u8, stream: u32) -> [u8; HEADER] {
    let [a, b, c, d] = stream.to_le_bytes();
    [kind, a, b, c, d]
}

fn packet(kind: u8, stream: u32, payload: &[u8]) -> Bytes {
    let mut bytes = header(kind, stream).to_vec();
    bytes.extend_from_slice(payload);
    frame::message(frame::BINARY, &bytes)
}

#[cfg(test)]
mod tests {
    use super::{Event, Wisp};
    use crate::client::frame::{BINARY, Piece};

    #[test]
    fn packets_are_read_however_they_are_cut() {
        let data = [2, 7, 0, 0, 0, b'h', b'i'];
        let more = [3, 7, 0, 0, 0, 64, 0, 0, 0];
        let close = [4, 7, 0, 0, 0, 2];
        for size in 1..10 {
            let mut wisp = Wisp::default();
            let mut received = Vec::new();
            let mut closed = false;
            for packet in [&data[..], &more, &close] {
                let mut parts = packet.chunks(size).peekable();
                while let Some(bytes) = parts.next() {
                    let end = parts.peek().is_none();
                    let opcode = BINARY;
                    wisp.take(&Piece { opcode, bytes, end }, &mut |stream, event| {
                        assert_eq!(stream, 7);
                        match event {
                            Event::Data(bytes) => received.extend_from_slice(bytes),
                            Event::Closed => closed = true,
                        }
                    });
                }
            }
            assert_eq!(received, b"hi");
            assert_eq!(wisp.credit(7), 64);
            assert!(closed);
        }
    }
}
