use std::collections::VecDeque;

use bytes::Bytes;
use sockscope_protocol::{
    Call, CallId, ClientMessage, HEADER_LEN, Limits, Payload, RejectReason, SocketId,
    encode_payload,
};

/// Refused calls that are kept for a person to read.
const REJECTIONS: usize = 50;

/// A message for the bridge.
#[derive(Debug, Clone, PartialEq)]
pub enum Outgoing {
    /// In JSON.
    Text(ClientMessage),
    /// With bytes.
    Binary(Bytes),
}

/// A call that was asked for and is not in the log yet: it is on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Its number.
    pub id: CallId,
    /// The call.
    pub call: Call,
    body: Option<(SocketId, Payload, Bytes)>,
}

/// A call that was asked for and not made.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejection {
    /// Its number.
    pub id: CallId,
    /// The call.
    pub call: Call,
    /// Why, for programs; none when the session ended before the call reached the bridge.
    pub reason: Option<RejectReason>,
    /// Why, in the bridge's words; empty when the session ended.
    pub message: String,
}

/// Why a call was not even sent to the bridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSent {
    /// The bridge has not greeted yet, or the session is over.
    NoSession,
    /// What is shown is not what is now: a person has gone back, or looks at a file.
    Replay,
    /// More bytes than one message holds.
    TooLong {
        /// How many it holds.
        limit: u64,
    },
    /// With these, more bytes would wait than the bridge holds.
    TooManyBytesWaiting {
        /// How many it holds.
        limit: u64,
    },
    /// More calls would wait than the bridge holds.
    TooManyCallsWaiting {
        /// How many it holds.
        limit: u32,
    },
}

/// Calls until the log shows them, and what else is to be said to the bridge. It outlives the
/// connection: what the log of a resumed session does not show is said again.
#[derive(Debug, Clone, PartialEq)]
pub struct Outbox {
    next: u64,
    /// In the order of their numbers.
    requests: Vec<Request>,
    unwritten: VecDeque<CallId>,
    cancels: Vec<CallId>,
    credits: Vec<(CallId, u64)>,
    ping: Option<u64>,
    rejections: VecDeque<Rejection>,
}

impl Outbox {
    /// An empty one that counts its calls from `first`.
    #[must_use]
    pub fn new(first: u64) -> Self {
        Self {
            next: first,
            requests: Vec::new(),
            unwritten: VecDeque::new(),
            cancels: Vec::new(),
            credits: Vec::new(),
            ping: None,
            rejections: VecDeque::new(),
        }
    }

    /// The calls that are on their way, the oldest first.
    #[must_use]
    pub fn requests(&self) -> impl ExactSizeIterator<Item = &Request> {
        self.requests.iter()
    }

    /// Whether this call is on its way.
    #[must_use]
    pub fn has(&self, call: CallId) -> bool {
        self.requests.iter().any(|request| request.id == call)
    }

    /// The calls that were not made, the oldest first.
    #[must_use]
    pub fn rejections(&self) -> impl ExactSizeIterator<Item = &Rejection> {
        self.rejections.iter()
    }

    /// Forgets a call that was not made, once a person has read it.
    pub fn dismiss(&mut self, call: CallId) {
        self.rejections.retain(|rejection| rejection.id != call);
    }

    /// Forgets all calls that were not made.
    pub fn dismiss_all(&mut self) {
        self.rejections.clear();
    }

    /// Asks for a call. `waiting` and `waiting_bytes` are what the log shows as pending.
    ///
    /// # Errors
    /// [`NotSent`] when the bridge's limits would not let it through.
    pub fn call(&mut self, call: Call, waiting: usize, limits: &Limits) -> Result<CallId, NotSent> {
        self.check_calls(waiting, limits)?;
        Ok(self.push(call, None))
    }

    /// Asks for a call that carries bytes.
    ///
    /// # Errors
    /// [`NotSent`] when the bridge's limits would not let it through.
    pub fn send(
        &mut self,
        socket: SocketId,
        payload: Payload,
        bytes: Bytes,
        (waiting, waiting_bytes): (usize, u64),
        limits: &Limits,
    ) -> Result<CallId, NotSent> {
        let longest = u64::from(limits.message_bytes).saturating_sub(HEADER_LEN as u64);
        let len = bytes.len() as u64;
        let length = u32::try_from(len)
            .ok()
            .filter(|_| len <= longest)
            .ok_or(NotSent::TooLong { limit: longest })?;
        self.check_calls(waiting, limits)?;
        if waiting_bytes + self.bytes() + len > limits.pending_bytes {
            return Err(NotSent::TooManyBytesWaiting {
                limit: limits.pending_bytes,
            });
        }
        let call = payload.call(socket, length);
        Ok(self.push(call, Some((socket, payload, bytes))))
    }

