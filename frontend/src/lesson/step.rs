/// A lesson.
#[derive(Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Its name, which never changes: `tcp-echo`.
    pub name: &'static str,
    /// The port of the tutorial.
    pub port: u16,
    /// What is to be done, in order.
    pub steps: &'static [Step],
}

/// One thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// On whose socket.
    pub role: Role,
    /// The call.
    pub act: Act,
    /// What must have become of it before the lesson goes on.
    pub until: Until,
    /// When it is passed over.
    pub skip: Skip,
    /// What happens and why.
    pub say: Say,
}

/// A socket's part in a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The socket that is called: it listens, or for UDP receives.
    Server,
    /// What the server's `accept` returns.
    Connection,
    /// The socket that calls.
    Client,
}

/// The call of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// `socket(AF_INET, SOCK_STREAM)`.
    TcpSocket,
    /// `socket(AF_INET, SOCK_DGRAM)`.
    UdpSocket,
    /// `bind` to localhost and the lesson's port.
    Bind,
    /// `listen`.
    Listen,
    /// `accept`.
    Accept,
    /// `connect` to localhost and the lesson's port.
    Connect,
    /// `sendall` of the greeting.
    Greet,
    /// `sendall` of what was received.
    Echo,
    /// `sendto` of the greeting to localhost and the lesson's port.
    GreetTo,
    /// `sendto` of what was received, to where it came from.
    EchoTo,
    /// `recv` of data.
    Recv,
    /// `recv` of the end of the stream.
    RecvEnd,
    /// `recvfrom`.
    RecvFrom,
    /// `close`.
    Close,
}

/// What must have become of a call before the lesson goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// It was made; it may wait for what a later step does.
    Begun,
    /// It returned, and succeeded.
    Returned,
}

/// When a step is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// Never.
    Never,
    /// Sockscope offers to play the other end. Once the server has its connection from somebody
    /// else, there is nothing to play.
    OtherCaller,
    /// Likewise, once the client has its connection to somebody else's server, or when the person
    /// says that there is one.
    OtherServer,
}

/// What is said at a step: a key to texts in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the texts are in `i18n::lessons`")]
pub enum Say {
    ServerSocket,
    ServerBind,
    ServerListen,
    ServerAccept,
    CallerSocket,
    CallerConnect,
    ServerRecv,
    CallerGreet,
    ServerEcho,
    CallerRecv,
    CallerClose,
    ServerRecvEnd,
    ConnectionClose,
    ServerClose,
    ClientSocket,
    HelperSocket,
    HelperBind,
    HelperListen,
    ClientConnect,
    ClientGreet,
    HelperAccept,
    HelperRecv,
    HelperEcho,
    ClientRecv,
    ClientClose,
    HelperConnectionClose,
    HelperClose,
    UdpServerSocket,
    UdpServerBind,
    UdpServerRecv,
    UdpClientSocket,
    UdpClientSend,
    UdpServerEcho,
    UdpClientRecv,
    UdpClientClose,
    UdpServerClose,
}
