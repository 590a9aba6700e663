//! Bytes and texts as the languages write them.

use std::fmt::Write as _;

use super::Language;
use crate::bytes::{Span, spans};

/// Whether a person reads these bytes as text.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    spans(bytes).all(|span| match span {
        Span::Text(_) => true,
        Span::Control(byte) => matches!(byte, b'\t' | b'\n' | b'\r'),
        Span::Invisible(_) | Span::Invalid(_) => false,
    })
}

/// Bytes as an expression.
pub(super) fn bytes(bytes: &[u8], language: Language) -> String {
    let plain = bytes.is_ascii() || !is_text(bytes);
    let quoted = quote(bytes, language, plain);
    match language {
        Language::C => quoted,
        _ if plain => format!("b{quoted}"),
        Language::Python => quoted + ".encode()",
        Language::Rust | Language::Tokio => quoted + ".as_bytes()",
    }
}

/// A text in quotes.
pub(super) fn text(text: &str, language: Language) -> String {
    quote(text.as_bytes(), language, false)
}

fn quote(bytes: &[u8], language: Language, escape_all: bool) -> String {
    let c = language == Language::C;
    let mut quoted = String::from("\"");
    let mut before = 0;
    // Whether a C escape ends here, which would take hexadecimal digits that follow into it.
    let mut open = false;
    let hex = |quoted: &mut String, byte: u8| {
        // Writing to a String does not fail.
        let _ = write!(quoted, "\\x{byte:02x}");
    };
    for span in spans(bytes) {
        let raw;
        let mut utf8 = [0; 4];
        match span {
            Span::Text(text) if !escape_all || text.is_ascii() => {
                for one in text.chars() {
                    if open && one.is_ascii_hexdigit() {
                        quoted.push_str("\" \"");
                    }
                    open = false;
                    // No trigraph.
                    if matches!(one, '"' | '\\') || (c && one == '?' && before == b'?') {
                        quoted.push('\\');
                    }
                    before = u8::try_from(one).unwrap_or(0);
                    quoted.push(one);
                }
                continue;
            }
            Span::Control(b'\n') => {
                quoted.push_str("\\n");
                open = false;
                continue;
            }
            Span::Control(b'\r') => {
                quoted.push_str("\\r");
                open = false;
                continue;
            }
            Span::Control(b'\t') => {
                quoted.push_str("\\t");
                open = false;
                continue;
            }
            Span::Text(text) => raw = text.as_bytes(),
            Span::Control(byte) | Span::Invalid(byte) => {
                utf8[0] = byte;
                raw = &utf8[..1];
            }
            Span::Invisible(one) => raw = one.encode_utf8(&mut utf8).as_bytes(),
        }
        for byte in raw {
            hex(&mut quoted, *byte);
        }
        open = c;
        before = 0;
    }
    quoted.push('"');
    quoted
}

/// The shortest part, of at most `most` bytes, that these bytes repeat; how often it is whole.
pub(super) fn period(parts: &[bytes::Bytes], most: usize) -> Option<(bytes::Bytes, usize)> {
    let first = parts.first()?;
    let total: usize = parts.iter().map(bytes::Bytes::len).sum();
    (1..=most.min(first.len())).find_map(|period| {
        if !total.is_multiple_of(period) {
            return None;
        }
        let unit = first.slice(..period);
        let same = |(at, byte): (usize, &u8)| *byte == unit[at % period];
        let all = parts.iter().flat_map(|part| part.iter());
        all.enumerate()
            .all(same)
            .then(|| (unit.clone(), total / period))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_and_bytes_are_exact() {
        let all = |given: &[u8]| Language::ALL.map(|language| bytes(given, language));
        assert_eq!(
            all(b"a\"b\\\n\0"),
            [
                r#"b"a\"b\\\n\x00""#,
                r#"b"a\"b\\\n\x00""#,
                r#"b"a\"b\\\n\x00""#,
                r#""a\"b\\\n\x00""#,
            ]
        );
        assert_eq!(
            all("你好\n".as_bytes()),
            [
                r#""你好\n".encode()"#,
                r#""你好\n".as_bytes()"#,
                r#""你好\n".as_bytes()"#,
                r#""你好\n""#,
            ]
        );
        assert_eq!(all(b"\xffab??=")[3], r#""\xff" "ab?\?=""#);
        assert_eq!(
            bytes("é\u{1}".as_bytes(), Language::Rust),
            r#"b"\xc3\xa9\x01""#
        );
    }

    #[test]
    fn what_repeats_is_found() {
        let parts = [
            bytes::Bytes::from_static(b"abcab"),
            bytes::Bytes::from_static(b"c"),
        ];
        let found = period(&parts, 64);
        assert_eq!(found, Some((bytes::Bytes::from_static(b"abc"), 2)));
        assert_eq!(period(&[bytes::Bytes::from_static(b"abcd")], 3), None);
    }
}
