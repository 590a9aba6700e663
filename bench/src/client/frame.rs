//! Frames of the WebSocket protocol (RFC 6455, section 5), as a client that is in a hurry has them:
//! one masking key for all, so that large payloads are masked once and sent many times.

use bytes::{BufMut as _, Bytes, BytesMut};

pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

/// Any key but zero: a server must not be spared its work.
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A payload's bytes as they travel behind a header of `offset` bytes.
pub(crate) fn masked(payload: &[u8], offset: usize) -> Bytes {
    payload
        .iter()
        .enumerate()
        .map(|(at, byte)| byte ^ KEY[(at + offset) % KEY.len()])
        .collect()
}

/// The beginning of a message, up to where a body of `body` bytes follows that is already masked.
pub(crate) fn head(opcode: u8, header: &[u8], body: usize) -> Bytes {
    const FINAL: u8 = 0x80;
    const MASKED: u8 = 0x80;
    let length = header.len() + body;
    let mut frame = BytesMut::with_capacity(14 + header.len());
    frame.put_u8(FINAL | opcode);
    if let (Ok(short), true) = (u8::try_from(length), length < 126) {
        frame.put_u8(MASKED | short);
    } else if let Ok(medium) = u16::try_from(length) {
        frame.put_u8(MASKED | 126);
        frame.put_u16(medium);
    } else {
        frame.put_u8(MASKED | 127);
        frame.put_u64(length as u64);
    }
    frame.put_slice(&KEY);
    frame.put_slice(&masked(header, 0));
    frame.freeze()
}

/// A whole message.
pub(crate) fn message(opcode: u8, payload: &[u8]) -> Bytes {
    head(opcode, payload, 0)
}

/// A part of a message; of a control frame, the whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// What the message is, also in the pieces and frames that continue it.
    pub(crate) opcode: u8,
    pub(crate) bytes: &'a [u8],
    /// Whether the message ends here.
    pub(crate) end: bool,
}

/// Reads a server's frames, which are not masked, without copying their payload.
#[derive(Default)]
pub(crate) struct Decoder {
    header: [u8; 10],
    /// How much of the header is there.
    have: usize,
    /// How much of the payload is still to come.
    left: u64,
    last: bool,
    opcode: u8,
    /// What a frame with opcode 0 continues.
    continued: u8,
    /// The payload of a control frame.
    control: Vec<u8>,
}

impl Decoder {
    pub(crate) fn decode(&mut self, mut input: &[u8], mut on: impl FnMut(Piece<'_>)) {
        while !input.is_empty() {
            if self.left == 0 {
                self.header[self.have] = input[0];
                self.have += 1;
                input = &input[1..];
                if !self.begin() || self.left > 0 {
                    continue;
                }
            }
            let here = usize::try_from(self.left).map_or(input.len(), |left| left.min(input.len()));
            let (bytes, rest) = input.split_at(here);
            input = rest;
            self.left -= here as u64;
            let (opcode, ends) = (self.opcode, self.left == 0);
            if opcode < CLOSE {
                let end = self.last && ends;
                on(Piece { opcode, bytes, end });
                continue;
            }
            self.control.extend_from_slice(bytes);
            if ends {
                let bytes = &self.control;
                let end = true;
                on(Piece { opcode, bytes, end });
                self.control.clear();
            }
        }
    }

    /// Whether the header is complete; then the payload begins.
    fn begin(&mut self) -> bool {
        let length = match self.header[1] & 0x7f {
            _ if self.have < 2 => return false,
            126 if self.have < 4 => return false,
            127 if self.have < 10 => return false,
            126 => u64::from(u16::from_be_bytes([self.header[2], self.header[3]])),
            127 => self.header[2..10]
                .iter()
                .fold(0, |length, byte| length << 8 | u64::from(*byte)),
            short => u64::from(short),
        };
        self.have = 0;
        self.left = length;
        self.last = self.header[0] & 0x80 != 0;
        self.opcode = match self.header[0] & 0x0f {
            0 => self.continued,
            control @ CLOSE.. => control,
            opcode => {
                self.continued = opcode;
                opcode
            }
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{BINARY, Decoder, KEY, PING, Piece, head, masked};

    #[test]
    fn a_head_and_a_masked_body_are_one_frame() {
        let body = masked(b"world", 6);
        let mut frame = head(BINARY, b"hello ", body.len()).to_vec();
        frame.extend_from_slice(&body);
        assert_eq!(frame[..2], [0x82, 0x80 | 11]);
        assert_eq!(frame[2..6], KEY);
        let plain: Vec<u8> = frame[6..]
            .iter()
            .zip(KEY.iter().cycle())
            .map(|(byte, key)| byte ^ key)
            .collect();
        assert_eq!(plain, b"hello world");
    }

    #[test]
    fn frames_are_read_however_they_are_cut() {
        let mut wire = vec![
            0x02, 3, b'a', b'b', b'c', 0x89, 2, b'o', b'k', 0x80, 126, 1, 0,
        ];
        wire.extend([b'd'; 256]);
        wire.extend([0x82, 0]);
        for size in 1..wire.len() {
            let mut decoder = Decoder::default();
            let mut messages = vec![Vec::new()];
            let mut pings = 0;
            for part in wire.chunks(size) {
                decoder.decode(part, |Piece { opcode, bytes, end }| match opcode {
                    PING => {
                        assert!(end && bytes == b"ok");
                        pings += 1;
                    }
                    _ => {
                        assert_eq!(opcode, BINARY);
                        if let Some(message) = messages.last_mut() {
                            message.extend_from_slice(bytes);
                        }
                        if end {
                            messages.push(Vec::new());
                        }
                    }
                });
            }
            assert_eq!(pings, 1);
            assert_eq!(messages.len(), 3);
            assert_eq!(messages[0].len(), 259);
            assert!(messages[0].starts_with(b"abcd"));
            assert!(messages[1].is_empty());
        }
    }
}
