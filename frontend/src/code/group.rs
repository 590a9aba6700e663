//! Which sockets are one program, and what things are called.

use sockscope_protocol::{Call, Family, SocketId, SocketType};

use super::{MOST_CALLS, Program, Source};
use crate::model::{Model, Origin, Socket};
use crate::sorted::Map;

/// Where a socket is: its program, and which of the program's sockets it is.
pub(super) type Seats = Map<SocketId, (usize, usize)>;

/// What the calls say about a socket.
#[derive(Default, Clone, Copy)]
struct Hints {
    listens: bool,
    bound: bool,
    connects: bool,
}

/// The programs, without steps yet; who is where; the ports that sockets of the session were bound
/// to.
pub(super) fn programs(model: &Model) -> (Vec<Program>, Seats, Vec<u16>) {
    let mut hints = Map::<SocketId, Hints>::new();
    // The ports that sockets were bound to, and those that were called.
    let (mut own, mut chosen, mut called) = (Vec::new(), Vec::new(), Vec::new());
    for call in model.calls().take(MOST_CALLS) {
        let (Some(request), Some(id)) = (&call.request, call.socket) else {
            continue;
        };
        let hint = hints.get_or_insert_with(id, Hints::default);
        match request {
            Call::Listen { .. } | Call::Accept { .. } => hint.listens = true,
            Call::Bind { address, .. } => {
                hint.bound = true;
                if address.port != 0 {
                    own.push(address.port);
                } else if let Some(port) = chosen_port(model, id) {
                    chosen.push(port);
                }
            }
            Call::Connect { address, .. } => {
                hint.connects = true;
                called.push(address.port);
            }
            Call::SendTo { address, .. } => called.push(address.port),
            _ => {}
        }
    }
    own.extend(chosen.into_iter().filter(|port| called.contains(port)));
    let mut programs = Vec::<Program>::new();
    let mut seats = Seats::new();
    for socket in model.sockets() {
        let hint = hints.get(&socket.id).copied().unwrap_or_default();
        let seat = socket.listener().and_then(|listener| seats.get(&listener));
        let accepted = matches!(socket.origin, Origin::Accepted { .. });
        let at = match seat {
            Some((at, _)) => *at,
            None => {
                let server = accepted || is_server(socket, hint);
                programs.push(empty(server));
                programs.len() - 1
            }
        };
        let program = &mut programs[at];
        seats.insert(socket.id, (at, program.sockets.len()));
        program.sockets.push(socket.id);
        let kind = socket.kind.unwrap_or(SocketType::Stream);
        let word = match program.server {
            _ if accepted => "conn",
            true => "server",
            false => "client",
        };
        let alike = |source: &&Source| source.name.starts_with(word);
        let before = program.sources.iter().filter(alike).count();
        program.sources.push(Source {
            name: numbered(word, before),
            family: socket.family.unwrap_or(Family::Inet),
            kind,
        });
    }
    let programs = in_order(programs, &mut seats);
    (programs, seats, own)
}

/// A program for what needs no socket.
pub(super) fn empty(server: bool) -> Program {
    Program {
        name: "client".to_owned(),
        sockets: Vec::new(),
        ports: Vec::new(),
        files: Vec::new(),
        server,
        after: None,
        sources: Vec::new(),
        peers: Vec::new(),
        steps: Vec::new(),
        torn: false,
        more: 0,
    }
}

/// Servers first; then names them.
fn in_order(programs: Vec<Program>, seats: &mut Seats) -> Vec<Program> {
    let (servers, clients): (Vec<_>, Vec<_>) =
        programs.into_iter().partition(|program| program.server);
    let split = servers.len();
    let mut ordered = servers;
    ordered.extend(clients);
    for (at, program) in ordered.iter_mut().enumerate() {
        program.name = if at < split {
            numbered("server", at)
        } else {
            numbered("client", at - split)
        };
        for (place, socket) in program.sockets.iter().enumerate() {
            seats.insert(*socket, (at, place));
        }
    }
    ordered
}

fn is_server(socket: &Socket, hint: Hints) -> bool {
    if !socket.is_datagram() {
        return hint.listens || (hint.bound && !hint.connects);
    }
    let first = |stream: &crate::model::ByteStream| stream.chunks().next().map(|chunk| chunk.seq);
    hint.bound
        && match (first(&socket.received), first(&socket.sent)) {
            (Some(received), Some(sent)) => received < sent,
            (_, sent) => sent.is_none(),
        }
}

/// The port that the kernel chose for a socket that was bound to port 0.
pub(super) fn chosen_port(model: &Model, socket: SocketId) -> Option<u16> {
    let local = model.socket(socket)?.local?;
    Some(local.port()).filter(|port| *port != 0)
}

/// `conn`, `conn2`, `conn3`.
pub(super) fn numbered(word: &str, before: usize) -> String {
    if before == 0 {
        word.to_owned()
    } else {
        word.to_owned() + &(before + 1).to_string()
    }
}
