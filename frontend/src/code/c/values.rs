//! Values in C: bytes, addresses' families, options, and how what came is shown.

use sockscope_protocol::{Family, OptionName, OptionValue};

use crate::code::step::{Data, Place, Recv, Show};
use crate::code::write::fill;
use crate::code::{Language, Program, literal, option};

/// An attempt to find a host that does not exist.
pub(super) fn lookup(place: &Place) -> String {
    let Place::Host(host, _) = place else {
        return String::new();
    };
    let host = literal::text(host, Language::C);
    ["gai_strerror(getaddrinfo(", &host, ", NULL, NULL, &found))"].concat()
}

pub(super) fn show(recv: &Recv, s: &str) -> String {
    match recv.show {
        Show::Text => [
            "printf(\"",
            s,
            " received %zd: %.*s\\n\", count, (int)count, buffer);",
        ]
        .concat(),
        Show::Hex => ["show_hex(\"", s, "\", buffer, count);"].concat(),
        Show::Count => ["printf(\"", s, " received %zd\\n\", count);"].concat(),
    }
}

/// Bytes and how many, as two arguments.
pub(super) fn bytes(data: &Data, program: &Program) -> String {
    let sized = |text: String, size: usize| [&text, ", ", &size.to_string()].concat();
    match data {
        Data::Bytes(bytes) => sized(literal::bytes(bytes, Language::C), bytes.len()),
        Data::Repeat(unit, times) => {
            let text = sized(literal::bytes(unit, Language::C), unit.len());
            let all = ["repeat(", &text, ", ", &times.to_string(), ")"].concat();
            sized(all, unit.len() * times)
        }
        Data::File(at) => {
            let Some((name, parts)) = program.files.get(*at) else {
                return String::new();
            };
            let size = parts.iter().map(bytes::Bytes::len).sum();
            sized(
                ["read_file(", &sized(["\"", name, "\""].concat(), size), ")"].concat(),
                size,
            )
        }
        Data::Received => "buffer, count".to_owned(),
        Data::Lost(length) => {
            let length = length.to_string();
            ["calloc(1, ", &length, "), ", &length].concat()
        }
        Data::Long(_) => String::new(),
    }
}

pub(super) fn family_name(family: Family) -> &'static str {
    match family {
        Family::Inet => "AF_INET",
        Family::Inet6 => "AF_INET6",
    }
}

pub(super) fn set_option(s: &str, name: OptionName, value: &OptionValue) -> String {
    let names = option::names(name);
    let (kind, value) = match value {
        OptionValue::Bool(on) => ("int", i32::from(*on).to_string()),
        OptionValue::Int(number) => ("int", number.to_string()),
        OptionValue::Errno(_) => ("int", "0".to_owned()),
        OptionValue::Linger(linger) => {
            let seconds = linger.seconds.to_string();
            (
                "struct linger",
                [if linger.on { "1, " } else { "0, " }, &seconds].concat(),
            )
        }
        OptionValue::Membership(one) if one.group.is_ipv6() => {
            let std::net::IpAddr::V6(group) = one.group else {
                return String::new();
            };
            let bytes: Vec<String> = group.octets().iter().map(ToString::to_string).collect();
            let index = one.index.to_string();
            (
                "struct ipv6_mreq",
                ["{{{", &bytes.join(", "), "}}}, ", &index].concat(),
            )
        }
        OptionValue::Membership(one) => {
            let interface = one
                .interface
                .map_or("0.0.0.0".to_owned(), |ip| ip.to_string());
            let values = [('g', &*one.group.to_string()), ('i', &interface)];
            (
                "struct ip_mreq",
                fill("{inet_addr(\"$g\")}, {inet_addr(\"$i\")}", &values),
            )
        }
        OptionValue::Interface(ip) => (
            "struct in_addr",
            ["inet_addr(\"", &ip.to_string(), "\")"].concat(),
        ),
    };
    let values = [
        ('s', s),
        ('l', names.level),
        ('o', names.posix),
        ('t', kind),
        ('v', &*value),
    ];
    fill("setsockopt($s, $l, $o, &($t){$v}, sizeof($t))", &values)
}
