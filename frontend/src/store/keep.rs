//! A session's log outlives the page that shows it: it is kept in the browser as it comes, and read again
//! when the tab is loaded again.
//!
//! Each tab keeps its own. Its name for it stands in `sessionStorage`, which a duplicate of the tab
//! gets a copy of: only a page that was left hands its name on; any other copy begins one of its own.

use gloo_timers::callback::Timeout;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::IdbKeyRange;

use super::database::{Database, Write};
use super::shelf::Shelf;
use super::{State, Store, now_ms, storage};

/// How often what has come is written.
const KEEP_MS: u32 = 250;
/// Bytes that are not left waiting for it.
const BATCH: u64 = 256 << 10;
/// Bytes that wait for a slow disk, above which no more credit is given: what is not written yet is
/// then still held by a bridge of the usual `--log-bytes`.
const BEHIND: u64 = 1 << 20;
/// How long the browser may be silent, twice, before the page goes on without it.
const SILENT_MS: u32 = 5_000;
/// How often a log that does not grow says that it is still wanted.
const TOUCH_MS: f64 = 3_600_000.0;
/// Logs that nobody has touched for so long go: their tabs were closed.
const UNWANTED_MS: f64 = 3.0 * 24.0 * 3_600_000.0;
/// Logs of other tabs that are kept; those go first that were not touched for longest.
const OTHERS: usize = 32;

/// What keeps the log.
#[derive(Default)]
pub(super) struct Keeper {
    /// None before it is open, and when the browser refuses to keep anything.
    database: Option<Database>,
    /// Under which the session's log stands there; none before the first write.
    id: Option<String>,
    shelf: Shelf,
    /// What was kept is being read.
    recalling: bool,
    /// Writes that have not ended.
    writing: u32,
    /// Bytes that have come and are not being written yet.
    waiting: u64,
    /// When something was written last, and when the log's own entry was.
    wrote_ms: f64,
    touched_ms: Option<f64>,
    /// The next write; while one is under way, the end of patience.
    timer: Option<Timeout>,
}

impl Store {
    /// Reads what was kept, if this tab was loaded before, then connects.
    pub(super) async fn recall_and_connect(self) {
        let former = storage::kept();
        let was_left = storage::take_left();
        if former.is_some() {
            self.0.keeper.borrow_mut().recalling = true;
            self.watch_browser(false);
        } else {
            self.go_on();
        }
        let database = self.recall(former.as_deref()).await;
        let still = {
            let mut keeper = self.0.keeper.borrow_mut();
            keeper.timer = None;
            std::mem::take(&mut keeper.recalling)
        };
        match database {
            Ok(database) if still || former.is_none() => {
                {
                    let mut keeper = self.0.keeper.borrow_mut();
                    keeper.database = Some(database.clone());
                    if was_left {
                        keeper.id = former;
                    } else {
                        keeper.shelf = Shelf::default();
                    }
                }
                if still {
                    self.go_on();
                }
                self.keep();
                // What is not tidied up today is tomorrow.
                let _ = self.tidy(&database).await;
            }
            // Patience had ended, and the page went on.
            Ok(_) => {}
            Err(error) => {
                self.keep_nothing(&error);
                if still {
                    self.go_on();
                }
            }
        }
    }

    fn go_on(&self) {
        self.take_out();
        self.connect();
    }

    async fn recall(&self, id: Option<&str>) -> Result<Database, JsValue> {
        let database = Database::open().await?;
        let Some(id) = id else {
            return Ok(database);
        };
        let mut events = None;
        let mut take = |key: &Array, value: JsValue| {
            if !self.0.keeper.borrow().recalling {
                return None;
            }
            self.watch_browser(false);
            match (number(&key.get(1)), number(&key.get(2))) {
                (Some(number), Some(0)) => {
                    self.take_piece(events.replace((number, bytes(&value))), None);
                }
                (Some(_), _) => self.take_piece(events.take(), Some(bytes(&value))),
                (None, _) => self.take_greeting(&value),
            }
            None
        };
        database.visit(all_of(id)?, &mut take).await?;
        if self.0.keeper.borrow().recalling {
            self.take_piece(events, None);
        }
        Ok(database)
    }

    fn take_greeting(&self, entry: &JsValue) {
        let greeting = entry.dyn_ref::<Array>().map(|entry| entry.get(1));
        if let Some(greeting) = greeting.and_then(|text| text.as_string()) {
            self.change(|state| {
                if state.log.greet_again(&greeting) {
                    *state.live_mut() = state.log.beginning();
                }
            });
        }
    }

