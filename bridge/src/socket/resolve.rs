//! `getaddrinfo(3)`.

use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};

use dns_lookup::{AddrFamily, AddrInfoHints, LookupError, LookupErrorKind, SockType, getaddrinfo};
use sockscope_protocol::{Failure, Family, SocketType};

use super::{errno, wildcard};

/// `AI_PASSIVE`, which has this value everywhere: without a host, the wildcard addresses.
const AI_PASSIVE: i32 = 1;

/// Why a name has no address.
#[derive(Debug)]
pub(crate) enum Unresolved {
    /// The resolver's answer.
    Resolver(Failure),
    /// The resolver failed with an error of the kernel (`EAI_SYSTEM`).
    Errno(Failure),
}

/// The address that stands for itself: an IP address, or the wildcard address for an empty host.
pub(crate) fn address_of(host: &str, port: u16, family: Family) -> Option<SocketAddr> {
    if host.is_empty() {
        return Some(wildcard(family, port));
    }
    literal(host, port)
}

fn literal(host: &str, port: u16) -> Option<SocketAddr> {
    if let Ok(ip) = host.parse::<IpAddr>() {
        return Some(SocketAddr::new(ip, port));
    }
    let (ip, zone) = host.split_once('%')?;
    let ip: Ipv6Addr = ip.parse().ok()?;
    Some(SocketAddrV6::new(ip, port, 0, zone.parse().ok()?).into())
}

/// Asks the resolver, which may take as long as it likes. Addresses come in its order, each once.
pub(crate) fn lookup(
    host: &str,
    port: u16,
    family: Option<Family>,
    kind: SocketType,
) -> Result<Vec<SocketAddr>, Unresolved> {
    let hints = AddrInfoHints {
        flags: if host.is_empty() { AI_PASSIVE } else { 0 },
        address: family.map_or(0, |family| match family {
            Family::Inet => AddrFamily::Inet.into(),
            Family::Inet6 => AddrFamily::Inet6.into(),
        }),
        socktype: match kind {
            SocketType::Stream => SockType::Stream.into(),
            SocketType::Datagram => SockType::DGram.into(),
        },
        protocol: 0,
    };
    let host = Some(host).filter(|host| !host.is_empty());
    let found = getaddrinfo(host, Some(&port.to_string()), Some(hints)).map_err(unresolved)?;
    let mut addresses = Vec::new();
    for info in found {
        let address = info
            .map_err(|error| Unresolved::Errno(errno::failure(&error)))?
            .sockaddr;
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

fn unresolved(error: LookupError) -> Unresolved {
    let number = error.error_num();
    let name = match error.kind() {
        LookupErrorKind::Again => "EAI_AGAIN",
        LookupErrorKind::Badflags => "EAI_BADFLAGS",
        LookupErrorKind::NoName => "EAI_NONAME",
        LookupErrorKind::NoData => "EAI_NODATA",
        LookupErrorKind::Fail => "EAI_FAIL",
        LookupErrorKind::Family => "EAI_FAMILY",
        LookupErrorKind::Socktype => "EAI_SOCKTYPE",
        LookupErrorKind::Service => "EAI_SERVICE",
        LookupErrorKind::Memory => "EAI_MEMORY",
        // netdb.h of glibc.
        _ if cfg!(target_os = "linux") && number == -9 => "EAI_ADDRFAMILY",
        LookupErrorKind::System | LookupErrorKind::Unknown | LookupErrorKind::IO => "",
    };
    let error = io::Error::from(error);
    if name.is_empty() {
        return Unresolved::Errno(errno::failure(&error));
    }
    let message = error.to_string();
    // The library's own words in front of those of gai_strerror(3).
    let message = message
        .rsplit_once(": ")
        .map_or(message.as_str(), |(_, rest)| rest);
    Unresolved::Resolver(Failure {
        number,
        name: name.to_owned(),
        message: message.to_owned(),
        held_by: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_itself_needs_no_resolver() {
        for (host, family, expected) in [
            ("127.0.0.1", Family::Inet, "127.0.0.1:7"),
            ("::1", Family::Inet6, "[::1]:7"),
            ("fe80::1%3", Family::Inet6, "[fe80::1%3]:7"),
            ("", Family::Inet, "0.0.0.0:7"),
            ("", Family::Inet6, "[::]:7"),
            // What a socket of the other family makes of it is for the kernel to say.
            ("::1", Family::Inet, "[::1]:7"),
        ] {
            let address = address_of(host, 7, family).map(|address| address.to_string());
            assert_eq!(address.as_deref(), Some(expected));
        }
        for name in ["localhost", "127.1", "fe80::1%lo", "127.0.0.1 "] {
            assert_eq!(address_of(name, 7, Family::Inet), None, "{name}");
        }
    }
}
