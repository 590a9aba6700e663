//! The head of a frame (RFC 6455 section 5.2).

/// The longest head that a client sends: two bytes, a length of eight, a mask of four.
pub(super) const MAX_CLIENT_HEAD: usize = 14;
/// The longest head that a server sends.
pub(in crate::relay) const MAX_SERVER_HEAD: usize = 10;
/// The most payload of a control frame (section 5.5).
pub(in crate::relay) const MAX_CONTROL: usize = 125;

const FIN: u8 = 0x80;
const RESERVED: u8 = 0x70;
const OPCODE: u8 = 0x0f;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7f;
const TWO_BYTES: u8 = 126;
const EIGHT_BYTES: u8 = 127;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    fn of(number: u8) -> Option<Self> {
        Some(match number {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            _ => return None,
        })
    }

    fn number(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Text => 0x1,
            Self::Binary => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xa,
        }
    }

    pub(super) fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// The head of a client's frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) fin: bool,
    pub(super) opcode: Opcode,
    pub(super) length: u64,
    pub(super) mask: [u8; 4],
    /// How many bytes the head itself takes.
    pub(super) size: usize,
}

/// What no client may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed(pub(super) &'static str);

impl Head {
    /// Reads a head; `None` when more bytes are needed.
    pub(super) fn read(bytes: &[u8]) -> Result<Option<Self>, Malformed> {
        let &[first, second, ref rest @ ..] = bytes else {
            return Ok(None);
        };
        if first & RESERVED != 0 {
            return Err(Malformed(
                "a reserved bit is set, and no extension is in use",
            ));
        }
        let opcode = Opcode::of(first & OPCODE).ok_or(Malformed("an unknown kind of frame"))?;
        if second & MASKED == 0 {
            return Err(Malformed("a client's frames are masked"));
        }
        let (length, rest, size) = match second & LENGTH {
            TWO_BYTES => match rest.split_first_chunk() {
                Some((length, rest)) => (u16::from_be_bytes(*length).into(), rest, 8),
                None => return Ok(None),
            },
            EIGHT_BYTES => match rest.split_first_chunk() {
                Some((length, rest)) => (u64::from_be_bytes(*length), rest, 14),
                None => return Ok(None),
            },
            length => (length.into(), rest, 6),
        };
        let fin = first & FIN != 0;
        if opcode.is_control() && (!fin || length > MAX_CONTROL as u64) {
            return Err(Malformed(
                "a control frame is one frame of at most 125 bytes",
            ));
        }
        if length >> 63 != 0 {
            return Err(Malformed("a length has 63 bits"));
        }
        Ok(rest.first_chunk().map(|mask| Self {
            fin,
            opcode,
            length,
            mask: *mask,
            size,
        }))
    }
}

/// Writes the head of a server's whole message to the end of `room`, right before its payload;
/// returns how many bytes it takes.
pub(in crate::relay) fn write_head(
    room: &mut [u8; MAX_SERVER_HEAD],
    opcode: Opcode,
    length: usize,
) -> usize {
    let first = FIN | opcode.number();
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if short < TWO_BYTES => {
            room[8] = first;
            room[9] = short;
            2
        }
        (_, Ok(medium)) => {
            room[6] = first;
            room[7] = TWO_BYTES;
            room[8..].copy_from_slice(&medium.to_be_bytes());
            4
        }
        _ => {
            room[0] = first;
            room[1] = EIGHT_BYTES;
            room[2..].copy_from_slice(&(length as u64).to_be_bytes());
            MAX_SERVER_HEAD
        }
    }
}
