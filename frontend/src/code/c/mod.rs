//! C11 with POSIX.1-2008.

mod helpers;
mod values;

use sockscope_protocol::{Family, How, SocketType};

use super::step::{Act, Data, End, Place, Port, Remark, Step};
use super::write::{Out, arguments, comment, fill, head};
use super::{Language, Line, Program, Words, group, literal, option};
use values::{bytes, family_name, lookup, set_option, show};

/// The addresses of a program, each a variable.
type Places = Vec<(Place, Family)>;

pub(super) fn lines(program: &Program, words: &Words) -> Vec<Line> {
    let mut out = Out {
        indent: 4,
        ..Out::default()
    };
    let mut places = Places::new();
    let mut body = Out {
        indent: 4,
        ..Out::default()
    };
    for step in &program.steps {
        body.calls.clone_from(&step.calls);
        write(&mut body, program, step, words, &mut places);
    }
    begin(&mut out, program, &places, &body);
    out.lines.append(&mut body.lines);
    out.calls.clear();
    out.put("return 0;");
    out.indent = 0;
    out.put("}");

    let functions = helpers::functions(&out);
    let file = program.file(Language::C);
    let name = &program.name;
    let run = [
        "cc -o ",
        name,
        " ",
        &file,
        " && ./",
        name,
        &arguments(program),
    ]
    .concat();
    let mut top = head(program, words, &file, &run);
    for line in &mut top {
        line.insert_str(0, "// ");
    }
    top.extend(helpers::includes(|word| {
        out.has(word) || functions.has(word)
    }));
    top.push(String::new());
    top.extend(functions.lines.into_iter().map(|line| line.text));
    out.after(top)
}

/// What stands at the head of `main`.
fn begin(out: &mut Out, program: &Program, places: &Places, body: &Out) {
    let indent = std::mem::take(&mut out.indent);
    out.put(if program.ports.is_empty() {
        "int main(void)\n{"
    } else {
        "int main(int argc, char **argv)\n{"
    });
    out.indent = indent;
    for (at, port) in program.ports.iter().enumerate() {
        let (name, place) = (group::numbered("port", at), (at + 1).to_string());
        let values = [('v', &*name), ('n', &place), ('p', &port.to_string())];
        out.put(&fill("int $v = argc > $n ? atoi(argv[$n]) : $p;", &values));
    }
    for (at, (place, family)) in places.iter().enumerate() {
        let Place::Host(host, port) = place else {
            continue;
        };
        let name = group::numbered("address", at);
        let suffix = match family {
            Family::Inet => "",
            Family::Inet6 => "6",
        };
        let port = match port {
            Port::Fixed(port) => port.to_string(),
            Port::Argument(at) => group::numbered("port", *at),
        };
        let wildcard = host.is_empty();
        let text = literal::text(host, Language::C);
        let values = [('v', &*name), ('6', suffix), ('p', &port), ('h', &text)];
        out.put(&fill(
            "struct sockaddr_in$6 $v = {.sin$6_family = AF_INET$6, .sin$6_port = htons($p)};",
            &values,
        ));
        let parsed: Result<std::net::IpAddr, _> = host.parse();
        if let Ok(ip) = parsed
            && ip.is_ipv6() == (*family == Family::Inet6)
        {
            out.put(&fill("inet_pton(AF_INET$6, $h, &$v.sin$6_addr);", &values));
        } else if !wildcard {
            out.put(&fill(
                "resolve($h, (struct sockaddr *)&$v, sizeof $v);",
                &values,
            ));
            out.put(&fill("$v.sin$6_port = htons($p);", &values));
        }
    }
    for (at, _) in program.peers.iter().enumerate().filter(|(_, used)| **used) {
        let name = group::numbered("peer", at);
        out.put(&["struct sockaddr_storage ", &name, ";"].concat());
        out.put(&["socklen_t ", &name, "_size;"].concat());
    }
    if body.has("buffer") {
        let sizes = program.steps.iter().filter_map(|step| match &step.act {
            Act::Recv(recv) => Some(recv.exactly.unwrap_or(recv.size.into())),
            _ => None,
        });
        let most = sizes.max().unwrap_or(0).max(1).to_string();
        out.put(&["static char buffer[", &most, "];"].concat());
        if body.has("count") {
            out.put("ssize_t count;");
        }
    }
    if body.has("&found") {
        out.put("struct addrinfo *found;");
    }
    let broken = |step: &Step| {
        let sends = matches!(step.act, Act::Send(_) | Act::SendAll(_) | Act::SendTo(..));
        sends && matches!(step.end, End::Errno(_))
    };
    if program.steps.iter().any(broken) {
        out.put("signal(SIGPIPE, SIG_IGN);");
    }
    out.put("");
}

