use std::fmt::Write as _;

use sockscope_protocol::{Data, DataFlags, EventBody, Seq, base64};

use super::log::Line;
use super::{BEGINNING, FORMAT_VERSION, Log, PIECE};

impl Log {
    /// The text of its file, piece by piece; none of a page that no bridge has greeted.
    #[must_use]
    pub fn write(&self) -> Vec<String> {
        let mut pieces = Vec::new();
        let Some(greeting) = self.greeting().strip_prefix('{') else {
            return pieces;
        };
        let mut piece = format!("{BEGINNING}{FORMAT_VERSION},{greeting}\n");
        let mut next = Seq(1);
        for line in self.held() {
            let seq = line.event.seq;
            if seq > next {
                let last = seq.0 - 1;
                piece += &format!("{{\"kind\":\"truncated\",\"first\":{next},\"last\":{last}}}\n");
            }
            next = seq.next();
            write(line, &mut piece);
            if piece.len() > PIECE {
                pieces.push(std::mem::take(&mut piece));
            }
        }
        pieces.push(piece);
        pieces
    }
}

/// Writes the line of an event, unless it carries no bytes and its text is not at hand.
fn write(line: &Line, to: &mut String) {
    let (kind, data) = match (&line.event.body, &line.text) {
        (_, Some(text)) => {
            to.push_str(text);
            to.push('\n');
            return;
        }
        (EventBody::Sent(data), _) => ("sent", data),
        (EventBody::Received(data), _) => ("received", data),
        _ => return,
    };
    let Data {
        call,
        socket,
        offset,
        flags,
        size,
        address,
        payload,
    } = data;
    let (seq, time) = (line.event.seq, line.event.time);
    // Nothing can fail that writes into a string.
    let _ = write!(
        to,
        "{{\"kind\":\"event\",\"seq\":{seq},\"time\":{time},\"event\":{{\"type\":\"{kind}\",\"call\":{call},\
         \"socket\":{socket},\"offset\":{offset},\"size\":{size}"
    );
    let mut before = ",\"flags\":[\"";
    for (name, set) in DataFlags::NAMES.into_iter().zip(flags.set()) {
        if set {
            let _ = write!(to, "{before}{name}\"");
            before = ",\"";
        }
    }
    if before.len() < 3 {
        to.push(']');
    }
    if let Some(address) = address {
        let _ = write!(to, ",\"address\":\"{address}\"");
    }
    to.push_str(",\"payload\":\"");
    base64::encode(payload, to);
    to.push_str("\"}}\n");
}
