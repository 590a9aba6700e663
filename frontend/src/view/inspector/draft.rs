//! What a person is writing for a socket. It survives a change of sockets and a reload.

use sockscope_frontend::bytes::{
    Codec, Encoding, EscapeError, EscapeProblem, HexError, HexProblem, LineEnding, parse_hex,
    parse_text,
};
use sockscope_frontend::store::Store;
use sockscope_protocol::SocketId;

use super::arguments::{Arguments, Field};
use crate::i18n::Bytes as Texts;

/// How bytes are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mode {
    #[default]
    Text,
    Hex,
    File,
}

/// Bytes to be, and the arguments of calls.
#[derive(Debug, Clone, PartialEq, Default)]
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
        let kept = store.draft(&key(store, socket));
        kept.and_then(|kept| Self::read(&kept)).unwrap_or_default()
    }

    pub(super) fn keep(&self, store: &Store, socket: SocketId) {
        store.set_draft(&key(store, socket), &self.write());
    }

    /// As it is kept: its texts one after another, each behind its length.
    fn write(&self) -> String {
        let mode = match self.mode {
            Mode::Text => "text",
            Mode::Hex => "hex",
            Mode::File => "file",
        };
        let mut kept = String::new();
        let mut add = |text: &str| {
            for piece in [&text.len().to_string(), ":", text] {
                kept.push_str(piece);
            }
        };
        for text in [mode, &self.text, &self.hex, &self.ending] {
            add(text);
        }
        for (field, typed) in self.arguments.typed() {
            add(&(field as usize).to_string());
            add(typed);
        }
        kept
    }

    /// None where that is no draft of this page.
    fn read(kept: &str) -> Option<Self> {
        let mut rest = kept;
        let mut next = || {
            let (length, more) = rest.split_once(':')?;
            let (text, behind) = more.split_at_checked(length.parse().ok()?)?;
            rest = behind;
            Some(text)
        };
        let mode = match next()? {
            "text" => Mode::Text,
            "hex" => Mode::Hex,
            "file" => Mode::File,
            _ => return None,
        };
        let (text, hex, ending) = (next()?.to_owned(), next()?.to_owned(), next()?.to_owned());
        let mut arguments = Arguments::default();
        while let Some(number) = next() {
            let field = Field::from_number(number.parse().ok()?)?;
            arguments = arguments.with(field, next()?.to_owned());
        }
        Some(Self {
            mode,
            text,
            hex,
            ending,
            arguments,
        })
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

#[cfg(test)]
mod tests {
    use super::{Arguments, Draft, Field, Mode};

    #[test]
    fn a_draft_survives_a_reload() {
        let mut draft = Draft::default();
        assert_eq!(Draft::read(&draft.write()), Some(draft.clone()));
        draft.mode = Mode::Hex;
        draft.text = "12:你好\n:".to_owned();
        draft.hex = "00 0".to_owned();
        draft.ending = "crlf".to_owned();
        let typed = [
            (Field::Option, "SO_LINGER"),
            (Field::Value, "false"),
            (Field::Interface, ""),
            (Field::LocalHost, "::1"),
        ];
        for (field, typed) in typed {
            draft.arguments = draft.arguments.with(field, typed.to_owned());
        }
        let kept = draft.write();
        assert_eq!(Draft::read(&kept), Some(draft));
        for end in (0..kept.len()).filter(|end| kept.is_char_boundary(*end)) {
            // What is cut off is read as far as it goes, or not at all.
            let _ = Draft::read(&kept[..end]);
        }
        assert_eq!(Draft::read("{\"mode\":\"Text\"}"), None);
        assert_eq!(Arguments::default().typed().count(), 0);
    }
}
