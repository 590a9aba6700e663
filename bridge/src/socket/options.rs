//! `getsockopt(2)` and `setsockopt(2)`.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use sockscope_protocol::{Linger, Membership, OptionName, OptionValue};

use super::{Socket, errno};

/// Whether the value has the form that the option takes; a sentence if not.
pub(crate) fn check(option: OptionName, value: &OptionValue) -> Result<(), String> {
    use OptionName as O;
    let expected = match (option, value) {
        (O::SoError, _) => return Err("SO_ERROR can only be read".to_owned()),
        (O::SoLinger, OptionValue::Linger(_)) => return Ok(()),
        (O::SoLinger, _) => "{\"on\":true,\"seconds\":0}",
        (O::IpMulticastIf, OptionValue::Interface(IpAddr::V4(_))) => return Ok(()),
        (O::IpMulticastIf, _) => "an interface's IPv4 address",
        (O::IpAddMembership | O::IpDropMembership, OptionValue::Membership(membership))
            if v4(membership).is_some() =>
        {
            return Ok(());
        }
        (O::IpAddMembership | O::IpDropMembership, _) => "a group and an interface of IPv4",
        (O::Ipv6JoinGroup | O::Ipv6LeaveGroup, OptionValue::Membership(membership))
            if v6(membership).is_some() =>
        {
            return Ok(());
        }
        (O::Ipv6JoinGroup | O::Ipv6LeaveGroup, _) => "a group of IPv6 and an interface's index",
        (
            O::SoRcvbuf
            | O::SoSndbuf
            | O::IpTtl
            | O::IpMulticastTtl
            | O::Ipv6UnicastHops
            | O::Ipv6MulticastHops,
            value,
        ) => match value {
            OptionValue::Int(number) if i32::try_from(*number).is_ok() => return Ok(()),
            _ => "a number of 32 bits",
        },
        (_, OptionValue::Bool(_)) => return Ok(()),
        (_, _) => "true or false",
    };
    Err(format!("the option's value must be {expected}"))
}

/// Whether an option can be read; a sentence if not.
pub(crate) fn check_readable(option: OptionName) -> Result<(), String> {
    match option {
        OptionName::IpAddMembership
        | OptionName::IpDropMembership
        | OptionName::Ipv6JoinGroup
        | OptionName::Ipv6LeaveGroup => {
            Err("a group can be joined and left, but not be read".to_owned())
        }
        _ => Ok(()),
    }
}

