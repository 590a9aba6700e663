//! Socket options, as the languages name them.

use sockscope_protocol::OptionName;

/// An option's names.
pub(super) struct Names {
    /// The level that POSIX has it at.
    pub(super) level: &'static str,
    /// Its POSIX name.
    pub(super) posix: &'static str,
    /// What `socket2` has after `set_`.
    pub(super) socket2: &'static str,
}

pub(super) fn names(option: OptionName) -> Names {
    use OptionName as O;
    let (level, posix, socket2) = match option {
        O::SoReuseaddr => ("SOL_SOCKET", "SO_REUSEADDR", "reuse_address"),
        O::SoReuseport => ("SOL_SOCKET", "SO_REUSEPORT", "reuse_port"),
        O::SoKeepalive => ("SOL_SOCKET", "SO_KEEPALIVE", "keepalive"),
        O::SoBroadcast => ("SOL_SOCKET", "SO_BROADCAST", "broadcast"),
        O::SoLinger => ("SOL_SOCKET", "SO_LINGER", "linger"),
        O::SoRcvbuf => ("SOL_SOCKET", "SO_RCVBUF", "recv_buffer_size"),
        O::SoSndbuf => ("SOL_SOCKET", "SO_SNDBUF", "send_buffer_size"),
        O::SoError => ("SOL_SOCKET", "SO_ERROR", "take_error"),
        O::TcpNodelay => ("IPPROTO_TCP", "TCP_NODELAY", "tcp_nodelay"),
        O::IpTtl => ("IPPROTO_IP", "IP_TTL", "ttl_v4"),
        O::IpMulticastTtl => ("IPPROTO_IP", "IP_MULTICAST_TTL", "multicast_ttl_v4"),
        O::IpMulticastLoop => ("IPPROTO_IP", "IP_MULTICAST_LOOP", "multicast_loop_v4"),
        O::IpMulticastIf => ("IPPROTO_IP", "IP_MULTICAST_IF", "multicast_if_v4"),
        O::IpAddMembership => ("IPPROTO_IP", "IP_ADD_MEMBERSHIP", "join_multicast_v4"),
        O::IpDropMembership => ("IPPROTO_IP", "IP_DROP_MEMBERSHIP", "leave_multicast_v4"),
        O::Ipv6V6only => ("IPPROTO_IPV6", "IPV6_V6ONLY", "only_v6"),
        O::Ipv6UnicastHops => ("IPPROTO_IPV6", "IPV6_UNICAST_HOPS", "unicast_hops_v6"),
        O::Ipv6MulticastHops => ("IPPROTO_IPV6", "IPV6_MULTICAST_HOPS", "multicast_hops_v6"),
        O::Ipv6MulticastLoop => ("IPPROTO_IPV6", "IPV6_MULTICAST_LOOP", "multicast_loop_v6"),
        O::Ipv6JoinGroup => ("IPPROTO_IPV6", "IPV6_JOIN_GROUP", "join_multicast_v6"),
        O::Ipv6LeaveGroup => ("IPPROTO_IPV6", "IPV6_LEAVE_GROUP", "leave_multicast_v6"),
    };
    Names {
        level,
        posix,
        socket2,
    }
}
