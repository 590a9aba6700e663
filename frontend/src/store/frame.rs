//! When the views are drawn.

use std::cell::Cell;

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::{Store, now_ms};

/// How long nothing is drawn while the log of a session comes in, milliseconds. Whoever waits for its end
/// waits less for it.
const CATCHING_UP_MS: f64 = 250.0;
/// What a drawing may take without being spared: half of a frame of 60 a second, milliseconds.
const LIGHT_MS: f64 = 8.0;

/// How often the views are drawn.
#[derive(Default)]
pub(super) struct Pace {
    /// The next drawing has been asked for.
    asked: Cell<bool>,
    /// One goes on: it is not yet on the screen.
    goes_on: Cell<bool>,
    /// Something changed since it began.
    again: Cell<bool>,
    /// The next one is not before this time of the page's clock.
    not_before: Cell<f64>,
}

impl Store {
    /// The views are to be drawn.
    pub(super) fn changed(&self) {
        let pace = &self.0.pace;
        if pace.goes_on.get() {
            return pace.again.set(true);
        }
        if pace.asked.replace(true) {
            return;
        }
        let wait = pace.not_before.get() - now_ms();
        if wait < 1.0 {
            return self.ask_frame();
        }
        let store = self.clone();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "some milliseconds"
        )]
        let later = Timeout::new(wait as u32, move || store.ask_frame());
        self.0.timers.borrow_mut().frame = Some(later);
    }

    /// The last entry that was waited for has come.
    pub(super) fn caught_up(&self) {
        self.0.pace.not_before.set(0.0);
        if self.0.timers.borrow_mut().frame.take().is_some() {
            self.ask_frame();
        }
    }

    fn ask_frame(&self) {
        self.0.timers.borrow_mut().frame = None;
        let store = self.clone();
        let frame = Closure::once_into_js(move || store.frame());
        let asked = web_sys::window()
            .and_then(|window| window.request_animation_frame(frame.unchecked_ref()).ok());
        if asked.is_none() {
            self.0.pace.asked.set(false);
        }
    }

    fn frame(&self) {
        let pace = &self.0.pace;
        pace.asked.set(false);
        pace.goes_on.set(true);
        let began = now_ms();
        let listeners = self.0.listeners.borrow().clone();
        for (_, listener) in listeners {
            listener();
        }
        let store = self.clone();
        // A task of its own comes when the browser has laid out and painted what was drawn.
        Timeout::new(0, move || store.painted(began)).forget();
    }

    fn painted(&self, began: f64) {
        let pace = &self.0.pace;
        pace.goes_on.set(false);
        let now = now_ms();
        let took = now - began;
        let pause = if self.state().catching_up {
            CATCHING_UP_MS
        } else if took > LIGHT_MS {
            // As much time for what comes, and for a person's keys, as for drawing.
            took
        } else {
            0.0
        };
        pace.not_before.set(now + pause);
        if pace.again.take() {
            self.changed();
        }
    }
}
