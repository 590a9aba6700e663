//! Which of the calls that were made did which step.

use sockscope_protocol::{Call, CallId, Seq, SocketId, Value};

use super::{Act, Problem, Role, Step, Until};
use crate::model::{CallRecord, FarEnd, Holder, Model, Socket};
use crate::sorted::{Map, Set};

/// Gives every step the first call that did it and that no earlier step has.
pub(super) struct Finder<'a> {
    model: &'a Model,
    since: Seq,
    taken: Set<CallId>,
    roles: Map<Role, SocketId>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(model: &'a Model, since: Seq) -> Self {
        Self {
            model,
            since,
            taken: Set::new(),
            roles: Map::new(),
        }
    }

    pub(super) fn roles(&self) -> &Map<Role, SocketId> {
        &self.roles
    }

    pub(super) fn socket(&self, role: Role) -> Option<&'a Socket> {
        self.model.socket(self.role(role)?)
    }

    /// Who plays a role. The connection is what the server's `accept` returned, which may be later
    /// than the step that called `accept`.
    pub(super) fn role(&self, role: Role) -> Option<SocketId> {
        if role != Role::Connection {
            return self.roles.get(&role).copied();
        }
        let server = self.role(Role::Server)?;
        self.model
            .calls_after(self.since)
            .filter(|call| call.socket == Some(server))
            .find_map(|call| match (&call.request, call.value()) {
                (Some(Call::Accept { .. }), Some(Value::Socket { socket, .. })) => Some(*socket),
                _ => None,
            })
    }

    /// The port that the server is bound to.
    pub(super) fn server_port(&self) -> Option<u16> {
        let local = self.socket(Role::Server)?.local?;
        (local.port() != 0).then_some(local.port())
    }

    /// Whether the server's connection comes from somebody whom the lesson does not play: another
    /// program, or a socket that was there before the lesson. While that cannot be told, it does not.
    pub(super) fn called_from_outside(&self) -> bool {
        let Some(connection) = self.role(Role::Connection) else {
            return false;
        };
        match self.model.far_end(connection) {
            FarEnd::Outside(_) => true,
            FarEnd::Own(pair) => !self.made_since(pair),
            FarEnd::Queued(_) | FarEnd::Unknown => false,
        }
    }

    /// Whether the client reached a server that is not one of this session's sockets.
    pub(super) fn served_from_outside(&self) -> bool {
        self.role(Role::Client)
            .is_some_and(|client| matches!(self.model.far_end(client), FarEnd::Outside(_)))
    }

    fn made_since(&self, socket: SocketId) -> bool {
        self.model
            .calls_after(self.since)
            .any(|call| call.name() == Some("socket") && call.socket == Some(socket))
    }

    /// Whether the step is done, and by which call. Takes the call.
    #[expect(clippy::option_option, reason = "done or not, and by a call or not")]
    pub(super) fn done(&mut self, step: &Step) -> Option<Option<CallId>> {
        if step.act == Act::Close && self.socket(step.role).is_some_and(|one| !one.is_open()) {
            return Some(None);
        }
        let call = self
            .candidates(step)
            .find(|call| self.counts(step, call))
            .map(|call| (call.id, call.socket))?;
        if step.act.makes_socket() {
            self.roles.insert(step.role, call.1?);
        }
        self.taken.insert(call.0);
        Some(Some(call.0))
    }

    /// Whether the step's call was made and waits.
    pub(super) fn waits(&self, step: &Step) -> bool {
        self.candidates(step).any(CallRecord::pending)
    }

    /// What is in the way of a step that is not done.
    pub(super) fn problem(&self, step: &Step) -> Option<Problem> {
        if !step.act.makes_socket() {
            match self.socket(step.role) {
                Some(socket) if !socket.is_open() => {
                    return Some(Problem::SocketClosed { role: step.role });
                }
                None if step.role == Role::Connection => {
                    let closed = self.socket(Role::Server).is_some_and(|one| !one.is_open());
                    return Some(if closed {
                        Problem::SocketClosed { role: Role::Server }
                    } else {
                        Problem::NobodyCalled
                    });
                }
                _ => {}
            }
        }
        let last = self
            .candidates(step)
            .last()
            .filter(|call| call.end.is_some() && call.value().is_none())?;
        Some(match last.errno() {
            Some("EADDRINUSE") => Problem::PortTaken {
                call: last.id,
                holder: match self.model.holder(last) {
                    Some(Holder::Own(socket)) => Some(socket),
                    _ => None,
                },
            },
            _ => Problem::Failed { call: last.id },
        })
    }

    /// The bytes that a role received last, and where they came from.
    pub(super) fn received(&self, role: Role) -> Option<(Vec<u8>, Option<std::net::SocketAddr>)> {
        let stream = &self.socket(role)?.received;
        let last = stream.chunks().rfind(|chunk| !chunk.flags.peek)?;
        if last.flags.datagram {
            return Some((last.payload.to_vec(), last.address));
        }
        let all: Vec<u8> = stream
            .chunks()
            .filter(|chunk| !chunk.flags.peek)
            .flat_map(|chunk| chunk.payload.iter().copied())
            .collect();
        Some((all, None))
    }

    /// The step's calls that no earlier step has, in the order in which they were made.
    fn candidates(&self, step: &Step) -> impl Iterator<Item = &'a CallRecord> {
        let model = self.model;
        let act = step.act;
        let role = self.role(step.role);
        let taken = self.taken.clone();
        let played: Vec<_> = self.roles.values().copied().collect();
        model.calls_after(self.since).filter(move |call| {
            let right_socket = if act.makes_socket() {
                !call.socket.is_some_and(|socket| played.contains(&socket))
            } else {
                role.is_some() && call.socket == role
            };
            right_socket
                && !taken.contains(&call.id)
                && call.request.as_ref().is_some_and(|request| act.is(request))
        })
    }

    fn counts(&self, step: &Step, call: &CallRecord) -> bool {
        let received = |some: bool| match call.value() {
            Some(Value::Count(count)) => (*count > 0) == some,
            // A `stream` returns at the end; what it has received counts before.
            _ => some && call.pending() && call.moved > 0,
        };
        match (step.act, step.until) {
            (_, Until::Begun) if call.pending() => true,
            (Act::Recv, _) => received(true),
            (Act::RecvEnd, _) => {
                received(false) || (call.value().is_some() && call.name() == Some("stream"))
            }
            (Act::RecvFrom, _) => call.value().is_some() || received(true),
            _ => call.value().is_some(),
        }
    }
}
