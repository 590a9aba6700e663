//! A JSON text as a tree, and what can be asked of it.
//!
//! The tree is ours so that reading a message takes no generic code. A reader that serde derives is
//! generated anew for each type and each parser: in the page that was a sixth of the WebAssembly. Who
//! reads with serde gets the same tree.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Wrong;

/// How many values a message may consist of. A tree takes far more memory than its text, and the
/// longest message that means anything has some hundreds.
pub(super) const MAX_VALUES: u32 = 20_000;

#[derive(Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Negative(i64),
    Fraction,
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, Wrong> {
        super::text::parse(text)
    }

    /// The value of a field.
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        let Self::Object(fields) = self else {
            return None;
        };
        let mut fields = fields.iter();
        fields
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn unsigned(&self) -> Option<u64> {
        match self {
            Self::Unsigned(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn signed(&self) -> Option<i64> {
        match self {
            Self::Unsigned(number) => i64::try_from(*number).ok(),
            Self::Negative(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Result<&str, Wrong> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err(self.is_no("text")),
        }
    }

    /// A variant that is written as its name, or as an object of one field: its name and what it
    /// holds.
    pub(crate) fn variant(&self) -> Result<(&str, &Json<'a>), Wrong> {
        match self {
            Self::Text(name) => Ok((name, &Self::Null)),
            Self::Object(fields) => match fields.as_slice() {
                [(name, value)] => Ok((name, value)),
                _ => Err(self.is_no("an object of one field")),
            },
            _ => Err(self.is_no("text or an object")),
        }
    }

    pub(crate) fn is_no(&self, wanted: &'static str) -> Wrong {
        let found = match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Unsigned(_) | Self::Negative(_) | Self::Fraction => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        };
        Wrong::new(format!("expected {wanted}, found {found}"))
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Tree(&Cell::new(MAX_VALUES)).deserialize(deserializer)
    }
}

/// Builds a tree, with the number of values that it may still take.
struct Tree<'b>(&'b Cell<u32>);

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        match self.0.get().checked_sub(1) {
            Some(left) => self.0.set(left),
            None => {
                return Err(de::Error::custom(format_args!(
                    "more than {MAX_VALUES} values in one message"
                )));
            }
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, on: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(on))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(Json::Unsigned(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Negative(number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json<'de>, E> {
        Ok(Json::Fraction)
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Tree(self.0))? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = map.next_key_seed(Tree(self.0))? {
            let Json::Text(name) = name else {
                return Err(de::Error::custom("a field's name is no text"));
            };
            fields.push((name, map.next_value_seed(Tree(self.0))?));
        }
        Ok(Json::Object(fields))
    }
}
