use super::dump::digits;
use super::{Codec, Span, spans};

/// What is wrong with a typed text, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EscapeError {
    /// The character at fault, counted from 0 in Unicode scalar values.
    pub at: usize,
    /// What is wrong.
    pub problem: EscapeProblem,
}

/// What is wrong with an escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EscapeProblem {
    /// The text ends behind a backslash.
    Unfinished,
    /// There is no such escape.
    Unknown(char),
    /// `\x` wants two hexadecimal digits.
    Digits,
    /// The encoding has no such character.
    NotEncoded(char),
}

/// The bytes of a typed text in an encoding, with the escapes `\n`, `\r`, `\t`, `\0` and `\\` for
/// characters, and `\xNN` for a byte as it is.
///
/// # Errors
/// [`EscapeError`] at the first backslash that begins none of them, and at the first character that the
/// encoding lacks.
pub fn parse_text(typed: &str, codec: Codec) -> Result<Vec<u8>, EscapeError> {
    let mut bytes = Vec::with_capacity(typed.len());
    let mut characters = typed.chars().enumerate();
    while let Some((at, c)) = characters.next() {
        let error = |problem| EscapeError { at, problem };
        let escape = match c {
            '\\' => Some(characters.next().ok_or(error(EscapeProblem::Unfinished))?.1),
            _ => None,
        };
        let letter = match escape {
            None => c,
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('0') => '\0',
            Some('\\') => '\\',
            Some('x') => {
                let mut digit = || {
                    let (_, c) = characters.next()?;
                    u8::try_from(c.to_digit(16)?).ok()
                };
                match (digit(), digit()) {
                    (Some(high), Some(low)) => bytes.push(high << 4 | low),
                    _ => return Err(error(EscapeProblem::Digits)),
                }
                continue;
            }
            Some(other) => return Err(error(EscapeProblem::Unknown(other))),
        };
        if !codec.write(letter, &mut bytes) {
            return Err(error(EscapeProblem::NotEncoded(letter)));
        }
    }
    Ok(bytes)
}

/// Bytes as a text that [`parse_text`] reads back: what cannot be seen is escaped.
#[must_use]
pub fn show_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let hex = |text: &mut String, byte: u8| {
        text.push_str("\\x");
        text.extend(digits(byte));
    };
    for span in spans(bytes) {
        match span {
            Span::Text(seen) => text.push_str(&seen.replace('\\', "\\\\")),
            Span::Control(b'\n') => text.push_str("\\n"),
            Span::Control(b'\r') => text.push_str("\\r"),
            Span::Control(b'\t') => text.push_str("\\t"),
            Span::Control(0) => text.push_str("\\0"),
            Span::Control(byte) | Span::Invalid(byte) => hex(&mut text, byte),
            Span::Invisible(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    hex(&mut text, byte);
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Encoding;
    use super::super::native::codec;
    use super::*;

    fn parse_text(typed: &str) -> Result<Vec<u8>, EscapeError> {
        super::parse_text(typed, Codec::utf8())
    }

    #[test]
    fn text_is_written_in_its_encoding() {
        let parse = |typed, encoding| super::parse_text(typed, codec(encoding));
        assert_eq!(parse("你好", Encoding::Gbk).unwrap(), b"\xc4\xe3\xba\xc3");
        assert_eq!(parse(r"a\n\x0a", Encoding::Utf16Be).unwrap(), b"\0a\0\n\n");
        let problem = EscapeProblem::NotEncoded('你');
        assert_eq!(
            parse("a你", Encoding::Latin1),
            Err(EscapeError { at: 1, problem })
        );
    }

    #[test]
    fn escapes_become_their_bytes() {
        assert_eq!(
            parse_text(r"GET / HTTP/1.1\r\n\x00\xfF\0\t\\你").unwrap(),
            b"GET / HTTP/1.1\r\n\x00\xff\0\t\\\xe4\xbd\xa0"
        );
    }

    #[test]
    fn errors_point_at_the_backslash() {
        let error = |typed| parse_text(typed).unwrap_err();
        let at = |at, problem| EscapeError { at, problem };
        assert_eq!(error("你好\\"), at(2, EscapeProblem::Unfinished));
        assert_eq!(error("a\\q"), at(1, EscapeProblem::Unknown('q')));
        assert_eq!(error("\\x4"), at(0, EscapeProblem::Digits));
        assert_eq!(error("ab\\xg0"), at(2, EscapeProblem::Digits));
    }

    proptest! {
        #[test]
        fn any_bytes_survive_as_text(bytes: Vec<u8>) {
            prop_assert_eq!(parse_text(&show_text(&bytes)), Ok(bytes));
        }

        #[test]
        fn no_text_is_too_strange(typed: String) {
            let _ = parse_text(&typed);
        }

        #[test]
        fn text_without_a_backslash_is_itself(typed in "[^\\\\]*") {
            prop_assert_eq!(parse_text(&typed), Ok(typed.into_bytes()));
        }
    }
}
