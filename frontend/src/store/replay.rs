//! Films: the session as it was, or one from a file, while the real one goes on behind it.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::{State, Store, now_ms};
use crate::model::{Entry, Model};
use crate::recording::{Log, Notes, Player};

/// How long a frame may go on with telling what has happened, milliseconds: half of what a screen gives
/// it.
const TELL_MS: f64 = 8.0;

/// A film that is shown.
#[derive(Debug)]
pub struct Replay {
    /// Where it is.
    pub player: Player,
    /// The file that it comes from; none for the session's own log.
    pub film: Option<Film>,
    /// The session as it is, which goes on.
    live: Box<Model>,
}

/// A session from a file.
#[derive(Debug)]
pub struct Film {
    /// The file's name.
    pub name: String,
    /// What is in it.
    pub log: Log,
    /// What is worth knowing of it.
    pub notes: Notes,
}

/// The session as it is.
pub(super) fn live<'a>(shown: &'a Model, replay: Option<&'a Replay>) -> &'a Model {
    replay.map_or(shown, |replay| &replay.live)
}

impl State {
    /// The session as it is, whatever is shown.
    #[must_use]
    pub fn live(&self) -> &Model {
        live(&self.model, self.replay.as_ref())
    }

    pub(super) fn live_mut(&mut self) -> &mut Model {
        match &mut self.replay {
            Some(replay) => &mut replay.live,
            None => &mut self.model,
        }
    }

    /// The log of what is shown.
    #[must_use]
    pub fn shown_log(&self) -> &Log {
        let film = self.replay.as_ref().and_then(|on| on.film.as_ref());
        film.map_or(&self.log, |film| &film.log)
    }

    /// Which log is shown: the how manieth film from a file it is (0: the session's own log), and when
    /// its session began.
    #[must_use]
    pub fn source(&self) -> (u32, u64) {
        let film = self.replay.as_ref().and_then(|on| on.film.as_ref());
        let welcome = self.shown_log().welcome();
        let began = welcome.map_or(0, |welcome| welcome.epoch_us);
        (film.map_or(0, |_| self.films), began)
    }

    /// The bridge has greeted. A film of a session that is over is over, too, unless it is a file.
    pub(super) fn greeted(&mut self, welcome: Entry, text: &str) {
        let resumed = matches!(&welcome, Entry::Welcome(welcome) if welcome.resumed);
        if !resumed && self.replay.as_ref().is_some_and(|on| on.film.is_none()) {
            self.leave_film();
        }
        self.log.take(&welcome, Some(text));
        self.live_mut().apply(welcome);
    }

    /// Goes back to what is.
    pub(super) fn leave_film(&mut self) {
        if let Some(replay) = self.replay.take() {
            self.model = *replay.live;
        }
    }

    /// Shows a film, at its end: of a file, or of the session itself.
    pub(super) fn show_film(&mut self, film: Option<Film>) {
        self.leave_film();
        self.films += u32::from(film.is_some());
        let log = film.as_ref().map_or(&self.log, |film| &film.log);
        let player = Player::new(log);
        // The next frames bring it to where the player is.
        let shown = log.beginning();
        self.replay = Some(Replay {
            player,
            film,
            live: Box::new(std::mem::replace(&mut self.model, shown)),
        });
    }

    /// What the next frame shows. Returns whether there is another one to come.
    fn film_frame(&mut self, elapsed_us: f64) -> bool {
        let Some(Replay { player, film, .. }) = &mut self.replay else {
            return false;
        };
        let log = film.as_ref().map_or(&self.log, |film| &film.log);
        player.run(log, elapsed_us);
        let end = now_ms() + TELL_MS;
        let arrived = player.advance(log, &mut self.model, &mut || now_ms() < end);
        player.playing || !arrived
    }
}

impl Store {
    /// Goes back in time: the session's own log as a film, at its end.
    pub fn replay(&self) {
        self.change(|state| state.show_film(None));
        self.film(|_, _| {});
    }

    /// Returns to what is. A film from a file is closed.
    pub fn leave_replay(&self) {
        self.change(State::leave_film);
    }

    /// Moves the film: `change` gets its player and its log.
    pub fn film(&self, change: impl FnOnce(&mut Player, &Log)) {
        self.change(|state| {
            if let Some(Replay { player, film, .. }) = &mut state.replay {
                change(player, film.as_ref().map_or(&state.log, |film| &film.log));
            }
        });
        if !self.0.filming.replace(true) {
            self.film_on(now_ms());
        }
    }

    /// Shows the film frame by frame, as long as something moves.
    fn film_on(&self, before: f64) {
        let store = self.clone();
        let frame = Closure::once_into_js(move || {
            let now = now_ms();
            if store.change(|state| state.film_frame((now - before) * 1_000.0)) {
                store.film_on(now);
            } else {
                store.0.filming.set(false);
            }
        });
        let asked = web_sys::window()
            .and_then(|window| window.request_animation_frame(frame.unchecked_ref()).ok());
        if asked.is_none() {
            self.0.filming.set(false);
        }
    }
}
