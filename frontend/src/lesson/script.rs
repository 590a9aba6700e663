//! The four lessons, which follow the tutorial: TCP like a phone call on port 8888, UDP like sending
//! a message on port 9999.

use super::Act::{
    Accept, Bind, Close, Connect, Echo, EchoTo, Greet, GreetTo, Listen, Recv, RecvEnd, RecvFrom,
    TcpSocket, UdpSocket,
};
use super::Role::{Client, Connection, Server};
use super::Until::{Begun, Returned};
use super::{Act, Lesson, Role, Say, Skip, Step, Until};

const TCP_PORT: u16 = 8888;
const UDP_PORT: u16 = 9999;

/// All lessons, the simplest way in first.
pub static ALL: [&Lesson; 4] = [&TCP_ECHO, &TCP_SERVER, &TCP_CLIENT, &UDP_ECHO];

const fn step(role: Role, act: Act, until: Until, say: Say) -> Step {
    Step {
        role,
        act,
        until,
        skip: Skip::Never,
        say,
    }
}

/// A step that Sockscope plays when nobody else does.
const fn played(skip: Skip, role: Role, act: Act, until: Until, say: Say) -> Step {
    Step {
        skip,
        ..step(role, act, until, say)
    }
}

/// Both ends of an echo.
pub static TCP_ECHO: Lesson = Lesson {
    name: "tcp-echo",
    port: TCP_PORT,
    steps: &[
        step(Server, TcpSocket, Returned, Say::ServerSocket),
        step(Server, Bind, Returned, Say::ServerBind),
        step(Server, Listen, Returned, Say::ServerListen),
        step(Server, Accept, Begun, Say::ServerAccept),
        step(Client, TcpSocket, Returned, Say::ClientSocket),
        step(Client, Connect, Returned, Say::ClientConnect),
        step(Connection, Recv, Begun, Say::ServerRecv),
        step(Client, Greet, Returned, Say::ClientGreet),
        step(Connection, Echo, Returned, Say::ServerEcho),
        step(Client, Recv, Returned, Say::ClientRecv),
        step(Client, Close, Returned, Say::ClientClose),
        step(Connection, RecvEnd, Returned, Say::ServerRecvEnd),
        step(Connection, Close, Returned, Say::ConnectionClose),
        step(Server, Close, Returned, Say::ServerClose),
    ],
};

/// The end that is called; who calls is open.
pub static TCP_SERVER: Lesson = Lesson {
    name: "tcp-server",
    port: TCP_PORT,
    steps: &[
        step(Server, TcpSocket, Returned, Say::ServerSocket),
        step(Server, Bind, Returned, Say::ServerBind),
        step(Server, Listen, Returned, Say::ServerListen),
        step(Server, Accept, Begun, Say::ServerAccept),
        played(
            Skip::OtherCaller,
            Client,
            TcpSocket,
            Returned,
            Say::CallerSocket,
        ),
        played(
            Skip::OtherCaller,
            Client,
            Connect,
            Returned,
            Say::CallerConnect,
        ),
        step(Connection, Recv, Begun, Say::ServerRecv),
        played(Skip::OtherCaller, Client, Greet, Returned, Say::CallerGreet),
        step(Connection, Echo, Returned, Say::ServerEcho),
        played(Skip::OtherCaller, Client, Recv, Returned, Say::CallerRecv),
        played(Skip::OtherCaller, Client, Close, Returned, Say::CallerClose),
        step(Connection, Close, Returned, Say::ConnectionClose),
        step(Server, Close, Returned, Say::ServerClose),
    ],
};

/// The end that calls; who is called is open.
pub static TCP_CLIENT: Lesson = Lesson {
    name: "tcp-client",
    port: TCP_PORT,
    steps: &[
        step(Client, TcpSocket, Returned, Say::ClientSocket),
        played(
            Skip::OtherServer,
            Server,
            TcpSocket,
            Returned,
            Say::HelperSocket,
        ),
        played(Skip::OtherServer, Server, Bind, Returned, Say::HelperBind),
        played(
            Skip::OtherServer,
            Server,
            Listen,
            Returned,
            Say::HelperListen,
        ),
        step(Client, Connect, Returned, Say::ClientConnect),
        step(Client, Greet, Returned, Say::ClientGreet),
        played(
            Skip::OtherServer,
            Server,
            Accept,
            Returned,
            Say::HelperAccept,
        ),
        played(
            Skip::OtherServer,
            Connection,
            Recv,
            Returned,
            Say::HelperRecv,
        ),
        played(
            Skip::OtherServer,
            Connection,
            Echo,
            Returned,
            Say::HelperEcho,
        ),
        step(Client, Recv, Returned, Say::ClientRecv),
        step(Client, Close, Returned, Say::ClientClose),
        played(
            Skip::OtherServer,
            Connection,
            Close,
            Returned,
            Say::HelperConnectionClose,
        ),
        played(Skip::OtherServer, Server, Close, Returned, Say::HelperClose),
    ],
};

/// Both ends of an echo of datagrams.
pub static UDP_ECHO: Lesson = Lesson {
    name: "udp-echo",
    port: UDP_PORT,
    steps: &[
        step(Server, UdpSocket, Returned, Say::UdpServerSocket),
        step(Server, Bind, Returned, Say::UdpServerBind),
        step(Server, RecvFrom, Begun, Say::UdpServerRecv),
        step(Client, UdpSocket, Returned, Say::UdpClientSocket),
        step(Client, GreetTo, Returned, Say::UdpClientSend),
        step(Server, EchoTo, Returned, Say::UdpServerEcho),
        step(Client, RecvFrom, Returned, Say::UdpClientRecv),
        step(Client, Close, Returned, Say::UdpClientClose),
        step(Server, Close, Returned, Say::UdpServerClose),
    ],
};
