//! Writes a session in other forms: as programs, as plain text, as packets. It is a WebAssembly of its own that
//! runs in a worker and is loaded when somebody first looks at what it writes. So the page stays
//! small, and keeps answering while something long is written.
//!
//! All that the page says to it is text. What begins with `{` is a piece of the session's
//! [recording](crate::recording), told as far as the log goes; its first line begins a new one. The
//! rest is a [`Wish`]. Everything is answered, one after another.

mod listing;
mod wish;

use bytes::Bytes;
use sockscope_protocol::Seq;

use crate::code::{Words, programs};
use crate::model::{Entry, Model};
use crate::recording::{Problem, Reader, begins};

pub use listing::{Listing, Listings};
pub use wish::{Tongue, Wish};

/// A file: its name, and what is in it, piece by piece. Where the name is an ending alone (`.txt`), the
/// page names the file after the session.
pub type Sheet = (String, Vec<Bytes>);

/// What the page is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A piece of the recording was taken.
    Taken,
    /// Programs to be shown, as [`Listings`] reads them.
    Listings(String),
    /// Files to be saved.
    Sheets(Vec<Sheet>),
}

/// What it knows.
#[derive(Debug, Default)]
pub struct Scribe {
    reader: Reader,
    /// The session at the moment that was last asked for.
    model: Model,
}

impl Scribe {
    /// Takes what the page says.
    ///
    /// # Errors
    /// When that cannot be understood: the page and this are not of the same release.
    pub fn hear(&mut self, said: &str) -> Result<Answer, String> {
        if said.starts_with('{') {
            if begins(said) {
                *self = Self::default();
            }
            return match self.reader.feed(said.as_bytes()) {
                Ok(()) => Ok(Answer::Taken),
                Err(Problem::Line(line, why)) => Err(format!("line {line}: {why}")),
                Err(_) => Err("not a recording of this release".to_owned()),
            };
        }
        let wish = Wish::read(said).ok_or_else(|| format!("not understood: {said}"))?;
        Ok(match wish {
            Wish::Listings(upto, tongue) => {
                let session = programs(self.at(upto));
                Answer::Listings(listing::write(&session, tongue))
            }
            Wish::Program(upto, tongue, file) => {
                let session = programs(self.at(upto));
                let mut programs = session.programs.into_iter();
                let wanted = programs.find(|one| one.file(tongue.language) == file);
                Answer::Sheets(wanted.map_or_else(Vec::new, |program| {
                    let text = program.text(tongue.language, tongue.words());
                    // What it sends from files belongs to it.
                    let mut sheets = vec![(file, vec![text.into()])];
                    sheets.extend(program.files);
                    sheets
                }))
            }
            Wish::Text => {
                let pieces = self.reader.log().text();
                Answer::Sheets(vec![sheet(".txt", pieces)])
            }
            Wish::Packets => {
                let pieces = self.reader.log().pcapng();
                Answer::Sheets(vec![sheet(".pcapng", pieces)])
            }
        })
    }

    /// The session as it was after an event.
    fn at(&mut self, upto: Seq) -> &Model {
        let log = self.reader.log();
        if self.model.welcome.is_none() || self.model.last > upto {
            self.model = log.beginning();
        }
        let (from, to) = (log.up_to(self.model.last), log.up_to(upto));
        for event in (from..to).filter_map(|index| log.get(index)) {
            self.model.apply(Entry::Event(event.clone()));
        }
        &self.model
    }
}

fn sheet<T: Into<Bytes>>(ending: &str, pieces: Vec<T>) -> Sheet {
    (ending.to_owned(), pieces.into_iter().map(T::into).collect())
}

impl Tongue {
    fn words(self) -> &'static Words {
        if self.chinese { &Words::ZH } else { &Words::EN }
    }
}
