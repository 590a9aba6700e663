//! What sessions may reach and bind.
//!
//! The policy judges addresses, not names: a name is resolved first, every address it stands for is
//! checked, and the call is made with an address that was checked. What only the operator may widen
//! is refused with the flag that would do so; what nobody may widen is refused without one.
//!
//! Whoever makes calls has to ask in these places:
//! - `connect` and `sendto`: [`Policy::check_connect`] with the target;
//! - `bind`: [`Policy::check_bind`] with the address;
//! - `listen` on a socket that is not bound: [`Policy::check_bind`] with the wildcard address and port
//!   0, because that is what the kernel then binds (`listen(2)`).
//!
//! Joining a multicast group needs no leave: what a socket receives is decided by where it is bound.
//! Nor does `sendto` on a socket that is not bound, which the kernel binds to the wildcard address, at
//! a port of its choice: every datagram client does so. What comes in there from elsewhere cannot be
//! answered.

mod kind;
mod rule;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr, UdpSocket};

use sockscope_protocol::{self as protocol, AddressKind as Kind, Refusal};

use kind::embedded;
pub use rule::{Rule, RuleError};

/// The rules in force. Without flags: loopback in both directions.
#[derive(Debug, Clone)]
pub struct Policy {
    connect: Vec<Rule>,
    bind: Vec<Rule>,
    /// Where the bridge itself listens.
    own: Vec<SocketAddr>,
}

/// A rule whose host name has no address.
#[derive(Debug, thiserror::Error)]
#[error("{flag} {rule}: the name cannot be resolved: {source}")]
pub struct Unresolved {
    flag: &'static str,
    rule: Rule,
    source: std::io::Error,
}

#[derive(Clone, Copy)]
enum Direction {
    Connect,
    Bind,
}

impl Direction {
    fn flag(self) -> &'static str {
        match self {
            Self::Connect => "--allow-connect",
            Self::Bind => "--allow-bind",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Connect => "connects only to",
            Self::Bind => "binds only",
        }
    }
}

impl Policy {
    /// Loopback and what the rules add to it. Names in rules are looked up now, which may take as
    /// long as the resolver takes.
    ///
    /// # Errors
    /// [`Unresolved`] when a name has no address.
    pub fn new(connect: Vec<Rule>, bind: Vec<Rule>) -> Result<Self, Unresolved> {
        Ok(Self {
            connect: in_force(Direction::Connect, connect)?,
            bind: in_force(Direction::Bind, bind)?,
            own: Vec::new(),
        })
    }

    /// Loopback only.
    #[must_use]
    pub fn loopback() -> Self {
        Self {
            connect: vec![Rule::loopback()],
            bind: vec![Rule::loopback()],
            own: Vec::new(),
        }
    }

    /// Keeps sessions away from an address at which the bridge itself listens.
    #[must_use]
    pub fn with_own(mut self, address: SocketAddr) -> Self {
        self.own.push(address);
        self
    }

    /// Whether a socket may be connected to `address`, or send a datagram there.
    ///
    /// # Errors
    /// [`Refusal`] with the reason, and the flag that would allow it where there is one.
    pub fn check_connect(&self, address: SocketAddr) -> Result<(), Refusal> {
        self.check(Direction::Connect, address)
    }

    /// Whether a socket may be bound to `address`.
    ///
    /// # Errors
    /// [`Refusal`] with the reason, and the flag that would allow it where there is one.
    pub fn check_bind(&self, address: SocketAddr) -> Result<(), Refusal> {
        self.check(Direction::Bind, address)
    }

    /// The policy in the words of the flags.
    #[must_use]
    pub fn describe(&self) -> protocol::Policy {
        let words = |rules: &[Rule]| rules.iter().map(ToString::to_string).collect();
        protocol::Policy {
            connect: words(&self.connect),
            bind: words(&self.bind),
        }
    }

    fn check(&self, direction: Direction, address: SocketAddr) -> Result<(), Refusal> {
        let ip = address.ip().to_canonical();
        let address = SocketAddr::new(ip, address.port());
        self.check_plain(direction, address)?;
        // What a gateway makes of the address has to be allowed as well.
        if let IpAddr::V6(v6) = ip
            && let Some(inner) = embedded(v6)
        {
            let inner = SocketAddr::new(inner.into(), address.port());
            self.check_plain(direction, inner)
                .map_err(|refusal| Refusal {
                    message: format!("{ip} leads to {}: {}", inner.ip(), refusal.message),
                    ..refusal
                })?;
        }
        Ok(())
    }

    fn check_plain(&self, direction: Direction, address: SocketAddr) -> Result<(), Refusal> {
        let ip = address.ip();
        let kind = kind::of(ip);
        if let Some(why) = never(direction, kind) {
            return Err(Refusal {
                address,
                kind,
                message: format!("{ip} is {}: {why}", kind::words(kind)),
                allow: None,
            });
        }
        if self.own.iter().any(|own| own.port() == address.port()) && is_local(ip) {
            return Err(Refusal {
                address,
                kind: Kind::OwnPort,
                message: format!(
                    "{address} is this bridge's own port: sessions are kept away from it"
                ),
                allow: None,
            });
        }
        let rules = match direction {
            Direction::Connect => &self.connect,
            Direction::Bind => &self.bind,
        };
        if rules.iter().any(|rule| rule.permits(address)) {
            return Ok(());
        }
        let allowed: Vec<_> = rules.iter().map(ToString::to_string).collect();
        Err(Refusal {
            address,
            kind,
            message: format!(
                "{address} is {}, and this bridge {} {}",
                kind::words(kind),
                direction.verb(),
                allowed.join(", ")
            ),
            allow: Some(format!("{} {}", direction.flag(), value(kind, address))),
        })
    }
}

/// Why no flag allows an address of this kind, where none does.
fn never(direction: Direction, kind: Kind) -> Option<&'static str> {
    match (kind, direction) {
        (Kind::LinkLocal, Direction::Connect) => Some("this bridge never connects there"),
        (Kind::LinkLocal, Direction::Bind) => Some("this bridge never binds it"),
        (Kind::Metadata, _) => Some("this bridge never goes there"),
        (Kind::Wildcard, Direction::Connect) => {
            Some("it is for bind; connect to one of the addresses, such as 127.0.0.1 or ::1")
        }
        _ => None,
    }
}

/// The narrowest value of the flag that would allow the address.
fn value(kind: Kind, address: SocketAddr) -> String {
    let (ip, port) = (address.ip(), address.port());
    match (kind, port) {
        (Kind::Wildcard, 0) => "wildcard".to_owned(),
        (Kind::Wildcard, _) => format!("wildcard:{port}"),
        (Kind::Multicast, _) => "multicast".to_owned(),
        (Kind::Broadcast, _) => "broadcast".to_owned(),
        (_, 0) => ip.to_string(),
        _ => address.to_string(),
    }
}

/// Whether an address is one of this machine's: only then can a socket be bound to it. Asked of the
/// kernel each time, because interfaces come and go.
fn is_local(ip: IpAddr) -> bool {
    ip.is_loopback() || ip.is_unspecified() || UdpSocket::bind((ip, 0)).is_ok()
}

fn in_force(direction: Direction, rules: Vec<Rule>) -> Result<Vec<Rule>, Unresolved> {
    let mut in_force = vec![Rule::loopback()];
    for rule in rules {
        let resolved = rule.clone().resolve().map_err(|source| Unresolved {
            flag: direction.flag(),
            rule,
            source,
        })?;
        if !in_force.contains(&resolved) {
            in_force.push(resolved);
        }
    }
    Ok(in_force)
}
