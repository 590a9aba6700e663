//! Numbers, times and calls as text. They are the same in every language.

use std::fmt::Write as _;
use std::net::SocketAddr;

use sockscope_frontend::bytes::show_text;
use sockscope_frontend::model::CallRecord;
use sockscope_protocol::{
    Call, CancelledBy, Endpoint, Family, How, OptionValue, Outcome, RecvFlag, SocketType, Value,
};

use super::options;

/// A span of time: `85 µs`, `1.25 ms`, `3.2 s`, `2 min 05 s`.
pub(crate) fn duration(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => scaled(us, 1_000, "ms"),
        1_000_000..60_000_000 => scaled(us, 1_000_000, "s"),
        _ => {
            let seconds = us / 1_000_000;
            let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
            if hours > 0 {
                format!("{hours} h {minutes:02} min")
            } else {
                format!("{minutes} min {seconds:02} s")
            }
        }
    }
}

/// Three digits that count.
fn scaled(us: u64, unit: u64, name: &str) -> String {
    let (whole, thousandths) = (us / unit, us % unit * 1_000 / unit);
    match whole {
        0..10 => format!("{whole}.{:02} {name}", thousandths / 10),
        10..100 => format!("{whole}.{} {name}", thousandths / 100),
        _ => format!("{whole} {name}"),
    }
}

/// Time that goes on, in steps that a person can follow: `3.2 s`.
pub(crate) fn elapsed(us: u64) -> String {
    let tenths = us / 100_000;
    if tenths < 600 {
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else {
        duration(us)
    }
}

/// Time since the session began, for the ruler: `12.345`, `2:05.678`.
pub(crate) fn clock(us: u64) -> String {
    let ms = us / 1_000;
    let (minutes, seconds, ms) = (ms / 60_000, ms / 1_000 % 60, ms % 1_000);
    if minutes == 0 {
        format!("{seconds}.{ms:03}")
    } else if minutes < 60 {
        format!("{minutes}:{seconds:02}.{ms:03}")
    } else {
        format!("{}:{:02}:{seconds:02}", minutes / 60, minutes % 60)
    }
}

/// A time of a film, to the microsecond: `12.345678 s`.
pub(crate) fn precise(us: u64) -> String {
    format!("{}.{:06} s", us / 1_000_000, us % 1_000_000)
}

/// Bytes: exact, in groups of three.
pub(crate) fn bytes(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text.push_str(" B");
    text
}

/// A text as a Python programmer writes it.
fn quoted(text: &str) -> String {
    let text = show_text(text.as_bytes()).replace('"', "\\\"");
    ["\"", &text, "\""].concat()
}

/// An address as a Python programmer writes it.
pub(crate) fn endpoint(address: &Endpoint) -> String {
    format!("({}, {})", quoted(&address.host), address.port)
}

/// An address, or its port alone where the host is this machine's usual one and room is short.
pub(crate) fn short_address(address: SocketAddr) -> String {
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        format!(":{}", address.port())
    } else {
        address.to_string()
    }
}

/// A call and its arguments, as code: `bind(("127.0.0.1", 8888))`. The socket is not in it: the lane
/// says which.
pub(crate) fn call(call: &Call) -> String {
    format!("{}({})", call.name(), arguments(call))
}

