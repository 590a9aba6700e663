//! The way of a TCP socket through the states of RFC 9293, figure 5.

use sockscope_protocol::TcpState;
use sockscope_protocol::TcpState::{
    CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck, Listen, SynReceived,
    SynSent, TimeWait,
};

/// States remembered of one socket: a `connect` that is tried again and again adds two each time.
const VISITS: usize = 64;

/// What brings a socket from one state to the next. Calls are in the log; segments are not seen by
/// anybody here, they follow from the states before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// `listen`.
    Listen,
    /// `connect` sends SYN.
    Connect,
    /// `shutdown` of the sending side sends FIN.
    Shutdown,
    /// `close` sends FIN, or ends what has no connection.
    Close,
    /// `close` sends RST: bytes were unread, or `SO_LINGER` is on with 0 seconds.
    Abort,
    /// SYN arrives and is answered by SYN and ACK.
    Syn,
    /// SYN and ACK arrive and are acknowledged.
    SynAck,
    /// The acknowledgement of our SYN or FIN arrives.
    Ack,
    /// FIN arrives and is acknowledged.
    Fin,
    /// FIN arrives, and our own is acknowledged with it.
    FinAck,
    /// RST arrives.
    Reset,
    /// Time passes: no answer came, or 2 MSL are over.
    Timeout,
}

/// An arrow of the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrow {
    /// From which state.
    pub from: TcpState,
    /// To which.
    pub to: TcpState,
    /// By what.
    pub cause: Cause,
}

const fn arrow(from: TcpState, to: TcpState, cause: Cause) -> Arrow {
    Arrow { from, to, cause }
}

/// The figure, with the one arrow that its note 3 adds (FIN-WAIT-1 to TIME-WAIT). Of the ways back to
/// CLOSED it has those that end a connection.
pub const ARROWS: [Arrow; 17] = [
    arrow(Closed, Listen, Cause::Listen),
    arrow(Closed, SynSent, Cause::Connect),
    arrow(Listen, SynReceived, Cause::Syn),
    arrow(SynSent, SynReceived, Cause::Syn),
    arrow(SynSent, Established, Cause::SynAck),
    arrow(SynReceived, Established, Cause::Ack),
    arrow(SynReceived, FinWait1, Cause::Close),
    arrow(Established, CloseWait, Cause::Fin),
    arrow(Established, FinWait1, Cause::Close),
    arrow(FinWait1, FinWait2, Cause::Ack),
    arrow(FinWait1, Closing, Cause::Fin),
    arrow(FinWait1, TimeWait, Cause::FinAck),
    arrow(FinWait2, TimeWait, Cause::Fin),
    arrow(Closing, TimeWait, Cause::Ack),
    arrow(CloseWait, LastAck, Cause::Close),
    arrow(LastAck, Closed, Cause::Ack),
    arrow(TimeWait, Closed, Cause::Timeout),
];

/// A state that a socket was in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// Which.
    pub state: TcpState,
    /// Since when, in microseconds since the session began. Of a state that was not seen: since when
    /// at the earliest, where a call led to it, else when the next one was seen.
    pub time: u64,
    /// The kernel reported it; else it follows from what was reported before and after.
    pub seen: bool,
    /// What led to it; none where that is not known.
    pub cause: Option<Cause>,
}

/// What else is known when a state is seen.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    /// The descriptor is closed.
    pub(super) closed: bool,
    /// The peer's FIN has come.
    pub(super) peer_finished: bool,
    /// The peer's RST has come.
    pub(super) reset: bool,
    /// `close` has to send RST.
    pub(super) aborts: bool,
}

/// The states that a TCP socket was in, the first first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Path {
    visits: Vec<Visit>,
    /// The last call that changes the state, and when it began.
    act: Option<(Cause, u64)>,
}

impl Path {
    /// The states, the first first.
    #[must_use]
    pub fn visits(&self) -> &[Visit] {
        &self.visits
    }

    /// The state in which the socket is, or was when it was last looked at.
    #[must_use]
    pub fn last(&self) -> Option<Visit> {
        self.visits.last().copied()
    }

    /// A connection that came in: the kernel made it from a listening socket.
    pub(super) fn accepted(&mut self, time: u64) {
        if self.visits.is_empty() {
            self.push(Listen, time, false, None);
        }
    }

    /// A call began that changes the state. FIN is sent by the first that asks for it.
    pub(super) fn acts(&mut self, cause: Cause, time: u64) {
        if !matches!(self.act, Some((Cause::Shutdown | Cause::Close, _))) {
            self.act = Some((cause, time));
        }
    }

    /// `connect` failed: its SYN was answered by RST, or by nothing. What was CLOSED before and after
    /// is no news to the kernel.
    pub(super) fn failed(&mut self, cause: Cause, time: u64) {
        let Some(last) = self.last() else { return };
        let seen = match last.state {
            Closed => {
                let (_, began) = self.told(Cause::Connect);
                let began = began.unwrap_or(time);
                self.push(SynSent, began, false, Some(Cause::Connect));
                last.seen
            }
            SynSent => false,
            _ => return,
        };
        self.push(Closed, time, seen, Some(cause));
    }

