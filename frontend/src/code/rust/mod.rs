//! Rust, with std (and the crate `socket2` for what std cannot do) or with tokio.

mod connect;
mod frame;
mod parts;

use sockscope_protocol::{CallId, Family, How, SocketType};

use super::shape::{Kind, Plan, plan};
use super::step::{Act, Data, End, Recv, Remark, Step};
use super::write::{Out, comment, fill};
use super::{Line, Program, Words};

/// A program on its way into Rust.
pub(super) struct Writer<'a> {
    pub(super) out: Out,
    pub(super) program: &'a Program,
    pub(super) tokio: bool,
    words: &'a Words,
    plans: Vec<Plan>,
    pub(super) kinds: Vec<Kind>,
    /// Calls that are part of a later one.
    carried: Vec<Vec<CallId>>,
    /// The largest receive.
    most: u64,
    /// The next call waits, whatever the socket's timeout.
    waits: bool,
}

/// A call: what its result is bound to, the call itself, what follows.
#[derive(Default)]
pub(super) struct Written {
    pub(super) bind: String,
    pub(super) call: String,
    pub(super) after: String,
    /// With tokio: it waits.
    pub(super) waits: bool,
    pub(super) remark: Option<Remark>,
}

pub(super) fn lines(program: &Program, words: &Words, tokio: bool) -> Vec<Line> {
    let count = program.sources.len();
    let sizes = program.steps.iter().filter_map(|step| match &step.act {
        Act::Recv(recv) => Some(recv.exactly.unwrap_or(recv.size.into())),
        _ => None,
    });
    let mut writer = Writer {
        out: Out {
            indent: 4,
            ..Out::default()
        },
        program,
        tokio,
        words,
        plans: (0..count).map(|socket| plan(program, socket)).collect(),
        kinds: vec![Kind::None; count],
        carried: vec![Vec::new(); count],
        most: sizes.max().unwrap_or(0),
        waits: false,
    };
    for step in &program.steps {
        writer.step(step);
    }
    writer.finish(words)
}

