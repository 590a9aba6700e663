use sockscope_protocol::CloseCode;

/// The way to the bridge. Times are those of the page's clock, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Link {
    /// A WebSocket is being opened, and nothing is known to be wrong.
    Connecting,
    /// The bridge has greeted.
    Open {
        /// From here to the bridge and back, microseconds; none before the first answer.
        rtt_us: Option<u32>,
    },
    /// The connection broke. The next attempt comes by itself.
    Lost {
        /// When it broke.
        since_ms: f64,
        /// When the next attempt comes; it is under way when that has passed.
        retry_at_ms: f64,
        /// Why.
        reason: LostReason,
    },
    /// The bridge does not want this page as it is. No attempt is made without a person's word.
    Refused(Refused),
}

/// Why a connection broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostReason {
    /// There was none: nobody listens, or the handshake was refused.
    Unreachable,
    /// It was cut.
    Broken,
    /// Nothing was heard for too long.
    Silent,
    /// The bridge said that it stops. It will have a new token when it starts again.
    Stopping,
}

/// Why a bridge does not want this page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is no token in the address and none in this tab.
    NoToken,
    /// The token is not the bridge's (any more).
    Unauthorized,
    /// Page and bridge are of different releases.
    Version,
    /// The session is not held any more.
    SessionGone,
    /// Too many sessions or views.
    TooMany,
    /// The session was ended.
    Ended,
    /// The bridge could not follow this page: a bug, with its close code.
    Protocol(u16),
}

impl Refused {
    /// What a close code means for the page; none for one that only says that the connection broke.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        Some(match CloseCode::from_code(code) {
            Some(CloseCode::Unauthorized) => Self::Unauthorized,
            Some(CloseCode::Version) => Self::Version,
            Some(CloseCode::SessionGone) => Self::SessionGone,
            Some(CloseCode::TooMany) => Self::TooMany,
            Some(CloseCode::SessionEnded) => Self::Ended,
            Some(CloseCode::BadMessages | CloseCode::HelloExpected | CloseCode::Flood) => {
                Self::Protocol(code)
            }
            None if matches!(code, 1002 | 1007 | 1009) => Self::Protocol(code),
            None => return None,
        })
    }

    /// Whether the session is over, so that only a new one helps.
    #[must_use]
    pub fn ends_session(self) -> bool {
        matches!(self, Self::SessionGone | Self::Ended)
    }
}

impl Link {
    /// Whether the bridge is there.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_close_code_of_the_protocol_is_a_refusal() {
        for code in CloseCode::ALL {
            assert!(Refused::from_code(code.code()).is_some(), "{code:?}");
        }
        for broken in [1000, 1001, 1005, 1006, 1011, 1012] {
            assert_eq!(Refused::from_code(broken), None);
        }
    }
}
