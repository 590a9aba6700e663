use std::net::{Ipv4Addr, SocketAddr};

use sockscope_protocol::{Call, Endpoint, Family, Payload, SocketId, SocketType};

use super::find::Finder;
use super::{Act, Role};

/// What the lessons say over the wire: fifteen bytes in UTF-8, of which each Chinese character takes
/// three.
const GREETING: &str = "Hello, 你好!\n";

/// How much the lessons receive at once, as the tutorial does.
const SIZE: u32 = 1024;

/// One client may wait while another is served.
const BACKLOG: i32 = 1;

/// A call that a lesson proposes.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    /// A call without bytes.
    Call(Call),
    /// A call with bytes.
    Send {
        /// On this socket.
        socket: SocketId,
        /// Which call.
        payload: Payload,
        /// The bytes.
        bytes: Vec<u8>,
    },
}

/// The call that does an act, once there is all that it needs. `ports`: the one to bind, the one to
/// call.
pub(super) fn of(act: Act, role: Role, finder: &Finder<'_>, ports: (u16, u16)) -> Option<Intent> {
    let family = Family::Inet;
    let made = |kind| Some(Intent::Call(Call::Socket { family, kind }));
    match act {
        Act::TcpSocket => return made(SocketType::Stream),
        Act::UdpSocket => return made(SocketType::Datagram),
        _ => {}
    }
    let socket = finder.role(role)?;
    let send = |payload, bytes| Intent::Send {
        socket,
        payload,
        bytes,
    };
    let greeting = || GREETING.as_bytes().to_vec();
    Some(match act {
        Act::TcpSocket | Act::UdpSocket => return None,
        Act::Bind => Intent::Call(Call::Bind {
            socket,
            address: localhost(ports.0),
        }),
        Act::Listen => Intent::Call(Call::Listen {
            socket,
            backlog: BACKLOG,
        }),
        Act::Accept => Intent::Call(Call::Accept { socket }),
        Act::Connect => Intent::Call(Call::Connect {
            socket,
            address: localhost(ports.1),
        }),
        Act::Greet => send(Payload::SendAll, greeting()),
        Act::Echo => send(Payload::SendAll, finder.received(role)?.0),
        Act::GreetTo => {
            let to = SocketAddr::from((Ipv4Addr::LOCALHOST, ports.1));
            send(Payload::SendTo(to), greeting())
        }
        Act::EchoTo => {
            let (bytes, from) = finder.received(role)?;
            send(Payload::SendTo(from?), bytes)
        }
        Act::Recv | Act::RecvEnd => Intent::Call(Call::Recv {
            socket,
            size: SIZE,
            flags: Vec::new(),
        }),
        Act::RecvFrom => Intent::Call(Call::RecvFrom {
            socket,
            size: SIZE,
            flags: Vec::new(),
        }),
        Act::Close => Intent::Call(Call::Close { socket }),
    })
}

fn localhost(port: u16) -> Endpoint {
    Endpoint {
        host: "localhost".to_owned(),
        port,
    }
}