    fn take_piece(&self, piece: Option<(u32, Vec<u8>)>, payload: Option<Vec<u8>>) {
        let Some((number, events)) = piece else {
            return;
        };
        let (first, last) = self.change(|state| {
            let mut log = std::mem::take(&mut state.log);
            let first = log.last().next();
            log.unpack(&events, payload.as_deref(), state.live_mut());
            state.log = log;
            (first, state.log.last())
        });
        if first <= last {
            let mut keeper = self.0.keeper.borrow_mut();
            let carried = payload.map_or(0, |payload| payload.len());
            let shelf = &mut keeper.shelf;
            shelf.found(number, (first, last), events.len(), carried);
        }
    }

    /// Whether the log is kept under a name of this tab's own.
    pub(super) fn keeps(&self) -> bool {
        self.0.keeper.borrow().id.is_some()
    }

    /// The session is another one: what was kept of the former goes.
    pub(super) fn keep_another(&self) {
        storage::set_kept(None);
        let mut keeper = self.0.keeper.borrow_mut();
        keeper.shelf = Shelf::default();
        keeper.waiting = 0;
        keeper.touched_ms = None;
        let id = keeper.id.take();
        if let (Some(database), Some(id)) = (&keeper.database, id) {
            // Where that fails, it is forgotten when nobody has touched it for long.
            let _ = forget(database, &id);
        }
    }

    /// So many bytes have come in an entry of the log.
    pub(super) fn keep_soon(&self, bytes: usize) {
        let (busy, behind) = {
            let mut keeper = self.0.keeper.borrow_mut();
            keeper.waiting += bytes as u64;
            if keeper.database.is_none() {
                return;
            }
            let busy = keeper.writing > 0;
            let rested = now_ms() - keeper.wrote_ms;
            if !busy && keeper.waiting < BATCH && rested < f64::from(KEEP_MS) {
                if keeper.timer.is_none() {
                    let store = self.clone();
                    let later = Timeout::new(KEEP_MS, move || {
                        store.keep();
                    });
                    keeper.timer = Some(later);
                }
                return;
            }
            (busy, keeper.waiting > BEHIND)
        };
        // The end of the write that is now under way looks again.
        if (busy || self.keep()) && behind {
            self.0.state.borrow_mut().held_back = true;
        }
    }

    /// Writes all that has not been written yet, because the page may be gone any moment.
    pub(super) fn keep_now(&self) {
        while self.keep() {}
    }

    /// The log says that it is still wanted.
    pub(super) fn touch_kept(&self) {
        let since = self.0.keeper.borrow().touched_ms;
        if since.is_some_and(|since| now_ms() > since + TOUCH_MS) {
            self.0.keeper.borrow_mut().touched_ms = None;
            self.keep();
        }
    }

    /// Writes a piece of what has come. Returns whether there was any.
    fn keep(&self) -> bool {
        let written = {
            let state = self.state();
            let mut keeper = self.0.keeper.borrow_mut();
            keeper.timer = None;
            let now = now_ms();
            let Some(database) = keeper.database.clone() else {
                return false;
            };
            let piece = keeper.shelf.next(&state.log);
            let touch = keeper.touched_ms.is_none();
            if piece.is_none() && !(touch && keeper.id.is_some()) {
                return false;
            }
            let id = keeper.id.get_or_insert_with(|| {
                let id = new_id();
                storage::set_kept(Some(&id));
                id
            });
            let written = database.write(&|store| {
                if touch {
                    let greeting = JsValue::from_str(state.log.greeting());
                    let entry = Array::of2(&js_sys::Date::now().into(), &greeting);
                    store.put_with_key(&entry, &key(id, &[]))?;
                }
                let Some(piece) = &piece else { return Ok(()) };
                for (part, bytes) in [(0, &piece.packed.events), (1, &piece.packed.payload)] {
                    if part == 0 || !bytes.is_empty() {
                        let bytes = Uint8Array::from(bytes.as_slice());
                        store.put_with_key(&bytes, &key(id, &[piece.number, part]))?;
                    }
                }
                for bare in piece.bare.clone() {
                    store.delete(&key(id, &[bare, 1]))?;
                }
                if piece.from > 0 {
                    let gone = IdbKeyRange::bound(&key(id, &[0]), &key(id, &[piece.from]))?;
                    store.delete(&gone)?;
                }
                Ok(())
            });
            keeper.touched_ms.get_or_insert(now);
            keeper.wrote_ms = now;
            let size = piece.map_or(0, |piece| piece.packed.size()) as u64;
            keeper.waiting = if keeper.shelf.last() < state.log.last() {
                keeper.waiting.saturating_sub(size)
            } else {
                0
            };
            written
        };
        self.follow(written);
        true
    }

