//! How Rust makes a socket: std and tokio have no call for `socket` alone, and make connections,
//! listening sockets and bound UDP sockets in one go.

use sockscope_protocol::{OptionName, OptionValue, SocketType};

use super::Program;
use super::step::{Act, End, Remark, Step};

/// How a socket is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    /// By `TcpListener::bind`.
    Listener,
    /// By `TcpStream::connect`.
    Stream,
    /// By `UdpSocket::bind`, where the session bound it.
    Udp,
    /// By `UdpSocket::bind` to any port: the session did not bind it.
    UdpAnywhere,
    /// Nobody can say yet.
    Later,
    /// Call by call.
    Raw,
}

/// What a socket is in Rust at a point of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Not there (yet, or any more).
    None,
    /// `socket2::Socket`, or `tokio::net::TcpSocket`.
    Raw,
    Listener,
    Stream,
    Udp,
}

/// How the calls of a socket can be made.
pub(super) fn plan(program: &Program, socket: usize) -> Plan {
    let mut steps = program.steps.iter().filter(|step| {
        let call = !matches!(step.act, Act::Pause(_) | Act::Wait | Act::Note);
        step.socket == socket && call
    });
    let kind = match steps.next() {
        Some(Step {
            act: Act::Socket(_, kind),
            end: End::Ok,
            remark: Remark::None,
            ..
        }) => *kind,
        // `accept` makes it.
        _ => return Plan::Raw,
    };
    let steps: Vec<&Step> = steps.collect();
    match kind {
        SocketType::Stream => stream(&steps),
        SocketType::Datagram => match steps.split_first() {
            None => Plan::Later,
            Some((first, rest)) => {
                let binds = |step: &&Step| matches!(step.act, Act::Bind(_));
                match (binds(first) && first.end == End::Ok, rest.iter().any(binds)) {
                    (_, true) => Plan::Raw,
                    (true, _) => Plan::Udp,
                    _ if binds(first) => Plan::Raw,
                    _ => Plan::UdpAnywhere,
                }
            }
        },
    }
}

fn stream(steps: &[&Step]) -> Plan {
    let reuses = |step: &&&Step| {
        let on = matches!(
            step.act,
            Act::SetOption(OptionName::SoReuseaddr, OptionValue::Bool(true))
        );
        on && step.end == End::Ok
    };
    let set = steps.iter().take_while(reuses).count();
    let rest = &steps[set..];
    let Some(first) = rest.first() else {
        return Plan::Later;
    };
    if let Act::Bind(_) = first.act {
        return match rest.get(1) {
            _ if first.end != End::Ok => Plan::Raw,
            None => Plan::Later,
            Some(next) if matches!(next.act, Act::Listen(_)) && next.end == End::Ok => {
                Plan::Listener
            }
            Some(_) => Plan::Raw,
        };
    }
    // Each `connect` of std makes a socket of its own.
    let failed = |step: &&&Step| {
        let errno = matches!(step.end, End::Errno(_) | End::Resolver(_));
        matches!(step.act, Act::Connect(_)) && step.patience.is_none() && errno
    };
    let failures = rest.iter().take_while(failed).count();
    let connects = |step: &&Step| {
        let ends = matches!(step.end, End::Ok | End::Waiting);
        matches!(step.act, Act::Connect(_)) && step.patience.is_none() && ends
    };
    let good = match rest.get(failures) {
        None => failures > 0,
        Some(next) => connects(next) || (failures > 0 && next.act == Act::Close),
    };
    if good && set == 0 {
        Plan::Stream
    } else {
        Plan::Raw
    }
}
