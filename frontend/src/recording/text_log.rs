use sockscope_protocol::{
    Call, CallId, Data, Endpoint, EventBody, Observation, Outcome, PeerGone, Seq, Value,
};

use super::{Log, PIECE};
use crate::bytes::show_text;
use crate::sorted::Map;

/// Bytes of a payload that its line shows.
const SHOWN: usize = 256;

impl Log {
    /// The session as text for people, piece by piece, a line for every event: time in seconds, number,
    /// what happened. Calls are counted from 1: the numbers that clients give them mean nothing to
    /// people. Always English, as the names of calls and errors are.
    #[must_use]
    pub fn text(&self) -> Vec<String> {
        let mut pieces = Vec::new();
        let mut piece = String::new();
        let mut next = Seq(1);
        let mut calls = Calls::default();
        for event in self.events() {
            if event.seq > next {
                let last = (event.seq.0 - 1).to_string();
                let first = next.to_string();
                add(
                    &mut piece,
                    &["# missing: events ", &first, " to ", &last, "\n"],
                );
            }
            next = event.seq.next();
            let (seconds, us) = (event.time / 1_000_000, event.time % 1_000_000);
            let mut line = format!("{seconds:>6}.{us:06} {:>6}  ", event.seq.0);
            describe(&event.body, &mut calls, &mut line);
            // What somebody else has written may hold them.
            add(&mut piece, &[&line.replace(['\r', '\n'], " "), "\n"]);
            if piece.len() > PIECE {
                pieces.push(std::mem::take(&mut piece));
            }
        }
        pieces.push(piece);
        pieces
    }
}

/// The calls, counted as they come up.
#[derive(Default)]
struct Calls(Map<u64, usize>);

impl Calls {
    fn number(&mut self, call: CallId) -> String {
        let next = self.0.len() + 1;
        self.0.get_or_insert_with(call.0, || next).to_string()
    }
}

fn describe(body: &EventBody, calls: &mut Calls, to: &mut String) {
    match body {
        EventBody::Called { call, request } => {
            let call = calls.number(*call);
            add(to, &["call ", &call, "  ", request.name(), "("]);
            if let Some(socket) = request.socket() {
                add(to, &["socket ", &socket.to_string()]);
            }
            arguments(request, to);
            to.push(')');
        }
        EventBody::Returned {
            call,
            took_us,
            outcome,
            ..
        } => {
            add(to, &["call ", &calls.number(*call), "  -> "]);
            result(outcome, to);
            add(to, &[" after ", &took_us.to_string(), " us"]);
        }
        EventBody::Sent(data) => moved("sent", data, &calls.number(data.call), to),
        EventBody::Received(data) => moved("received", data, &calls.number(data.call), to),
        EventBody::Observed { socket, kernel } => {
            add(to, &["socket ", &socket.to_string(), "  kernel:"]);
            observed(kernel, to);
        }
        EventBody::PeerGone { socket, how } => {
            let how = match how {
                PeerGone::Fin => "  the peer sends no more (FIN)",
                PeerGone::Reset => "  the connection was reset (RST)",
            };
            add(to, &["socket ", &socket.to_string(), how]);
        }
        EventBody::Closed { socket, .. } => add(to, &["socket ", &socket.to_string(), "  closed"]),
    }
}

fn add(to: &mut String, pieces: &[&str]) {
    for piece in pieces {
        to.push_str(piece);
    }
}

fn endpoint(address: &Endpoint) -> String {
    [&address.host, " ", &address.port.to_string()].concat()
}