    /// Waits for the end of a write.
    fn follow(&self, written: Result<Write, JsValue>) {
        let written = match written {
            Ok(written) => written,
            Err(error) => return self.keep_nothing(&error),
        };
        self.0.keeper.borrow_mut().writing += 1;
        self.watch_browser(false);
        let store = self.clone();
        spawn_local(async move {
            match written.end().await {
                Ok(()) => store.wrote(),
                Err(error) => store.keep_nothing(&error),
            }
        });
    }

    fn wrote(&self) {
        let (waiting, kept) = {
            let mut keeper = self.0.keeper.borrow_mut();
            keeper.writing -= 1;
            if keeper.writing > 0 {
                return;
            }
            keeper.timer = None;
            (keeper.waiting, keeper.shelf.last())
        };
        if waiting <= BEHIND / 2 && self.state().held_back {
            self.0.state.borrow_mut().let_go();
            self.flush();
        }
        if kept < self.state().log.last() {
            self.keep_soon(0);
        }
    }

    /// Goes on without the browser when it does not answer. A page that was asleep gives it a second
    /// chance: its answer is on the way.
    fn watch_browser(&self, again: bool) {
        let store = self.clone();
        let silent = Timeout::new(SILENT_MS, move || {
            if !again {
                return store.watch_browser(true);
            }
            let recalling = std::mem::take(&mut store.0.keeper.borrow_mut().recalling);
            store.keep_nothing(&JsValue::from_str("TimeoutError"));
            if recalling {
                store.go_on();
            }
        });
        self.0.keeper.borrow_mut().timer = Some(silent);
    }

    /// The browser does not keep anything (any more): a person is told, and all goes on.
    fn keep_nothing(&self, why: &JsValue) {
        {
            let mut keeper = self.0.keeper.borrow_mut();
            keeper.database = None;
            keeper.timer = None;
        }
        let error = why.dyn_ref::<js_sys::Error>();
        let name = error.map(|error| error.name().into());
        self.change(|state| {
            state.unkept = Some(name.or(why.as_string()).unwrap_or_default());
            state.let_go();
        });
        self.flush();
    }

    /// Lets go of what closed tabs have kept.
    async fn tidy(&self, database: &Database) -> Result<(), JsValue> {
        let mut others: Vec<(f64, String)> = Vec::new();
        let own = self.0.keeper.borrow().id.clone();
        let all = IdbKeyRange::lower_bound(&Array::new())?;
        let mut note = |key: &Array, value: JsValue| {
            let id = key.get(0);
            let touched = value
                .dyn_ref::<Array>()
                .and_then(|entry| entry.get(0).as_f64());
            if let Some(id) = id.as_string().filter(|id| own.as_ref() != Some(id)) {
                others.push((touched.unwrap_or(0.0), id));
            }
            // Strings come after all numbers: behind all of its pieces.
            Some(Array::of2(&id, &JsValue::from_str("")))
        };
        database.visit(all, &mut note).await?;
        let now = js_sys::Date::now();
        for (touched, id) in &others {
            let newer = others.iter().filter(|(other, _)| other > touched).count();
            if newer >= OTHERS || now - touched > UNWANTED_MS {
                forget(database, id)?;
            }
        }
        Ok(())
    }
}

impl State {
    /// The disk has caught up: says the credit that was held back.
    fn let_go(&mut self) {
        if std::mem::take(&mut self.held_back) {
            self.say_credits();
        }
    }
}

fn forget(database: &Database, id: &str) -> Result<Write, JsValue> {
    let all = all_of(id)?;
    database.write(&|store| store.delete(&all).map(drop))
}

fn new_id() -> String {
    let random = js_sys::Math::random() * f64::from(u32::MAX);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "both are positive and below 2^53"
    )]
    let (now, random) = (js_sys::Date::now() as u64, random as u64);
    [now.to_string(), random.to_string()].join("-")
}

/// The key of a log's own entry, of a piece of it, or of a part of a piece.
fn key(id: &str, numbers: &[u32]) -> Array {
    let key = Array::of1(&JsValue::from_str(id));
    for number in numbers {
        key.push(&JsValue::from(*number));
    }
    key
}

fn all_of(id: &str) -> Result<IdbKeyRange, JsValue> {
    // Strings come after all numbers.
    let end = Array::of2(&JsValue::from_str(id), &JsValue::from_str(""));
    IdbKeyRange::bound(&key(id, &[]), &end)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number that `key` has written"
)]
fn number(value: &JsValue) -> Option<u32> {
    value.as_f64().map(|number| number as u32)
}

fn bytes(value: &JsValue) -> Vec<u8> {
    Uint8Array::new(value).to_vec()
}
