//! What is spoken on a connection.

use std::{collections::VecDeque, net::SocketAddr};

use bytes::Bytes;

use super::{
    Event,
    frame::{self, Decoder},
    session::{self, Session},
    wisp::{self, Wisp},
};

/// What is sent with a payload that is sent often.
const PACKET: usize = 64 * 1024;

/// What is spoken on a connection, with its state.
pub(crate) enum Protocol {
    /// Bytes; the connection is the stream.
    Plain,
    /// Binary messages whose payload is the stream's.
    WebSocket(Decoder),
    Wisp(Decoder, Wisp),
    Session(Decoder, Box<Session>),
}

/// A payload, masked as the protocol wants it.
#[derive(Clone)]
pub(crate) struct Body(Bytes);

impl Protocol {
    /// The size of payload that suits.
    pub(crate) fn packet(&self) -> usize {
        match self {
            Self::Session(..) => session::PACKET,
            _ => PACKET,
        }
    }

    /// Prepares a payload.
    pub(crate) fn body(&self, payload: &[u8]) -> Body {
        Body(match self {
            Self::Plain => Bytes::copy_from_slice(payload),
            Self::WebSocket(_) => frame::masked(payload, 0),
            Self::Wisp(..) => frame::masked(payload, wisp::HEADER),
            Self::Session(..) => frame::masked(payload, session::HEADER),
        })
    }

    /// How many payloads may be sent on a stream now.
    pub(crate) fn credit(&self, stream: u32) -> u32 {
        match self {
            Self::Plain | Self::WebSocket(_) => u32::MAX,
            Self::Wisp(_, wisp) => wisp.credit(stream),
            Self::Session(_, session) => session.credit(stream),
        }
    }

    pub(super) fn is_ready(&self) -> bool {
        match self {
            Self::Plain | Self::WebSocket(_) => true,
            Self::Wisp(_, wisp) => wisp.is_ready(),
            Self::Session(_, session) => session.is_ready(),
        }
    }

    /// What the relay did that makes this no measurement.
    pub(super) fn fault(&self) -> Option<&str> {
        match self {
            Self::Session(_, session) => session.fault(),
            _ => None,
        }
    }

    pub(super) fn open(&mut self, stream: u32, target: SocketAddr, out: &mut VecDeque<Bytes>) {
        match self {
            Self::Plain | Self::WebSocket(_) => {}
            Self::Wisp(_, wisp) => wisp.open(stream, target, out),
            Self::Session(_, session) => session.open(stream, target, out),
        }
    }

    pub(super) fn send(&mut self, stream: u32, body: &Body, out: &mut VecDeque<Bytes>) {
        let length = body.0.len();
        match self {
            Self::Plain => {}
            Self::WebSocket(_) => out.push_back(frame::head(frame::BINARY, &[], length)),
            Self::Wisp(_, wisp) => {
                out.push_back(frame::head(frame::BINARY, &wisp.data(stream), length));
            }
            Self::Session(_, session) => {
                let header = session.data(stream, length);
                out.push_back(frame::head(frame::BINARY, &header, length));
            }
        }
        out.push_back(body.0.clone());
    }

    /// Ends a stream. Plain streams end with their connection.
    pub(super) fn close(&mut self, stream: u32, out: &mut VecDeque<Bytes>) {
        const NORMAL: [u8; 2] = 1000_u16.to_be_bytes();
        match self {
            Self::Plain => {}
            Self::WebSocket(_) => out.push_back(frame::message(frame::CLOSE, &NORMAL)),
            Self::Wisp(..) => Wisp::close(stream, out),
            Self::Session(_, session) => session.close(stream, out),
        }
    }

    pub(super) fn decode(
        &mut self,
        input: &[u8],
        out: &mut VecDeque<Bytes>,
        on: &mut dyn FnMut(u32, Event<'_>),
    ) {
        let (decoder, mut mux) = match self {
            Self::Plain => return on(0, Event::Data(input)),
            Self::WebSocket(decoder) => (decoder, Mux::None),
            Self::Wisp(decoder, wisp) => (decoder, Mux::Wisp(wisp)),
            Self::Session(decoder, session) => (decoder, Mux::Session(session)),
        };
        decoder.decode(input, |piece| match (piece.opcode, &mut mux) {
            (frame::PING, _) => out.push_back(frame::message(frame::PONG, piece.bytes)),
            (frame::CLOSE, Mux::None) => on(0, Event::Closed),
            (frame::CLOSE.., _) => {}
            (_, Mux::None) if !piece.bytes.is_empty() => on(0, Event::Data(piece.bytes)),
            (_, Mux::None) => {}
            (_, Mux::Wisp(wisp)) => wisp.take(&piece, on),
            (_, Mux::Session(session)) => session.take(&piece, out, on),
        });
    }
}

/// What is inside of the messages.
enum Mux<'a> {
    None,
    Wisp(&'a mut Wisp),
    Session(&'a mut Session),
}
