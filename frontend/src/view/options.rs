//! The socket options that can be read and set, and the forms of their values.

use sockscope_protocol::OptionName;

/// The form of an option's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Switch,
    Number,
    Linger,
    Membership,
    Interface,
    /// It can only be read.
    None,
}

/// An option that can be read or set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SocketOption {
    pub(crate) option: OptionName,
    /// Its POSIX name.
    pub(crate) name: &'static str,
    pub(crate) form: Form,
}

const fn option(option: OptionName, name: &'static str, form: Form) -> SocketOption {
    SocketOption { option, name, form }
}

/// All of them, in the order in which they are offered.
pub(crate) const OPTIONS: [SocketOption; 21] = [
    option(OptionName::SoReuseaddr, "SO_REUSEADDR", Form::Switch),
    option(OptionName::SoReuseport, "SO_REUSEPORT", Form::Switch),
    option(OptionName::SoKeepalive, "SO_KEEPALIVE", Form::Switch),
    option(OptionName::SoLinger, "SO_LINGER", Form::Linger),
    option(OptionName::SoRcvbuf, "SO_RCVBUF", Form::Number),
    option(OptionName::SoSndbuf, "SO_SNDBUF", Form::Number),
    option(OptionName::SoBroadcast, "SO_BROADCAST", Form::Switch),
    option(OptionName::TcpNodelay, "TCP_NODELAY", Form::Switch),
    option(OptionName::SoError, "SO_ERROR", Form::None),
    option(OptionName::IpTtl, "IP_TTL", Form::Number),
    option(OptionName::IpMulticastTtl, "IP_MULTICAST_TTL", Form::Number),
    option(
        OptionName::IpMulticastLoop,
        "IP_MULTICAST_LOOP",
        Form::Switch,
    ),
    option(
        OptionName::IpMulticastIf,
        "IP_MULTICAST_IF",
        Form::Interface,
    ),
    option(
        OptionName::IpAddMembership,
        "IP_ADD_MEMBERSHIP",
        Form::Membership,
    ),
    option(
        OptionName::IpDropMembership,
        "IP_DROP_MEMBERSHIP",
        Form::Membership,
    ),
    option(OptionName::Ipv6V6only, "IPV6_V6ONLY", Form::Switch),
    option(
        OptionName::Ipv6UnicastHops,
        "IPV6_UNICAST_HOPS",
        Form::Number,
    ),
    option(
        OptionName::Ipv6MulticastHops,
        "IPV6_MULTICAST_HOPS",
        Form::Number,
    ),
    option(
        OptionName::Ipv6MulticastLoop,
        "IPV6_MULTICAST_LOOP",
        Form::Switch,
    ),
    option(
        OptionName::Ipv6JoinGroup,
        "IPV6_JOIN_GROUP",
        Form::Membership,
    ),
    option(
        OptionName::Ipv6LeaveGroup,
        "IPV6_LEAVE_GROUP",
        Form::Membership,
    ),
];

/// The POSIX name of an option.
pub(crate) fn name(option: OptionName) -> &'static str {
    let known = OPTIONS.iter().find(|known| known.option == option);
    known.map_or("", |known| known.name)
}

/// The option of that name.
pub(crate) fn by_name(name: &str) -> Option<SocketOption> {
    OPTIONS.into_iter().find(|known| known.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_wire() {
        for known in OPTIONS {
            let wire = serde_json::to_value(known.option).unwrap();
            assert_eq!(wire, known.name);
            assert_eq!(by_name(known.name), Some(known));
        }
    }
}
