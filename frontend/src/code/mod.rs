//! The session as programs that can be run: each group of sockets that one person played as one
//! program becomes a file, in Python, Rust or C.
//!
//! The log is read once into [`Program`]s, each a list of steps; the languages differ only in how a
//! step is written. Programs do the calls of their own sockets in the order in which these returned,
//! with the arguments that they had.
//!
//! Run against each other, they exchange the bytes of the session. What a person's patience did
//! there stands in them as it is needed:
//!
//! - A `recv` is written as it was made where the kernel can only give the same bytes again. Where
//!   the bytes of several sends came at once, or those of the next one could come along, the
//!   program receives as many as the session did, and says so.
//! - Where somebody waited in vain (a timeout, `EAGAIN`), whoever ended that wait too late in the
//!   session pauses before doing so again.
//! - A descriptor that was closed with unread bytes, which resets the connection, is closed when
//!   they are there.

mod c;
mod group;
mod literal;
mod option;
mod order;
mod python;
mod read;
mod rust;
mod shape;
mod step;
mod tell;
mod words;
mod write;

use bytes::Bytes;
use sockscope_protocol::{CallId, Family, SocketId, SocketType};

use crate::model::Model;

use step::Step;
pub use words::Words;

/// The most calls that are written out. A program that is longer is read by nobody, and making it
/// again with every event would hold up the page.
pub const MOST_CALLS: usize = 5_000;

/// A language that programs are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Python 3.10 or later.
    Python,
    /// Rust with `std::net`, and the crate `socket2` where that must be.
    Rust,
    /// Rust with `tokio`.
    Tokio,
    /// C11 and POSIX.
    C,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Python, Self::Rust, Self::Tokio, Self::C];

    /// Its name, without spaces.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Rust => "rust",
            Self::Tokio => "tokio",
            Self::C => "c",
        }
    }

    /// The one with a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Python => ".py",
            Self::Rust | Self::Tokio => ".rs",
            Self::C => ".c",
        }
    }
}

/// The programs of a session, servers first, and each kind in the order of their sockets: the
/// order in which they are to be started.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Session {
    /// They.
    pub programs: Vec<Program>,
    /// Calls that are not in them, because there are more than [`MOST_CALLS`].
    pub more: usize,
}

/// One program.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    /// The name of its file, without extension: `server`, `client2`.
    pub name: String,
    /// Its sockets.
    pub sockets: Vec<SocketId>,
    /// The ports that it takes as arguments, with the values that they had in the session. Each is
    /// one that a socket of the session was bound to.
    pub ports: Vec<u16>,
    /// Bytes that it reads from files, by the files' names.
    pub files: Vec<(String, Vec<Bytes>)>,
    server: bool,
    /// The program that must run before this one.
    after: Option<String>,
    sources: Vec<Source>,
    /// For each address that a datagram came from: whether one went back there.
    peers: Vec<bool>,
    steps: Vec<Step>,
    /// The log did not hold its beginning any more.
    torn: bool,
    more: usize,
}

/// A socket of a program.
#[derive(Debug, Clone, PartialEq)]
struct Source {
    name: String,
    family: Family,
    kind: SocketType,
}

/// A line of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it says.
    pub text: String,
    /// The calls that it makes.
    pub calls: Vec<CallId>,
}

/// Reads the log into programs.
#[must_use]
pub fn programs(model: &Model) -> Session {
    order::session(model)
}

impl Program {
    /// Its file's name.
    #[must_use]
    pub fn file(&self, language: Language) -> String {
        self.name.clone() + language.extension()
    }

    /// What it calls one of its sockets.
    #[must_use]
    pub fn name_of(&self, socket: SocketId) -> Option<&str> {
        let at = self.sockets.iter().position(|one| *one == socket)?;
        self.sources.get(at).map(|source| source.name.as_str())
    }

    /// The calls that it makes.
    #[must_use]
    pub fn calls(&self) -> Vec<CallId> {
        let mut calls = Vec::new();
        for step in &self.steps {
            calls.extend_from_slice(&step.calls);
        }
        calls
    }

    /// Its text.
    #[must_use]
    pub fn lines(&self, language: Language, words: &Words) -> Vec<Line> {
        match language {
            Language::Python => python::lines(self, words),
            Language::Rust => rust::lines(self, words, false),
            Language::Tokio => rust::lines(self, words, true),
            Language::C => c::lines(self, words),
        }
    }

    /// Its text as one.
    #[must_use]
    pub fn text(&self, language: Language, words: &Words) -> String {
        let lines = self.lines(language, words);
        lines.iter().fold(String::new(), |mut text, line| {
            text.push_str(&line.text);
            text.push('\n');
            text
        })
    }
}
