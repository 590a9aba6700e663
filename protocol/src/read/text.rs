//! JSON (RFC 8259) from text into a tree. serde_json does the same with ten times the WebAssembly;
//! the tests hold the two against each other.

use std::borrow::Cow;

use super::{Json, Wrong, json::MAX_VALUES};

/// How deep lists and objects may lie in each other, so that the stack holds.
const MAX_DEPTH: u32 = 128;

/// A text, and how far it has been read.
struct Text<'a> {
    text: &'a str,
    at: usize,
    /// Values and names of fields that may still come.
    left: u32,
    depth: u32,
}

pub(super) fn parse(text: &str) -> Result<Json<'_>, Wrong> {
    let mut text = Text {
        text,
        at: 0,
        left: MAX_VALUES,
        depth: 0,
    };
    let value = text.value();
    text.space();
    match value {
        Some(value) if text.at == text.text.len() => Ok(value),
        _ if text.left == 0 => Err(Wrong::new(format!(
            "more than {MAX_VALUES} values in one message"
        ))),
        _ => Err(Wrong::new(format!("no JSON at byte {}", text.at))),
    }
}

/// Reads on; none where that is no JSON.
impl<'a> Text<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Whether this byte is next, which is then behind.
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// The same behind white space.
    fn finds(&mut self, byte: u8) -> bool {
        self.space();
        self.takes(byte)
    }

    fn counts(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        Some(())
    }

    fn value(&mut self) -> Option<Json<'a>> {
        self.counts()?;
        self.space();
        Some(match self.peek()? {
            b'{' => Json::Object(self.all(b'}', |text| {
                text.counts()?;
                text.space();
                let name = text.string()?;
                text.finds(b':').then_some(())?;
                Some((name, text.value()?))
            })?),
            b'[' => Json::List(self.all(b']', Self::value)?),
            b'"' => Json::Text(self.string()?),
            b't' => self.word("true", Json::Bool(true))?,
            b'f' => self.word("false", Json::Bool(false))?,
            b'n' => self.word("null", Json::Null)?,
            _ => self.number()?,
        })
    }

    /// What stands between a bracket and `end`, with commas between.
    fn all<T>(&mut self, end: u8, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.at += 1;
        self.depth += 1;
        let mut items = Vec::new();
        if self.depth > MAX_DEPTH {
            return None;
        }
        if !self.finds(end) {
            loop {
                items.push(item(self)?);
                if self.finds(end) {
                    break;
                }
                self.takes(b',').then_some(())?;
            }
        }
        self.depth -= 1;
        Some(items)
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Option<Json<'a>> {
        let rest = self.text.get(self.at..)?;
        rest.starts_with(word).then(|| self.at += word.len())?;
        Some(value)
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.takes(b'"').then_some(())?;
        let mut plain = self.at;
        let mut decoded = None;
        loop {
            match self.next()? {
                end @ (b'"' | b'\\') => {
                    let piece = self.text.get(plain..self.at - 1)?;
                    if end == b'\\' {
                        let letter = self.escape()?;
                        let text: &mut String = decoded.get_or_insert_default();
                        text.push_str(piece);
                        text.push(letter);
                        plain = self.at;
                        continue;
                    }
                    return Some(match decoded {
                        Some(text) => Cow::Owned(text + piece),
                        None => Cow::Borrowed(piece),
                    });
                }
                0..0x20 => return None,
                _ => {}
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        Some(match self.next()? {
            b'u' => {
                let mut code = self.hex()?;
                // Two surrogates make a character beyond the first plane (section 7).
                if (0xd800..0xdc00).contains(&code) {
                    (self.takes(b'\\') && self.takes(b'u')).then_some(())?;
                    let low = self.hex()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                    code = 0x1_0000 + (code - 0xd800) * 0x400 + low;
                }
                char::from_u32(code)?
            }
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            letter @ (b'"' | b'\\' | b'/') => char::from(letter),
            _ => return None,
        })
    }

    fn hex(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |code, _| {
            let digit = char::from(self.next()?).to_digit(16)?;
            Some(code * 16 + digit)
        })
    }

    /// At least one digit.
    fn digits(&mut self) -> Option<()> {
        let first = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > first).then_some(())
    }

    fn number(&mut self) -> Option<Json<'a>> {
        let first = self.at;
        self.takes(b'-');
        // Nothing follows a zero in front.
        if !self.takes(b'0') {
            self.digits()?;
        }
        let whole = self.at;
        if self.takes(b'.') {
            self.digits()?;
        }
        if self.takes(b'e') || self.takes(b'E') {
            let _signed = self.takes(b'+') || self.takes(b'-');
            self.digits()?;
        }
        let text = self.text.get(first..whole)?;
        let negative = text.parse().ok().filter(|number: &i64| *number < 0);
        Some(match (text.parse(), negative) {
            _ if self.at > whole => Json::Fraction,
            (Ok(number), _) => Json::Unsigned(number),
            (_, Some(number)) => Json::Negative(number),
            _ => Json::Fraction,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// JSON, nearly JSON, and anything.
    fn texts() -> impl Strategy<Value = String> {
        let token = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            " ",
            "\n",
            "null",
            "true",
            "false",
            "nul",
            "\"a\"",
            "\"",
            "\\",
            "\"\\n\\/\\\"\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\u00e9\"",
            "\"\\u+123\"",
            "\"é\"",
            "\"\t\"",
            "0",
            "-0",
            "00",
            "7",
            "-7",
            "1.5",
            "1.",
            ".5",
            "1e3",
            "1E+3",
            "1e",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "-9223372036854775809",
            "+1",
        ]);
        let leaf = prop_oneof![
            Just("null".to_owned()),
            any::<i64>().prop_map(|number| number.to_string()),
            any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        ];
        let json = leaf.prop_recursive(4, 30, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5)
                    .prop_map(|items| format!("[ {} ]", items.join(" , "))),
                prop::collection::vec(("[a-z\\\\\"é]{0,3}", inner), 0..5).prop_map(|fields| {
                    let fields = fields.iter().map(|(name, value)| {
                        format!("{}:{value}", serde_json::to_string(name).unwrap())
                    });
                    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
                }),
            ]
        });
        prop_oneof![
            prop::collection::vec(token, 0..12).prop_map(|tokens| tokens.concat()),
            json.clone(),
            (json, any::<prop::sample::Index>(), any::<char>()).prop_map(|(text, at, letter)| {
                let mut letters: Vec<char> = text.chars().collect();
                let at = at.index(letters.len());
                letters[at] = letter;
                letters.into_iter().collect()
            }),
            any::<String>(),
        ]
    }

    proptest! {
        #[test]
        fn it_reads_what_serde_json_reads(text in texts()) {
            let ours = parse(&text).ok();
            let theirs = serde_json::from_str::<Json<'_>>(&text).ok();
            // Fractions mean nothing here, so none is too large.
            let fraction = format!("{ours:?}").contains("Fraction");
            prop_assert!(ours == theirs || (fraction && theirs.is_none()), "{:?}", theirs);
        }
    }

    #[test]
    fn what_lies_too_deep_is_refused() {
        for (depth, fits) in [(128, true), (129, false), (1_000_000, false)] {
            let text = "[".repeat(depth) + &"]".repeat(depth);
            assert_eq!(parse(&text).is_ok(), fits, "{depth}");
        }
    }

    #[test]
    fn what_is_wrong_is_found_where_it_is() {
        for (text, at) in [
            ("", 0),
            ("[1,]", 3),
            ("{\"a\" 1}", 5),
            ("1 2", 2),
            ("\"a", 2),
        ] {
            let wrong = parse(text).unwrap_err().to_string();
            assert_eq!(wrong, format!("no JSON at byte {at}"), "{text}");
        }
    }
}
