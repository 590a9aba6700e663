//! Pieces of Rust: calls on a socket that is there, addresses, options, bytes.

use std::net::IpAddr;

use sockscope_protocol::{Family, How, OptionName, OptionValue, SocketType};

use super::{Writer, Written};
use crate::code::shape::Kind;
use crate::code::step::{Act, Data, Place, Port, Recv, Remark, Show, Step};
use crate::code::write::fill;
use crate::code::{Language, Program, group, literal, option};

/// Finds the address of a name.
pub(super) const RESOLVE: &str = "\
fn resolve(host: &str, port: u16, v6: bool) -> io::Result<SocketAddr> {
    let mut found = std::net::ToSocketAddrs::to_socket_addrs(&(host, port))?;
    let found = found.find(|address| address.is_ipv6() == v6);
    found.ok_or_else(|| io::Error::other(\"the name has no such address\"))
}";

impl Writer<'_> {
    /// A call that makes no socket.
    pub(super) fn plain(&mut self, step: &Step, s: &str) -> Written {
        let kind = self.kind(step);
        let native = matches!(kind, Kind::Stream | Kind::Udp);
        let of = |text: &str| fill(text, &[('s', s)]);
        let any = if kind == Kind::Raw && !self.tokio {
            of("$s")
        } else {
            of("SockRef::from(&$s)")
        };
        let mut made = Written {
            waits: native,
            ..Written::default()
        };
        let program = self.program;
        match &step.act {
            Act::Send(bytes) => {
                let verb = if kind == Kind::Udp { "send" } else { "write" };
                let target = if native { s } else { "(&*SockRef::from(&$s))" };
                made.bind = "let sent = ".to_owned();
                made.call = [&of(target), ".", verb, "(", &data(bytes, program), ")"].concat();
                made.after = ["println!(\"", s, " sent {sent}\");"].concat();
            }
            Act::SendAll(bytes) => {
                let target = if native { s } else { "(&*SockRef::from(&$s))" };
                made.call = [&of(target), ".write_all(", &data(bytes, program), ")"].concat();
            }
            Act::SendTo(place, bytes) => {
                let bytes = data(bytes, program);
                let family = program
                    .sources
                    .get(step.socket)
                    .map_or(Family::Inet, |one| one.family);
                made.call = if kind == Kind::Udp {
                    [s, ".send_to(", &bytes, ", ", &tuple(place, family), ")"].concat()
                } else {
                    made.waits = false;
                    [
                        &any,
                        ".send_to(",
                        &bytes,
                        ", &",
                        &address(place, family),
                        ".into())",
                    ]
                    .concat()
                };
            }
            Act::Recv(recv) => {
                made.bind = "let count = ".to_owned();
                made.after = show(recv, s);
                let part = self.part(recv);
                if !native {
                    made.call = of("(&*SockRef::from(&$s)).read(") + &part + ")";
                } else if let Some(count) = recv.exactly {
                    made.bind.clear();
                    made.call = [s, ".read_exact(", &part, ")"].concat();
                    made.after = ["let count = ", &count.to_string(), ";\n", &made.after].concat();
                } else {
                    let from = recv.from && kind == Kind::Udp;
                    let verb = match (kind, from, recv.peek) {
                        (Kind::Udp, true, false) => "recv_from",
                        (Kind::Udp, true, true) => "peek_from",
                        (Kind::Udp, false, false) => "recv",
                        (_, _, true) => "peek",
                        _ => "read",
                    };
                    if from {
                        let peer = recv.known_peer();
                        let peer =
                            peer.map_or("_".to_owned(), |peer| group::numbered("peer", peer));
                        made.bind = ["let (count, ", &peer, ") = "].concat();
                    }
                    made.call = [s, ".", verb, "(", &part, ")"].concat();
                }
            }
            Act::Shutdown(how) => {
                let word = match how {
                    How::Read => "Shutdown::Read",
                    How::Write => "Shutdown::Write",
                    How::Both => "Shutdown::Both",
                };
                made.call = match (kind, how, self.tokio) {
                    (Kind::Stream, How::Write, true) => of("$s.shutdown()"),
                    (Kind::Stream, _, false) => [s, ".shutdown(", word, ")"].concat(),
                    _ => [&any, ".shutdown(", word, ")"].concat(),
                };
                made.waits = made.call.ends_with(".shutdown()");
            }
            Act::SetTimeout(time) => self.set_timeout(step, *time, s, &any, &mut made),
            Act::GetSockName | Act::GetPeerName => {
                let (method, name) = match step.act {
                    Act::GetSockName => ("local_addr", "getsockname"),
                    _ => ("peer_addr", "getpeername"),
                };
                made.waits = false;
                made.bind = "let address = ".to_owned();
                made.call = [&any, ".", method, "()"].concat();
                let values = [('s', s), ('c', name)];
                made.after = fill("println!(\"$s $c: {:?}\", address.as_socket());", &values);
                if kind != Kind::Raw {
                    made.call = [s, ".", method, "()"].concat();
                    made.after = fill("println!(\"$s $c: {address}\");", &values);
                }
            }
            Act::GetAddrInfo(host, port, _) => {
                let host = literal::text(host, Language::Rust);
                let port = port.to_string();
                made.bind = "let addresses = ".to_owned();
                made.after =
                    "println!(\"getaddrinfo: {:?}\", addresses.collect::<Vec<_>>());".to_owned();
                made.waits = true;
                made.call = if self.tokio {
                    ["tokio::net::lookup_host((", &host, ", ", &port, "))"].concat()
                } else {
                    ["(", &host, ", ", &port, ").to_socket_addrs()"].concat()
                };
            }
            Act::GetOption(name) => {
                made.waits = false;
                let names = option::names(*name);
                made.bind = "let value = ".to_owned();
                made.call = [&any, ".", names.socket2, "()"].concat();
                made.after = ["println!(\"", s, " ", names.posix, ": {value:?}\");"].concat();
            }
            Act::SetOption(name, value) => {
                made.waits = false;
                made.call = set_option(*name, value, kind, s, &any);
            }
            Act::Pause(time) => {
                let time = duration(*time);
                made.call = if self.tokio {
                    ["tokio::time::sleep(", &time, ").await;"].concat()
                } else {
                    ["thread::sleep(", &time, ");"].concat()
                };
            }
            Act::Wait if step.remark == Remark::Unread && kind == Kind::Stream => {
                made.call = of("$s.peek(&mut [0])");
            }
            _ => {}
        }
        made
    }

    /// With std: what lets a call wait without end for once, and what undoes that.
    pub(super) fn relaxed(&self, step: &Step, s: &str) -> Option<(String, String)> {
        let patience = step.patience.filter(|_| !self.tokio)?;
        if patience == 0 {
            let wait = |on: &str| [s, ".set_nonblocking(", on, ")?;"].concat();
            return Some((wait("false"), wait("true")));
        }
        let target = match self.kind(step) {
            Kind::Listener => ["SockRef::from(&", s, ")"].concat(),
            _ => s.to_owned(),
        };
        let time = |time: &str| [&target, ".set_read_timeout(", time, ")?;"].concat();
        Some((
            time("None"),
            time(&["Some(", &duration(patience), ")"].concat()),
        ))
    }

    fn set_timeout(&self, step: &Step, time: Option<u64>, s: &str, any: &str, made: &mut Written) {
        made.waits = false;
        if self.tokio {
            // What waits is given the time.
            made.remark = Some(Remark::Together("settimeout: see timeout(...)"));
            return;
        }
        let wait = |on: &str| [s, ".set_nonblocking(", on, ")?;"].concat();
        if time == Some(0) {
            made.call = wait("true");
            return;
        }
        let time = time.map_or("None".to_owned(), |time| {
            ["Some(", &duration(time), ")"].concat()
        });
        let target = match self.kind(step) {
            Kind::Listener => any,
            _ => s,
        };
        let values = [('t', target), ('d', &*time)];
        let both = fill(
            "$t.set_read_timeout($d)?;\n$t.set_write_timeout($d)?;",
            &values,
        );
        made.call = if step.patience == Some(0) {
            [wait("false"), both].join("\n")
        } else {
            both
        };
    }
}

