//! What the views hold on to: the state of the page, the news that it changed, and the actions
//! that a person takes.
//!
//! Entries of the log are folded as they come; views hear of it once per animation frame, or less often
//! when much comes.

mod actions;
mod adopt;
mod bridge;
mod database;
mod file;
mod hooks;
mod keep;
mod leave;
mod lesson;
mod pace;
mod relay;
mod replay;
mod save;
mod scribe;
mod shelf;
mod storage;
mod upload;

use std::cell::{Cell, OnceCell, Ref, RefCell};
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::{Interval, Timeout};
use sockscope_protocol::{CallId, Relay, SessionKey, SocketId};
use wasm_bindgen_futures::spawn_local;

use self::keep::Keeper;
use crate::lesson::Run;
use crate::model::Model;
use crate::recording::Log;
use crate::wire::{Backoff, Clock, Connection, Credits, Link, Outbox};

pub use actions::SendToError;
pub use file::{Saved, download};
pub use hooks::{use_selector, use_store};
pub use pace::Pace;
pub use replay::{Film, Replay};
pub use save::Opening;
pub use upload::{Upload, UploadState, Uploads};

/// All that the views show.
#[derive(Debug)]
pub struct State {
    /// What the views show: the session, folded from its log, or what it was at the moment to which
    /// a person has gone back. It stays on screen when the bridge is lost.
    pub model: Model,
    /// The session's log, as far as it is held.
    pub log: Log,
    /// The film, while one is shown.
    pub replay: Option<Replay>,
    /// A file that is being opened, or why that failed.
    pub opening: Option<Opening>,
    /// Something could not be saved, because what writes it cannot be loaded.
    pub unwritten: bool,
    /// How many films were opened.
    films: u32,
    /// The way to the bridge.
    pub link: Link,
    /// Calls that are on their way or were not made.
    pub outbox: Outbox,
    /// Files that are being sent.
    pub uploads: Uploads,
    /// What the bridge said last that is no answer to a call: why it closes, what it could not
    /// understand.
    pub bridge_says: Option<String>,
    /// The session that this tab had before a reload was not held any more; this one is new.
    pub session_was_gone: bool,
    /// The browser does not keep the log for a reload: the name of its error.
    pub unkept: Option<String>,
    /// The relay's streams are asked for.
    watches_relay: bool,
    /// What the bridge told of them last.
    relay: Option<Rc<Relay>>,
    credits: Credits,
    clock: Clock,
    /// The log of a resumed session is still coming in.
    catching_up: bool,
    /// No credit is given until the disk has caught up.
    held_back: bool,
    /// Payloads for `sendto` that wait for `getaddrinfo`.
    resolving: Vec<actions::Resolving>,
    run: Option<Run>,
    /// The call that the lesson's button made last.
    run_call: Option<CallId>,
}

impl State {
    /// An empty page, whose calls count from `first`.
    fn new(first: u64) -> Self {
        Self {
            model: Model::default(),
            log: Log::default(),
            replay: None,
            opening: None,
            unwritten: false,
            films: 0,
            link: Link::Connecting,
            outbox: Outbox::new(first),
            uploads: Uploads::default(),
            bridge_says: None,
            session_was_gone: false,
            unkept: None,
            watches_relay: false,
            relay: None,
            credits: Credits::default(),
            clock: Clock::default(),
            catching_up: false,
            held_back: false,
            resolving: Vec::new(),
            run: None,
            run_call: None,
        }
    }
}

/// The store. Clones are handles to the same one.
#[derive(Clone)]
pub struct Store(Rc<Inner>);