/// What follows the socket.
fn arguments(request: &Call, to: &mut String) {
    let (more, flags) = match request {
        Call::Socket { family, kind } => {
            add(to, &[family.name(), ", ", kind.name()]);
            return;
        }
        Call::GetAddrInfo { host, port, .. } => {
            add(to, &[host, ", ", &port.to_string()]);
            return;
        }
        Call::Bind { address, .. } | Call::Connect { address, .. } => (endpoint(address), None),
        Call::Listen { backlog, .. } => (backlog.to_string(), None),
        Call::Send { length, .. } | Call::SendAll { length, .. } => {
            ([&length.to_string(), " bytes"].concat(), None)
        }
        Call::SendTo {
            address, length, ..
        } => {
            let length = length.to_string();
            ([&length, " bytes to ", &endpoint(address)].concat(), None)
        }
        Call::Recv { size, flags, .. } | Call::RecvFrom { size, flags, .. } => {
            (size.to_string(), Some(flags))
        }
        Call::Stream { size, .. } => (size.to_string(), None),
        Call::Shutdown { how, .. } => (how.name().to_owned(), None),
        Call::GetSockOpt { option, .. } => (option.name().to_owned(), None),
        Call::SetSockOpt {
            option: name,
            value,
            ..
        } => ([name.name(), ", ", &value.json()].concat(), None),
        Call::SetTimeout { timeout_us, .. } => match timeout_us {
            Some(us) => ([&us.to_string(), " us"].concat(), None),
            None => ("none".to_owned(), None),
        },
        Call::Accept { .. }
        | Call::Close { .. }
        | Call::GetSockName { .. }
        | Call::GetPeerName { .. } => return,
    };
    add(to, &[", ", &more]);
    for flag in flags.into_iter().flatten() {
        add(to, &[", ", flag.name()]);
    }
}

fn result(outcome: &Outcome, to: &mut String) {
    match outcome {
        Outcome::Ok(value) => match value {
            Value::Nothing => to.push('0'),
            Value::Count(count) => add(to, &[&count.to_string(), " bytes"]),
            Value::Socket { socket, peer, .. } => {
                add(to, &["socket ", &socket.to_string()]);
                if let Some(peer) = peer {
                    add(to, &[" from ", &peer.to_string()]);
                }
            }
            Value::Address(address) => to.push_str(&address.to_string()),
            Value::Addresses(addresses) => {
                for (at, address) in addresses.iter().enumerate() {
                    add(to, &[if at > 0 { ", " } else { "" }, &address.to_string()]);
                }
            }
            Value::Option(value) => to.push_str(&value.json()),
        },
        Outcome::Errno(failure) | Outcome::Resolver(failure) => {
            add(to, &[&failure.name, " (", &failure.message, ")"]);
        }
        Outcome::Timeout => to.push_str("timed out"),
        Outcome::Cancelled(_) => to.push_str("cancelled"),
        Outcome::Refused(refusal) => add(to, &["refused by the bridge: ", &refusal.message]),
        Outcome::Internal(why) => add(to, &["the bridge failed: ", why]),
    }
}

fn moved(what: &str, data: &Data, call: &str, to: &mut String) {
    let socket = data.socket.to_string();
    let size = data.size.to_string();
    add(to, &["socket ", &socket, "  ", what, " ", &size, " bytes"]);
    if !data.flags.datagram {
        add(to, &[" at ", &data.offset.to_string()]);
    }
    if let Some(address) = &data.address {
        let toward = if what == "sent" { " to " } else { " from " };
        add(to, &[toward, &address.to_string()]);
    }
    add(to, &[" in call ", call]);
    for (mark, set) in [
        (" (peek)", data.flags.peek),
        (" (truncated)", data.flags.truncated),
        (" (not held any more)", data.flags.omitted),
    ] {
        to.push_str(if set { mark } else { "" });
    }
    let shown = &data.payload[..data.payload.len().min(SHOWN)];
    if !shown.is_empty() {
        add(to, &[": \"", &show_text(shown), "\""]);
    }
    if shown.len() < data.payload.len() {
        let more = (data.payload.len() - shown.len()).to_string();
        add(to, &[" and ", &more, " bytes more"]);
    }
}

fn observed(kernel: &Observation, to: &mut String) {
    if let Some(state) = kernel.state {
        add(to, &[" ", state.name()]);
    }
    for (name, address) in [(" local ", kernel.local), (" peer ", kernel.peer)] {
        if let Some(address) = address {
            add(to, &[name, &address.to_string()]);
        }
    }
    for (name, queue) in [
        (" Recv-Q ", kernel.recv_queue),
        (" Send-Q ", kernel.send_queue),
    ] {
        if let Some(bytes) = queue {
            add(to, &[name, &bytes.to_string()]);
        }
    }
    if let Some(queue) = kernel.accept_queue {
        let (length, backlog) = (queue.length.to_string(), queue.backlog.to_string());
        add(to, &[" accept queue ", &length, "/", &backlog]);
    }
}
