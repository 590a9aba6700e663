/// A part of bytes that are read as UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span<'a> {
    /// Characters that can be seen.
    Text(&'a str),
    /// A control character (C0 or DEL), by its byte.
    Control(u8),
    /// A character that is encoded rightly and cannot be seen, or changes how its neighbours look:
    /// a C1 control, a mark of direction, a zero-width character.
    Invisible(char),
    /// A byte that is no part of valid UTF-8 (RFC 3629).
    Invalid(u8),
}

/// Reads bytes as UTF-8 and hides nothing. The spans in order make up exactly the bytes.
pub fn spans(bytes: &[u8]) -> impl Iterator<Item = Span<'_>> {
    bytes.utf8_chunks().flat_map(|chunk| {
        let invalid = chunk.invalid().iter().map(|byte| Span::Invalid(*byte));
        Visible(chunk.valid()).chain(invalid)
    })
}

struct Visible<'a>(&'a str);

impl<'a> Iterator for Visible<'a> {
    type Item = Span<'a>;

    fn next(&mut self) -> Option<Span<'a>> {
        let first = self.0.chars().next()?;
        if let Some(special) = special(first) {
            self.0 = &self.0[first.len_utf8()..];
            return Some(special);
        }
        let end = self
            .0
            .find(|c| special(c).is_some())
            .unwrap_or(self.0.len());
        let (seen, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(Span::Text(seen))
    }
}

fn special(c: char) -> Option<Span<'static>> {
    match c {
        '\0'..='\x1f' | '\x7f' => u8::try_from(c).ok().map(Span::Control),
        _ => is_invisible(c).then_some(Span::Invisible(c)),
    }
}

/// Whether a character cannot be seen, or changes how its neighbours look; C0 and DEL apart.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
    )
}

/// The name of a control character (ISO 646): `NUL`, `LF`, `ESC`; empty for any other byte.
#[must_use]
pub fn control_name(byte: u8) -> &'static str {
    const NAMES: [&str; 32] = [
        "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR",
        "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB",
        "ESC", "FS", "GS", "RS", "US",
    ];
    match byte {
        0x7f => "DEL",
        _ => NAMES.get(usize::from(byte)).copied().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_is_hidden() {
        let bytes = b"hi\r\n\xe4\xbd\xa0\xff\x00!\xe4\xbd";
        let seen: Vec<Span<'_>> = spans(bytes).collect();
        assert_eq!(
            seen,
            [
                Span::Text("hi"),
                Span::Control(b'\r'),
                Span::Control(b'\n'),
                Span::Text("你"),
                Span::Invalid(0xff),
                Span::Control(0),
                Span::Text("!"),
                Span::Invalid(0xe4),
                Span::Invalid(0xbd),
            ]
        );
        let reversed = "a\u{202e}b".as_bytes();
        assert_eq!(spans(reversed).nth(1), Some(Span::Invisible('\u{202e}')));
    }

    #[test]
    fn control_characters_have_names() {
        let names = [b'\n', 0x7f, b'A'].map(control_name);
        assert_eq!(names, ["LF", "DEL", ""]);
    }

    proptest! {
        #[test]
        fn the_spans_make_up_the_bytes(bytes: Vec<u8>) {
            let mut again = Vec::new();
            for span in spans(&bytes) {
                match span {
                    Span::Text(text) => again.extend_from_slice(text.as_bytes()),
                    Span::Control(byte) | Span::Invalid(byte) => again.push(byte),
                    Span::Invisible(c) => {
                        again.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                }
            }
            prop_assert_eq!(again, bytes);
        }
    }
}
