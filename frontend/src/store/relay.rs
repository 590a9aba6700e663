//! The relay's streams, which are no part of the session.

use std::rc::Rc;

use sockscope_protocol::{ClientMessage, Relay};

use super::{State, Store};

impl State {
    /// Whether the relay's streams are asked for, and what was told of them; none where the bridge has
    /// no relay, or the past is shown.
    #[must_use]
    pub fn relay(&self) -> Option<(bool, Option<Rc<Relay>>)> {
        let welcome = self.model.welcome.as_ref();
        let shown = self.replay.is_none() && welcome.is_some_and(|welcome| welcome.relay);
        shown.then(|| (self.watches_relay, self.relay.clone()))
    }
}

impl Store {
    /// Asks for the relay's streams, or does not want them any more.
    pub fn watch_relay(&self, on: bool) {
        self.change(|state| {
            state.watches_relay = on;
            state.relay = None;
        });
        self.tell_of_relay(on);
    }

    /// After a reconnect: the bridge has forgotten what was asked for.
    pub(super) fn ask_for_relay(&self) {
        if self.state().watches_relay {
            self.tell_of_relay(true);
        }
    }

    fn tell_of_relay(&self, on: bool) {
        if let Some(connection) = self.0.connection.borrow().as_ref()
            && self.state().link.is_open()
        {
            connection.text(&ClientMessage::WatchRelay { on });
        }
    }

    pub(super) fn relayed(&self, relay: Relay) {
        self.change(|state| {
            // One may be on its way when nobody wants it any more.
            state.relay = state.watches_relay.then(|| Rc::new(relay));
        });
    }
}