fn write(out: &mut Out, program: &Program, step: &Step, words: &Words, places: &mut Places) {
    let source = program.sources.get(step.socket);
    let s = source.map_or("", |source| source.name.as_str());
    let family = source.map_or(Family::Inet, |source| source.family);
    let mut said = comment(
        step,
        match &step.act {
            Act::Recv(recv) => recv.count,
            _ => 0,
        },
        words,
        matches!(
            &step.act,
            Act::Send(Data::Lost(_)) | Act::SendAll(Data::Lost(_)) | Act::SendTo(_, Data::Lost(_))
        ),
    );
    let mut place = |place: &Place| match place {
        Place::Peer(peer) => {
            let name = group::numbered("peer", *peer);
            fill("(struct sockaddr *)&$v, $v_size", &[('v', &name)])
        }
        place => {
            let known = places
                .iter()
                .position(|(one, of)| one == place && *of == family);
            let at = known.unwrap_or_else(|| {
                places.push((place.clone(), family));
                places.len() - 1
            });
            let name = group::numbered("address", at);
            fill("(struct sockaddr *)&$v, sizeof $v", &[('v', &name)])
        }
    };
    let (mut before, mut bind, mut after) = (String::new(), String::new(), String::new());
    let mut plain = false;
    let (call, expression) = match &step.act {
        Act::Socket(family, kind) => {
            bind = ["int ", s, " = "].concat();
            let kind = match kind {
                SocketType::Stream => "SOCK_STREAM",
                SocketType::Datagram => "SOCK_DGRAM",
            };
            (
                "socket",
                ["socket(", family_name(*family), ", ", kind, ", 0)"].concat(),
            )
        }
        Act::Bind(to) => ("bind", ["bind(", s, ", ", &place(to), ")"].concat()),
        Act::Connect(to) if matches!(step.end, End::Resolver(_)) => ("connect", lookup(to)),
        Act::Connect(to) => ("connect", ["connect(", s, ", ", &place(to), ")"].concat()),
        Act::Listen(backlog) => (
            "listen",
            ["listen(", s, ", ", &backlog.to_string(), ")"].concat(),
        ),
        Act::Accept(made) => {
            if let Some(made) = made.and_then(|made| program.sources.get(made)) {
                bind = ["int ", &made.name, " = "].concat();
                if step.patience.is_some_and(|time| time > 0) {
                    // Linux lets it inherit the timeout.
                    after = ["set_timeout(", &made.name, ", 0);"].concat();
                }
            }
            ("accept", ["accept(", s, ", NULL, NULL)"].concat())
        }
        Act::Send(data) => (
            "send",
            ["send(", s, ", ", &bytes(data, program), ", 0)"].concat(),
        ),
        Act::SendAll(data) => (
            "sendall",
            ["send_all(", s, ", ", &bytes(data, program), ")"].concat(),
        ),
        Act::SendTo(to, data) => {
            let (data, to) = (bytes(data, program), place(to));
            (
                "sendto",
                ["sendto(", s, ", ", &data, ", 0, ", &to, ")"].concat(),
            )
        }
        Act::Recv(recv) => {
            bind = "count = ".to_owned();
            after = show(recv, s);
            let call = if recv.from { "recvfrom" } else { "recv" };
            let size = recv.exactly.unwrap_or(recv.size.into()).to_string();
            let flags = match (recv.peek, recv.exactly) {
                (true, _) => "MSG_PEEK",
                (_, Some(_)) => "MSG_WAITALL",
                _ => "0",
            };
            let from = match recv.known_peer() {
                Some(peer) => {
                    let name = group::numbered("peer", peer);
                    before = fill("$v_size = sizeof $v;", &[('v', &name)]);
                    fill(", (struct sockaddr *)&$v, &$v_size", &[('v', &name)])
                }
                None if recv.from => ", NULL, NULL".to_owned(),
                None => String::new(),
            };
            (
                call,
                [call, "(", s, ", buffer, ", &size, ", ", flags, &from, ")"].concat(),
            )
        }
        Act::Shutdown(how) => {
            let how = match how {
                How::Read => "SHUT_RD",
                How::Write => "SHUT_WR",
                How::Both => "SHUT_RDWR",
            };
            ("shutdown", ["shutdown(", s, ", ", how, ")"].concat())
        }
        Act::Close => ("close", ["close(", s, ")"].concat()),
        Act::SetTimeout(Some(0)) => ("fcntl", ["fcntl(", s, ", F_SETFL, O_NONBLOCK)"].concat()),
        Act::SetTimeout(time) => {
            plain = true;
            let time = time.unwrap_or(0).to_string();
            ("", ["set_timeout(", s, ", ", &time, ")"].concat())
        }
        Act::GetSockName | Act::GetPeerName => {
            let name = if step.act == Act::GetSockName {
                "getsockname"
            } else {
                "getpeername"
            };
            let values = [('s', s), ('c', name)];
            (name, fill("show_address(\"$s $c\", $s, $c)", &values))
        }
        Act::GetAddrInfo(host, _, family) => {
            plain = true;
            let family = family.map_or("AF_UNSPEC", family_name);
            let host = literal::text(host, Language::C);
            ("", ["show_addresses(", &host, ", ", family, ")"].concat())
        }
        Act::GetOption(name) => {
            let names = option::names(*name);
            let values = [('s', s), ('l', names.level), ('o', names.posix)];
            (
                "getsockopt",
                fill("show_option(\"$s $o\", $s, $l, $o)", &values),
            )
        }
        Act::SetOption(name, value) => ("setsockopt", set_option(s, *name, value)),
        Act::Pause(time) => {
            plain = true;
            ("", ["usleep(", &time.to_string(), ")"].concat())
        }
        Act::Wait => {
            plain = true;
            if step.remark == Remark::None {
                said = words.wait.to_owned();
            }
            (
                "",
                [
                    "poll(&(struct pollfd){.fd = ",
                    s,
                    ", .events = POLLIN}, 1, -1)",
                ]
                .concat(),
            )
        }
        Act::Note => return out.note("", "//", &said),
    };
    let many = step.times > 1;
    if many {
        out.put(&["for (int i = 0; i < ", &step.times.to_string(), "; i++) {"].concat());
        out.indent += 4;
    }
    if !before.is_empty() {
        out.put(&before);
    }
    match &step.end {
        _ if plain => out.note(&(expression + ";"), "//", &said),
        End::Ok | End::Waiting if matches!(step.act, Act::Send(_)) => {
            let checked = ["check(", &expression, ", \"send\")"].concat();
            out.note(
                &["printf(\"", s, " sent %ld\\n\", ", &checked, ");"].concat(),
                "//",
                &said,
            );
        }
        End::Ok | End::Waiting => {
            out.note(
                &[&bind, "check(", &expression, ", \"", call, "\");"].concat(),
                "//",
                &said,
            );
            if !after.is_empty() {
                out.put(&after);
            }
        }
        End::Resolver(_) => {
            let values = ["printf(\"", s, " ", call, ": %s\\n\", ", &expression, ");"];
            out.note(&values.concat(), "//", &said);
        }
        _ => {
            out.put(&["if (", &expression, " < 0)"].concat());
            let values = [
                "    printf(\"",
                s,
                " ",
                call,
                ": %s\\n\", strerror(errno));",
            ];
            out.note(&values.concat(), "//", &said);
        }
    }
    if many {
        out.indent -= 4;
        out.put("}");
    }
}
