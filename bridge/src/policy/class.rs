//! What kind of address an address is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use sockscope_protocol::AddressKind;

/// Addresses at which cloud machines tell their secrets to whoever asks from within: AWS and most
/// others, AWS (IPv6), Google Cloud (IPv6), Alibaba Cloud, Azure, Scaleway (IPv6).
const METADATA: [IpAddr; 6] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42)),
];

/// The kinds of address that the policy tells apart. Every address is of exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// 127.0.0.0/8, ::1.
    Loopback,
    /// RFC 1918, RFC 4193.
    Private,
    /// The internet's.
    Public,
    /// 0.0.0.0 and ::, which stand for all addresses of this machine.
    Wildcard,
    /// RFC 1112, RFC 4291 section 2.7.
    Multicast,
    /// 255.255.255.255.
    Broadcast,
    /// RFC 3927, RFC 4291 section 2.5.6.
    LinkLocal,
    /// A cloud's metadata service.
    Metadata,
    /// Set aside for something else (RFC 6890): documentation, benchmarks, carriers.
    Reserved,
}

impl Class {
    pub(super) fn of(ip: IpAddr) -> Self {
        if METADATA.contains(&ip) {
            return Self::Metadata;
        }
        match ip {
            IpAddr::V4(v4) => Self::of_v4(v4),
            IpAddr::V6(v6) => Self::of_v6(v6),
        }
    }

    fn of_v4(ip: Ipv4Addr) -> Self {
        match ip.octets() {
            [0, 0, 0, 0] => Self::Wildcard,
            [127, ..] => Self::Loopback,
            [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Self::Private,
            [169, 254, ..] => Self::LinkLocal,
            [255, 255, 255, 255] => Self::Broadcast,
            [224..=239, ..] => Self::Multicast,
            [0 | 240..=255, ..]
            | [100, 64..=127, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18..=19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _] => Self::Reserved,
            _ => Self::Public,
        }
    }

    fn of_v6(ip: Ipv6Addr) -> Self {
        match ip.segments() {
            [0, 0, 0, 0, 0, 0, 0, 0] => Self::Wildcard,
            [0, 0, 0, 0, 0, 0, 0, 1] => Self::Loopback,
            [0xfc00..=0xfdff, ..] => Self::Private,
            [0xfe80..=0xfebf, ..] => Self::LinkLocal,
            [0xff00..=0xffff, ..] => Self::Multicast,
            // Documentation (RFC 3849), and IETF protocol assignments but for Teredo.
            [0x2001, 0xdb8, ..] | [0x2001, 1..=0x1ff, ..] => Self::Reserved,
            [0x2000..=0x3fff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, _, _] => Self::Public,
            _ => Self::Reserved,
        }
    }

    /// What clients call it.
    pub(super) fn kind(self) -> AddressKind {
        match self {
            Self::Loopback => AddressKind::Loopback,
            Self::Private => AddressKind::Private,
            Self::Public => AddressKind::Public,
            Self::Wildcard => AddressKind::Wildcard,
            Self::Multicast => AddressKind::Multicast,
            Self::Broadcast => AddressKind::Broadcast,
            Self::LinkLocal => AddressKind::LinkLocal,
            Self::Metadata => AddressKind::Metadata,
            Self::Reserved => AddressKind::Reserved,
        }
    }

    /// What such an address is, in a sentence after "is".
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Loopback => "a loopback address",
            Self::Private => "a private address",
            Self::Public => "a public address",
            Self::Wildcard => {
                "the wildcard address, which stands for every address of this machine"
            }
            Self::Multicast => "a multicast group",
            Self::Broadcast => "the broadcast address",
            Self::LinkLocal => "a link-local address",
            Self::Metadata => "where a cloud's metadata service gives out secrets",
            Self::Reserved => "an address reserved for special purposes (RFC 6890)",
        }
    }
}

/// The IPv4 address that packets to `ip` end up at, where a gateway takes it out of the IPv6
/// address: 6to4 (RFC 3056), NAT64 (RFC 6052), Teredo (RFC 4380), IPv4-compatible (RFC 4291
/// section 2.5.5.1). IPv4-mapped addresses are no such case: they *are* the IPv4 address.
pub(super) fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match ip.segments() {
        [0x2002, high, low, ..] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(join(high, low)),
        [0x2001, 0, _, _, _, _, high, low] => Some(join(!high, !low)),
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0, high, low] => Some(join(high, low)),
        _ => None,
    }
}
