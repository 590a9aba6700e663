/// Why the bridge closes a WebSocket: the close codes of this protocol (RFC 6455 section 7.4.2
/// leaves 4000 to 4999 to applications). Beside them stand the codes of RFC 6455: 1001 when the
/// bridge stops, 1007 for text that is not UTF-8, 1009 for a message over the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum CloseCode {
    /// Too many messages that could not be understood.
    BadMessages = 4000,
    /// The token is missing or wrong.
    Unauthorized = 4001,
    /// The version asked for is not spoken here.
    Version = 4002,
    /// The session to resume is not held any more, or never was.
    SessionGone = 4003,
    /// The bridge holds as many sessions, or the session as many views, as it is allowed to.
    TooMany = 4004,
    /// No `hello` came in time, or it was not the first message.
    HelloExpected = 4005,
    /// The session was ended by one of its clients.
    SessionEnded = 4006,
    /// Calls kept coming far above the rate limit.
    Flood = 4007,
}

impl CloseCode {
    /// All codes, for documentation and tests.
    pub const ALL: [Self; 8] = [
        Self::BadMessages,
        Self::Unauthorized,
        Self::Version,
        Self::SessionGone,
        Self::TooMany,
        Self::HelloExpected,
        Self::SessionEnded,
        Self::Flood,
    ];

    /// The number on the wire.
    #[must_use]
    pub fn code(self) -> u16 {
        self as u16
    }

    /// The code behind a number on the wire.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.code() == code)
    }
}