impl Socket {
    /// `setsockopt(2)`, with a value that [`check`] let through.
    pub(crate) fn set_option(&self, option: OptionName, value: &OptionValue) -> io::Result<()> {
        use OptionName as O;
        let os = &self.os;
        match (option, value) {
            (O::SoReuseaddr, OptionValue::Bool(on)) => os.set_reuse_address(*on),
            #[cfg(unix)]
            (O::SoReuseport, OptionValue::Bool(on)) => os.set_reuse_port(*on),
            (O::SoKeepalive, OptionValue::Bool(on)) => os.set_keepalive(*on),
            (O::SoBroadcast, OptionValue::Bool(on)) => os.set_broadcast(*on),
            (O::TcpNodelay, OptionValue::Bool(on)) => os.set_tcp_nodelay(*on),
            (O::Ipv6V6only, OptionValue::Bool(on)) => os.set_only_v6(*on),
            (O::IpMulticastLoop, OptionValue::Bool(on)) => os.set_multicast_loop_v4(*on),
            (O::Ipv6MulticastLoop, OptionValue::Bool(on)) => os.set_multicast_loop_v6(*on),
            (O::SoLinger, OptionValue::Linger(linger)) => os.set_linger(
                linger
                    .on
                    .then(|| Duration::from_secs(u64::from(linger.seconds))),
            ),
            (O::IpMulticastIf, OptionValue::Interface(IpAddr::V4(interface))) => {
                os.set_multicast_if_v4(interface)
            }
            (O::IpAddMembership, OptionValue::Membership(membership)) => {
                let (group, interface) = v4(membership).ok_or(io::ErrorKind::InvalidInput)?;
                os.join_multicast_v4(&group, &interface)
            }
            (O::IpDropMembership, OptionValue::Membership(membership)) => {
                let (group, interface) = v4(membership).ok_or(io::ErrorKind::InvalidInput)?;
                os.leave_multicast_v4(&group, &interface)
            }
            (O::Ipv6JoinGroup, OptionValue::Membership(membership)) => {
                let (group, index) = v6(membership).ok_or(io::ErrorKind::InvalidInput)?;
                os.join_multicast_v6(&group, index)
            }
            (O::Ipv6LeaveGroup, OptionValue::Membership(membership)) => {
                let (group, index) = v6(membership).ok_or(io::ErrorKind::InvalidInput)?;
                os.leave_multicast_v6(&group, index)
            }
            (option, OptionValue::Int(number)) => {
                let number = i32::try_from(*number).map_err(|_| io::ErrorKind::InvalidInput)?;
                self.set_number(option, number)
            }
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// The kernel takes an `int`. The casts keep its bits, so that it is the kernel which judges
    /// negative numbers.
    fn set_number(&self, option: OptionName, number: i32) -> io::Result<()> {
        let os = &self.os;
        match option {
            OptionName::SoRcvbuf => os.set_recv_buffer_size(number as usize),
            OptionName::SoSndbuf => os.set_send_buffer_size(number as usize),
            OptionName::IpTtl => os.set_ttl_v4(number as u32),
            OptionName::IpMulticastTtl => os.set_multicast_ttl_v4(number as u32),
            OptionName::Ipv6UnicastHops => os.set_unicast_hops_v6(number as u32),
            OptionName::Ipv6MulticastHops => os.set_multicast_hops_v6(number as u32),
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// `getsockopt(2)`.
    pub(crate) fn option(&self, option: OptionName) -> io::Result<OptionValue> {
        let os = &self.os;
        let int = |value: u32| OptionValue::Int(i64::from(value));
        let size = |value: usize| OptionValue::Int(i64::try_from(value).unwrap_or(i64::MAX));
        Ok(match option {
            OptionName::SoReuseaddr => OptionValue::Bool(os.reuse_address()?),
            #[cfg(unix)]
            OptionName::SoReuseport => OptionValue::Bool(os.reuse_port()?),
            OptionName::SoKeepalive => OptionValue::Bool(os.keepalive()?),
            OptionName::SoBroadcast => OptionValue::Bool(os.broadcast()?),
            OptionName::TcpNodelay => OptionValue::Bool(os.tcp_nodelay()?),
            OptionName::Ipv6V6only => OptionValue::Bool(os.only_v6()?),
            OptionName::IpMulticastLoop => OptionValue::Bool(os.multicast_loop_v4()?),
            OptionName::Ipv6MulticastLoop => OptionValue::Bool(os.multicast_loop_v6()?),
            OptionName::SoRcvbuf => size(os.recv_buffer_size()?),
            OptionName::SoSndbuf => size(os.send_buffer_size()?),
            OptionName::IpTtl => int(os.ttl_v4()?),
            OptionName::IpMulticastTtl => int(os.multicast_ttl_v4()?),
            OptionName::Ipv6UnicastHops => int(os.unicast_hops_v6()?),
            OptionName::Ipv6MulticastHops => int(os.multicast_hops_v6()?),
            OptionName::IpMulticastIf => OptionValue::Interface(IpAddr::V4(os.multicast_if_v4()?)),
            OptionName::SoLinger => {
                let linger = os.linger()?;
                OptionValue::Linger(Linger {
                    on: linger.is_some(),
                    seconds: linger
                        .map_or(0, |time| u16::try_from(time.as_secs()).unwrap_or(u16::MAX)),
                })
            }
            OptionName::SoError => OptionValue::Errno(
                os.take_error()?
                    .and_then(|error| error.raw_os_error())
                    .map(errno::name),
            ),
            _ => return Err(io::ErrorKind::Unsupported.into()),
        })
    }
}

fn v4(membership: &Membership) -> Option<(Ipv4Addr, Ipv4Addr)> {
    match (membership.group, membership.interface) {
        (IpAddr::V4(group), Some(IpAddr::V4(interface))) => Some((group, interface)),
        (IpAddr::V4(group), None) => Some((group, Ipv4Addr::UNSPECIFIED)),
        _ => None,
    }
}

fn v6(membership: &Membership) -> Option<(Ipv6Addr, u32)> {
    match (membership.group, membership.interface) {
        (IpAddr::V6(group), None) => Some((group, membership.index)),
        _ => None,
    }
}
