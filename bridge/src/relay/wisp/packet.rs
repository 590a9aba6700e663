//! Packets: a kind, a stream's id, a payload. All numbers are little-endian.

use super::Reason;

/// Kind and id.
pub(in crate::relay) const HEADER: usize = 5;

/// The longest packet that is looked at as a whole; payload of TCP is not. A datagram is the longest
/// (65,507 bytes over IPv4, RFC 768).
pub(in crate::relay) const MAX_PACKET: usize = 0xffff;

/// What a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) enum Kind {
    Connect,
    Data,
    Continue,
    Close,
    Info,
    Unknown(u8),
}

impl Kind {
    fn of(number: u8) -> Self {
        match number {
            1 => Self::Connect,
            2 => Self::Data,
            3 => Self::Continue,
            4 => Self::Close,
            5 => Self::Info,
            other => Self::Unknown(other),
        }
    }

    fn number(self) -> u8 {
        match self {
            Self::Connect => 1,
            Self::Data => 2,
            Self::Continue => 3,
            Self::Close => 4,
            Self::Info => 5,
            Self::Unknown(other) => other,
        }
    }
}

/// The header of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) struct Packet {
    pub(in crate::relay) kind: Kind,
    pub(in crate::relay) stream: u32,
}

impl Packet {
    pub(in crate::relay) fn read(&[kind, a, b, c, d]: &[u8; HEADER]) -> Self {
        Self {
            kind: Kind::of(kind),
            stream: u32::from_le_bytes([a, b, c, d]),
        }
    }
}

pub(in crate::relay) fn header(kind: Kind, stream: u32) -> [u8; HEADER] {
    let [a, b, c, d] = stream.to_le_bytes();
    [kind.number(), a, b, c, d]
}

pub(in crate::relay) fn close_packet(stream: u32, reason: Reason) -> [u8; HEADER + 1] {
    let [kind, a, b, c, d] = header(Kind::Close, stream);
    [kind, a, b, c, d, reason.number()]
}

pub(in crate::relay) fn continue_packet(stream: u32, packets: u32) -> [u8; HEADER + 4] {
    let [kind, a, b, c, d] = header(Kind::Continue, stream);
    let [e, f, g, h] = packets.to_le_bytes();
    [kind, a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_have_the_published_form() {
        let bytes = [2, 0x78, 0x56, 0x34, 0x12];
        let packet = Packet::read(&bytes);
        assert_eq!(packet.kind, Kind::Data);
        assert_eq!(packet.stream, 0x1234_5678);
        assert_eq!(header(packet.kind, packet.stream), bytes);
        assert_eq!(close_packet(7, Reason::Refused), [4, 7, 0, 0, 0, 0x44]);
        assert_eq!(continue_packet(0, 258), [3, 0, 0, 0, 0, 2, 1, 0, 0]);
    }
}
