//! A call in a sentence, for those who hear the stage.

use sockscope_frontend::model::{CallRecord, Direction, Model};
use sockscope_protocol::{CallId, Outcome, SocketId, Value};

use super::call_box::receives_stream;
use super::layout::Layout;
use super::segments;
use crate::i18n::Messages;
use crate::view::ticker::page_ms;
use crate::view::{format, names};

/// Pieces of a call whose other ends are looked up. A sentence about more would help nobody.
const PIECES: usize = 16;

/// Who is at the other ends of a call's bytes: their calls, and how many bytes.
struct Partner {
    direction: Direction,
    socket: SocketId,
    calls: Vec<CallId>,
    bytes: u64,
}

/// What the call is and how it ended, and which segments follow from that; `with_flows`: and where its
/// bytes came from or went.
pub(super) fn sentence(
    model: &Model,
    record: &CallRecord,
    code: &str,
    segments: Option<&str>,
    with_flows: bool,
    t: &Messages,
) -> String {
    let d = &t.diagram;
    let mut text = String::new();
    if let Some(socket) = record.socket {
        text += &names::by_id(model, socket, &t.stage);
        text += ": ";
    }
    text += code;
    text.push(' ');
    match &record.end {
        None if record.uncertain => text += t.stage.unknown_end,
        None => text += d.says_waits,
        Some(end) => {
            let what = match &end.outcome {
                Outcome::Ok(Value::Count(0)) if receives_stream(model, record) => {
                    d.says_nothing.to_owned()
                }
                Outcome::Ok(Value::Count(count)) => format::bytes(*count),
                outcome => format::outcome(outcome, &t.stage),
            };
            text += &(d.says_returned)(&what, &format::duration(end.took_us));
        }
    }
    if let Some(names) = segments {
        text += "; ";
        text += &(d.says_inferred)(names);
    }
    if with_flows {
        for partner in partners(model, record) {
            let says = match partner.direction {
                Direction::Sent => d.says_gave,
                Direction::Received => d.says_took,
            };
            let who = names::by_id(model, partner.socket, &t.stage);
            text += "; ";
            text += &says(&format::bytes(partner.bytes), partner.calls.len(), &who);
        }
    }
    text
}

/// What happened last, said at most once in so many milliseconds: who listens must be able to follow.
const EVERY_MS: f64 = 1_500.0;

/// What was said last, and when.
#[derive(Default)]
pub(super) struct Said {
    at_ms: f64,
    call: Option<CallId>,
    text: String,
}

impl Said {
    /// What is to be said of the newest call.
    pub(super) fn news(&mut self, model: &Model, layout: &Layout, t: &Messages) -> String {
        let (now, newest) = (page_ms(), layout.newest);
        let record = newest.and_then(|call| model.call(call));
        if let Some(record) = record.filter(|_| newest != self.call && now > self.at_ms + EVERY_MS)
        {
            self.at_ms = now;
            self.call = newest;
            let code = record.request.as_ref().map(format::call);
            let one = layout.find(record.id).and_then(|at| layout.boxes.get(at));
            let names = one.and_then(|one| segments::names(model, layout, one, record));
            self.text = sentence(model, record, &code.unwrap_or_default(), names, true, t);
        }
        self.text.clone()
    }
}

fn partners(model: &Model, record: &CallRecord) -> Vec<Partner> {
    let mut partners: Vec<Partner> = Vec::new();
    let socket = record.socket.and_then(|id| model.socket(id));
    let (Some(socket), Some(data)) = (socket, record.data) else {
        return partners;
    };
    for direction in [Direction::Sent, Direction::Received] {
        let pieces = socket.stream(direction).of_call(record.id, data);
        let pieces = pieces.take(PIECES).filter(|chunk| !chunk.flags.peek);
        for flow in pieces.flat_map(|chunk| model.flows(socket.id, direction, chunk.seq)) {
            let (other, seq) = match direction {
                Direction::Sent => (flow.to, flow.received),
                Direction::Received => (flow.from, flow.sent),
            };
            let far = model.chunk(other, direction.opposite(), seq);
            let Some(call) = far.map(|far| far.call) else {
                continue;
            };
            let known = |one: &Partner| one.socket == other && one.direction == direction;
            let index = partners.iter().position(known).unwrap_or_else(|| {
                partners.push(Partner {
                    direction,
                    socket: other,
                    calls: Vec::new(),
                    bytes: 0,
                });
                partners.len() - 1
            });
            if let Some(partner) = partners.get_mut(index) {
                partner.bytes += flow.bytes.end - flow.bytes.start;
                if !partner.calls.contains(&call) {
                    partner.calls.push(call);
                }
            }
        }
    }
    partners
}

#[cfg(test)]
#[path = "spoken_tests.rs"]
mod tests;
