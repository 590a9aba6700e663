use sockscope_protocol::{Call, CallId, Outcome, Seq, SocketId, Value};

/// A call that the bridge has begun.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRecord {
    /// Its number.
    pub id: CallId,
    /// The call and its arguments; none when its beginning is in a gap of the log.
    pub request: Option<Call>,
    /// The socket that it is about; for `socket`, the one that it made.
    pub socket: Option<SocketId>,
    /// The event that began it.
    pub seq: Seq,
    /// When, in microseconds since the session began.
    pub started: u64,
    /// How it ended; none while it waits.
    pub end: Option<CallEnd>,
    /// Bytes that it moved so far, `MSG_PEEK` included.
    pub moved: u64,
    /// The first and the last of its `sent` and `received` events.
    pub data: Option<(Seq, Seq)>,
    /// It was pending at a gap of the log, or when the session was abandoned, and may have returned
    /// there.
    pub uncertain: bool,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub struct CallEnd {
    /// The event.
    pub seq: Seq,
    /// When, in microseconds since the session began.
    pub time: u64,
    /// Microseconds from start to return.
    pub took_us: u64,
    /// Whether it had to wait.
    pub blocked: bool,
    /// The result.
    pub outcome: Outcome,
}

impl CallRecord {
    /// Whether it still waits.
    #[must_use]
    pub fn pending(&self) -> bool {
        self.end.is_none() && !self.uncertain
    }

    /// Whether nobody knows if it still waits, or how it ended.
    #[must_use]
    pub fn doubtful(&self) -> bool {
        self.end.is_none() && self.uncertain
    }

    /// What it returned.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        self.end.as_ref().map(|end| &end.outcome)
    }

    /// The value, when it succeeded.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        match self.outcome() {
            Some(Outcome::Ok(value)) => Some(value),
            _ => None,
        }
    }

    /// The POSIX name of the error, when the kernel refused.
    #[must_use]
    pub fn errno(&self) -> Option<&str> {
        match self.outcome() {
            Some(Outcome::Errno(failure)) => Some(&failure.name),
            _ => None,
        }
    }

    /// The call's name: `bind`, `recvfrom`, ...; none when its beginning is in a gap of the log.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        self.request.as_ref().map(Call::name)
    }
}
