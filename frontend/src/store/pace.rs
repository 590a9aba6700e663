//! When something is drawn.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::{Store, after, now_ms};

/// How long nothing is drawn while the log of a session comes in, milliseconds. Whoever waits for its end
/// waits less for it.
const CATCHING_UP_MS: f64 = 250.0;
/// What a drawing may take without being spared: half of a frame of 60 a second, milliseconds.
const LIGHT_MS: f64 = 8.0;
/// The longest pause after one: a page that stood still meanwhile was not drawing all that time.
const PAUSE_MS: f64 = 250.0;

/// Draws once per animation frame, however often it is asked, and after a drawing that took long
/// leaves as much time for what comes, and for a person's keys. Clones are handles to the same one.
#[derive(Clone)]
pub struct Pace(Rc<Inner>);

struct Inner {
    draw: Box<dyn Fn()>,
    /// At least so long a pause, milliseconds.
    pause: Cell<f64>,
    stage: Cell<Stage>,
    later: RefCell<Option<Timeout>>,
    /// The next drawing is not before this time of the page's clock.
    not_before: Cell<f64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Drawn,
    /// The next drawing has been asked for.
    Asked,
    /// One goes on: it is not yet on the screen.
    GoesOn,
    /// The same, and something has changed since it began.
    Again,
}

impl Pace {
    /// `draw` is called in an animation frame, and what it leads to is on the screen after that.
    #[must_use]
    pub fn new(draw: impl Fn() + 'static) -> Self {
        Self(Rc::new(Inner {
            draw: Box::new(draw),
            pause: Cell::new(0.0),
            stage: Cell::new(Stage::Drawn),
            later: RefCell::default(),
            not_before: Cell::new(0.0),
        }))
    }

    /// Something is to be drawn.
    pub fn ask(&self) {
        match self.0.stage.get() {
            Stage::Asked | Stage::Again => return,
            Stage::GoesOn => return self.0.stage.set(Stage::Again),
            Stage::Drawn => self.0.stage.set(Stage::Asked),
        }
        let wait = self.0.not_before.get() - now_ms();
        if wait < 1.0 {
            return self.ask_frame();
        }
        let pace = self.clone();
        let later = after(wait, move || pace.ask_frame());
        self.0.later.replace(Some(later));
    }

    /// The next drawing waits for nothing any more.
    fn hurry(&self) {
        self.0.pause.set(0.0);
        self.0.not_before.set(0.0);
        if self.0.later.take().is_some() {
            self.ask_frame();
        }
    }

    fn ask_frame(&self) {
        self.0.later.take();
        let pace = self.clone();
        let frame = Closure::once_into_js(move || pace.frame());
        let asked = web_sys::window()
            .and_then(|window| window.request_animation_frame(frame.unchecked_ref()).ok());
        if asked.is_none() {
            self.0.stage.set(Stage::Drawn);
        }
    }

    fn frame(&self) {
        self.0.stage.set(Stage::GoesOn);
        let began = now_ms();
        (self.0.draw)();
        let pace = self.clone();
        // A task of its own comes when the browser has laid out and painted what was drawn.
        Timeout::new(0, move || pace.painted(began)).forget();
    }

    fn painted(&self, began: f64) {
        let now = now_ms();
        let took = now - began;
        let spare = if took > LIGHT_MS {
            took.min(PAUSE_MS)
        } else {
            0.0
        };
        self.0.not_before.set(now + spare.max(self.0.pause.get()));
        let stage = self.0.stage.replace(Stage::Drawn);
        if stage == Stage::Again {
            self.ask();
        }
    }
}

impl Store {
    /// Calls all that listen.
    pub(super) fn tell(&self) {
        if let Some(pace) = self.0.pace.get() {
            let catching_up = self.state().catching_up;
            pace.0
                .pause
                .set(if catching_up { CATCHING_UP_MS } else { 0.0 });
        }
        let listeners = self.0.listeners.borrow().clone();
        for (_, listener) in listeners {
            listener();
        }
    }

    /// The views are to be drawn.
    pub(super) fn changed(&self) {
        if let Some(pace) = self.0.pace.get() {
            pace.ask();
        }
    }

    /// The last entry that was waited for has come.
    pub(super) fn caught_up(&self) {
        if let Some(pace) = self.0.pace.get() {
            pace.hurry();
        }
    }
}
