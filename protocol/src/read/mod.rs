//! How messages are read: from a tree of JSON, field by field.

mod json;
mod messages;
mod text;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

pub(crate) use json::Json;

/// What is wrong with a message, and where.
///
/// Boxed: every field that is read hands it on, and hardly one is wrong.
#[derive(Debug)]
pub(crate) struct Wrong(Box<Place>);

#[derive(Debug)]
struct Place {
    what: String,
    /// The fields around the place, the innermost first.
    path: Vec<&'static str>,
}

impl Wrong {
    pub(crate) fn new(what: String) -> Self {
        let path = Vec::new();
        Self(Box::new(Place { what, path }))
    }

    fn within(mut self, name: &'static str) -> Self {
        self.0.path.push(name);
        self
    }

    fn unknown(kind: &str, name: &str) -> Self {
        Self::new(format!("unknown {kind} `{name}`"))
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.what)?;
        for (depth, name) in self.0.path.iter().rev().enumerate() {
            f.write_str(if depth == 0 { " in `" } else { "." })?;
            f.write_str(name)?;
        }
        f.write_str(if self.0.path.is_empty() { "" } else { "`" })
    }
}

/// What can be read from a tree of JSON.
pub(crate) trait Read: Sized {
    fn read(json: &Json<'_>) -> Result<Self, Wrong>;

    /// What an object means that does not have the field; none where it must.
    fn absent() -> Option<Self> {
        None
    }
}

/// A field of an object. Fields that nobody asks for are ignored.
pub(crate) fn field<T: Read>(object: &Json<'_>, name: &'static str) -> Result<T, Wrong> {
    match object.get(name) {
        Some(value) => T::read(value).map_err(|wrong| wrong.within(name)),
        None => T::absent().ok_or_else(|| missing(object, name)),
    }
}

/// A field that may be missing.
pub(crate) fn field_or<T: Read>(
    object: &Json<'_>,
    name: &'static str,
    default: T,
) -> Result<T, Wrong> {
    match object.get(name) {
        Some(value) => T::read(value).map_err(|wrong| wrong.within(name)),
        None => Ok(default),
    }
}

fn missing(object: &Json<'_>, name: &'static str) -> Wrong {
    match object {
        Json::Object(_) => Wrong::new(format!("missing field `{name}`")),
        other => other.is_no("an object"),
    }
}

impl<T: Read> Read for Option<T> {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        match json {
            Json::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        match json {
            Json::List(items) => items.iter().map(T::read).collect(),
            other => Err(other.is_no("a list")),
        }
    }
}

impl<T: Read> Read for Box<T> {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        T::read(json).map(Self::new)
    }
}

impl Read for bool {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        match json {
            Json::Bool(on) => Ok(*on),
            other => Err(other.is_no("true or false")),
        }
    }
}

impl Read for String {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        json.text().map(str::to_owned)
    }
}

macro_rules! numbers {
    ($($kind:ident $wide:ident $wanted:literal),*) => {
        $(impl Read for $kind {
            fn read(json: &Json<'_>) -> Result<Self, Wrong> {
                json.$wide()
                    .and_then(|number| Self::try_from(number).ok())
                    .ok_or_else(|| json.is_no($wanted))
            }
        })*
    };
}

numbers! {
    u16 unsigned "a number from 0 to 65535",
    u32 unsigned "a number from 0 to 2^32-1",
    u64 unsigned "a number from 0 to 2^64-1",
    i32 signed "a number from -2^31 to 2^31-1",
    i64 signed "a number from -2^63 to 2^63-1"
}

/// A value that is written as its name.
pub(crate) fn named<T: Copy>(
    json: &Json<'_>,
    kind: &'static str,
    names: &[(&'static str, T)],
) -> Result<T, Wrong> {
    let text = json.text()?;
    let mut names = names.iter();
    names
        .find(|(name, _)| *name == text)
        .map(|(_, value)| *value)
        .ok_or_else(|| Wrong::unknown(kind, text))
}

fn parsed<T: FromStr>(json: &Json<'_>, wanted: &'static str) -> Result<T, Wrong> {
    json.text()?.parse().map_err(|_| json.is_no(wanted))
}

impl Read for IpAddr {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        parsed(json, "an IP address")
    }
}

impl Read for SocketAddr {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        parsed(json, "an IP address with a port")
    }
}

/// Makes a type readable by serde, from a parser of any kind.
macro_rules! deserialize {
    ($($name:ident),*) => {
        $(impl<'de> serde::Deserialize<'de> for crate::$name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = $crate::read::Json::deserialize(deserializer)?;
                $crate::read::Read::read(&json).map_err(serde::de::Error::custom)
            }
        })*
    };
}

deserialize!(ClientMessage, ServerMessage, Welcome, Event, Call);
