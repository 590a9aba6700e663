//! The second pass: the steps of all programs in the order in which they took effect, with what is
//! between them.

mod long;

use std::net::SocketAddr;

use bytes::Bytes;
use sockscope_protocol::{OptionName, OptionValue, Seq, SocketId, Value};

use super::group::Seats;
use super::order::Draft;
use super::step::{Act, Data, End, Place, Port, Recv, Remark, Step};
use super::{Program, read};
use crate::model::{Direction, Model, address};

/// How much longer than the other side waits somebody pauses who comes too late, microseconds.
const MARGIN_US: u64 = 300_000;
/// How long an answer of the other side's kernel may be on its way, microseconds.
const ON_ITS_WAY_US: u64 = 100_000;

/// What a program knows at a point.
#[derive(Default, Clone)]
struct Knowledge {
    /// What its last receive returned.
    last: Option<Bytes>,
    /// Where its datagrams came from.
    peers: Vec<SocketAddr>,
    /// Its sockets on which it waited in vain: the next wait there may take longer than the last.
    in_vain: Vec<usize>,
    /// Who waits in vain for it: which program, since which event, how long.
    awaited: Vec<(usize, Seq, u64)>,
}

struct Telling<'a> {
    model: &'a Model,
    programs: Vec<Program>,
    seats: &'a Seats,
    own: &'a [u16],
    /// Which program was bound to a port.
    owners: Vec<(u16, usize)>,
    known: Vec<Knowledge>,
}

/// Puts steps into their programs.
pub(super) fn tell(
    model: &Model,
    programs: Vec<Program>,
    seats: &Seats,
    own: &[u16],
    drafts: Vec<Draft>,
) -> Vec<Program> {
    let known = vec![Knowledge::default(); programs.len()];
    let mut telling = Telling {
        model,
        programs,
        seats,
        own,
        owners: Vec::new(),
        known,
    };
    // What needs no socket belongs to the program that goes on.
    let mut homeless = Vec::new();
    for draft in drafts {
        match draft.socket.and_then(|id| telling.seats.get(&id).copied()) {
            Some((at, place)) => {
                for step in homeless.drain(..) {
                    telling.put(at, step);
                }
                telling.take(at, place, draft);
            }
            None if draft.socket.is_none() => homeless.push(draft.step),
            None => {}
        }
    }
    for step in homeless {
        telling.put(telling.programs.len() - 1, step);
    }
    telling.programs.iter_mut().for_each(long::settle);
    telling.programs
}

