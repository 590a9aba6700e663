//! Python 3.

use sockscope_protocol::{Family, How, OptionName, OptionValue, SocketType};

use super::step::{Act, Data, End, Place, Port, Recv, Remark, Show, Step};
use super::write::{Out, arguments, comment, fill, head, seconds};
use super::{Language, Line, Program, Words, group, literal, option};

const MODULES: [&str; 6] = ["errno", "select", "socket", "struct", "sys", "time"];

const RECV_EXACTLY: &str = "\
def recv_exactly(sock, count):
    data = b\"\"
    while len(data) < count and (part := sock.recv(count - len(data))):
        data += part
    return data

";

pub(super) fn lines(program: &Program, words: &Words) -> Vec<Line> {
    let mut out = Out::default();
    for (at, port) in program.ports.iter().enumerate() {
        let values = [('n', &*(at + 1).to_string()), ('p', &port.to_string())];
        out.put(
            &(port_name(at)
                + &fill(
                    " = int(sys.argv[$n]) if len(sys.argv) > $n else $p",
                    &values,
                )),
        );
    }
    if !program.ports.is_empty() {
        out.put("");
    }
    for step in &program.steps {
        out.calls.clone_from(&step.calls);
        write(&mut out, program, step, words);
    }
    let file = program.file(Language::Python);
    let run = "python3 ".to_owned() + &file + &arguments(program);
    let mut top: Vec<String> = head(program, words, &file, &run)
        .into_iter()
        .map(|line| "# ".to_owned() + &line)
        .collect();
    let used = |module: &&&str| out.has(&((**module).to_owned() + "."));
    top.extend(
        MODULES
            .iter()
            .filter(used)
            .map(|module| "import ".to_owned() + module),
    );
    top.push(String::new());
    if out.has("recv_exactly(") {
        top.extend(RECV_EXACTLY.split('\n').map(str::to_owned));
    }
    out.after(top)
}

fn port_name(at: usize) -> String {
    group::numbered("PORT", at)
}