struct Inner {
    state: RefCell<State>,
    listeners: RefCell<Vec<(u64, Listener)>>,
    next_listener: Cell<u64>,
    pace: OnceCell<Pace>,
    /// A film moves: the next frame has been asked for.
    filming: Cell<bool>,
    token: RefCell<Option<String>>,
    session: RefCell<Option<SessionKey>>,
    /// A person wants a new session in the place of what is on screen.
    anew: Cell<bool>,
    keeper: RefCell<Keeper>,
    connection: RefCell<Option<Connection>>,
    backoff: Cell<Backoff>,
    files: RefCell<Vec<(SocketId, web_sys::File)>>,
    desk: RefCell<scribe::Desk>,
    timers: RefCell<Timers>,
    /// The last ping: its nonce, when it was sent, whether it was answered.
    ping: Cell<(u64, f64, bool)>,
}

#[derive(Default)]
struct Timers {
    retry: Option<Timeout>,
    flush: Option<Timeout>,
    ping: Option<Interval>,
    page: Vec<EventListener>,
}

type Listener = Rc<dyn Fn()>;

/// A listener that is taken off when this is dropped.
pub struct Subscription {
    store: Store,
    id: u64,
}

impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Makes the page's store, reads what the tab has kept of a session and begins to connect to the
    /// bridge that served the page.
    #[must_use]
    pub fn start() -> Self {
        // Numbers of this page load, away from those of others that follow the same session.
        let range = 1.0 + (js_sys::Math::random() * f64::from(u32::MAX)).floor();
        let first = call_range(range);
        let store = Self(Rc::new(Inner {
            state: RefCell::new(State {
                run: lesson::stored(),
                ..State::new(first)
            }),
            listeners: RefCell::default(),
            next_listener: Cell::new(0),
            pace: OnceCell::new(),
            filming: Cell::new(false),
            token: RefCell::new(storage::token()),
            session: RefCell::new(storage::session()),
            anew: Cell::new(false),
            keeper: RefCell::default(),
            connection: RefCell::new(None),
            backoff: Cell::default(),
            files: RefCell::default(),
            desk: RefCell::default(),
            timers: RefCell::default(),
            ping: Cell::new((0, 0.0, true)),
        }));
        let told = store.clone();
        // It was just made.
        let _ = store.0.pace.set(Pace::new(move || told.tell()));
        store.watch_page();
        store.watch_leaving();
        spawn_local(store.clone().recall_and_connect());
        store
    }

    /// The state. The borrow must end before an action is taken.
    #[must_use]
    pub fn state(&self) -> Ref<'_, State> {
        self.0.state.borrow()
    }

    /// The session. The borrow must end before an action is taken.
    #[must_use]
    pub fn model(&self) -> Ref<'_, Model> {
        Ref::map(self.state(), |state| &state.model)
    }

    /// The session's time now, in microseconds, to see how long a pending call waits; that of the
    /// last event when nothing better is known. In a film, its own time.
    #[must_use]
    pub fn now_us(&self) -> u64 {
        let state = self.state();
        if let Some(replay) = &state.replay {
            return replay.player.time();
        }
        let now = state.clock.now_us(now_ms());
        now.unwrap_or(0).max(state.model.time)
    }

    /// Calls `listener` before a frame that shows what has changed.
    #[must_use]
    pub fn subscribe(&self, listener: impl Fn() + 'static) -> Subscription {
        let id = self.0.next_listener.get();
        self.0.next_listener.set(id + 1);
        self.0.listeners.borrow_mut().push((id, Rc::new(listener)));
        Subscription {
            store: self.clone(),
            id,
        }
    }

    /// Changes the state and tells the views before the next frame.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.0.state.borrow_mut());
        self.changed();
        result
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut listeners = self.store.0.listeners.borrow_mut();
        listeners.retain(|(id, _)| *id != self.id);
    }
}

/// The page's clock, milliseconds.
#[must_use]
pub fn now_ms() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.now())
}

/// Does something later, unless the timer is dropped before.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some seconds at most"
)]
fn after(ms: f64, does: impl FnOnce() + 'static) -> Timeout {
    Timeout::new(ms as u32, does)
}

/// The first number of a range of calls: a multiple of 2^20 below 2^52.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number from 1 to 2^32 - 1"
)]
fn call_range(range: f64) -> u64 {
    u64::from(range.clamp(1.0, f64::from(u32::MAX)) as u32) << 20
}
