//! Connecting, losing, coming back.

use gloo_events::EventListener;
use gloo_timers::callback::{Interval, Timeout};
use sockscope_protocol::{
    ClientMessage, EventBody, Hello, Seq, ServerMessage, VERSION, Welcome, decode_event,
    parse_server_message,
};

use super::leave::visible;
use super::{State, Store, Uploads, after, now_ms, storage};
use crate::model::Entry;
use crate::wire::{Connection, Incoming, Link, LostReason, Outgoing, Refused};

/// How often the way to the bridge is measured.
const PING_MS: u32 = 2_000;
/// How long a bridge may be silent before the connection counts as broken.
const SILENT_MS: f64 = 10_000.0;
/// Bytes given to the browser and not yet to the network, above which messages wait here.
const HIGH_WATER: u32 = 1 << 20;
/// How soon to look whether the browser has made room.
const ROOM_MS: u32 = 10;

impl Store {
    /// Tries to reach the bridge now instead of later.
    pub fn retry_now(&self) {
        if self.state().link.is_open() {
            return;
        }
        let mut backoff = self.0.backoff.get();
        backoff.reset();
        self.0.backoff.set(backoff);
        self.connect();
    }

    /// Ends the session, if it goes on, and begins a new one: an empty page.
    pub fn new_session(&self) {
        if let Some(connection) = self.0.connection.borrow().as_ref()
            && self.state().link.is_open()
        {
            connection.text(&ClientMessage::End);
        }
        self.0.anew.set(true);
        self.forget_session();
        self.change(|state| state.link = Link::Connecting);
        self.connect();
    }

    fn forget_session(&self) {
        self.0.session.replace(None);
        storage::set_session(None);
        self.change(State::session_over);
    }

    pub(super) fn watch_page(&self) {
        let Some(window) = web_sys::window() else {
            return;
        };
        let mut listeners = Vec::new();
        let store = self.clone();
        listeners.push(EventListener::new(&window, "hashchange", move |_| {
            // Somebody pasted the address that a restarted bridge printed.
            if let Some(token) = storage::token_from_address() {
                store.0.token.replace(Some(token));
                store.retry_now();
            }
        }));
        let store = self.clone();
        listeners.push(EventListener::new(&window, "online", move |_| {
            if let Link::Lost { .. } = store.state().link {
                store.retry_now();
            }
        }));
        let store = self.clone();
        let mut timers = self.0.timers.borrow_mut();
        timers.page = listeners;
        timers.ping = Some(Interval::new(PING_MS, move || store.measure()));
    }

    pub(super) fn connect(&self) {
        self.0.timers.borrow_mut().retry = None;
        if self.0.session.borrow().is_none() && !self.0.anew.get() && self.shows_something() {
            self.change(|state| {
                state.link = Link::Refused(Refused::SessionGone);
                state.session_over();
            });
            return;
        }
        if self.0.token.borrow().is_none() {
            self.change(|state| state.link = Link::Refused(Refused::NoToken));
            return;
        }
        let store = self.clone();
        let bridge = storage::bridge();
        let opened = Connection::open(bridge.as_deref(), move |incoming| {
            store.incoming(incoming);
        });
        match opened {
            Ok(connection) => {
                // The former one, if any, is closed and no longer heard.
                let former = self.0.connection.replace(Some(connection));
                drop(former);
            }
            Err(_) => self.lost(LostReason::Unreachable),
        }
    }

    /// Whether a new session would take something off the screen.
    pub(super) fn shows_something(&self) -> bool {
        self.state().live().last > Seq(0)
    }

    fn incoming(&self, incoming: Incoming) {
        match incoming {
            Incoming::Opened => self.greet(),
            Incoming::Text(text) => match parse_server_message(&text) {
                Ok(message) => self.message(message, &text),
                Err(error) => self.complain(error.to_string()),
            },
            Incoming::Binary(bytes) => match decode_event(bytes) {
                Ok(event) => self.entry(Entry::Event(event), None),
                Err(error) => self.complain(error.to_string()),
            },
            Incoming::Closed(code) => self.closed(code),
        }
    }

    fn greet(&self) {
        let session = self.0.session.borrow().clone();
        // What is on screen of a session that is over is no part of the next one.
        let after = match session {
            Some(_) => self.state().live().last,
            None => Seq(0),
        };
        let hello = ClientMessage::Hello(Hello {
            version: VERSION,
            token: self.0.token.borrow().clone().unwrap_or_default(),
            session,
            view: None,
            after,
            keeps: false,
        });
        if let Some(connection) = self.0.connection.borrow().as_ref() {
            connection.text(&hello);
        }
    }

    fn message(&self, message: ServerMessage, text: &str) {
        match message {
            ServerMessage::Welcome(welcome) => self.welcome(welcome, text),
            ServerMessage::Event(event) => self.entry(Entry::Event(event), Some(text)),
            ServerMessage::Truncated { first, last } => {
                self.entry(Entry::Truncated { first, last }, None);
            }
            ServerMessage::Rejected {
                call,
                reason,
                message,
            } => {
                self.change(|state| {
                    state.credits.ended(call);
                    state.uploads.rejected(call, &message);
                    state.outbox.rejected(call, Some(reason), message);
                    state.send_resolved();
                });
                self.flush();
            }
            ServerMessage::Duplicate { call } => self.change(|state| state.outbox.begun(call)),
            ServerMessage::Pong { nonce } => self.pong(nonce),
            ServerMessage::Relay(relay) => self.relayed(relay),
            ServerMessage::Error { message } | ServerMessage::Goodbye { message } => {
                self.complain(message);
            }
        }
    }