fn write(out: &mut Out, program: &Program, step: &Step, words: &Words) {
    let source = program.sources.get(step.socket);
    let s = source.map_or("", |source| source.name.as_str());
    let mut count = 0;
    let mut lost = false;
    let (mut bind, mut after) = (String::new(), "");
    let mut call = "";
    let bytes = |data: &Data| data_of(data, program);
    let expression = match &step.act {
        Act::Socket(family, kind) => {
            bind = s.to_owned() + " = ";
            let family = family_name(*family);
            let kind = match kind {
                SocketType::Stream => "SOCK_STREAM",
                SocketType::Datagram => "SOCK_DGRAM",
            };
            call = "socket";
            fill(
                "socket.socket(socket.$f, socket.$k)",
                &[('f', family), ('k', kind)],
            )
        }
        Act::Bind(place) => method(s, "bind", &mut call, &place_of(place)),
        Act::Listen(backlog) => method(s, "listen", &mut call, &backlog.to_string()),
        Act::Accept(made) => {
            if let Some(made) = made.and_then(|made| program.sources.get(made)) {
                bind = made.name.clone() + ", address = ";
            }
            method(s, "accept", &mut call, "")
        }
        Act::Connect(place) => method(s, "connect", &mut call, &place_of(place)),
        Act::Send(data) => {
            lost = matches!(data, Data::Lost(_));
            bind = "sent = ".to_owned();
            after = "print(\"$s sent\", sent)";
            method(s, "send", &mut call, &bytes(data))
        }
        Act::SendAll(data) => {
            lost = matches!(data, Data::Lost(_));
            method(s, "sendall", &mut call, &bytes(data))
        }
        Act::SendTo(place, data) => {
            lost = matches!(data, Data::Lost(_));
            let arguments = bytes(data) + ", " + &place_of(place);
            method(s, "sendto", &mut call, &arguments)
        }
        Act::Recv(recv) => {
            count = recv.count;
            bind = "data = ".to_owned();
            after = show(recv);
            if let Some(peer) = recv.known_peer() {
                bind = "data, ".to_owned() + &group::numbered("peer", peer) + " = ";
            } else if recv.from {
                bind = "data, address = ".to_owned();
            }
            receive(s, recv, &mut call)
        }
        Act::Shutdown(how) => {
            let how = match how {
                How::Read => "RD",
                How::Write => "WR",
                How::Both => "RDWR",
            };
            method(s, "shutdown", &mut call, &("socket.SHUT_".to_owned() + how))
        }
        Act::Close => method(s, "close", &mut call, ""),
        Act::SetTimeout(time) => {
            let time = match time {
                None => "None".to_owned(),
                Some(0) => "0".to_owned(),
                Some(us) => seconds(*us),
            };
            method(s, "settimeout", &mut call, &time)
        }
        Act::GetSockName | Act::GetPeerName => {
            let name = match step.act {
                Act::GetSockName => "getsockname",
                _ => "getpeername",
            };
            let call_text = method(s, name, &mut call, "");
            fill(
                "print(\"$s $c:\", $e)",
                &[('s', s), ('c', name), ('e', &call_text)],
            )
        }
        Act::GetAddrInfo(host, port, family) => {
            call = "getaddrinfo";
            let family = family.map_or(String::new(), |family| {
                ", family=socket.".to_owned() + family_name(family)
            });
            let host = literal::text(host, Language::Python);
            bind = "addresses = ".to_owned();
            after = "print(\"getaddrinfo:\", [one[4] for one in addresses])";
            fill(
                "socket.getaddrinfo($h, $p$f, type=socket.SOCK_STREAM)",
                &[('h', &host), ('p', &port.to_string()), ('f', &family)],
            )
        }
        Act::GetOption(name) => {
            call = "getsockopt";
            get_option(s, *name)
        }
        Act::SetOption(name, value) => {
            call = "setsockopt";
            set_option(s, *name, value)
        }
        Act::Pause(time) => fill("time.sleep($n)", &[('n', &seconds(*time))]),
        Act::Wait => ["select.select([", s, "], [], [])"].concat(),
        Act::Note => String::new(),
    };
    let mut said = comment(step, count, words, lost);
    if step.act == Act::Wait && step.remark == Remark::None {
        said = words.wait.to_owned();
    }
    let fill = |text: &str| fill(text, &[('s', s), ('c', call)]);
    if step.times > 1 {
        out.put(&("for _ in range(".to_owned() + &step.times.to_string() + "):"));
        out.indent += 4;
    }
    match &step.end {
        End::Ok | End::Waiting => {
            out.note(&(bind + &expression), "#", &said);
            if !after.is_empty() {
                out.put(&fill(after));
            }
        }
        end => {
            out.put("try:");
            out.put(&("    ".to_owned() + &expression));
            let (kind, what) = match end {
                End::TimedOut => ("TimeoutError", " timed out\""),
                End::Resolver(_) => ("socket.gaierror as error", "\", error"),
                _ => ("OSError as error", "\", errno.errorcode[error.errno]"),
            };
            out.put(&["except ", kind, ":"].concat());
            let label = if s.is_empty() {
                call.to_owned()
            } else {
                fill("$s $c")
            };
            out.note(
                &["    print(\"", &label, ":", what, ")"].concat(),
                "#",
                &said,
            );
        }
    }
    if step.times > 1 {
        out.indent -= 4;
    }
}

fn method(s: &str, name: &'static str, call: &mut &'static str, arguments: &str) -> String {
    *call = name;
    [s, ".", name, "(", arguments, ")"].concat()
}

fn receive(s: &str, recv: &Recv, call: &mut &'static str) -> String {
    *call = if recv.from { "recvfrom" } else { "recv" };
    if let Some(count) = recv.exactly {
        return ["recv_exactly(", s, ", ", &count.to_string(), ")"].concat();
    }
    let flags = if recv.peek { ", socket.MSG_PEEK" } else { "" };
    [s, ".", *call, "(", &recv.size.to_string(), flags, ")"].concat()
}

