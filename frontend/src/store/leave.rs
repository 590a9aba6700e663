//! What happens when a person looks away, leaves the page or loads it again: what a reload would lose is
//! put away, and where that cannot be, the browser asks first.

use gloo_events::{EventListener, EventListenerOptions};
use sockscope_protocol::Seq;
use web_sys::{Event, EventTarget, VisibilityState};

use super::{Opening, State, Store, Uploads, now_ms, storage};
use crate::wire::Clock;

impl Store {
    pub(super) fn watch_leaving(&self) {
        let Some((window, document)) =
            web_sys::window().and_then(|window| Some((window.clone(), window.document()?)))
        else {
            return;
        };
        let listen = |target: &EventTarget, event: &'static str, heard: fn(&Self, &Event)| {
            let store = self.clone();
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(target, event, options, move |event| {
                heard(&store, event);
            })
        };
        let listeners = [
            listen(&document, "visibilitychange", |store, _| {
                if visible() {
                    // A page that slept may have answers waiting for it.
                    let (nonce, _, answered) = store.0.ping.get();
                    store.0.ping.set((nonce, now_ms(), answered));
                } else {
                    store.keep_now();
                }
            }),
            listen(&window, "pagehide", |store, _| store.put_away()),
            // It was not left after all: the browser shows it again as it was.
            listen(&window, "pageshow", |_, _| {
                storage::take_left();
            }),
            listen(&window, "beforeunload", |store, event| {
                if store.state().has_unsent() {
                    event.prevent_default();
                }
            }),
        ];
        self.0.timers.borrow_mut().page.extend(listeners);
    }

    fn put_away(&self) {
        self.keep_now();
        let state = self.state();
        let film = state.replay.as_ref();
        let file = film.and_then(|on| on.film.as_ref());
        let own = film.filter(|_| file.is_none());
        // Before it has a name of its own, a duplicate knows that of another tab.
        if self.keeps() {
            storage::set_left();
        }
        storage::set_zero(state.clock.zero_us(origin_ms()));
        storage::set_film(own.map(|film| film.player.at().0));
        storage::set_file(file.map(|film| film.name.as_str()));
        storage::set_uploads(&state.uploads.text());
    }

    /// Shows again what was put away of a session whose log is here.
    pub(super) fn take_out(&self) {
        let zero = storage::take_zero();
        let uploads = storage::take_uploads();
        if self.0.session.borrow().is_some() {
            self.change(|state| {
                state.clock = zero.map_or(state.clock, |zero| Clock::since(zero, origin_ms()));
                state.uploads = Uploads::interrupted(&uploads);
            });
        }
        if let Some(name) = storage::take_file() {
            self.change(|state| state.opening = Some(Opening::Closed(name)));
        }
        let film = storage::take_film();
        if let Some(at) = film.filter(|_| self.shows_something()) {
            self.replay();
            self.film(|player, log| player.seek(log, log.up_to(Seq(at))));
        }
    }
}

impl State {
    /// Whether a reload would lose something that a person has asked for.
    fn has_unsent(&self) -> bool {
        let uploading = self.uploads.running().next().is_some();
        uploading || self.outbox.requests().len() > 0 || !self.resolving.is_empty()
    }
}

/// Whether the page is in sight.
pub(super) fn visible() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.visibility_state() == VisibilityState::Visible)
}

/// When the page's clock began, by the computer's.
fn origin_ms() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.time_origin())
}
