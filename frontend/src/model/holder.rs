//! Who has the port that `bind` or `listen` wanted (EADDRINUSE).

use std::net::SocketAddr;

use sockscope_protocol::{Call, OptionName, OptionValue, Outcome, SocketId, TcpState};

use super::{CallRecord, Model, Socket};

/// Who has a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A socket of this session.
    Own(SocketId),
    /// What a connection left behind in the kernel: nobody has it open.
    Remnant {
        /// Its state, TIME-WAIT as a rule.
        state: TcpState,
        /// Whom it was with.
        peer: Option<SocketAddr>,
        /// It is known that `SO_REUSEADDR` cannot help: the socket that was there had it not (Linux
        /// wants it on both).
        stubborn: bool,
    },
    /// Another program.
    Program {
        /// Its name.
        name: String,
        /// Its process.
        pid: u32,
    },
    /// The kernel does not tell.
    Unknown,
}

impl Model {
    /// Who has the port that a call wanted; none where the call failed for another reason.
    #[must_use]
    pub fn holder(&self, record: &CallRecord) -> Option<Holder> {
        let Some(Outcome::Errno(failure)) = record.outcome() else {
            return None;
        };
        if failure.name != "EADDRINUSE" {
            return None;
        }
        let (id, port) = match &record.request {
            Some(Call::Bind { socket, address }) => (*socket, address.port),
            Some(Call::Listen { socket, .. }) => (*socket, self.socket(*socket)?.local?.port()),
            _ => return None,
        };
        let kind = self.socket(id)?.kind;
        let there = |one: &&Socket| {
            one.id != id
                && one.kind == kind
                && one.local.is_some_and(|local| local.port() == port)
                && one.created <= record.started
        };
        let open = |one: &&Socket| one.closed.is_none_or(|(closed, _)| closed > record.started);
        let listens = |one: &&Socket| one.backlog().is_some();
        let ours = || self.sockets().filter(there);
        let own = ours()
            .filter(open)
            .find(listens)
            .or_else(|| ours().find(open));
        if let Some(own) = own {
            return Some(Holder::Own(own.id));
        }
        let former = ours().rfind(|one| one.afterlife.is_some());
        let told = failure.held_by.as_deref();
        let shown = told.map(|holder| &holder.kernel);
        let remains = |state: &TcpState| !matches!(state, TcpState::Listen | TcpState::Closed);
        let state = match told {
            Some(holder) if holder.pid.is_none() => holder.kernel.state.filter(remains),
            Some(_) => None,
            None => former.and_then(|one| one.afterlife).filter(remains),
        };
        if let Some(state) = state {
            return Some(Holder::Remnant {
                state,
                peer: shown.map_or_else(|| former.and_then(|one| one.peer), |it| it.peer),
                stubborn: former.is_some_and(|one| !self.reuses(one)),
            });
        }
        Some(
            match told.and_then(|it| Some((it.program.clone()?, it.pid?))) {
                Some((name, pid)) => Holder::Program { name, pid },
                None => Holder::Unknown,
            },
        )
    }

    /// Whether a socket had `SO_REUSEADDR`; what `accept` returns has it from the listening one.
    fn reuses(&self, socket: &Socket) -> bool {
        let on =
            |one: &Socket| one.option(OptionName::SoReuseaddr) == Some(&OptionValue::Bool(true));
        let listener = socket.listener().and_then(|id| self.socket(id));
        on(socket) || listener.is_some_and(on)
    }
}
