//! Rust, with std (and the crate `socket2` for what std cannot do) or with tokio.

use sockscope_protocol::{CallId, Family, How, SocketType};

use super::shape::{Kind, Plan, plan};
use super::step::{Act, Data, End, Place, Port, Recv, Remark, Show, Step};
use super::write::{Out, arguments, comment, fill, head};
use super::{Language, Line, Program, Words, group, literal, rust_parts as parts};

/// What an item is needed for: a word in the program, its module, its name.
const STD: [(&str, &str, &str); 20] = [
    ("Domain::", "socket2", "Domain"),
    (": Socket", "socket2", "Socket"),
    (" Socket::new", "socket2", "Socket"),
    ("SockRef::", "socket2", "SockRef"),
    ("Type::", "socket2", "Type"),
    ("env::", "std", "env"),
    ("io::", "std", "io"),
    ("thread::", "std", "thread"),
    (")).read(", "std::io", "Read"),
    (".read(", "std::io", "Read"),
    (".read_exact(", "std::io", "Read"),
    (".write(", "std::io", "Write"),
    (".write_all(", "std::io", "Write"),
    ("Shutdown::", "std::net", "Shutdown"),
    ("SocketAddr", "std::net", "SocketAddr"),
    ("TcpListener::", "std::net", "TcpListener"),
    ("TcpStream", "std::net", "TcpStream"),
    ("to_socket_addrs(", "std::net", "ToSocketAddrs"),
    ("UdpSocket", "std::net", "UdpSocket"),
    ("Duration::", "std::time", "Duration"),
];

