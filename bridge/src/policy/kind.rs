//! What kind of address an address is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use sockscope_protocol::AddressKind as Kind;

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

/// What kind of address an address is. The bridge's own port is no matter of the address alone.
pub(super) fn of(ip: IpAddr) -> Kind {
    if METADATA.contains(&ip) {
        return Kind::Metadata;
    }
    match ip {
        IpAddr::V4(v4) => of_v4(v4),
        IpAddr::V6(v6) => of_v6(v6),
    }
}

fn of_v4(ip: Ipv4Addr) -> Kind {
    match ip.octets() {
        [0, 0, 0, 0] => Kind::Wildcard,
        [127, ..] => Kind::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Kind::Private,
        [169, 254, ..] => Kind::LinkLocal,
        [255, 255, 255, 255] => Kind::Broadcast,
        [224..=239, ..] => Kind::Multicast,
        [0 | 240..=255, ..]
        | [100, 64..=127, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18..=19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => Kind::Reserved,
        _ => Kind::Public,
    }
}

fn of_v6(ip: Ipv6Addr) -> Kind {
    match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Kind::Wildcard,
        [0, 0, 0, 0, 0, 0, 0, 1] => Kind::Loopback,
        [0xfc00..=0xfdff, ..] => Kind::Private,
        [0xfe80..=0xfebf, ..] => Kind::LinkLocal,
        [0xff00..=0xffff, ..] => Kind::Multicast,
        // Documentation (RFC 3849), and IETF protocol assignments but for Teredo.
        [0x2001, 0xdb8, ..] | [0x2001, 1..=0x1ff, ..] => Kind::Reserved,
        [0x2000..=0x3fff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, _, _] => Kind::Public,
        _ => Kind::Reserved,
    }
}

/// What such an address is, in a sentence after "is".
pub(super) fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Loopback => "a loopback address",
        Kind::Private => "a private address",
        Kind::Public => "a public address",
        Kind::Wildcard => "the wildcard address, which stands for every address of this machine",
        Kind::Multicast => "a multicast group",
        Kind::Broadcast => "the broadcast address",
        Kind::LinkLocal => "a link-local address",
        Kind::Metadata => "where a cloud's metadata service gives out secrets",
        Kind::Reserved => "an address reserved for special purposes (RFC 6890)",
        Kind::OwnPort => "the bridge itself",
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
