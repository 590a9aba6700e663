//! What sockets and lanes are called on the page.

use sockscope_frontend::model::{HalfClosed, Model, Origin, Role, Socket};
use sockscope_protocol::SocketId;

use super::element::{Element, element};
use crate::i18n::{Messages, Stage};

/// The name of a socket: what it does, and its number in the session.
pub(crate) fn socket(socket: &Socket, t: &Stage) -> String {
    let word = if socket.backlog().is_some() {
        t.name_server
    } else if let Origin::Accepted { .. } = socket.origin {
        t.name_connection
    } else if socket.is_stream() && (socket.peer.is_some() || socket.role() == Role::Connecting) {
        t.name_client
    } else {
        t.name_socket
    };
    format!("{word} {}", socket.id)
}

/// The name of a socket by its number.
pub(crate) fn by_id(model: &Model, id: SocketId, t: &Stage) -> String {
    model
        .socket(id)
        .map_or_else(|| format!("{} {id}", t.name_socket), |one| socket(one, t))
}

/// `TCP` or `UDP`, and the class that colours it.
pub(crate) fn protocol(socket: &Socket) -> (&'static str, &'static str) {
    if socket.is_datagram() {
        ("UDP", "udp")
    } else {
        ("TCP", "tcp")
    }
}

/// The same as an element.
pub(crate) fn badge((word, class): (&'static str, &'static str)) -> Element {
    let class = match class {
        "udp" => "proto udp",
        _ => "proto tcp",
    };
    element("span", class).text(word)
}

/// The state: the kernel's, where it shows one, else what the calls say. The kernel may go on with a
/// connection whose descriptor is closed.
pub(crate) fn state(socket: &Socket, t: &Messages) -> String {
    if !socket.is_open() {
        return match socket.afterlife {
            Some(state) => state.name().to_owned(),
            None => t.page.state_closed.to_owned(),
        };
    }
    if let Some(state) = socket.kernel.state {
        return state.name().to_owned();
    }
    match socket.role() {
        Role::Fresh => t.page.state_new,
        Role::Bound => t.page.state_bound,
        Role::Listening => "LISTEN",
        Role::Connecting => "SYN-SENT",
        Role::Connected
        | Role::HalfClosed(HalfClosed::Here | HalfClosed::There | HalfClosed::Both) => {
            t.page.state_connected
        }
        Role::Reset => t.page.state_reset,
        Role::Closed => t.page.state_closed,
    }
    .to_owned()
}