impl Telling<'_> {
    fn take(&mut self, at: usize, place: usize, draft: Draft) {
        let Draft {
            at: seq,
            socket,
            mut step,
            got,
        } = draft;
        let Some(id) = socket else { return };
        step.socket = place;
        self.before(at, id, seq, &mut step);
        if let Act::Recv(recv) = &mut step.act {
            self.received(at, id, recv, &step.end, got);
        }
        if step.end == End::TimedOut || is_again(&step.end) {
            let waits = matches!(step.act, Act::Recv(_) | Act::Accept(_));
            self.waited_in_vain(at, seq, step.patience.filter(|_| waits));
            self.known[at].in_vain.push(place);
        }
        let in_progress = matches!(&step.end, End::Errno(name) if name == "EINPROGRESS");
        self.put(at, step);
        if in_progress {
            self.pause(at, place, ON_ITS_WAY_US, Remark::OnItsWay);
        }
    }

    /// Settles what a step is given, and what must have happened before it.
    fn before(&mut self, at: usize, id: SocketId, seq: Seq, step: &mut Step) {
        let socket = step.socket;
        let mut to = None;
        match &mut step.act {
            Act::Bind(place) => {
                if let (Place::Host(_, Port::Fixed(port)), End::Ok) = (&*place, &step.end) {
                    self.owners.push((*port, at));
                }
                self.argument(at, place, None);
            }
            Act::Connect(place) => to = self.argument(at, place, None),
            Act::SendTo(place, data) => {
                to = self.argument(at, place, Some(id));
                self.echo(at, data);
            }
            Act::Send(data) | Act::SendAll(data) => self.echo(at, data),
            Act::Accept(made) => {
                let value = step.calls.first().and_then(|call| self.model.call(*call));
                if let Some(Value::Socket { socket, .. }) = value.and_then(|call| call.value()) {
                    *made = self.seats.get(socket).map(|(_, place)| *place);
                }
            }
            _ => {}
        }
        let waits = match &step.act {
            Act::Accept(_) => true,
            Act::Recv(_) => !step.remark_is_part(),
            _ => false,
        };
        if waits && step.end == End::Ok {
            let in_vain = &mut self.known[at].in_vain;
            let before = in_vain.len();
            in_vain.retain(|one| *one != socket);
            let late = before > in_vain.len() && step.patience.is_some();
            if late || step.patience == Some(0) {
                self.put(at, beside(step, Act::Wait, Remark::None));
            }
        }
        let sends = matches!(step.act, Act::Send(_) | Act::SendAll(_) | Act::SendTo(..));
        if let End::Errno(name) = &step.end
            && sends
            && matches!(name.as_str(), "EPIPE" | "ECONNRESET")
        {
            self.pause(at, socket, ON_ITS_WAY_US, Remark::OnItsWay);
        }
        let ends = matches!(step.act, Act::Shutdown(_) | Act::Close);
        if sends || ends || matches!(step.act, Act::Connect(_)) {
            let to = self.towards(id, step).or(to);
            self.let_wait(at, socket, to);
        }
        if step.act == Act::Close && step.end == End::Ok && read::unread(self.model, id, seq) {
            let linger = |value: &OptionValue| matches!(value, OptionValue::Linger(one) if one.on);
            let socket = self.model.socket(id);
            let option = socket.and_then(|socket| socket.option(OptionName::SoLinger));
            if !option.is_some_and(linger) {
                self.put(at, beside(step, Act::Wait, Remark::Unread));
            }
        }
    }

    /// Writes a port of the session as an argument, and a datagram's source as that. Tells whose
    /// port it is.
    fn argument(&mut self, at: usize, place: &mut Place, from: Option<SocketId>) -> Option<usize> {
        let Place::Host(host, Port::Fixed(number)) = &*place else {
            return None;
        };
        let number = *number;
        if from.is_some() && !self.own.contains(&number) {
            let target = address(&sockscope_protocol::Endpoint {
                host: host.clone(),
                port: number,
            });
            let peers = &self.known[at].peers;
            if let Some(peer) = peers.iter().position(|peer| Some(*peer) == target) {
                let program = &mut self.programs[at];
                program.peers[peer] = true;
                let mut steps = program.steps.iter_mut().rev();
                let heard = steps.find_map(|step| match &mut step.act {
                    Act::Recv(recv) if recv.peer == Some(peer) => Some(recv),
                    _ => None,
                });
                if let Some(recv) = heard {
                    recv.answered = true;
                }
                *place = Place::Peer(peer);
                return None;
            }
        }
        if self.own.contains(&number) {
            let ports = &mut self.programs[at].ports;
            let known = ports.iter().position(|port| *port == number);
            let argument = known.unwrap_or_else(|| {
                ports.push(number);
                ports.len() - 1
            });
            *place = Place::Host(host.clone(), Port::Argument(argument));
        }
        let owner = self.owners.iter().rev().find(|(port, _)| *port == number);
        owner.map(|(_, owner)| *owner)
    }

    /// What is sent back as it came.
    fn echo(&self, at: usize, data: &mut Data) {
        let Some(last) = &self.known[at].last else {
            return;
        };
        let same = match &*data {
            Data::Long(parts) => parts.concat() == *last,
            _ => false,
        };
        if same {
            *data = Data::Received;
        }
    }

    fn received(
        &mut self,
        at: usize,
        id: SocketId,
        recv: &mut Recv,
        end: &End,
        got: Option<(Seq, Option<Bytes>)>,
    ) {
        let known = &mut self.known[at];
        known.last = None;
        let Some((first, bytes)) = got else { return };
        let chunk = self.model.chunk(id, Direction::Received, first);
        if recv.from
            && *end == End::Ok
            && let Some(from) = chunk.and_then(|chunk| chunk.address)
        {
            let peer = known.peers.iter().position(|peer| *peer == from);
            recv.peer = Some(peer.unwrap_or_else(|| {
                known.peers.push(from);
                self.programs[at].peers.push(false);
                known.peers.len() - 1
            }));
        }
        if !recv.peek && *end == End::Ok {
            known.last = bytes.filter(|bytes| !bytes.is_empty());
        }
        // Whoever sent this waits no more for what this program does.
        for flow in self.model.flows(id, Direction::Received, first) {
            let from = self.seats.get(&flow.from).map(|(from, _)| *from);
            let over =
                |(who, since, _): &(usize, Seq, u64)| Some(*who) == from && *since < flow.sent;
            known.awaited.retain(|wait| !over(wait));
        }
    }

    /// For whom the bytes, the connection or the end of a step is.
    fn towards(&self, id: SocketId, step: &Step) -> Option<usize> {
        let socket = self.model.socket(id)?;
        let matched = step.calls.first().and_then(|call| {
            let data = self.model.call(*call)?.data?;
            socket.sent.of_call(*call, data).next()?.matched
        });
        let other = matched.map(|(other, _)| other).or(socket.pair)?;
        self.seats.get(&other).map(|(at, _)| *at)
    }

    fn waited_in_vain(&mut self, at: usize, seq: Seq, patience: Option<u64>) {
        let Some(patience) = patience else { return };
        for (other, known) in self.known.iter_mut().enumerate() {
            if other == at {
                continue;
            }
            match known.awaited.iter_mut().find(|(who, ..)| *who == at) {
                Some((_, since, time)) => {
                    *since = seq;
                    *time += patience;
                }
                None => known.awaited.push((at, seq, patience)),
            }
        }
    }

    /// Pauses where the session had somebody wait in vain until now.
    fn let_wait(&mut self, at: usize, socket: usize, to: Option<usize>) {
        let awaited = &mut self.known[at].awaited;
        let found = awaited.iter().position(|(who, ..)| Some(*who) == to);
        if let Some(found) = found {
            let (_, _, time) = awaited.remove(found);
            self.pause(at, socket, time + MARGIN_US, Remark::InVain);
        }
    }

    fn pause(&mut self, at: usize, socket: usize, time: u64, remark: Remark) {
        let step = Step {
            calls: Vec::new(),
            socket,
            act: Act::Pause(time),
            end: End::Ok,
            patience: None,
            remark,
            times: 1,
        };
        self.put(at, step);
    }

    /// Adds a step, or makes it part of the one before.
    fn put(&mut self, at: usize, mut step: Step) {
        let program = &mut self.programs[at];
        if let Some(before) = program.steps.last_mut()
            && join(before, &mut step)
        {
            before.calls.append(&mut step.calls);
            before.calls.dedup();
            if let Act::Recv(_) = before.act {
                self.known[at].last = None;
            }
            return;
        }
        program.steps.push(step);
    }
}

