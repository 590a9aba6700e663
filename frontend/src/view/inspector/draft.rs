//! What a person is writing for a socket. It survives a change of sockets and a reload.

use serde::{Deserialize, Serialize};
use sockscope_frontend::bytes::{
    Codec, Encoding, EscapeError, EscapeProblem, HexError, HexProblem, LineEnding, parse_hex,
    parse_text,
};
use sockscope_frontend::store::Store;
use sockscope_protocol::SocketId;

use super::arguments::Arguments;
use crate::i18n::Bytes as Texts;

/// How bytes are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) enum Mode {
    #[default]
    Text,
    Hex,
    File,
}

/// Bytes to be, and the arguments of calls.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Draft {
    pub(super) mode: Mode,
    pub(super) text: String,
    pub(super) hex: String,
    /// The name of a [`LineEnding`].
    pub(super) ending: String,
    pub(super) arguments: Arguments,
}

/// Under which name the store keeps it: sockets of another session have other drafts.
fn key(store: &Store, socket: SocketId) -> String {
    let epoch = store
        .model()
        .welcome
        .as_ref()
        .map_or(0, |welcome| welcome.epoch_us);
    format!("{epoch}-{socket}")
}

impl Draft {
    pub(super) fn load(store: &Store, socket: SocketId) -> Self {
        store
            .draft(&key(store, socket))
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default()
    }

    pub(super) fn keep(&self, store: &Store, socket: SocketId) {
        if let Ok(json) = serde_json::to_string(self) {
            store.set_draft(&key(store, socket), &json);
        }
    }

    pub(super) fn ending(&self) -> LineEnding {
        LineEnding::from_name(&self.ending).unwrap_or_default()
    }

    /// The bytes, or what is wrong with what was typed.
    ///
    /// # Errors
    /// A sentence for the person who typed it.
    pub(super) fn bytes(&self, codec: Codec, t: &Texts) -> Result<Vec<u8>, String> {
        match self.mode {
            Mode::Text => parse_text(&self.ending().apply(&self.text), codec)
                .map_err(|error| text_problem(error, codec.encoding(), t)),
            Mode::Hex => parse_hex(&self.hex).map_err(|error| hex_problem(error, t)),
            Mode::File => Ok(Vec::new()),
        }
    }
}

/// What is wrong with a typed text, in a sentence.
pub(super) fn text_problem(error: EscapeError, encoding: Encoding, t: &Texts) -> String {
    let at = error.at + 1;
    match error.problem {
        EscapeProblem::Unfinished => (t.escape_unfinished)(at),
        EscapeProblem::Unknown(letter) => (t.escape_unknown)(at, letter),
        EscapeProblem::Digits => (t.escape_digits)(at),
        EscapeProblem::NotEncoded(letter) => (t.not_encoded)(at, letter, encoding),
    }
}

/// What is wrong with typed hex, in a sentence.
pub(super) fn hex_problem(error: HexError, t: &Texts) -> String {
    let at = error.at + 1;
    match error.problem {
        HexProblem::OddDigits => (t.hex_odd)(at),
        HexProblem::Character(letter) => (t.hex_character)(at, letter),
    }
}
