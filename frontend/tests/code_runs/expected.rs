//! What the sockets of a session received, and what a program printed.

use std::collections::BTreeMap;

use sockscope_frontend::code::Program;
use sockscope_frontend::model::Model;
use sockscope_protocol::{Call, SocketType};

/// What was received, by the names that the program has for its sockets. Datagrams are ended by a
/// line, so that their borders count, too.
#[derive(Debug, Default, PartialEq, Clone)]
pub(crate) struct Received {
    /// What was printed as text or as hex.
    pub(crate) shown: BTreeMap<String, Vec<u8>>,
    /// How many bytes in all.
    pub(crate) count: BTreeMap<String, usize>,
    /// Calls that failed: `client connect`.
    pub(crate) failed: Vec<String>,
}

/// The border of a datagram.
const BORDER: &[u8] = b"|\n";

/// What the session says.
pub(crate) fn of_session(model: &Model, program: &Program, long: bool) -> Received {
    let mut all = Received::default();
    for (id, name) in program
        .sockets
        .iter()
        .filter_map(|id| Some((id, program.name_of(*id)?)))
    {
        let socket = model.socket(*id).unwrap();
        for chunk in socket.received.chunks() {
            let call = model.call(chunk.call).unwrap();
            // What is too long is only counted.
            let shown = all.shown.entry(name.to_owned()).or_default();
            if !long {
                shown.extend_from_slice(&chunk.payload);
                if socket.kind == Some(SocketType::Datagram) {
                    shown.extend_from_slice(BORDER);
                }
            }
            assert!(call.request.is_some());
            *all.count.entry(name.to_owned()).or_default() += chunk.payload.len();
        }
    }
    let mut calls: Vec<_> = model
        .calls()
        .filter(|call| program.calls().contains(&call.id))
        .collect();
    calls.sort_by_key(|call| match call.request {
        // They take effect when they are made.
        Some(Call::SendAll { .. }) => call.seq,
        _ => call.end.as_ref().unwrap().seq,
    });
    for call in calls {
        let name = call.socket.and_then(|socket| program.name_of(socket));
        if call.value().is_none() {
            all.failed
                .push(format!("{} {}", name.unwrap(), call.name().unwrap()));
        }
    }
    all
}

/// What a program says: `conn received 5: hello`, `client connect: ECONNREFUSED`.
pub(crate) fn of_output(output: &[u8], model: &Model, program: &Program, long: bool) -> Received {
    let mut all = Received::default();
    let mut rest = output;
    while !rest.is_empty() {
        let end = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .unwrap_or(rest.len());
        let line = String::from_utf8_lossy(&rest[..end]).into_owned();
        let mut words = line.splitn(3, ' ');
        let (name, verb) = (words.next().unwrap(), words.next().unwrap_or_default());
        if verb != "received" {
            // `conn sent 5`, `getaddrinfo: ...`, and what is asked of a socket, say no failure.
            let call = verb.trim_end_matches(':');
            let address = matches!(call, "getpeername" | "getsockname");
            let asked = address && !line.contains("ENOTCONN") && !line.contains(" not connected");
            let asked = asked || call.starts_with("SO_") || call.starts_with("TCP_");
            if verb != "sent" && !asked && !name.ends_with(':') {
                all.failed.push(format!("{name} {call}"));
            }
            rest = &rest[(end + 1).min(rest.len())..];
            continue;
        }
        let digits = line.len() - words.next().unwrap().len();
        let digits_end = rest[digits..]
            .iter()
            .position(|byte| !byte.is_ascii_digit());
        let digits_end = digits + digits_end.unwrap_or(rest.len() - digits);
        let count: usize = std::str::from_utf8(&rest[digits..digits_end])
            .unwrap()
            .parse()
            .unwrap();
        *all.count.entry(name.to_owned()).or_default() += count;
        let shown = all.shown.entry(name.to_owned()).or_default();
        let socket = program
            .sockets
            .iter()
            .find(|id| program.name_of(**id) == Some(name))
            .unwrap();
        let datagram = model.socket(*socket).unwrap().is_datagram();
        rest = &rest[digits_end..];
        if let Some(text) = rest.strip_prefix(b": ") {
            let all_there = text.len() > count && text[count] == b'\n';
            let bytes = if all_there {
                text[..count].to_vec()
            } else {
                hex(&line[digits_end + 1..])
            };
            if !long {
                shown.extend_from_slice(&bytes);
            }
            let used = if all_there {
                count
            } else {
                line.len() - digits_end - 2
            };
            rest = &text[used..];
        } else if let Some(text) = rest.strip_prefix(b":") {
            // C's hex.
            shown.extend(hex(&line[digits_end + 1..]));
            rest = &text[line.len() - digits_end - 1..];
        }
        if datagram && !long {
            shown.extend_from_slice(BORDER);
        }
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    // The end of a stream brings nothing.
    all.shown
        .retain(|name, shown| !shown.is_empty() || all.count[name] > 0);
    all.count.retain(|_, count| *count > 0);
    all
}

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}
