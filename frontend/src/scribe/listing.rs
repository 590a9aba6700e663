//! Programs on their way to the page. A line of text is a line of a program behind `|`, and before it
//! the calls that it makes; a line with `>` begins a program.

use sockscope_protocol::CallId;

use super::Tongue;
use crate::code::{Line, Session};

/// The programs of a session as they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listings {
    /// They, in the order in which they are to be started.
    pub programs: Vec<Listing>,
    /// Calls that are not in them, because there are too many.
    pub more: usize,
}

/// A program as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its name: `server`, `client2`.
    pub name: String,
    /// The name of its file.
    pub file: String,
    /// The calls that it makes.
    pub calls: Vec<CallId>,
    /// Its text.
    pub lines: Vec<Line>,
}

pub(super) fn write(session: &Session, tongue: Tongue) -> String {
    let mut text = session.more.to_string();
    for program in &session.programs {
        let file = program.file(tongue.language);
        for piece in ["\n>", &program.name, ">", &file, ">"] {
            text.push_str(piece);
        }
        numbers(&program.calls(), &mut text);
        for line in program.lines(tongue.language, tongue.words()) {
            text.push('\n');
            numbers(&line.calls, &mut text);
            text.push('|');
            text.push_str(&line.text);
        }
    }
    text
}

fn numbers(calls: &[CallId], to: &mut String) {
    for (at, call) in calls.iter().enumerate() {
        to.push_str(if at > 0 { "," } else { "" });
        to.push_str(&call.to_string());
    }
}

fn calls(text: &str) -> Vec<CallId> {
    let numbers = text.split(',').filter_map(|number| number.parse().ok());
    numbers.map(CallId).collect()
}

impl Listings {
    /// Reads what was written for the page.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut lines = text.split('\n');
        let more = lines.next().and_then(|number| number.parse().ok());
        let mut programs = Vec::<Listing>::new();
        for line in lines {
            if let Some((made, text)) = line.split_once('|') {
                if let Some(program) = programs.last_mut() {
                    let (text, calls) = (text.to_owned(), calls(made));
                    program.lines.push(Line { text, calls });
                }
            } else {
                let mut parts = line.split('>').skip(1);
                let mut part = || parts.next().unwrap_or_default();
                programs.push(Listing {
                    name: part().to_owned(),
                    file: part().to_owned(),
                    calls: calls(part()),
                    lines: Vec::new(),
                });
            }
        }
        Self {
            programs,
            more: more.unwrap_or(0),
        }
    }
}

impl Listing {
    /// Its text as one.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            text.push_str(&line.text);
            text.push('\n');
        }
        text
    }
}