    fn complain(&self, message: String) {
        self.change(|state| state.bridge_says = Some(message));
    }

    fn welcome(&self, welcome: Welcome, text: &str) {
        let mut backoff = self.0.backoff.get();
        backoff.reset();
        self.0.backoff.set(backoff);
        self.0.ping.set((0, now_ms(), true));
        storage::set_session(welcome.session.as_ref());
        self.0.session.replace(welcome.session.clone());
        self.0.anew.set(false);
        if !welcome.resumed {
            self.forget_lesson();
            self.keep_another();
        }
        self.change(|state| {
            state.link = Link::Open { rtt_us: None };
            state.bridge_says = None;
            state.catching_up = true;
            if !welcome.resumed {
                state.session_over();
                state.outbox.dismiss_all();
                state.uploads = Uploads::default();
            }
            state.greeted(Entry::Welcome(Box::new(welcome)), text);
            state.caught_up();
        });
        self.ask_for_relay();
        self.measure();
        self.flush();
    }

    fn entry(&self, entry: Entry, text: Option<&str>) {
        let returned = matches!(
            &entry,
            Entry::Event(event) if matches!(event.body, EventBody::Returned { .. })
        );
        let size = text.map_or_else(|| entry.payload(), str::len);
        let caught_up = self.change(|state| {
            let time = match &entry {
                Entry::Event(event) => Some(event.time),
                _ => None,
            };
            state.log.take(&entry, text);
            let before = state.catching_up;
            state.take(entry);
            // What is told again happened long ago.
            if let Some(time) = time.filter(|_| !state.catching_up) {
                state.clock.arrived(time, now_ms);
            }
            before && !state.catching_up
        });
        if caught_up {
            self.caught_up();
        }
        if returned {
            self.after_return();
        }
        self.keep_soon(size);
        self.flush();
    }

    fn closed(&self, code: u16) {
        let former = self.0.connection.replace(None);
        drop(former);
        let was_open = self.state().link.is_open();
        self.0.state.borrow_mut().relay = None;
        match Refused::from_code(code) {
            // Nothing is on screen that would be lost: the tab was loaded again, or was asleep.
            Some(Refused::SessionGone) if !self.shows_something() => {
                self.forget_session();
                self.change(|state| state.session_was_gone = true);
                self.connect();
            }
            Some(refused) => {
                if refused.ends_session() {
                    self.forget_session();
                }
                self.change(|state| state.link = Link::Refused(refused));
            }
            None => self.lost(match code {
                1001 => LostReason::Stopping,
                _ if was_open => LostReason::Broken,
                _ => LostReason::Unreachable,
            }),
        }
    }

    fn lost(&self, reason: LostReason) {
        let mut backoff = self.0.backoff.get();
        let wait = backoff.next_ms(js_sys::Math::random());
        self.0.backoff.set(backoff);
        let now = now_ms();
        self.change(|state| {
            let (since_ms, reason) = match state.link {
                Link::Lost {
                    since_ms, reason, ..
                } => (since_ms, reason),
                _ => (now, reason),
            };
            state.link = Link::Lost {
                since_ms,
                retry_at_ms: now + wait,
                reason,
            };
        });
        let store = self.clone();
        let retry = after(wait, move || store.connect());
        self.0.timers.borrow_mut().retry = Some(retry);
    }

    /// Writes what waits, as far as the browser takes it.
    pub(super) fn flush(&self) {
        let connection = self.0.connection.borrow();
        let Some(connection) = connection.as_ref() else {
            return;
        };
        {
            let state = self.state();
            if !state.link.is_open() || state.catching_up {
                return;
            }
        }
        while connection.buffered() < HIGH_WATER {
            let message = self.0.state.borrow_mut().outbox.next_message();
            match message {
                Some(Outgoing::Text(message)) => connection.text(&message),
                Some(Outgoing::Binary(message)) => connection.binary(&message),
                None => return,
            }
        }
        let store = self.clone();
        let later = Timeout::new(ROOM_MS, move || store.flush());
        self.0.timers.borrow_mut().flush = Some(later);
    }

    fn measure(&self) {
        self.touch_kept();
        if !visible() || !self.state().link.is_open() || self.state().catching_up {
            return;
        }
        let (nonce, sent, answered) = self.0.ping.get();
        let now = now_ms();
        if answered {
            self.0.ping.set((nonce + 1, now, false));
            self.0.state.borrow_mut().outbox.ping(nonce + 1);
            self.flush();
        } else if now - sent > SILENT_MS {
            let former = self.0.connection.replace(None);
            drop(former);
            self.lost(LostReason::Silent);
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to what u32 holds"
    )]
    fn pong(&self, nonce: u64) {
        let (expected, sent, _) = self.0.ping.get();
        if nonce == expected {
            self.0.ping.set((nonce, sent, true));
            let rtt = ((now_ms() - sent) * 1_000.0).clamp(0.0, f64::from(u32::MAX)) as u32;
            self.change(|state| state.link = Link::Open { rtt_us: Some(rtt) });
        }
    }
}
