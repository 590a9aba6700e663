use std::fmt::Write;

use super::{Codec, ROW_BYTES, Unit, row};

/// A form in which bytes are copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CopyFormat {
    /// As they are, read in an encoding; what is invalid becomes U+FFFD.
    Text,
    /// `48 65 6c`.
    Hex,
    /// Offsets, hex and characters.
    Dump,
    /// `unsigned char data[] = {0x48, ...};`
    C,
    /// `b'H\x00'`.
    Python,
    /// RFC 4648, section 4.
    Base64,
}

impl CopyFormat {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Text,
        Self::Hex,
        Self::Dump,
        Self::C,
        Self::Python,
        Self::Base64,
    ];

    /// Its name for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Hex => "hex",
            Self::Dump => "dump",
            Self::C => "c",
            Self::Python => "python",
            Self::Base64 => "base64",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// About how many characters so many bytes become.
    #[must_use]
    pub fn length(self, bytes: u64) -> u64 {
        match self {
            Self::Text => bytes,
            Self::Hex => bytes * 3,
            Self::Dump => bytes * 5,
            Self::C => bytes * 6,
            Self::Python => bytes * 2,
            Self::Base64 => bytes / 3 * 4,
        }
    }
}

/// Writes bytes in one form, in full, piece by piece.
pub struct Copier {
    form: CopyFormat,
    codec: Codec,
    /// What belongs together with bytes that have not come.
    rest: Vec<u8>,
    written: u64,
    text: String,
}

impl Copier {
    /// Begins with a form, the encoding of text, and how many bytes there will be.
    #[must_use]
    pub fn new(form: CopyFormat, codec: Codec, total: u64) -> Self {
        let text = match form {
            CopyFormat::C => format!("unsigned char data[{total}] = {{"),
            CopyFormat::Python => "b'".to_owned(),
            _ => String::new(),
        };
        Self {
            form,
            codec,
            rest: Vec::new(),
            written: 0,
            text,
        }
    }

    /// Takes the next bytes.
    pub fn piece(&mut self, bytes: &[u8]) {
        let mut rest = std::mem::take(&mut self.rest);
        rest.extend_from_slice(bytes);
        let done = self.write(&rest, false);
        rest.drain(..done);
        self.rest = rest;
    }

    /// What has been written since this was asked last.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// Ends it, and gives what has been written since [`take`](Self::take).
    #[must_use]
    pub fn finish(mut self) -> String {
        let rest = std::mem::take(&mut self.rest);
        self.write(&rest, true);
        match self.form {
            CopyFormat::C if self.written == 0 => self.text.push_str("};"),
            CopyFormat::C => self.text.push_str("\n};"),
            CopyFormat::Python => self.text.push('\''),
            _ => {}
        }
        self.text
    }

    /// Writes what is whole. Returns how many bytes that was.
    fn write(&mut self, bytes: &[u8], last: bool) -> usize {
        let whole = |unit: usize| {
            if last {
                bytes.len()
            } else {
                bytes.len() - bytes.len() % unit
            }
        };
        let done = match self.form {
            CopyFormat::Text => return self.characters(bytes, last),
            CopyFormat::Dump => whole(ROW_BYTES),
            CopyFormat::Base64 => whole(3),
            CopyFormat::Hex | CopyFormat::C | CopyFormat::Python => bytes.len(),
        };
        let bytes = &bytes[..done];
        match self.form {
            CopyFormat::Dump => {
                for index in 0.. {
                    let Some(row) = row(bytes, index, self.written) else {
                        break;
                    };
                    self.text.push_str(&row.line());
                    self.text.push('\n');
                }
            }
            CopyFormat::Base64 => {
                for three in bytes.chunks(3) {
                    base64(three, &mut self.text);
                }
            }
            _ => {
                for (at, byte) in (self.written..).zip(bytes) {
                    self.byte(at, *byte);
                }
            }
        }
        self.written += done as u64;
        done
    }

    fn characters(&mut self, bytes: &[u8], last: bool) -> usize {
        let mut at = 0;
        while let Some(step) = bytes.get(at..).and_then(|rest| self.codec.step(rest)) {
            if step.unit == Unit::Cut && !last {
                break;
            }
            let own = bytes.get(at..at + step.len).unwrap_or_default();
            let letter = match step.unit {
                Unit::Character => self.codec.character(own),
                Unit::Invalid | Unit::Cut => None,
            };
            self.text.push(letter.unwrap_or('\u{fffd}'));
            at += step.len;
        }
        at
    }