impl Writer<'_> {
    fn step(&mut self, step: &Step) {
        let program = self.program;
        let s = program
            .sources
            .get(step.socket)
            .map_or("", |source| &source.name);
        let lost = matches!(
            &step.act,
            Act::Send(Data::Lost(_)) | Act::SendAll(Data::Lost(_)) | Act::SendTo(_, Data::Lost(_))
        );
        let count = match &step.act {
            Act::Recv(recv) => recv.count,
            _ => 0,
        };
        self.out.calls.clone_from(&step.calls);
        if step.act == Act::Wait && step.remark == Remark::None {
            self.waits = true;
            return;
        }
        if self.kind(step) == Kind::Raw
            && matches!(
                step.act,
                Act::Send(_) | Act::SendAll(_) | Act::SendTo(..) | Act::Recv(_)
            )
        {
            self.become_std(step.socket, s);
        }
        let Some(mut written) = self.written(step, s) else {
            return;
        };
        let mut said = comment(step, count, self.words, lost);
        if let Some(remark) = &written.remark {
            said = self.words.of(remark, 0).replace("$c", s);
        }
        let name = parts::call_name(&step.act);
        if step.times > 1 {
            self.out
                .put(&["for _ in 0..", &step.times.to_string(), " {"].concat());
            self.out.indent += 4;
        }
        let relaxed = std::mem::take(&mut self.waits);
        let toggles = self.relaxed(step, s).filter(|_| relaxed);
        if let Some((before, _)) = &toggles {
            self.out.note(before, "//", self.words.wait);
        }
        let good = matches!(step.end, End::Ok | End::Waiting);
        let awaits = self.tokio && written.waits && written.call.ends_with(')');
        let patience = step.patience.filter(|_| awaits && !relaxed);
        let mut over = false;
        if let Some(time) = patience {
            over = step.end == End::TimedOut || (time == 0 && !good);
            written.call = [
                "timeout(",
                &parts::duration(time),
                ", ",
                &written.call,
                ").await",
            ]
            .concat();
            if !over {
                written.call.push('?');
            }
        } else if awaits {
            written.call.push_str(".await");
        }
        let Written {
            bind, call, after, ..
        } = written;
        if call.is_empty() {
            self.out.note("", "//", &said);
        } else if call.ends_with(';') {
            self.out.note(&call, "//", &said);
        } else if good {
            self.out.note(&[&bind, &*call, "?;"].concat(), "//", &said);
            if !after.is_empty() {
                self.out.put(&after);
            }
        } else if over {
            self.out.put(&["if ", &call, ".is_err() {"].concat());
            let text = ["    println!(\"", s, " ", name, ": timed out\");"].concat();
            self.out.note(&text, "//", &said);
            self.out.put("}");
        } else {
            self.out
                .put(&["if let Err(error) = ", &call, " {"].concat());
            let text = ["    println!(\"", s, " ", name, ": {error}\");"].concat();
            self.out.note(&text, "//", &said);
            self.out.put("}");
        }
        if let Some((_, after)) = &toggles {
            self.out.put(after);
        }
        if step.times > 1 {
            self.out.indent -= 4;
            self.out.put("}");
        }
    }

    pub(super) fn kind(&self, step: &Step) -> Kind {
        self.kinds.get(step.socket).copied().unwrap_or(Kind::None)
    }

    fn set_kind(&mut self, step: &Step, kind: Kind) {
        if let Some(known) = self.kinds.get_mut(step.socket) {
            *known = kind;
        }
    }

    /// Makes a `socket2::Socket` one of std or tokio, which read and write.
    fn become_std(&mut self, socket: usize, s: &str) {
        let Some(source) = self.program.sources.get(socket) else {
            return;
        };
        let values = [('s', s), ('m', self.mutable(socket))];
        let (text, kind) = match (source.kind, self.tokio) {
            // What tokio has not connected cannot be read by it.
            (SocketType::Stream, true) => return,
            (SocketType::Stream, false) => ("let $m$s: TcpStream = $s.into();", Kind::Stream),
            (SocketType::Datagram, false) => ("let $s: UdpSocket = $s.into();", Kind::Udp),
            (SocketType::Datagram, true) => (
                "$s.set_nonblocking(true)?;\nlet $s = UdpSocket::from_std($s.into())?;",
                Kind::Udp,
            ),
        };
        self.out.put(&fill(text, &values));
        self.kinds[socket] = kind;
    }

    fn mutable(&self, socket: usize) -> &'static str {
        let source = self.program.sources.get(socket);
        let stream = source.is_some_and(|source| source.kind == SocketType::Stream);
        let changes = |step: &Step| match &step.act {
            Act::Send(_) | Act::SendAll(_) => true,
            Act::Recv(recv) => !recv.peek,
            Act::Shutdown(How::Write) => self.tokio,
            _ => false,
        };
        let mut steps = self
            .program
            .steps
            .iter()
            .filter(|step| step.socket == socket);
        if stream && steps.any(changes) {
            "mut "
        } else {
            ""
        }
    }

    fn carry(&mut self, step: &Step) {
        if let Some(carried) = self.carried.get_mut(step.socket) {
            carried.extend(&step.calls);
        }
    }

    fn collect(&mut self, step: &Step) {
        if let Some(carried) = self.carried.get_mut(step.socket) {
            self.out.calls = std::mem::take(carried);
            self.out.calls.extend(&step.calls);
        }
    }

    /// The call in Rust; none if it is part of a later one.
    fn written(&mut self, step: &Step, s: &str) -> Option<Written> {
        let plan = self.plans.get(step.socket).copied().unwrap_or(Plan::Raw);
        let kind = self.kind(step);
        let mutable = self.mutable(step.socket);
        let family = self
            .program
            .sources
            .get(step.socket)
            .map_or(Family::Inet, |source| source.family);
        let mut made = Written::default();
        let of = |text: &str| fill(text, &[('s', s), ('m', mutable)]);
        match &step.act {
            Act::Socket(family, kind) => match (plan, kind) {
                (Plan::Later, _) => made.remark = Some(Remark::Later),
                (Plan::Listener | Plan::Stream | Plan::Udp, _) => {
                    self.carry(step);
                    return None;
                }
                (Plan::UdpAnywhere, _) => {
                    let any = match family {
                        Family::Inet => "(\"0.0.0.0\", 0)",
                        Family::Inet6 => "(\"::\", 0)",
                    };
                    self.set_kind(step, Kind::Udp);
                    made.bind = of("let $s = ");
                    made.call = ["UdpSocket::bind(", any, ")"].concat();
                    made.waits = true;
                    made.remark = Some(Remark::BoundAtOnce);
                }
                (Plan::Raw, kind) => {
                    self.set_kind(step, Kind::Raw);
                    made.bind = of("let $s = ");
                    made.call = parts::new_socket(*family, *kind, self.tokio).to_owned();
                }
            },
            Act::Bind(_) | Act::SetOption(..) if plan == Plan::Later => {
                made.remark = Some(Remark::Later);
            }
            Act::SetOption(..) | Act::Bind(_) if plan == Plan::Listener && kind == Kind::None => {
                self.carry(step);
                return None;
            }
            Act::Bind(place) if plan == Plan::Udp => {
                self.collect(step);
                self.set_kind(step, Kind::Udp);
                made.bind = of("let $s = ");
                made.call = ["UdpSocket::bind(", &parts::tuple(place, family), ")"].concat();
                made.waits = true;
            }
            Act::Bind(place) => {
                let address = parts::address(place, family);
                let target = if kind == Kind::Raw {
                    of("$s")
                } else {
                    of("SockRef::from(&$s)")
                };
                let into = if self.tokio && kind == Kind::Raw && !self.is_datagram(step) {
                    [&target, ".bind(", &address, ")"].concat()
                } else {
                    [&target, ".bind(&", &address, ".into())"].concat()
                };
                made.call = into;
            }
            Act::Listen(_) if plan == Plan::Listener && kind == Kind::None => {
                self.collect(step);
                self.set_kind(step, Kind::Listener);
                let place = self.program.steps.iter().find_map(|one| match &one.act {
                    Act::Bind(place) if one.socket == step.socket => Some(place),
                    _ => None,
                });
                let place = place.map(|place| parts::tuple(place, family));
                made.bind = of("let $s = ");
                made.call = ["TcpListener::bind(", &place.unwrap_or_default(), ")"].concat();
                made.waits = true;
                made.remark = Some(Remark::Together("socket, SO_REUSEADDR, bind, listen"));
            }
            Act::Listen(backlog) => {
                let backlog = backlog.to_string();
                if kind == Kind::Raw && self.tokio && step.end == End::Ok {
                    self.set_kind(step, Kind::Listener);
                    made.bind = of("let $s = ");
                    made.call = [s, ".listen(", &backlog, ")"].concat();
                } else if kind == Kind::Raw && !self.tokio {
                    made.call = [s, ".listen(", &backlog, ")"].concat();
                } else {
                    made.call = [&of("SockRef::from(&$s)"), ".listen(", &backlog, ")"].concat();
                }
            }
            Act::Accept(place) => {
                made.call = of("$s.accept()");
                made.waits = true;
                if kind != Kind::Listener && (self.tokio || kind != Kind::Raw) {
                    made.call = of("SockRef::from(&$s).accept()");
                    made.waits = false;
                }
                if let Some(conn) = *place {
                    self.accepted(conn, kind, step, &mut made);
                }
            }
            Act::Connect(place) => self.connect(step, plan, place, family, s, &mut made),
            Act::Close => match kind {
                Kind::None => {
                    self.collect(step);
                    made.remark = Some(Remark::Together("close"));
                }
                _ => {
                    made.call = of("drop($s);");
                    self.set_kind(step, Kind::None);
                }
            },
            _ => made = self.plain(step, s),
        }
        Some(made)
    }

    fn is_datagram(&self, step: &Step) -> bool {
        let source = self.program.sources.get(step.socket);
        source.is_some_and(|source| source.kind == SocketType::Datagram)
    }

    /// The part of the buffer that a receive may fill.
    pub(super) fn part(&self, recv: &Recv) -> String {
        let size = recv.exactly.unwrap_or(recv.size.into());
        if size == self.most {
            "&mut buffer".to_owned()
        } else {
            ["&mut buffer[..", &size.to_string(), "]"].concat()
        }
    }
}