fn set_option(name: OptionName, value: &OptionValue, kind: Kind, s: &str, any: &str) -> String {
    let ip = |ip: &IpAddr| ["&\"", &ip.to_string(), "\".parse().expect(\"an address\")"].concat();
    let value = match value {
        OptionValue::Bool(on) => on.to_string(),
        OptionValue::Int(number) => number.to_string(),
        OptionValue::Linger(linger) if linger.on => {
            let time = duration(u64::from(linger.seconds) * 1_000_000);
            ["Some(", &time, ")"].concat()
        }
        OptionValue::Linger(_) | OptionValue::Errno(_) => "None".to_owned(),
        OptionValue::Membership(one) => {
            let interface = match one.interface {
                Some(interface) => ip(&interface),
                None if one.group.is_ipv6() => one.index.to_string(),
                None => "&std::net::Ipv4Addr::UNSPECIFIED".to_owned(),
            };
            [&ip(&one.group), ", ", &interface].concat()
        }
        OptionValue::Interface(address) => ip(address),
    };
    let (target, method) = match (name, kind) {
        (OptionName::TcpNodelay, Kind::Stream) => (s, "set_nodelay"),
        (OptionName::SoBroadcast, Kind::Udp) => (s, "set_broadcast"),
        _ => (any, option::names(name).socket2),
    };
    let prefix = if method.contains("set_") || method.contains("multicast_v") {
        ""
    } else {
        "set_"
    };
    [target, ".", prefix, method, "(", &value, ")"].concat()
}