    /// The descriptor was closed. The kernel forgets at once what is no connection yet.
    pub(super) fn closed(&mut self, time: u64) {
        if let Some(Listen | SynSent) = self.last().map(|last| last.state) {
            self.push(Closed, time, false, Some(Cause::Close));
        }
    }

    /// The kernel reports a state.
    pub(super) fn sees(&mut self, state: TcpState, time: u64, known: Known) {
        if state == TimeWait && self.last().is_some_and(|last| last.state == Closed) {
            // Linux calls the descriptor closed as soon as only TIME-WAIT is left of the connection.
            self.visits.pop();
            if self
                .last()
                .is_some_and(|last| last.state == TimeWait && !last.seen)
            {
                self.visits.pop();
            }
        }
        let Some(from) = self.last() else {
            self.push(state, time, true, None);
            return;
        };
        if from.state == state {
            if let Some(last) = self.visits.last_mut() {
                last.seen = true;
            }
            return;
        }
        if state == Closed
            && let Some(cause) = self.ends_at_once(from, time, known)
        {
            self.push(Closed, time, true, cause);
            return;
        }
        let since = self.visits.len();
        for arrow in route(from.state, state) {
            let (cause, began) = self.told(arrow.cause);
            self.push(arrow.to, began.unwrap_or(time), false, Some(cause));
        }
        if self.visits.len() == since {
            self.push(state, time, true, None);
        }
        if let Some(last) = self.visits.last_mut() {
            (last.seen, last.time) = (true, time);
        }
    }

    /// RST came, which was not known when CLOSED was seen.
    pub(super) fn reset(&mut self) {
        if let Some(last) = self.visits.last_mut()
            && last.state == Closed
            && last.cause.is_none()
        {
            last.cause = Some(Cause::Reset);
        }
    }

    /// What leads from a state to CLOSED without the figure's states between them, if that is so.
    fn ends_at_once(&self, from: Visit, time: u64, known: Known) -> Option<Option<Cause>> {
        let waited = time.saturating_sub(from.time);
        match from.state {
            Listen => Some(Some(Cause::Close)),
            // The answer to `connect`: RST, or none within the kernel's patience.
            SynSent | SynReceived => Some(Some(if known.reset {
                Cause::Reset
            } else if known.closed {
                Cause::Close
            } else {
                Cause::Timeout
            })),
            _ if known.reset => Some(Some(Cause::Reset)),
            Established | CloseWait if known.closed && known.aborts => Some(Some(Cause::Abort)),
            Established if !known.peer_finished => Some(None),
            // TIME-WAIT lasts; had it been there, it would have been seen.
            FinWait1 | FinWait2 | Closing if known.closed => Some(Some(if waited >= ORPHAN_US {
                Cause::Timeout
            } else {
                Cause::Reset
            })),
            _ => None,
        }
    }

    /// The cause as the calls tell it, and when the call began.
    fn told(&self, cause: Cause) -> (Cause, Option<u64>) {
        let act = self.act;
        match (cause, act) {
            (Cause::Close, Some((told @ (Cause::Close | Cause::Shutdown), time))) => {
                (told, Some(time))
            }
            (Cause::Connect, Some((Cause::Connect, time))) => (cause, Some(time)),
            _ => (cause, None),
        }
    }

    fn push(&mut self, state: TcpState, time: u64, seen: bool, cause: Option<Cause>) {
        if self.visits.len() == VISITS {
            self.visits.remove(0);
        }
        self.visits.push(Visit {
            state,
            time,
            seen,
            cause,
        });
    }
}

/// Linux forgets a connection in FIN-WAIT-2 that no descriptor belongs to after 60 s
/// (`tcp_fin_timeout`); what lasted about as long ended by that.
const ORPHAN_US: u64 = 50_000_000;

/// The shortest way from one state to another along the figure; empty where there is none.
fn route(from: TcpState, to: TcpState) -> Vec<&'static Arrow> {
    let mut reached: Vec<(TcpState, Option<&'static Arrow>)> = vec![(from, None)];
    let mut next = 0;
    while let Some(&(state, _)) = reached.get(next) {
        next += 1;
        for arrow in ARROWS.iter().filter(|arrow| arrow.from == state) {
            if reached.iter().all(|(known, _)| *known != arrow.to) {
                reached.push((arrow.to, Some(arrow)));
            }
        }
    }
    let mut way = Vec::new();
    let mut at = to;
    while let Some((_, Some(arrow))) = reached.iter().find(|(state, _)| *state == at) {
        way.push(*arrow);
        at = arrow.from;
    }
    way.reverse();
    way
}