fn show(recv: &Recv) -> &'static str {
    match recv.show {
        Show::Text => "print(f\"$s received {len(data)}: {data.decode(errors='replace')}\")",
        Show::Hex => "print(f\"$s received {len(data)}: {data.hex(' ')}\")",
        Show::Count => "print(f\"$s received {len(data)}\")",
    }
}

fn place_of(place: &Place) -> String {
    match place {
        Place::Peer(peer) => group::numbered("peer", *peer),
        Place::Host(host, port) => {
            let port = match port {
                Port::Fixed(port) => port.to_string(),
                Port::Argument(at) => port_name(*at),
            };
            [
                "(",
                &literal::text(host, Language::Python),
                ", ",
                &port,
                ")",
            ]
            .concat()
        }
    }
}

fn data_of(data: &Data, program: &Program) -> String {
    match data {
        Data::Bytes(bytes) => literal::bytes(bytes, Language::Python),
        Data::Repeat(unit, times) => {
            literal::bytes(unit, Language::Python) + " * " + &times.to_string()
        }
        Data::File(at) => {
            let name = program.files.get(*at).map_or("", |(name, _)| name.as_str());
            ["open(\"", name, "\", \"rb\").read()"].concat()
        }
        Data::Received => "data".to_owned(),
        Data::Lost(length) => ["bytes(", &length.to_string(), ")"].concat(),
        Data::Long(_) => String::new(),
    }
}

fn family_name(family: Family) -> &'static str {
    match family {
        Family::Inet => "AF_INET",
        Family::Inet6 => "AF_INET6",
    }
}

fn get_option(s: &str, name: OptionName) -> String {
    let names = option::names(name);
    let values = [('s', s), ('l', names.level), ('o', names.posix)];
    let get = fill("$s.getsockopt(socket.$l, socket.$o", &values);
    let read = match name {
        OptionName::SoLinger => ["struct.unpack(\"ii\", ", &get, ", 8))"].concat(),
        OptionName::IpMulticastIf => ["socket.inet_ntoa(", &get, ", 4))"].concat(),
        _ => get + ")",
    };
    ["print(\"", s, " ", names.posix, ":\", ", &read, ")"].concat()
}

fn set_option(s: &str, name: OptionName, value: &OptionValue) -> String {
    let names = option::names(name);
    let value = match value {
        OptionValue::Bool(on) => i32::from(*on).to_string(),
        OptionValue::Int(number) => number.to_string(),
        OptionValue::Linger(linger) => {
            let seconds = linger.seconds.to_string();
            [
                "struct.pack(\"ii\", ",
                if linger.on { "1" } else { "0" },
                ", ",
                &seconds,
                ")",
            ]
            .concat()
        }
        OptionValue::Membership(one) if one.group.is_ipv6() => fill(
            "socket.inet_pton(socket.AF_INET6, \"$g\") + struct.pack(\"@I\", $i)",
            &[('g', &one.group.to_string()), ('i', &one.index.to_string())],
        ),
        OptionValue::Membership(one) => {
            let interface = one
                .interface
                .map_or("0.0.0.0".to_owned(), |ip| ip.to_string());
            fill(
                "socket.inet_aton(\"$g\") + socket.inet_aton(\"$i\")",
                &[('g', &one.group.to_string()), ('i', &interface)],
            )
        }
        OptionValue::Interface(ip) => ["socket.inet_aton(\"", &ip.to_string(), "\")"].concat(),
        OptionValue::Errno(_) => "0".to_owned(),
    };
    let values = [
        ('s', s),
        ('l', names.level),
        ('o', names.posix),
        ('v', &*value),
    ];
    fill("$s.setsockopt(socket.$l, socket.$o, $v)", &values)
}
