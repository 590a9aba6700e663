use std::net::SocketAddr;

use sockscope_protocol::{Seq, SocketId};

use super::headers::{Transport, headers};
use crate::recording::PIECE;

/// Section Header Block, and the byte order that it announces.
const SECTION: u32 = 0x0a0d_0d0a;
const BYTE_ORDER: u32 = 0x1a2b_3c4d;
/// Interface Description Block.
const INTERFACE: u32 = 1;
/// Enhanced Packet Block.
const PACKET: u32 = 6;

/// Options. 0 ends them.
const COMMENT: u16 = 1;
const SECTION_OS: u16 = 3;
const SECTION_APPLICATION: u16 = 4;
const INTERFACE_NAME: u16 = 2;
const INTERFACE_RESOLUTION: u16 = 9;

/// `LINKTYPE_RAW`: a packet begins with the header of IPv4 or IPv6.
const RAW: u8 = 101;

/// What a packet tells of where it comes from.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// The kernel took its payload from a socket.
    Sent(SocketId),
    /// The kernel gave its payload to a socket.
    Received(SocketId),
    /// It follows from the event.
    Inferred,
}

/// Writes the blocks of a file, piece by piece.
#[derive(Default)]
pub(super) struct Writer {
    pieces: Vec<Vec<u8>>,
    piece: Vec<u8>,
    /// Microseconds since 1970.
    time: u64,
    event: Seq,
}

impl Writer {
    /// What comes next happened at this time, with this event.
    pub(super) fn at(&mut self, time: u64, event: Seq) {
        (self.time, self.event) = (time, event);
    }

    /// Writes a packet. Of its payload, which was `size` bytes, `held` is at hand.
    pub(super) fn packet(
        &mut self,
        [from, to]: [SocketAddr; 2],
        transport: &Transport,
        (held, size): (&[u8], usize),
        source: Source,
    ) {
        let headers = headers(from, to, transport, held, size);
        let captured = headers.len() + held.len();
        let (socket, before) = match source {
            Source::Sent(socket) => (Some(socket), "sent by socket "),
            Source::Received(socket) => (Some(socket), "received by socket "),
            Source::Inferred => (None, "inferred from event "),
        };
        let mut comment = before.to_owned();
        if let Some(socket) = socket {
            comment += &socket.to_string();
            comment += ", event ";
        }
        comment += &self.event.to_string();
        let (high, low) = ((self.time >> 32) as u32, self.time as u32);
        let block = &mut self.piece;
        let begin = begin(block, PACKET);
        for number in [0, high, low, word(captured), word(headers.len() + size)] {
            block.extend_from_slice(&number.to_le_bytes());
        }
        block.extend_from_slice(&headers);
        block.extend_from_slice(held);
        pad(block);
        options(block, &[(COMMENT, comment.as_bytes())]);
        end(block, begin);
        if self.piece.len() > PIECE {
            self.pieces.push(std::mem::take(&mut self.piece));
        }
    }

    /// The file, which says this of itself.
    pub(super) fn finish(mut self, comment: &str, os: &str) -> Vec<Vec<u8>> {
        let mut first = Vec::new();
        let section = begin(&mut first, SECTION);
        first.extend_from_slice(&BYTE_ORDER.to_le_bytes());
        // Version 1.0; how long the section is, the blocks tell.
        first.extend_from_slice(&[1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
        let application = concat!("Sockscope ", env!("CARGO_PKG_VERSION"));
        let about = [
            (COMMENT, comment.as_bytes()),
            (SECTION_OS, os.as_bytes()),
            (SECTION_APPLICATION, application.as_bytes()),
        ];
        options(&mut first, &about);
        end(&mut first, section);
        let interface = begin(&mut first, INTERFACE);
        // Packets may have any length.
        first.extend_from_slice(&[RAW, 0, 0, 0, 0, 0, 0, 0]);
        // Times are in units of 10^-6 seconds.
        let about: [(u16, &[u8]); 2] =
            [(INTERFACE_NAME, b"sockscope"), (INTERFACE_RESOLUTION, &[6])];
        options(&mut first, &about);
        end(&mut first, interface);
        self.pieces.insert(0, first);
        self.pieces.push(self.piece);
        self.pieces
    }
}

/// Lengths in blocks have 32 bits.
fn word(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Begins a block: its type, and room for its length.
fn begin(to: &mut Vec<u8>, kind: u32) -> usize {
    to.extend_from_slice(&kind.to_le_bytes());
    to.extend_from_slice(&[0; 4]);
    to.len()
}

/// Ends it: its length, in front and here.
fn end(to: &mut Vec<u8>, begin: usize) {
    let length = word(to.len() - begin + 12).to_le_bytes();
    to[begin - 4..begin].copy_from_slice(&length);
    to.extend_from_slice(&length);
}

fn options(to: &mut Vec<u8>, all: &[(u16, &[u8])]) {
    for (code, value) in all {
        let value = &value[..value.len().min(usize::from(u16::MAX))];
        to.extend_from_slice(&code.to_le_bytes());
        to.extend_from_slice(&(value.len() as u16).to_le_bytes());
        to.extend_from_slice(value);
        pad(to);
    }
    to.extend_from_slice(&[0; 4]);
}

/// Everything begins at a multiple of four. So do pieces.
fn pad(to: &mut Vec<u8>) {
    to.resize(to.len().next_multiple_of(4), 0);
}