const TOKIO: [(&str, &str, &str); 21] = [
    ("Domain::", "socket2", "Domain"),
    (" Socket::new", "socket2", "Socket"),
    ("SockRef::", "socket2", "SockRef"),
    ("Type::", "socket2", "Type"),
    ("env::", "std", "env"),
    ("io::", "std", "io"),
    (")).read(", "std::io", "Read"),
    (")).write", "std::io", "Write"),
    ("Shutdown::", "std::net", "Shutdown"),
    ("SocketAddr", "std::net", "SocketAddr"),
    ("Duration::", "std::time", "Duration"),
    (".read(", "tokio::io", "AsyncReadExt"),
    (".read_exact(", "tokio::io", "AsyncReadExt"),
    (".write(", "tokio::io", "AsyncWriteExt"),
    (".write_all(", "tokio::io", "AsyncWriteExt"),
    (".shutdown().", "tokio::io", "AsyncWriteExt"),
    ("TcpListener::", "tokio::net", "TcpListener"),
    ("TcpSocket::", "tokio::net", "TcpSocket"),
    ("TcpStream::", "tokio::net", "TcpStream"),
    ("UdpSocket", "tokio::net", "UdpSocket"),
    ("timeout(", "tokio::time", "timeout"),
];

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
    fn finish(self, words: &Words) -> Vec<Line> {
        let Self {
            mut out,
            program,
            tokio,
            most,
            ..
        } = self;
        out.calls.clear();
        out.put("Ok(())");
        out.indent = 0;
        out.put("}");
        let language = if tokio {
            Language::Tokio
        } else {
            Language::Rust
        };
        let file = program.file(language);
        let others = if tokio {
            vec![
                "tokio = { version = \"1\", features = [\"full\"] }",
                "socket2 = { version = \"0.6\", features = [\"all\"] }",
            ]
        } else {
            vec!["socket2 = { version = \"0.6\", features = [\"all\"] }"]
        };
        let mut main = Out::default();
        if tokio {
            main.put("#[tokio::main]");
        }
        main.put(if tokio {
            "async fn main() -> io::Result<()> {"
        } else {
            "fn main() -> io::Result<()> {"
        });
        main.indent = 4;
        for (at, port) in program.ports.iter().enumerate() {
            let (name, place) = (group::numbered("port", at), (at + 1).to_string());
            let values = [('v', &*name), ('n', &place), ('p', &port.to_string())];
            main.put(&fill(
                "let $v: u16 = env::args().nth($n).map_or($p, |port| port.parse().expect(\"a port\"));",
                &values,
            ));
        }
        if program
            .steps
            .iter()
            .any(|step| matches!(step.act, Act::Recv(_)))
        {
            main.put(&["let mut buffer = vec![0; ", &most.to_string(), "];"].concat());
        }
        if main.lines.len() > 1 + usize::from(tokio) {
            main.put("");
        }
        main.lines.append(&mut out.lines);
        main.indent = 0;
        if main.has("resolve(") {
            main.put("");
            main.put(parts::RESOLVE);
        }
        // What is read through `SockRef` is not what std or tokio read themselves.
        let other = |word: &str, line: &str| word.starts_with('.') && line.contains("(&*SockRef");
        let needs = |word: &str| {
            let mut lines = main.lines.iter().map(|line| line.text.as_str());
            lines.any(|line| line.contains(word) && !other(word, line))
        };
        let socket2 = needs("SockRef::") || needs("Domain::") || needs(": Socket");
        let plain = ["rustc --edition 2021 ", &file, " && ./", &program.name].concat();
        let run = if tokio || socket2 {
            "cargo run --"
        } else {
            &plain
        };
        let mut top = head(
            program,
            words,
            &file,
            &(run.to_owned() + &arguments(program)),
        );
        if tokio || socket2 {
            let wanted = if socket2 { &others[..] } else { &others[..1] };
            top.push(words.dependencies.to_owned());
            top.extend(wanted.iter().map(|one| "  ".to_owned() + one));
        }
        for line in &mut top {
            line.insert_str(0, "//! ");
        }
        top.push(String::new());
        top.extend(parts::imports(if tokio { &TOKIO } else { &STD }, needs));
        top.push(String::new());
        main.after(top)
    }

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

    fn accepted(&mut self, conn: usize, from: Kind, step: &Step, made: &mut Written) {
        let mutable = self.mutable(conn);
        let Some(source) = self.program.sources.get(conn) else {
            return;
        };
        let values = [('c', &*source.name), ('m', mutable)];
        if from == Kind::Listener {
            made.bind = fill("let ($m$c, _) = ", &values);
        } else {
            made.bind = fill("let ($c, _) = ", &values);
            made.after = fill("let $m$c: TcpStream = $c.into();", &values);
        }
        if step.patience.is_some_and(|time| time > 0) && !self.tokio {
            // Linux lets it inherit the timeout.
            let reset = fill(
                "$c.set_read_timeout(None)?;\n$c.set_write_timeout(None)?;",
                &values,
            );
            made.after = [made.after.as_str(), &reset]
                .join("\n")
                .trim_start()
                .to_owned();
        }
        self.kinds[conn] = Kind::Stream;
    }

    fn connect(
        &mut self,
        step: &Step,
        plan: Plan,
        place: &Place,
        family: Family,
        s: &str,
        made: &mut Written,
    ) {
        let kind = self.kind(step);
        let mutable = self.mutable(step.socket);
        let of = |text: &str| fill(text, &[('s', s), ('m', mutable)]);
        made.waits = true;
        if plan == Plan::Stream && kind == Kind::None {
            self.collect(step);
            made.bind = of("let $m$s = ");
            made.call = ["TcpStream::connect(", &parts::tuple(place, family), ")"].concat();
            if matches!(step.end, End::Ok | End::Waiting) {
                self.set_kind(step, Kind::Stream);
                made.remark = (step.end == End::Ok).then_some(Remark::Together("socket, connect"));
            }
            return;
        }
        let address = parts::address(place, family);
        if self.is_datagram(step) && kind == Kind::Udp {
            made.call = [s, ".connect(", &parts::tuple(place, family), ")"].concat();
        } else if self.tokio && kind == Kind::Raw && !self.is_datagram(step) {
            made.call = [s, ".connect(", &address, ")"].concat();
            made.bind = of("let $m$s = ");
            let good = matches!(step.end, End::Ok | End::Waiting);
            self.set_kind(step, if good { Kind::Stream } else { Kind::None });
        } else {
            made.waits = false;
            let target = if kind == Kind::Raw {
                of("$s")
            } else {
                of("SockRef::from(&$s)")
            };
            made.call = match step.patience.filter(|time| *time > 0) {
                Some(time) if !self.tokio => {
                    let time = parts::duration(time);
                    [
                        &target,
                        ".connect_timeout(&",
                        &address,
                        ".into(), ",
                        &time,
                        ")",
                    ]
                    .concat()
                }
                _ => [&target, ".connect(&", &address, ".into())"].concat(),
            };
        }
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

/// How what was received is printed.
pub(super) fn show(recv: &Recv, s: &str) -> String {
    let (form, value) = match recv.show {
        Show::Text => (": {}", ", String::from_utf8_lossy(&buffer[..count])"),
        Show::Hex => (": {:02x?}", ", &buffer[..count]"),
        Show::Count => ("", ""),
    };
    [
        "println!(\"",
        s,
        " received {count}",
        form,
        "\"",
        value,
        ");",
    ]
    .concat()
}

/// Bytes as an expression that is a slice.
pub(super) fn data(data: &Data, program: &Program) -> String {
    match data {
        Data::Bytes(bytes) => literal::bytes(bytes, Language::Rust),
        Data::Repeat(unit, times) => {
            let unit = literal::bytes(unit, Language::Rust);
            ["&", &unit, ".repeat(", &times.to_string(), ")"].concat()
        }
        Data::File(at) => {
            let name = program.files.get(*at).map_or("", |(name, _)| name.as_str());
            ["&std::fs::read(\"", name, "\")?"].concat()
        }
        Data::Received => "&buffer[..count]".to_owned(),
        Data::Lost(length) => ["&vec![0; ", &length.to_string(), "]"].concat(),
        Data::Long(_) => String::new(),
    }
}

pub(super) fn port(port: &Port) -> String {
    match port {
        Port::Fixed(port) => port.to_string(),
        Port::Argument(at) => group::numbered("port", *at),
    }
}