    fn byte(&mut self, at: u64, byte: u8) {
        let text = &mut self.text;
        // Writing to a String does not fail.
        let _ = match self.form {
            CopyFormat::C => {
                text.push_str(match at {
                    0 => "\n    ",
                    _ if at.is_multiple_of(12) => ",\n    ",
                    _ => ", ",
                });
                write!(text, "0x{byte:02x}")
            }
            CopyFormat::Python => match byte {
                b'\n' => text.write_str("\\n"),
                b'\r' => text.write_str("\\r"),
                b'\t' => text.write_str("\\t"),
                b'\\' => text.write_str("\\\\"),
                b'\'' => text.write_str("\\'"),
                0x20..=0x7e => text.write_char(char::from(byte)),
                _ => write!(text, "\\x{byte:02x}"),
            },
            _ if at == 0 => write!(text, "{byte:02x}"),
            _ => write!(text, " {byte:02x}"),
        };
    }
}

/// Three bytes as four characters, fewer with `=`.
fn base64(three: &[u8], text: &mut String) {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = (0..3).fold(0_u32, |bits, at| {
        bits << 8 | u32::from(three.get(at).copied().unwrap_or(0))
    });
    for at in 0..4 {
        let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
        text.push(if at <= three.len() {
            char::from(letter)
        } else {
            '='
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::native::codec;
    use super::super::{Encoding, parse_hex};
    use super::*;

    fn copy(bytes: &[u8], form: CopyFormat) -> String {
        let mut copier = Copier::new(form, Codec::utf8(), bytes.len() as u64);
        copier.piece(bytes);
        copier.finish()
    }

    #[test]
    fn the_forms_are_what_other_programs_read() {
        let bytes = b"It's\n\xff\\";
        assert_eq!(copy(bytes, CopyFormat::Text), "It's\n\u{fffd}\\");
        assert_eq!(copy(bytes, CopyFormat::Hex), "49 74 27 73 0a ff 5c");
        assert_eq!(copy(bytes, CopyFormat::Python), r"b'It\'s\n\xff\\'");
        assert_eq!(
            copy(&bytes[..3], CopyFormat::C),
            "unsigned char data[3] = {\n    0x49, 0x74, 0x27\n};"
        );
        assert_eq!(copy(b"", CopyFormat::C), "unsigned char data[0] = {};");
        assert_eq!(copy(&[0; 40], CopyFormat::Dump).lines().count(), 3);
    }

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let vectors = [
            "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy",
        ];
        for (len, expected) in vectors.into_iter().enumerate() {
            assert_eq!(copy(&b"foobar"[..len], CopyFormat::Base64), expected);
        }
    }

    #[test]
    fn text_is_read_in_its_encoding() {
        let mut copier = Copier::new(CopyFormat::Text, codec(Encoding::Gbk), 4);
        for byte in [0xc4, 0xe3, 0xba, 0xc3] {
            copier.piece(&[byte]);
        }
        assert_eq!(copier.finish(), "你好");
    }

    proptest! {
        #[test]
        fn nothing_is_cut_off(bytes in prop::collection::vec(any::<u8>(), 1..2_000)) {
            let c = copy(&bytes, CopyFormat::C);
            let body = &c[c.find('{').unwrap()..];
            prop_assert_eq!(parse_hex(body), Ok(bytes.clone()));
            prop_assert!(copy(&bytes, CopyFormat::Python).is_ascii());
        }

        #[test]
        fn pieces_are_copied_as_the_whole(
            bytes in prop::collection::vec(any::<u8>(), 0..100),
            cut in 0_usize..100,
            form in prop::sample::select(CopyFormat::ALL.to_vec()),
        ) {
            let (first, second) = bytes.split_at(cut.min(bytes.len()));
            let mut copier = Copier::new(form, Codec::utf8(), bytes.len() as u64);
            copier.piece(first);
            let begun = copier.take();
            copier.piece(second);
            prop_assert_eq!(begun + &copier.finish(), copy(&bytes, form));
        }
    }
}
