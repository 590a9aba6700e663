//! What comes from a client, taken apart.

use bytes::Buf as _;

use super::batch::Batches;
use super::plain::Plain;
use super::wisp::{After, Wisp};
use super::{Awaits, Connection, Framing};
use crate::relay::reactor::Context;
use crate::relay::websocket::{Opcode, Piece, code};

/// How much is read at once of a WebSocket that is one stream. If its target takes nothing of it, it is
/// held, with what was held before.
const OF_ONLY: usize = 512 * 1024;

/// What the messages on a WebSocket mean.
#[derive(Debug)]
pub(super) enum Protocol {
    Wisp(Wisp),
    Plain(Plain),
}

impl Connection {
    /// Reads from the WebSocket, once.
    pub(super) fn read(&mut self, context: &mut Context) {
        if !self.may_read() {
            return;
        }
        let mut input = std::mem::take(&mut context.input);
        let most = match self.link.framing {
            Framing::Wisp => input.len(),
            Framing::Plain => OF_ONLY,
        };
        let result = if self.early.is_empty() {
            self.link.read(&mut input[..most])
        } else {
            let length = self.early.len().min(most);
            self.early.copy_to_slice(&mut input[..length]);
            Ok(length)
        };
        match result {
            Ok(0) => self.link.close(),
            Ok(_) if self.deaf => {}
            Ok(length) => self.digest(&mut input[..length], context),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => {
                tracing::debug!(parent: &self.span, "cannot read from the client: {error}");
                self.link.close();
            }
        }
        context.input = input;
    }

    fn digest(&mut self, input: &mut [u8], context: &mut Context) {
        let mut batches = context.batches.take().unwrap_or_else(Batches::new);
        let mut at = 0;
        while !self.deaf {
            match self.reader.next(input, &mut at) {
                Ok(Some(piece)) => self.take(piece, input, &mut batches, context),
                Ok(None) => break,
                Err(violation) => {
                    batches.settle(input, &mut self.streams, &mut self.link, context);
                    tracing::debug!(parent: &self.span, "{}", violation.message);
                    self.leave(violation.code, violation.message, context);
                }
            }
        }
        batches.settle(input, &mut self.streams, &mut self.link, context);
        context.batches = Some(batches);
    }

    fn take(&mut self, piece: Piece, input: &[u8], batches: &mut Batches, context: &mut Context) {
        let (link, streams) = (&mut self.link, &mut self.streams);
        let data = match piece {
            Piece::Data(data) => data,
            Piece::Pong => return,
            Piece::Ping(payload) => {
                return link.control(context, Opcode::Pong, payload.bytes());
            }
            Piece::Close(status) => {
                batches.settle(input, streams, link, context);
                return self.leave(status.unwrap_or(code::NORMAL), "", context);
            }
        };
        let from = (input, batches);
        let wisp = match &mut self.protocol {
            Protocol::Plain(plain) => return plain.data(data, from, streams, link, context),
            Protocol::Wisp(wisp) => wisp,
        };
        match wisp.data(data, from, streams, link, context) {
            After::GoOn => {}
            After::LetIn => {
                self.place.slot.let_in();
                if matches!(self.awaits, Some(Awaits::Handshake)) {
                    self.wait_no_more(context);
                }
            }
            After::Leave(code, message) => self.leave(code, message, context),
        }
    }
}
