//! A client's frames, taken apart as they arrive.

use std::ops::Range;

use super::code;
use super::head::{Head, MAX_CLIENT_HEAD, MAX_CONTROL, Malformed, Opcode};
use super::mask::unmask;

/// Where in the stream of frames a client is.
#[derive(Debug)]
pub(in crate::relay) struct Reader {
    /// A head that is cut in two by the end of a read.
    partial: [u8; MAX_CLIENT_HEAD],
    partial_len: u8,
    /// The frame that is being read.
    frame: Option<Frame>,
    /// Whether a message is under way, and none of its bytes have been handed out.
    message: Message,
    control: Control,
}

#[derive(Debug)]
struct Frame {
    opcode: Opcode,
    fin: bool,
    left: u64,
    mask: [u8; 4],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Message {
    None,
    Begins,
    GoesOn,
}

/// The payload of a control frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::relay) struct Control {
    bytes: [u8; MAX_CONTROL],
    len: u8,
}

impl Control {
    const EMPTY: Self = Self {
        bytes: [0; MAX_CONTROL],
        len: 0,
    };

    pub(in crate::relay) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len.into()]
    }

    fn push(&mut self, bytes: &[u8]) {
        let len = usize::from(self.len);
        // A head that says more was refused.
        self.bytes[len..len + bytes.len()].copy_from_slice(bytes);
        self.len += u8::try_from(bytes.len()).unwrap_or(0);
    }
}

/// A piece of a binary message: these bytes of the input, unmasked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::relay) struct Data {
    pub(in crate::relay) range: Range<usize>,
    /// It begins a message.
    pub(in crate::relay) first: bool,
    /// It ends the message.
    pub(in crate::relay) last: bool,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::relay) enum Piece {
    Data(Data),
    Ping(Control),
    Pong,
    /// With the status code, where there is one.
    Close(Option<u16>),
}

/// Why a WebSocket cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) struct Violation {
    /// The status code of the close frame.
    pub(in crate::relay) code: u16,
    pub(in crate::relay) message: &'static str,
}

impl From<Malformed> for Violation {
    fn from(Malformed(message): Malformed) -> Self {
        Self {
            code: code::PROTOCOL,
            message,
        }
    }
}

impl Reader {
    pub(in crate::relay) fn new() -> Self {
        Self {
            partial: [0; MAX_CLIENT_HEAD],
            partial_len: 0,
            frame: None,
            message: Message::None,
            control: Control::EMPTY,
        }
    }

    /// Takes the next piece from `input` at `*at`, which moves on behind it. Without a piece, all of
    /// the input is taken.
    pub(in crate::relay) fn next(
        &mut self,
        input: &mut [u8],
        at: &mut usize,
    ) -> Result<Option<Piece>, Violation> {
        loop {
            let Some(frame) = &mut self.frame else {
                match self.head(&input[*at..])? {
                    (taken, Some(head)) => {
                        *at += taken;
                        self.begin(head)?;
                        continue;
                    }
                    (taken, None) => {
                        *at += taken;
                        return Ok(None);
                    }
                }
            };
            let available = input.len() - *at;
            let left = usize::try_from(frame.left).unwrap_or(usize::MAX);
            let range = *at..*at + left.min(available);
            if range.is_empty() && left > 0 {
                return Ok(None);
            }
            *at = range.end;
            unmask(&mut input[range.clone()], &mut frame.mask);
            frame.left -= range.len() as u64;
            let (opcode, ends, fin) = (frame.opcode, frame.left == 0, frame.fin);
            if ends {
                self.frame = None;
            }
            if opcode.is_control() {
                self.control.push(&input[range]);
                if ends {
                    return self.controlled(opcode).map(Some);
                }
                return Ok(None);
            }
            let last = ends && fin;
            let first = self.message == Message::Begins;
            self.message = if last { Message::None } else { Message::GoesOn };
            return Ok(Some(Piece::Data(Data { range, first, last })));
        }
    }

    /// Reads a head, and says how many bytes it took of the input.
    fn head(&mut self, input: &[u8]) -> Result<(usize, Option<Head>), Malformed> {
        let before = usize::from(self.partial_len);
        if before == 0
            && let Some(head) = Head::read(input)?
        {
            return Ok((head.size, Some(head)));
        }
        let more = input.len().min(MAX_CLIENT_HEAD - before);
        self.partial[before..before + more].copy_from_slice(&input[..more]);
        if let Some(head) = Head::read(&self.partial[..before + more])? {
            self.partial_len = 0;
            return Ok((head.size - before, Some(head)));
        }
        self.partial_len = u8::try_from(before + more).unwrap_or(0);
        Ok((more, None))
    }

    fn begin(&mut self, head: Head) -> Result<(), Violation> {
        match head.opcode {
            Opcode::Continuation if self.message == Message::None => {
                return Err(Malformed("nothing to continue").into());
            }
            Opcode::Binary if self.message != Message::None => {
                return Err(Malformed("a message begins within another").into());
            }
            Opcode::Text => {
                return Err(Violation {
                    code: code::UNSUPPORTED,
                    message: "messages are binary",
                });
            }
            Opcode::Binary => self.message = Message::Begins,
            Opcode::Continuation => {}
            Opcode::Close | Opcode::Ping | Opcode::Pong => self.control = Control::EMPTY,
        }
        self.frame = Some(Frame {
            opcode: head.opcode,
            fin: head.fin,
            left: head.length,
            mask: head.mask,
        });
        Ok(())
    }

    fn controlled(&mut self, opcode: Opcode) -> Result<Piece, Violation> {
        Ok(match (opcode, self.control.bytes()) {
            (Opcode::Ping, _) => Piece::Ping(self.control.clone()),
            (Opcode::Close, []) => Piece::Close(None),
            (Opcode::Close, [_]) => return Err(Malformed("half a status code").into()),
            (Opcode::Close, &[high, low, ..]) => {
                Piece::Close(Some(u16::from_be_bytes([high, low])))
            }
            _ => Piece::Pong,
        })
    }
}
