//! From the log to steps: one pass over the calls, one over their steps in the order in which they
//! take effect.

use bytes::Bytes;
use sockscope_protocol::{
    Call, CallId, CancelledBy, Endpoint, Family, Outcome, RecvFlag, Seq, SocketId, SocketType,
};

use super::group;
use super::read::{self, Got};
use super::step::{Act, Data, End, Place, Port, Recv, Remark, Show, Step};
use super::tell::tell;
use super::{MOST_CALLS, Session};
use crate::model::{CallRecord, Chunk, Model, Origin};
use crate::sorted::Map;

/// A step on its way into its program.
pub(super) struct Draft {
    /// The event at which it takes effect.
    pub(super) at: Seq,
    pub(super) socket: Option<SocketId>,
    pub(super) step: Step,
    /// For a receive: its first event, and its bytes.
    pub(super) got: Option<(Seq, Option<Bytes>)>,
}

pub(super) fn session(model: &Model) -> Session {
    let (mut programs, seats, own) = group::programs(model);
    let mut reading = Reading {
        model,
        drafts: Vec::new(),
        patience: Map::new(),
    };
    for socket in model.sockets() {
        if let Origin::Unknown = socket.origin {
            reading.made_before(socket.id, socket.family, socket.kind);
        }
    }
    for call in model.calls().take(MOST_CALLS) {
        reading.call(call);
    }
    let mut drafts = reading.drafts;
    drafts.sort_by_key(|draft| draft.at);
    if programs.is_empty() && !drafts.is_empty() {
        programs.push(group::empty(false));
    }
    let torn = model.missing > 0 || model.forgotten.calls > 0;
    let more = model.calls().len().saturating_sub(MOST_CALLS);
    let mut programs = tell(model, programs, &seats, &own, drafts);
    let server = programs.iter().find(|program| program.server);
    let server = server.map(|program| program.name.clone());
    for program in &mut programs {
        program.torn = torn;
        program.more = more;
        if !program.server {
            program.after.clone_from(&server);
        }
    }
    Session { programs, more }
}

/// The first pass: each call by itself.
struct Reading<'a> {
    model: &'a Model,
    drafts: Vec<Draft>,
    /// What `settimeout` set.
    patience: Map<SocketId, Option<u64>>,
}