impl Step {
    fn remark_is_part(&self) -> bool {
        matches!(&self.act, Act::Recv(recv) if recv.part && recv.exactly.is_some())
    }
}

fn is_again(end: &End) -> bool {
    matches!(end, End::Errno(name) if name == "EAGAIN" || name == "EWOULDBLOCK")
}

/// A step on the same socket that no call of the session is.
fn beside(step: &Step, act: Act, remark: Remark) -> Step {
    Step {
        calls: Vec::new(),
        socket: step.socket,
        act,
        end: End::Ok,
        patience: step.patience,
        remark,
        times: 1,
    }
}

/// Makes a step part of the one before it, if they are one to a reader.
fn join(before: &mut Step, step: &mut Step) -> bool {
    if before.socket != step.socket || before.end != End::Ok || step.end != End::Ok {
        return false;
    }
    let same_remark = before.remark == step.remark;
    let long = |parts: &[Bytes]| parts.iter().map(Bytes::len).sum::<usize>() > long::LITERAL_TEXT;
    match (&mut before.act, &mut step.act) {
        // A file that was sent in pieces.
        (Act::SendAll(Data::Long(parts)), Act::SendAll(Data::Long(more)))
            if same_remark && before.times == 1 && long(parts) && long(more) =>
        {
            parts.append(more);
            true
        }
        (Act::Recv(one), Act::Recv(next)) if one.part && next.part && next.count > 0 => {
            one.count += next.count;
            one.exactly = Some(one.count);
            one.show = super::step::Show::Count;
            before.remark = Remark::Exactly(one.size);
            true
        }
        (Act::Send(one), Act::Send(next)) | (Act::SendAll(one), Act::SendAll(next))
            if one == next && same_remark =>
        {
            before.times += 1;
            true
        }
        (Act::SendTo(place, one), Act::SendTo(there, next))
            if one == next && place == there && same_remark =>
        {
            before.times += 1;
            true
        }
        _ => false,
    }
}
