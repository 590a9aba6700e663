//! A log in pieces, each as compact as the wire brought it: a reload reads them again.
//!
//! What is packed of an event is its message, after its length and that of its payload (little-endian,
//! 32 bits each). The message of an event that carries bytes is the header alone; the payloads of a
//! piece stand one after another beside it, so that they can give way without their events.

use bytes::Bytes;
use sockscope_protocol::{
    Event, EventBody, HEADER_LEN, Seq, ServerMessage, decode_event, encode_data,
    parse_server_message,
};

use super::Log;
use super::log::{Line, omit};
use crate::model::Model;

/// Some events of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packed {
    /// The number of the first.
    pub first: Seq,
    /// The number of the last.
    pub last: Seq,
    /// Their messages.
    pub events: Vec<u8>,
    /// The bytes that they carry.
    pub payload: Vec<u8>,
}

impl Packed {
    /// How many bytes it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.events.len() + self.payload.len()
    }

    fn push(&mut self, line: &Line) {
        let frame = encode_data(&line.event).unwrap_or_default();
        let (message, payload) = match &line.text {
            Some(text) => (text.as_bytes(), &[][..]),
            None => frame.split_at(HEADER_LEN.min(frame.len())),
        };
        for part in [message, payload] {
            // No message is longer than the bridge's limit, which has 32 bits.
            let len = u32::try_from(part.len()).unwrap_or(u32::MAX);
            self.events.extend_from_slice(&len.to_le_bytes());
        }
        self.events.extend_from_slice(message);
        self.payload.extend_from_slice(payload);
        if self.first == Seq(0) {
            self.first = line.event.seq;
        }
        self.last = line.event.seq;
    }
}

impl Log {
    /// Packs events behind a number until they take `size` bytes; none where there are none.
    #[must_use]
    pub fn pack(&self, after: Seq, size: usize) -> Option<Packed> {
        let mut packed = Packed::default();
        for line in self.lines_after(after) {
            if packed.size() >= size {
                break;
            }
            packed.push(line);
        }
        (packed.last > Seq(0)).then_some(packed)
    }

    /// Begins with the greeting that a former page had; false where that is none.
    pub fn greet_again(&mut self, greeting: &str) -> bool {
        match parse_server_message(greeting) {
            Ok(ServerMessage::Welcome(welcome)) => {
                *self = Self::default();
                self.greet(&welcome, greeting);
                true
            }
            _ => false,
        }
    }

    /// Takes packed events, and folds them. Those whose `payload` has given way say so.
    pub fn unpack(&mut self, events: &[u8], payload: Option<&[u8]>, model: &mut Model) {
        let mut rest = (events, payload);
        while let Some((event, text)) = next(&mut rest) {
            let Some(event) = event.filter(|event| event.seq > self.last()) else {
                continue;
            };
            self.push(event.clone(), text);
            model.apply(crate::model::Entry::Event(event));
        }
    }
}

type Unread<'a> = (&'a [u8], Option<&'a [u8]>);

/// The next event and its text; no event where it is of a later release.
fn next<'a>((events, payloads): &mut Unread<'a>) -> Option<(Option<Event>, Option<&'a str>)> {
    let len = length(events)?;
    let carried = length(events)?;
    let (message, rest) = events.split_at_checked(len)?;
    *events = rest;
    let payload = match payloads {
        Some(all) => {
            let (payload, rest) = all.split_at_checked(carried)?;
            *payloads = Some(rest);
            Some(payload)
        }
        None => None,
    };
    if message.first() == Some(&b'{') {
        let text = std::str::from_utf8(message).ok()?;
        let event = match parse_server_message(text) {
            Ok(ServerMessage::Event(event)) => Some(event),
            _ => None,
        };
        return Some((event, Some(text)));
    }
    let mut frame = message.to_vec();
    match payload {
        Some(payload) => frame.extend_from_slice(payload),
        None => frame.resize(len + carried, 0),
    }
    let mut event = decode_event(Bytes::from(frame)).ok();
    if let Some(EventBody::Sent(data) | EventBody::Received(data)) =
        event.as_mut().map(|event| &mut event.body)
        && payload.is_none()
    {
        omit(data);
    }
    Some((event, None))
}

fn length(from: &mut &[u8]) -> Option<usize> {
    let (len, rest) = from.split_first_chunk()?;
    *from = rest;
    usize::try_from(u32::from_le_bytes(*len)).ok()
}
