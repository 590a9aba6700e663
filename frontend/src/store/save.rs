//! Sessions into files and out of them.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};

use super::Store;
use super::file::{describe, download_blob, read};
use super::replay::Film;
use crate::recording::{Problem, Reader};

/// How much of a file is read at once: some milliseconds' worth, so that the page keeps answering.
const PIECE: u64 = 128 << 10;

/// A file on its way to the screen, or off it.
#[derive(Debug, Clone, PartialEq)]
pub enum Opening {
    /// It is being read.
    Reading,
    /// It is not a recording that can be shown: its name, and why.
    Failed(String, Problem),
    /// It was shown until the page was loaded again: its name.
    Closed(String),
}

impl Store {
    /// Saves what is shown, from its beginning to its end: the session's log, or again the file that
    /// is open.
    pub fn save_recording(&self) {
        let parts = Array::new();
        for piece in self.state().shown_log().write() {
            parts.push(&piece.into());
        }
        if let Ok(blob) = Blob::new_with_str_sequence(&parts) {
            // Without a document there is nobody to give it to.
            let _ = download_blob(&blob, &self.dated("sockscope.jsonl"));
        }
    }

    /// A file's name, after the time at which the session began.
    pub(super) fn dated(&self, ending: &str) -> String {
        let epoch_us = self
            .state()
            .shown_log()
            .welcome()
            .map_or(0, |hello| hello.epoch_us);
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds since 1970 are below 2^53"
        )]
        let date = js_sys::Date::new(&JsValue::from_f64((epoch_us / 1_000) as f64));
        let time: String = String::from(date.to_json()).replace(':', "-");
        let time = time.split('.').next().unwrap_or_default();
        format!("sockscope-{time}Z.{ending}")
    }

    /// Opens a recording in the place of the session, which goes on behind it.
    pub fn open_recording(&self, file: File) {
        self.change(|state| state.opening = Some(Opening::Reading));
        let store = self.clone();
        spawn_local(async move {
            let name = file.name();
            match film(&file).await {
                Ok(film) => {
                    store.change(|state| {
                        state.opening = None;
                        state.show_film(Some(film));
                    });
                    store.film(|_, _| {});
                }
                Err(why) => store.change(|state| state.opening = Some(Opening::Failed(name, why))),
            }
        });
    }

    /// Forgets why a file was not opened, once a person has read it.
    pub fn dismiss_opening(&self) {
        self.change(|state| state.opening = None);
    }
}

async fn film(file: &File) -> Result<Film, Problem> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number below 2^53"
    )]
    let size = file.size() as u64;
    let mut reader = Reader::default();
    let mut from = 0;
    while from < size {
        let to = size.min(from + PIECE);
        let piece = read(file, from, to).await;
        let piece = piece.map_err(|error| Problem::Unreadable(describe(&error)))?;
        reader.feed(&piece)?;
        from = to;
    }
    let (log, notes) = reader.finish()?;
    Ok(Film {
        name: file.name(),
        log,
        notes,
    })
}
