//! What a call's arguments are before anybody has typed them.

use sockscope_frontend::model::{Model, Role, Socket};
use sockscope_protocol::{Endpoint, Family};

/// The ports of the tutorial, for TCP and for UDP.
const PORTS: (u16, u16) = (8888, 9999);

/// What the defaults are taken from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Defaults {
    pub(super) family: Family,
    pub(super) port: u16,
    pub(super) peer: Option<(String, u16)>,
    /// The largest buffer that the bridge lends.
    pub(super) most: u32,
}

impl Defaults {
    pub(super) fn of(model: &Model, socket: &Socket) -> Self {
        let family = socket.family.unwrap_or(Family::Inet);
        let (tcp, udp) = PORTS;
        let port = if socket.is_datagram() { udp } else { tcp };
        let most = model
            .welcome
            .as_ref()
            .map_or(1 << 20, |welcome| welcome.limits.message_bytes);
        Self {
            family,
            port,
            peer: likely_peer(model, socket),
            most,
        }
    }

    pub(super) fn loopback(&self) -> &'static str {
        match self.family {
            Family::Inet => "127.0.0.1",
            Family::Inet6 => "::1",
        }
    }
}

/// Whom a socket most likely wants to reach: who wrote to it last, or a server of this session.
fn likely_peer(model: &Model, socket: &Socket) -> Option<(String, u16)> {
    if socket.is_datagram() {
        let last = socket.received.chunks().next_back();
        if let Some(address) = last.and_then(|chunk| chunk.address) {
            let to = Endpoint::from(address);
            return Some((to.host, to.port));
        }
    }
    let server = model.sockets().rev().find(|one| {
        let waits = if socket.is_datagram() {
            one.is_datagram() && one.role() == Role::Bound
        } else {
            one.backlog().is_some()
        };
        waits && one.is_open() && one.id != socket.id && one.family == socket.family
    });
    let local = server.and_then(|server| server.local)?;
    let host = if local.ip().is_unspecified() {
        if local.is_ipv6() { "::1" } else { "127.0.0.1" }.to_owned()
    } else {
        local.ip().to_string()
    };
    Some((host, local.port()))
}
