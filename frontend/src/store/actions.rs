use bytes::Bytes;
use sockscope_protocol::{Call, CallId, Endpoint, Family, Payload, SocketId, SocketType, Value};

use super::replay::live;
use super::{State, Store, storage};
use crate::model::{CallRecord, Model};
use crate::wire::NotSent;

/// The buffer of each `recv` of a `stream`: a usual size of a socket's queue.
const STREAM_SIZE: u32 = 64 << 10;
/// The largest UDP datagram (RFC 768: a length of 16 bits).
const DATAGRAM_SIZE: u32 = 65_535;

/// Bytes that wait until `getaddrinfo` tells where to send them.
#[derive(Debug)]
pub(super) struct Resolving {
    pub(super) call: CallId,
    pub(super) socket: SocketId,
    pub(super) bytes: Bytes,
}

/// Why a `sendto` was not even sent to the bridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendToError {
    /// There is no host.
    NoHost,
    /// As for any call.
    NotSent(NotSent),
}

impl State {
    pub(super) fn ask(&mut self, call: Call) -> Result<CallId, NotSent> {
        let model = live(&self.model, self.replay.as_ref());
        self.outbox.call(call, model.load().0, limits(model)?)
    }

    pub(super) fn give(
        &mut self,
        socket: SocketId,
        payload: Payload,
        bytes: Bytes,
    ) -> Result<CallId, NotSent> {
        let model = live(&self.model, self.replay.as_ref());
        self.outbox
            .send(socket, payload, bytes, model.load(), limits(model)?)
    }
}

fn limits(model: &Model) -> Result<&sockscope_protocol::Limits, NotSent> {
    let welcome = model.welcome.as_ref().ok_or(NotSent::NoSession)?;
    Ok(&welcome.limits)
}

impl Store {
    /// Makes a call that carries no bytes. What comes of it is seen in the model; until the log
    /// shows it, it is in [`State::outbox`].
    ///
    /// # Errors
    /// [`NotSent`] when there is no session, or its limits would not let it through.
    pub fn call(&self, call: Call) -> Result<CallId, NotSent> {
        self.in_session()?;
        let asked = self.change(|state| state.ask(call));
        self.flush();
        asked
    }

    /// Makes a `send`, `sendall` or `sendto`.
    ///
    /// # Errors
    /// [`NotSent`] when there is no session, or its limits would not let it through.
    pub fn send(
        &self,
        socket: SocketId,
        payload: Payload,
        bytes: Bytes,
    ) -> Result<CallId, NotSent> {
        self.in_session()?;
        let asked = self.change(|state| state.give(socket, payload, bytes));
        self.flush();
        asked
    }

    /// Makes a `sendto` to a host that may be a name, which `getaddrinfo` then resolves first, for
    /// all to see.
    ///
    /// # Errors
    /// [`SendToError`] when there is no host or no session, or limits would not let it through.
    pub fn send_to(
        &self,
        socket: SocketId,
        to: &Endpoint,
        bytes: Bytes,
    ) -> Result<CallId, SendToError> {
        if to.host.is_empty() {
            return Err(SendToError::NoHost);
        }
        if let Some(address) = crate::model::address(to) {
            return self
                .send(socket, Payload::SendTo(address), bytes)
                .map_err(SendToError::NotSent);
        }
        let family = self.model().socket(socket).and_then(|known| known.family);
        let lookup = Call::GetAddrInfo {
            host: to.host.clone(),
            port: to.port,
            family: Some(family.unwrap_or(Family::Inet)),
        };
        let call = self.call(lookup).map_err(SendToError::NotSent)?;
        self.0.state.borrow_mut().resolving.push(Resolving {
            call,
            socket,
            bytes,
        });
        Ok(call)
    }

    /// Ends the wait of a call. What waited in a film does not wait now.
    pub fn cancel(&self, call: CallId) {
        if self.in_session().is_ok() {
            self.end_wait(call);
        }
    }

    pub(super) fn end_wait(&self, call: CallId) {
        self.change(|state| {
            state.outbox.cancel(call);
            state.resolving.retain(|waiting| waiting.call != call);
        });
        self.flush();
    }

    /// Receives on a socket by itself (`stream`), or no longer. [`Model::streaming`] tells which.
    ///
    /// # Errors
    /// [`NotSent`] when there is no session, or its limits would not let it through.
    pub fn set_auto(&self, socket: SocketId, on: bool) -> Result<(), NotSent> {
        self.in_session()?;
        let running = self.model().streaming(socket);
        match (running, on) {
            (Some(call), false) => self.end_wait(call),
            (None, true) => {
                let kind = self.model().socket(socket).and_then(|known| known.kind);
                let size = match kind {
                    Some(SocketType::Datagram) => DATAGRAM_SIZE,
                    _ => STREAM_SIZE,
                };
                self.change(|state| state.begin_stream(socket, size))?;
                self.flush();
            }
            (Some(_), true) | (None, false) => {}
        }
        Ok(())
    }

    /// Forgets a call that was not made, once a person has read why.
    pub fn dismiss(&self, call: CallId) {
        self.change(|state| state.outbox.dismiss(call));
    }

    /// Forgets that the former session was gone, or that this one is not kept, once a person has
    /// read it.
    pub fn dismiss_notice(&self) {
        self.change(|state| {
            if !std::mem::take(&mut state.session_was_gone) {
                state.unkept = None;
            }
        });
    }

    /// What a person was writing under this name before the page was loaded again.
    #[must_use]
    pub fn draft(&self, key: &str) -> Option<String> {
        storage::draft(key)
    }

    /// Keeps what a person is writing over a reload; an empty text is forgotten.
    pub fn set_draft(&self, key: &str, text: &str) {
        storage::set_draft(key, text);
    }

    pub(super) fn in_session(&self) -> Result<(), NotSent> {
        if self.state().replay.is_some() {
            return Err(NotSent::Replay);
        }
        match self.0.session.borrow().as_ref() {
            Some(_) => Ok(()),
            None => Err(NotSent::NoSession),
        }
    }

    /// A call has returned: what waited for it goes on.
    pub(super) fn after_return(&self) {
        self.send_resolved();
        self.pump_files();
    }

    fn send_resolved(&self) {
        self.0.state.borrow_mut().send_resolved();
    }
}

impl State {
    /// Sends what has waited for `getaddrinfo`.
    pub(super) fn send_resolved(&mut self) {
        for waiting in std::mem::take(&mut self.resolving) {
            let Resolving {
                call,
                socket,
                bytes,
            } = waiting;
            let lookup = live(&self.model, self.replay.as_ref()).call(call);
            if self.outbox.has(call) || lookup.is_some_and(CallRecord::pending) {
                self.resolving.push(Resolving {
                    call,
                    socket,
                    bytes,
                });
                continue;
            }
            // A name that does not resolve is on the stage as the error that it is.
            let Some(Value::Addresses(addresses)) = lookup.and_then(CallRecord::value) else {
                continue;
            };
            let Some(address) = addresses.first().copied() else {
                continue;
            };
            let payload = Payload::SendTo(address);
            let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            let made = payload.call(socket, length);
            if let Err(why) = self.give(socket, payload, bytes) {
                self.outbox.refuse(made, why);
            }
        }
    }
}