/// The arguments alone, without the parentheses.
pub(crate) fn arguments(call: &Call) -> String {
    match call {
        Call::Socket { family, kind } => {
            format!("{}, {}", self::family(*family), self::kind(*kind))
        }
        Call::Bind { address, .. } | Call::Connect { address, .. } => endpoint(address),
        Call::Listen { backlog, .. } => backlog.to_string(),
        Call::Send { length, .. } | Call::SendAll { length, .. } => bytes(u64::from(*length)),
        Call::SendTo {
            address, length, ..
        } => format!("{}, {}", bytes(u64::from(*length)), endpoint(address)),
        Call::Recv { size, flags, .. } | Call::RecvFrom { size, flags, .. } => {
            let mut text = size.to_string();
            for flag in flags {
                let _ = write!(text, ", {}", recv_flag(*flag));
            }
            text
        }
        Call::Stream { size, .. } => size.to_string(),
        Call::Shutdown { how, .. } => self::how(*how).to_owned(),
        Call::GetSockOpt { option, .. } => options::name(*option).to_owned(),
        Call::SetSockOpt { option, value, .. } => {
            format!("{}, {}", options::name(*option), option_value(value))
        }
        Call::SetTimeout { timeout_us, .. } => timeout(*timeout_us),
        Call::Accept { .. }
        | Call::Close { .. }
        | Call::GetSockName { .. }
        | Call::GetPeerName { .. } => String::new(),
        Call::GetAddrInfo { host, port, family } => {
            let mut text = format!("{}, {port}", quoted(host));
            if let Some(family) = family {
                let _ = write!(text, ", {}", self::family(*family));
            }
            text
        }
    }
}

/// `settimeout`'s argument: seconds, or `None`.
pub(crate) fn timeout(timeout_us: Option<u64>) -> String {
    match timeout_us {
        None => "None".to_owned(),
        Some(us) => {
            let text = format!("{}.{:06}", us / 1_000_000, us % 1_000_000);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}

pub(crate) fn family(family: Family) -> &'static str {
    match family {
        Family::Inet => "AF_INET",
        Family::Inet6 => "AF_INET6",
    }
}

fn kind(kind: SocketType) -> &'static str {
    match kind {
        SocketType::Stream => "SOCK_STREAM",
        SocketType::Datagram => "SOCK_DGRAM",
    }
}

pub(crate) fn how(how: How) -> &'static str {
    match how {
        How::Read => "SHUT_RD",
        How::Write => "SHUT_WR",
        How::Both => "SHUT_RDWR",
    }
}

fn recv_flag(flag: RecvFlag) -> &'static str {
    match flag {
        RecvFlag::Peek => "MSG_PEEK",
        RecvFlag::WaitAll => "MSG_WAITALL",
    }
}

pub(crate) fn option_value(value: &OptionValue) -> String {
    match value {
        OptionValue::Bool(on) => u8::from(*on).to_string(),
        OptionValue::Int(number) => number.to_string(),
        OptionValue::Linger(linger) => format!("({}, {})", u8::from(linger.on), linger.seconds),
        OptionValue::Membership(membership) => match membership.interface {
            Some(interface) => format!("({}, {interface})", membership.group),
            None if membership.group.is_ipv6() => {
                format!("({}, {})", membership.group, membership.index)
            }
            None => membership.group.to_string(),
        },
        OptionValue::Interface(address) => address.to_string(),
        OptionValue::Errno(name) => name.clone().unwrap_or_else(|| "0".to_owned()),
    }
}

/// How a call ended, for `data-state` and for the choice of colours.
pub(crate) fn state(call: &CallRecord) -> &'static str {
    match call.outcome() {
        None if call.uncertain => "unknown",
        None => "waiting",
        Some(Outcome::Ok(_)) => "ok",
        Some(Outcome::Errno(_)) => "errno",
        Some(Outcome::Resolver(_)) => "resolver",
        Some(Outcome::Timeout) => "timeout",
        Some(Outcome::Cancelled(_)) => "cancelled",
        Some(Outcome::Refused(_)) => "refused",
        Some(Outcome::Internal(_)) => "internal",
    }
}

/// The style of a result: an error of the kernel, a refusal of the policy, an end without result.
pub(crate) fn tone(call: &CallRecord) -> &'static str {
    match call.outcome() {
        None if call.uncertain => "muted",
        None => "waiting",
        Some(Outcome::Ok(_)) => "",
        Some(Outcome::Errno(_) | Outcome::Resolver(_) | Outcome::Internal(_)) => "error",
        Some(Outcome::Timeout | Outcome::Cancelled(_)) => "muted",
        Some(Outcome::Refused(_)) => "refused",
    }
}

