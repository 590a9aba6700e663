//! One value of `--allow-connect` or `--allow-bind`.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::str::FromStr;

use ipnet::IpNet;

use sockscope_protocol::AddressKind as Kind;

use super::kind;

/// What is allowed: some addresses, at some ports.
///
/// `WHERE`, `WHERE:PORTS` or `PORTS`. `WHERE` is `loopback`, `private`, `public`, `wildcard`,
/// `multicast`, `broadcast`, an address, a network as `10.0.0.0/8`, or (with a port) a host name.
/// `PORTS` is a port or a range as `8000-8999`; alone it stands for any address but multicast groups
/// and the broadcast address. IPv6 before a port is put in brackets: `[::1]:80`, `[fd00::/8]:80`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    place: Place,
    ports: Ports,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Kind(Kind),
    Net(IpNet),
    /// A name, not yet looked up.
    Name(String),
    /// What a name stood for when the bridge started.
    Addresses(Vec<IpAddr>),
    Any,
}

/// A value that is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Nothing that is known.
    #[error(
        "{0:?} is none of loopback, private, public, wildcard, multicast, broadcast, an address, \
         a network (10.0.0.0/8), host:port, or a port range (8000-8999)"
    )]
    Unknown(String),
    /// Not a port.
    #[error("{0:?} is not a port or a range of ports (8000-8999)")]
    Ports(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ports {
    first: u16,
    last: u16,
}

impl Ports {
    const ALL: Self = Self {
        first: 0,
        last: u16::MAX,
    };

    fn contain(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }
}

impl FromStr for Ports {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let port = |digits: &str| {
            // `u16::from_str` would take a leading plus sign.
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        };
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (port(first), port(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Self { first, last }),
            _ => Err(RuleError::Ports(text.to_owned())),
        }
    }
}

impl Rule {
    /// The rule in force when no flag is given.
    #[must_use]
    pub fn loopback() -> Self {
        Self {
            place: Place::Kind(Kind::Loopback),
            ports: Ports::ALL,
            text: "loopback".to_owned(),
        }
    }

    /// Looks up the name of a `host:port` rule, once and for all: what it stands for later does not
    /// matter, so that nobody who answers for the name can widen the policy.
    pub(super) fn resolve(mut self) -> io::Result<Self> {
        if let Place::Name(name) = &self.place {
            let addresses = (name.as_str(), 0).to_socket_addrs()?;
            let addresses = addresses.map(|a| a.ip().to_canonical()).collect();
            self.place = Place::Addresses(addresses);
        }
        Ok(self)
    }

    pub(super) fn permits(&self, address: SocketAddr) -> bool {
        let ip = address.ip();
        let kind = kind::of(ip);
        let place = match &self.place {
            Place::Kind(allowed) => *allowed == kind,
            // One address that stands for many is allowed only by name, not because a wide
            // network happens to contain it.
            Place::Net(net) => {
                net.contains(&ip) && (is_one(kind) || kind == kind::of(net.network()))
            }
            Place::Name(_) => false,
            Place::Addresses(addresses) => addresses.contains(&ip),
            Place::Any => is_one(kind) || kind == Kind::Wildcard,
        };
        place && self.ports.contain(address.port())
    }
}

/// Whether an address of this kind stands for one machine.
fn is_one(kind: Kind) -> bool {
    !matches!(kind, Kind::Wildcard | Kind::Multicast | Kind::Broadcast)
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let text = text.trim();
        let unknown = || RuleError::Unknown(text.to_owned());
        let (place, ports) = if let Ok(ports) = text.parse() {
            (Place::Any, ports)
        } else if let Some((net, rest)) = text.strip_prefix('[').and_then(|t| t.split_once(']')) {
            let ports = match rest.strip_prefix(':') {
                Some(ports) => ports.parse()?,
                None if rest.is_empty() => Ports::ALL,
                None => return Err(unknown()),
            };
            (Place::Net(network(net).ok_or_else(unknown)?), ports)
        } else if let Some(place) = place(text) {
            (place, Ports::ALL)
        } else if let Some((before, ports)) = text.rsplit_once(':') {
            let place = place(before).or_else(|| name(before)).ok_or_else(unknown)?;
            (place, ports.parse()?)
        } else {
            return Err(unknown());
        };
        Ok(Self {
            place,
            ports,
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn place(text: &str) -> Option<Place> {
    let kind = match text {
        "loopback" => Kind::Loopback,
        "private" => Kind::Private,
        "public" => Kind::Public,
        "wildcard" => Kind::Wildcard,
        "multicast" => Kind::Multicast,
        "broadcast" => Kind::Broadcast,
        _ => return network(text).map(Place::Net),
    };
    Some(Place::Kind(kind))
}

fn network(text: &str) -> Option<IpNet> {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some(ip.to_canonical().into());
    }
    text.parse::<IpNet>().ok().map(|net| net.trunc())
}

/// A host name (RFC 1123 section 2.1), told from a number or a mistyped address by its letters.
fn name(text: &str) -> Option<Place> {
    let fits = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    let named = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    (fits && named).then(|| Place::Name(text.to_owned()))
}
