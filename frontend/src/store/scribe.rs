//! The scribe in its worker: begun when something is first wanted of it, told what the log says, and
//! asked one thing after another.

use std::collections::VecDeque;

use gloo_events::EventListener;
use js_sys::Array;
use sockscope_protocol::Seq;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{MessageEvent, Worker};

use super::Store;
use super::file::download;
use crate::scribe::{Listings, Tongue, Wish};

/// What the worker begins with, beside the page.
const SCRIPT: &str = "sockscope-scribe-loader.js";

/// What is done with an answer; none where there is no scribe.
type Then = Box<dyn FnOnce(Option<JsValue>)>;

/// The scribe, and what waits for it.
#[derive(Default)]
pub(super) struct Desk {
    worker: Option<(Worker, [EventListener; 2])>,
    /// How far it has been told of which log.
    told: Option<((u32, u64), Seq)>,
    wishes: VecDeque<(Wish, Seq, Then)>,
    /// It is on its way, takes a piece of the log, or works on the first wish.
    busy: bool,
    /// The first wish has been said.
    asked: bool,
}

impl Store {
    /// Asks for the programs of what is shown, as it was after an event. `then` gets none where that
    /// which writes them cannot be loaded.
    pub fn listings(
        &self,
        upto: Seq,
        tongue: Tongue,
        then: impl FnOnce(Option<Listings>) + 'static,
    ) {
        let then = move |answer: Option<JsValue>| {
            let text = answer.map(|answer| answer.as_string().unwrap_or_default());
            then(text.map(|text| Listings::read(&text)));
        };
        self.wish(Wish::Listings(upto, tongue), Box::new(then));
    }

    /// Saves the files that the scribe writes of what is shown.
    pub fn save_written(&self, wish: Wish) {
        let store = self.clone();
        let then = move |answer: Option<JsValue>| match answer {
            Some(sheets) => store.save_sheets(sheets.unchecked_ref()),
            None => store.change(|state| state.unwritten = true),
        };
        self.wish(wish, Box::new(then));
    }

    /// Forgets that something could not be written, once a person has read it.
    pub fn dismiss_unwritten(&self) {
        self.change(|state| state.unwritten = false);
    }

    fn save_sheets(&self, sheets: &Array) {
        for at in (0..sheets.length()).step_by(2) {
            let name = sheets.get(at).as_string().unwrap_or_default();
            let name = match name.strip_prefix('.') {
                Some(ending) => self.dated(ending),
                None => name,
            };
            // A browser that makes no file has said so itself.
            let _ = download(sheets.get(at + 1).unchecked_ref(), &name);
        }
    }

    fn wish(&self, wish: Wish, then: Then) {
        let upto = self.state().shown_log().last();
        {
            let desk = &mut *self.0.desk.borrow_mut();
            desk.wishes.push_back((wish, upto, then));
            if desk.worker.is_none() {
                desk.worker = self.call_scribe();
                desk.busy = true;
            }
        }
        self.serve();
    }

    fn call_scribe(&self) -> Option<(Worker, [EventListener; 2])> {
        let worker = Worker::new(SCRIPT).ok()?;
        let (glad, sorry) = (self.clone(), self.clone());
        let answered = EventListener::new(&worker, "message", move |event| {
            glad.answered(event.unchecked_ref::<MessageEvent>().data());
        });
        let failed = EventListener::new(&worker, "error", move |_| sorry.give_up());
        Some((worker, [answered, failed]))
    }

    /// Says the next thing to the scribe, if it is free.
    fn serve(&self) {
        let sent = {
            let desk = &mut *self.0.desk.borrow_mut();
            let Some((worker, _)) = &desk.worker else {
                return self.give_up();
            };
            let Some((wish, upto, _)) = desk.wishes.front().filter(|_| !desk.busy) else {
                return;
            };
            let state = self.state();
            let log = state.shown_log();
            let source = state.source();
            let told = desk.told.filter(|(of, _)| *of == source);
            let told = told.map(|(_, seq)| seq);
            let more = told.is_none_or(|told| told < *upto);
            let said = match more.then(|| log.piece(told)).flatten() {
                Some((piece, last)) => {
                    desk.told = Some((source, last));
                    piece
                }
                None => {
                    desk.asked = true;
                    wish.write()
                }
            };
            desk.busy = true;
            worker.post_message(&said.into())
        };
        if sent.is_err() {
            self.give_up();
        }
    }

    fn answered(&self, answer: JsValue) {
        let done = {
            let desk = &mut *self.0.desk.borrow_mut();
            desk.busy = false;
            match std::mem::take(&mut desk.asked) {
                true => desk.wishes.pop_front(),
                false => None,
            }
        };
        if let Some((_, _, then)) = done {
            then(Some(answer));
        }
        self.serve();
    }

    /// There is no scribe, or it has failed: the next wish begins another one.
    fn give_up(&self) {
        let desk = self.0.desk.take();
        if let Some((worker, _)) = &desk.worker {
            worker.terminate();
        }
        for (_, _, then) in desk.wishes {
            then(None);
        }
    }
}