/// What a call returned, as code; `fd` and addresses as the kernel told them.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Nothing => "0".to_owned(),
        Value::Count(count) => count.to_string(),
        Value::Socket { fd, peer, .. } => match peer {
            Some(peer) => format!("fd {fd}, {peer}"),
            None => format!("fd {fd}"),
        },
        Value::Address(address) => address.to_string(),
        Value::Addresses(all) => all
            .iter()
            .map(SocketAddr::to_string)
            .collect::<Vec<_>>()
            .join(", "),
        Value::Option(value) => option_value(value),
    }
}

/// The texts of [`Outcome`]s that are words, in the page's language.
pub(crate) fn outcome(outcome: &Outcome, t: &crate::i18n::Stage) -> String {
    match outcome {
        Outcome::Ok(value) => self::value(value),
        Outcome::Errno(failure) | Outcome::Resolver(failure) => failure.name.clone(),
        Outcome::Timeout => t.timed_out.to_owned(),
        Outcome::Cancelled(CancelledBy::Client) => t.cancelled_client.to_owned(),
        Outcome::Cancelled(CancelledBy::Close) => t.cancelled_close.to_owned(),
        Outcome::Cancelled(CancelledBy::SessionEnd) => t.cancelled_session.to_owned(),
        Outcome::Refused(_) => t.policy.to_owned(),
        Outcome::Internal(_) => t.internal.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use sockscope_protocol::{OptionName, SocketId};

    use super::*;

    #[test]
    fn spans_keep_three_digits() {
        let cases = [
            (0, "0 µs"),
            (85, "85 µs"),
            (1_250, "1.25 ms"),
            (12_345, "12.3 ms"),
            (999_999, "999 ms"),
            (3_200_000, "3.20 s"),
            (125_000_000, "2 min 05 s"),
            (7_260_000_000, "2 h 01 min"),
        ];
        for (us, text) in cases {
            assert_eq!(duration(us), text);
        }
    }

    #[test]
    fn the_ruler_counts_from_the_beginning() {
        assert_eq!(clock(12_345_678), "12.345");
        assert_eq!(clock(125_678_000), "2:05.678");
        assert_eq!(clock(3_725_000_000), "1:02:05");
    }

    #[test]
    fn calls_read_as_code() {
        let socket = SocketId(1);
        let address = Endpoint {
            host: "127.0.0.1".to_owned(),
            port: 8888,
        };
        let flags = vec![RecvFlag::Peek];
        let size = 1024;
        let cases = [
            (
                Call::Bind { socket, address },
                "bind((\"127.0.0.1\", 8888))",
            ),
            (
                Call::Recv {
                    socket,
                    size,
                    flags,
                },
                "recv(1024, MSG_PEEK)",
            ),
            (
                Call::Shutdown {
                    socket,
                    how: How::Write,
                },
                "shutdown(SHUT_WR)",
            ),
            (
                Call::SetTimeout {
                    socket,
                    timeout_us: Some(2_500_000),
                },
                "settimeout(2.5)",
            ),
            (
                Call::SetTimeout {
                    socket,
                    timeout_us: None,
                },
                "settimeout(None)",
            ),
            (
                Call::SetSockOpt {
                    socket,
                    option: OptionName::Ipv6V6only,
                    value: OptionValue::Bool(true),
                },
                "setsockopt(IPV6_V6ONLY, 1)",
            ),
        ];
        for (made, text) in cases {
            assert_eq!(call(&made), text);
        }
    }

    #[test]
    fn bytes_are_grouped() {
        assert_eq!(bytes(15), "15 B");
        assert_eq!(bytes(67_108_864), "67\u{202f}108\u{202f}864 B");
    }
}
