//! What the log's entries mean for what the page itself keeps.

use sockscope_protocol::{Call, CallId, EventBody, SocketId};

use super::State;
use crate::model::Entry;
use crate::wire::Clock;

impl State {
    /// Takes the next entry of the log.
    pub(super) fn take(&mut self, entry: Entry) {
        let mut gap = false;
        match &entry {
            // Seen before: it was counted then.
            Entry::Event(event) if event.seq <= self.live().last => {}
            Entry::Event(event) => match &event.body {
                EventBody::Called { call, .. } => self.outbox.begun(*call),
                EventBody::Returned { call, outcome, .. } => {
                    self.outbox.begun(*call);
                    self.outbox.returned(*call);
                    self.credits.ended(*call);
                    self.uploads.returned(*call, outcome);
                }
                EventBody::Sent(data) => self.uploads.sent(data),
                EventBody::Received(data) => {
                    if self.credits.took(data, self.log_bytes())
                        && !self.held_back
                        && let Some(total) = self.credits.total(data.call)
                    {
                        self.outbox.credit(data.call, total);
                    }
                }
                EventBody::Observed { .. }
                | EventBody::PeerGone { .. }
                | EventBody::Closed { .. } => {}
            },
            Entry::Truncated { .. } => gap = true,
            Entry::Welcome(_) => {}
        }
        self.live_mut().apply(entry);
        if gap {
            // How much of their credit went by unseen cannot be told.
            self.credits.clear();
            if !self.catching_up {
                self.adopt_streams();
            }
        }
        self.caught_up();
    }

    /// Once the log of a resumed session is here: says again what it does not show.
    pub(super) fn caught_up(&mut self) {
        if !self.catching_up || !self.live().caught_up() {
            return;
        }
        self.catching_up = false;
        self.outbox.resend();
        self.say_credits();
        self.adopt_streams();
    }

    /// Says what every `stream` of this page may send in all.
    pub(super) fn say_credits(&mut self) {
        let calls: Vec<CallId> = self.credits.calls().collect();
        for call in calls {
            if let Some(total) = self.credits.total(call) {
                self.outbox.credit(call, total);
            }
        }
    }

    /// A `stream` whose credit this page cannot account for (it was begun before a reload, or a part
    /// of it is in a gap of the log) is ended, and a new one begun in its place. What the kernel
    /// holds stays there meanwhile.
    fn adopt_streams(&mut self) {
        let strange: Vec<(CallId, SocketId, u32)> = self
            .live()
            .unreturned()
            .filter(|call| self.credits.total(call.id).is_none())
            .filter_map(|call| match call.request {
                Some(Call::Stream { socket, size, .. }) => Some((call.id, socket, size)),
                _ => None,
            })
            .collect();
        for (call, socket, size) in strange {
            self.outbox.cancel(call);
            let _ = self.begin_stream(socket, size);
        }
    }

    /// What the bridge's log holds of payloads.
    fn log_bytes(&self) -> u64 {
        let welcome = self.live().welcome.as_ref();
        welcome.map_or(0, |welcome| welcome.limits.log_bytes)
    }

    pub(super) fn begin_stream(
        &mut self,
        socket: SocketId,
        size: u32,
    ) -> Result<CallId, crate::wire::NotSent> {
        let credit = self.credits.first(self.log_bytes());
        let call = self.ask(Call::Stream {
            socket,
            size,
            credit,
        })?;
        self.credits.begin(call, credit);
        Ok(call)
    }

    /// The session is over; what it shows stays until another one begins.
    pub(super) fn session_over(&mut self) {
        self.outbox.session_over();
        self.credits.clear();
        self.uploads.session_over();
        self.resolving.clear();
        self.catching_up = false;
        self.clock = Clock::default();
        self.live_mut().abandon();
    }
}

#[cfg(test)]
#[path = "adopt_tests.rs"]
mod tests;