impl Reading<'_> {
    fn made_before(&mut self, id: SocketId, family: Option<Family>, kind: Option<SocketType>) {
        if let (Some(family), Some(kind)) = (family, kind) {
            let mut step = blank(Vec::new(), Act::Socket(family, kind));
            step.remark = Remark::MadeBefore;
            self.push(Seq(0), Some(id), step, None);
        }
    }

    fn push(
        &mut self,
        at: Seq,
        socket: Option<SocketId>,
        step: Step,
        got: Option<(Seq, Option<Bytes>)>,
    ) {
        self.drafts.push(Draft {
            at,
            socket,
            step,
            got,
        });
    }

    fn call(&mut self, call: &CallRecord) {
        let Some(request) = &call.request else { return };
        let mut step = blank(vec![call.id], Act::Note);
        step.patience = call
            .socket
            .and_then(|id| self.patience.get(&id).copied())
            .flatten();
        step.end = match call.outcome() {
            None => End::Waiting,
            Some(Outcome::Ok(_)) => End::Ok,
            Some(Outcome::Errno(failure)) => End::Errno(failure.name.clone()),
            Some(Outcome::Resolver(failure)) => End::Resolver(failure.name.clone()),
            Some(Outcome::Timeout) => End::TimedOut,
            Some(Outcome::Cancelled(by)) => {
                if !matches!(by, CancelledBy::SessionEnd) {
                    step.remark = Remark::Cancelled(request.name());
                    let at = call.end.as_ref().map_or(call.seq, |end| end.seq);
                    if let Call::Stream { .. } = request {
                        self.stream(call, request, step.clone());
                    }
                    step.end = End::Ok;
                    self.push(at, call.socket, step, None);
                }
                return;
            }
            Some(Outcome::Refused(_) | Outcome::Internal(_)) => {
                step.remark = Remark::Refused(request.name());
                return self.push(call.seq, call.socket, step, None);
            }
        };
        let returned = call.end.as_ref().map_or(Seq(u64::MAX), |end| end.seq);
        // What waits takes its place when it has waited.
        let waits = matches!(
            request,
            Call::Accept { .. }
                | Call::Connect { .. }
                | Call::Recv { .. }
                | Call::RecvFrom { .. }
                | Call::GetAddrInfo { .. }
        );
        let at = if waits || call.end.is_none() {
            returned
        } else {
            call.seq
        };
        if let Call::Stream { .. } = request {
            return self.stream(call, request, step);
        }
        let mut got = None;
        step.act = match request {
            Call::Socket { family, kind } => Act::Socket(*family, *kind),
            Call::Bind { socket, address } => {
                let chosen = group::chosen_port(self.model, *socket);
                match chosen.filter(|_| address.port == 0 && step.end == End::Ok) {
                    Some(port) => {
                        step.remark = Remark::ChosenPort(port);
                        Act::Bind(Place::Host(address.host.clone(), Port::Fixed(port)))
                    }
                    None => Act::Bind(place(address)),
                }
            }
            Call::Listen { backlog, .. } => Act::Listen(*backlog),
            Call::Accept { .. } => Act::Accept(None),
            Call::Connect { address, .. } => Act::Connect(place(address)),
            Call::Send { length, .. } => Act::Send(self.sent(call, *length, &mut step.remark)),
            Call::SendAll { length, .. } => {
                let data = self.sent(call, *length, &mut step.remark);
                if call.moved > 0 && call.end.is_some() {
                    // It went no further: those bytes are sent again, not the failure.
                    step.end = End::Ok;
                }
                Act::SendAll(data)
            }
            Call::SendTo {
                address, length, ..
            } => Act::SendTo(place(address), self.sent(call, *length, &mut step.remark)),
            Call::Recv { size, flags, .. } | Call::RecvFrom { size, flags, .. } => {
                let mut recv = Recv {
                    from: matches!(request, Call::RecvFrom { .. }),
                    peek: flags.contains(&RecvFlag::Peek),
                    ..plain(*size)
                };
                if let Some(socket) = call.socket.and_then(|id| self.model.socket(id)) {
                    recv.from &= socket.is_datagram();
                    if flags.contains(&RecvFlag::WaitAll) && !recv.peek && !socket.is_datagram() {
                        recv.exactly = Some((*size).into());
                    }
                    if step.end == End::Ok {
                        let had = Got::of_call(socket, call);
                        step.remark = read::settle(self.model, socket, &had, &mut recv);
                        got = had.first.map(|chunk| (chunk.seq, had.bytes.clone()));
                    }
                }
                Act::Recv(recv)
            }
            Call::Shutdown { how, .. } => Act::Shutdown(*how),
            Call::Close { .. } => Act::Close,
            Call::GetSockOpt { option, .. } => Act::GetOption(*option),
            Call::SetSockOpt { option, value, .. } => Act::SetOption(*option, value.clone()),
            Call::SetTimeout { socket, timeout_us } => {
                if step.end == End::Ok {
                    self.patience.insert(*socket, *timeout_us);
                }
                Act::SetTimeout(*timeout_us)
            }
            Call::GetSockName { .. } => Act::GetSockName,
            Call::GetPeerName { .. } => Act::GetPeerName,
            Call::GetAddrInfo { host, port, family } => {
                Act::GetAddrInfo(host.clone(), *port, *family)
            }
            Call::Stream { .. } => Act::Note,
        };
        self.push(at, call.socket, step, got);
    }

    /// A `stream` is its receives, each where it returned.
    fn stream(&mut self, call: &CallRecord, request: &Call, step: Step) {
        let Call::Stream {
            socket: id, size, ..
        } = request
        else {
            return;
        };
        let Some(socket) = self.model.socket(*id) else {
            return;
        };
        let chunks = call.data.map(|data| socket.received.of_call(call.id, data));
        for chunk in chunks.into_iter().flatten().take(MOST_CALLS) {
            let got = Got::of_chunk(chunk);
            let mut recv = Recv {
                from: socket.is_datagram(),
                part: !socket.is_datagram(),
                ..plain(*size)
            };
            let mut step = Step {
                end: End::Ok,
                ..step.clone()
            };
            step.remark = read::settle(self.model, socket, &got, &mut recv);
            step.act = Act::Recv(recv);
            let bytes = got.bytes.clone();
            self.push(chunk.seq, Some(*id), step, Some((chunk.seq, bytes)));
        }
        if let Some(Outcome::Cancelled(_)) = call.outcome() {
            return;
        }
        let at = call.end.as_ref().map_or(Seq(u64::MAX), |end| end.seq);
        let mut step = step;
        let mut recv = plain(*size);
        if step.end == End::Ok {
            step.remark = read::settle(self.model, socket, &Got::default(), &mut recv);
        }
        step.act = Act::Recv(recv);
        self.push(at, Some(*id), step, None);
    }

    /// What a send was given, as far as it was taken.
    fn sent(&self, call: &CallRecord, length: u32, remark: &mut Remark) -> Data {
        let length = u64::from(length);
        let socket = call.socket.and_then(|id| self.model.socket(id));
        let (Some(socket), Some(data)) = (socket, call.data) else {
            // Nothing was taken: what it was is not in the log.
            return Data::Lost(length);
        };
        let chunks = socket.sent.of_call(call.id, data);
        let parts: Vec<&Chunk> = chunks.collect();
        let taken: u64 = parts.iter().map(|chunk| chunk.len()).sum();
        if taken < length {
            *remark = Remark::Taken(taken, length);
        }
        if parts
            .iter()
            .any(|chunk| chunk.payload.len() as u64 != chunk.len())
        {
            return Data::Lost(taken);
        }
        Data::Long(parts.iter().map(|chunk| chunk.payload.clone()).collect())
    }
}

fn blank(calls: Vec<CallId>, act: Act) -> Step {
    Step {
        calls,
        socket: 0,
        act,
        end: End::Ok,
        patience: None,
        remark: Remark::None,
        times: 1,
    }
}

fn plain(size: u32) -> Recv {
    Recv {
        size,
        from: false,
        peer: None,
        answered: false,
        peek: false,
        exactly: None,
        show: Show::Text,
        part: false,
        count: 0,
    }
}

fn place(address: &Endpoint) -> Place {
    Place::Host(address.host.clone(), Port::Fixed(address.port))
}
