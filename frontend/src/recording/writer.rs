use std::fmt::Write as _;

use sockscope_protocol::{Data, DataFlags, EventBody, Seq, base64};

use super::log::Line;
use super::{BEGINNING, FORMAT_VERSION, Log, PIECE};

impl Log {
    /// The text of its file, piece by piece; none of a page that no bridge has greeted.
    #[must_use]
    pub fn write(&self) -> Vec<String> {
        let mut pieces = Vec::new();
        let mut after = None;
        while let Some((piece, last)) = self.piece(after) {
            pieces.push(piece);
            after = Some(last);
        }
        pieces
    }

    /// The next piece of its file, with the last event in it: the one behind an event, or the first
    /// one. None where nothing has come since.
    #[must_use]
    pub fn piece(&self, after: Option<Seq>) -> Option<(String, Seq)> {
        let greeting = self.greeting().strip_prefix('{')?;
        let mut last = after.unwrap_or_default();
        let mut piece = match after {
            None => format!("{BEGINNING}{FORMAT_VERSION},{greeting}\n"),
            Some(_) => String::new(),
        };
        for line in self.held_after(last) {
            let (seq, next) = (line.event.seq, last.next());
            if seq > next {
                let before = seq.0 - 1;
                piece +=
                    &format!("{{\"kind\":\"truncated\",\"first\":{next},\"last\":{before}}}\n");
            }
            last = seq;
            write(line, &mut piece);
            if piece.len() > PIECE {
                break;
            }
        }
        (!piece.is_empty()).then_some((piece, last))
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
