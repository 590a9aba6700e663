//! The socket options that can be read and set, and the forms of their values.

use sockscope_protocol::OptionName;

/// The form of an option's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Switch,
    Number,
    Linger,
    Membership,
    Interface,
    /// It can only be read.
    None,
}

/// All options with the forms of their values, in the order in which they are offered.
pub(super) const OPTIONS: [(OptionName, Form); 21] = [
    (OptionName::SoReuseaddr, Form::Switch),
    (OptionName::SoReuseport, Form::Switch),
    (OptionName::SoKeepalive, Form::Switch),
    (OptionName::SoLinger, Form::Linger),
    (OptionName::SoRcvbuf, Form::Number),
    (OptionName::SoSndbuf, Form::Number),
    (OptionName::SoBroadcast, Form::Switch),
    (OptionName::TcpNodelay, Form::Switch),
    (OptionName::SoError, Form::None),
    (OptionName::IpTtl, Form::Number),
    (OptionName::IpMulticastTtl, Form::Number),
    (OptionName::IpMulticastLoop, Form::Switch),
    (OptionName::IpMulticastIf, Form::Interface),
    (OptionName::IpAddMembership, Form::Membership),
    (OptionName::IpDropMembership, Form::Membership),
    (OptionName::Ipv6V6only, Form::Switch),
    (OptionName::Ipv6UnicastHops, Form::Number),
    (OptionName::Ipv6MulticastHops, Form::Number),
    (OptionName::Ipv6MulticastLoop, Form::Switch),
    (OptionName::Ipv6JoinGroup, Form::Membership),
    (OptionName::Ipv6LeaveGroup, Form::Membership),
];
