//! When the views are drawn.

use std::cell::Cell;

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;

use super::{Store, now_ms};

/// Entries between two drawings that are many: the page is busy with them.
const MANY: u32 = 30;
/// How long nothing is drawn while the log of a session comes in, milliseconds. Whoever waits for its end
/// waits less for it.
const CATCHING_UP_MS: f64 = 250.0;

/// How often the views are drawn.
#[derive(Default)]
pub(super) struct Pace {
    /// The next drawing has been asked for.
    asked: Cell<bool>,
    /// Entries since the last one.
    came: Cell<u32>,
    /// The next one is not before this time of the page's clock.
    not_before: Cell<f64>,
}

impl Store {
    /// The views are to be drawn.
    pub(super) fn changed(&self) {
        let pace = &self.0.pace;
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

    /// An entry came; perhaps the last one that was waited for.
    pub(super) fn came(&self, caught_up: bool) {
        let pace = &self.0.pace;
        pace.came.set(pace.came.get() + 1);
        if caught_up {
            pace.not_before.set(0.0);
            if self.0.timers.borrow_mut().frame.take().is_some() {
                self.ask_frame();
            }
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
        let began = now_ms();
        let many = pace.came.replace(0) > MANY;
        let listeners = self.0.listeners.borrow().clone();
        for (_, listener) in listeners {
            listener();
        }
        let store = self.clone();
        // Behind the drawing itself, which waits in the same queue.
        spawn_local(async move {
            let now = now_ms();
            let pause = if store.state().catching_up {
                CATCHING_UP_MS
            } else if many {
                // As much time for what comes as for drawing it.
                now - began
            } else {
                0.0
            };
            store.0.pace.not_before.set(now + pause);
        });
    }
}