pub(super) fn new_socket(family: Family, kind: SocketType, tokio: bool) -> &'static str {
    match (family, kind, tokio) {
        (Family::Inet, SocketType::Stream, true) => "TcpSocket::new_v4()",
        (Family::Inet6, SocketType::Stream, true) => "TcpSocket::new_v6()",
        (Family::Inet, SocketType::Stream, false) => {
            "Socket::new(Domain::IPV4, Type::STREAM, None)"
        }
        (Family::Inet6, SocketType::Stream, false) => {
            "Socket::new(Domain::IPV6, Type::STREAM, None)"
        }
        (Family::Inet, SocketType::Datagram, _) => "Socket::new(Domain::IPV4, Type::DGRAM, None)",
        (Family::Inet6, SocketType::Datagram, _) => "Socket::new(Domain::IPV6, Type::DGRAM, None)",
    }
}

pub(super) fn duration(us: u64) -> String {
    let (unit, number) = match us {
        _ if us.is_multiple_of(1_000_000) => ("secs", us / 1_000_000),
        _ if us.is_multiple_of(1_000) => ("millis", us / 1_000),
        _ => ("micros", us),
    };
    ["Duration::from_", unit, "(", &number.to_string(), ")"].concat()
}

/// An address as std's functions take it: a host and a port.
pub(super) fn tuple(place: &Place, family: Family) -> String {
    match place {
        Place::Peer(peer) => group::numbered("peer", *peer),
        Place::Host(host, number) => {
            let host = match (host.as_str(), family) {
                ("", Family::Inet) => "0.0.0.0",
                ("", Family::Inet6) => "::",
                (host, _) => host,
            };
            [
                "(",
                &literal::text(host, Language::Rust),
                ", ",
                &port(number),
                ")",
            ]
            .concat()
        }
    }
}

/// Numbers as an array.
fn list(numbers: &[u16]) -> String {
    let numbers: Vec<String> = numbers.iter().map(u16::to_string).collect();
    ["[", &numbers.join(", "), "]"].concat()
}

/// An address as a `SocketAddr`.
pub(super) fn address(place: &Place, family: Family) -> String {
    let Place::Host(host, number) = place else {
        return tuple(place, family);
    };
    let port = port(number);
    let v6 = family == Family::Inet6;
    let bytes = match host.parse() {
        Ok(IpAddr::V4(ip)) => list(&ip.octets().map(u16::from)),
        Ok(IpAddr::V6(ip)) => list(&ip.segments()),
        Err(_) if host.is_empty() => (if v6 { "[0; 8]" } else { "[0; 4]" }).to_owned(),
        Err(_) => {
            let host = literal::text(host, Language::Rust);
            let v6 = if v6 { "true" } else { "false" };
            return ["resolve(", &host, ", ", &port, ", ", v6, ")?"].concat();
        }
    };
    ["SocketAddr::from((", &bytes, ", ", &port, "))"].concat()
}

/// The name of a call, as a message says it.
pub(super) fn call_name(act: &Act) -> &'static str {
    match act {
        Act::Socket(..) => "socket",
        Act::Bind(_) => "bind",
        Act::Listen(_) => "listen",
        Act::Accept(_) => "accept",
        Act::Connect(_) => "connect",
        Act::Send(_) => "send",
        Act::SendAll(_) => "sendall",
        Act::SendTo(..) => "sendto",
        Act::Recv(recv) if recv.from => "recvfrom",
        Act::Recv(_) => "recv",
        Act::Shutdown(_) => "shutdown",
        Act::Close => "close",
        Act::GetOption(_) => "getsockopt",
        Act::SetOption(..) => "setsockopt",
        Act::SetTimeout(_) => "settimeout",
        Act::GetSockName => "getsockname",
        Act::GetPeerName => "getpeername",
        Act::GetAddrInfo(..) => "getaddrinfo",
        Act::Pause(_) | Act::Wait | Act::Note => "",
    }
}

/// How what was received is printed.
fn show(recv: &Recv, s: &str) -> String {
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
fn data(data: &Data, program: &Program) -> String {
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

fn port(port: &Port) -> String {
    match port {
        Port::Fixed(port) => port.to_string(),
        Port::Argument(at) => group::numbered("port", *at),
    }
}