    /// Payload bytes of the calls that are on their way.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.requests
            .iter()
            .filter_map(|request| request.body.as_ref())
            .map(|(_, _, bytes)| bytes.len() as u64)
            .sum()
    }

    fn check_calls(&self, waiting: usize, limits: &Limits) -> Result<(), NotSent> {
        let limit = limits.pending_calls;
        if (waiting + self.requests.len()) as u64 >= u64::from(limit) {
            return Err(NotSent::TooManyCallsWaiting { limit });
        }
        Ok(())
    }

    fn push(&mut self, call: Call, body: Option<(SocketId, Payload, Bytes)>) -> CallId {
        let id = CallId(self.next);
        self.next += 1;
        self.requests.push(Request { id, call, body });
        self.unwritten.push_back(id);
        id
    }

    /// Ends a wait. A call that was not written yet is not made; returns whether that was so.
    pub fn cancel(&mut self, call: CallId) -> bool {
        if let Some(at) = self.unwritten.iter().position(|waiting| *waiting == call) {
            self.unwritten.remove(at);
            self.requests.retain(|request| request.id != call);
            return true;
        }
        if !self.cancels.contains(&call) {
            self.cancels.push(call);
        }
        false
    }

    /// Raises the credit of a `stream`.
    pub fn credit(&mut self, call: CallId, total: u64) {
        self.credits.retain(|(known, _)| *known != call);
        self.credits.push((call, total));
    }

    /// Asks for a `pong`.
    pub fn ping(&mut self, nonce: u64) {
        self.ping = Some(nonce);
    }

    /// The log shows that a call was begun, or the bridge that it was before.
    pub fn begun(&mut self, call: CallId) {
        self.requests.retain(|request| request.id != call);
        self.unwritten.retain(|waiting| *waiting != call);
    }

    /// The log shows that a call returned.
    pub fn returned(&mut self, call: CallId) {
        self.cancels.retain(|known| *known != call);
        self.credits.retain(|(known, _)| *known != call);
    }

    /// The bridge did not make a call.
    pub fn rejected(&mut self, call: CallId, reason: Option<RejectReason>, message: String) {
        self.unwritten.retain(|waiting| *waiting != call);
        if let Some(at) = self.requests.iter().position(|request| request.id == call) {
            let request = self.requests.remove(at);
            if self.rejections.len() >= REJECTIONS {
                self.rejections.pop_front();
            }
            self.rejections.push_back(Rejection {
                id: call,
                call: request.call,
                reason,
                message,
            });
        }
    }

    /// A call was not even given a number, and nobody is there to be told at once.
    pub fn refuse(&mut self, call: Call, why: NotSent) {
        let id = CallId(self.next);
        self.next += 1;
        self.requests.push(Request {
            id,
            call,
            body: None,
        });
        let reason = match why {
            NotSent::NoSession | NotSent::Replay => None,
            NotSent::TooLong { .. } => Some(RejectReason::Malformed),
            NotSent::TooManyBytesWaiting { .. } => Some(RejectReason::PendingBytes),
            NotSent::TooManyCallsWaiting { .. } => Some(RejectReason::PendingCalls),
        };
        self.rejected(id, reason, String::new());
    }

    /// A resumed session's log is here: what it does not show was not made, and is said again.
    pub fn resend(&mut self) {
        self.unwritten = self.requests.iter().map(|request| request.id).collect();
    }

    /// The session is over: what is on its way will never be made.
    pub fn session_over(&mut self) {
        let lost: Vec<CallId> = self.requests.iter().map(|request| request.id).collect();
        for call in lost {
            self.rejected(call, None, String::new());
        }
        self.cancels.clear();
        self.credits.clear();
        self.ping = None;
    }

    /// The next message to write; short ones go ahead of calls.
    pub fn next_message(&mut self) -> Option<Outgoing> {
        if let Some(nonce) = self.ping.take() {
            return Some(Outgoing::Text(ClientMessage::Ping { nonce }));
        }
        if let Some((call, total)) = self.credits.pop() {
            return Some(Outgoing::Text(ClientMessage::Credit { call, total }));
        }
        while let Some(id) = self.unwritten.pop_front() {
            if let Some(request) = self.requests.iter().find(|request| request.id == id) {
                return Some(match &request.body {
                    None => Outgoing::Text(ClientMessage::Call {
                        call: id,
                        request: request.call.clone(),
                    }),
                    Some((socket, payload, bytes)) => {
                        Outgoing::Binary(encode_payload(id, *socket, payload, bytes))
                    }
                });
            }
        }
        // After the calls, so that none is cancelled before it is begun.
        let call = self.cancels.pop()?;
        Some(Outgoing::Text(ClientMessage::Cancel { call }))
    }
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
