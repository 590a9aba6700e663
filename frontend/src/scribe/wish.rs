use sockscope_protocol::Seq;

use crate::code::Language;

/// What the page wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// All programs of the session as it was after an event.
    Listings(Seq, Tongue),
    /// One of them to be saved, by its file's name, with the files that it reads.
    Program(Seq, Tongue, String),
    /// All events as text for people.
    Text,
    /// Its packets, for Wireshark.
    Packets,
}

/// How a program is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tongue {
    /// In which language.
    pub language: Language,
    /// Whether its comments are Chinese; else they are English.
    pub chinese: bool,
}

impl Wish {
    /// Its words.
    #[must_use]
    pub fn write(&self) -> String {
        let (upto, tongue, file) = match self {
            Self::Text => return "text".to_owned(),
            Self::Packets => return "packets".to_owned(),
            Self::Listings(upto, tongue) => (upto, tongue, ""),
            Self::Program(upto, tongue, file) => (upto, tongue, file.as_str()),
        };
        let comments = if tongue.chinese { "zh" } else { "en" };
        let language = tongue.language.name();
        ["code", &upto.to_string(), language, comments, file].join(" ")
    }

    /// What its words say.
    pub(super) fn read(words: &str) -> Option<Self> {
        let words: Vec<&str> = words.split(' ').collect();
        let (upto, language, comments, file) = match words[..] {
            ["code", upto, language, comments, file] => (upto, language, comments, file),
            ["text"] => return Some(Self::Text),
            ["packets"] => return Some(Self::Packets),
            _ => return None,
        };
        let tongue = Tongue {
            language: Language::from_name(language)?,
            chinese: comments == "zh",
        };
        let upto = Seq(upto.parse().ok()?);
        Some(match file {
            "" => Self::Listings(upto, tongue),
            file => Self::Program(upto, tongue, file.to_owned()),
        })
    }
}
