use std::fmt::Write;

use super::{row, rows, show_hex};

/// A form in which bytes are copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CopyFormat {
    /// As they are, read as UTF-8; what is invalid becomes U+FFFD.
    Text,
    /// `48 65 6c`.
    Hex,
    /// Offsets, hex and characters.
    Dump,
    /// `unsigned char data[] = {0x48, ...};`
    C,
    /// `b'H\x00'`.
    Python,
}

impl CopyFormat {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Text, Self::Hex, Self::Dump, Self::C, Self::Python];
}

/// All bytes, in full, in one form.
#[must_use]
pub fn copy(bytes: &[u8], format: CopyFormat) -> String {
    match format {
        CopyFormat::Text => String::from_utf8_lossy(bytes).into_owned(),
        CopyFormat::Hex => show_hex(bytes),
        CopyFormat::Dump => (0..rows(bytes.len()))
            .filter_map(|index| row(bytes, index, 0))
            .fold(String::new(), |text, row| text + &row.line() + "\n"),
        CopyFormat::C => c(bytes),
        CopyFormat::Python => python(bytes),
    }
}

fn c(bytes: &[u8]) -> String {
    let mut text = format!("unsigned char data[{}] = {{", bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        text.push_str(match at {
            0 => "\n    ",
            _ if at % 12 == 0 => ",\n    ",
            _ => ", ",
        });
        // Writing to a String does not fail.
        let _ = write!(text, "0x{byte:02x}");
    }
    text.push_str(if bytes.is_empty() { "};" } else { "\n};" });
    text
}

fn python(bytes: &[u8]) -> String {
    let mut text = String::from("b'");
    for &byte in bytes {
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'\\' => text.push_str("\\\\"),
            b'\'' => text.push_str("\\'"),
            0x20..=0x7e => text.push(char::from(byte)),
            _ => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push('\'');
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::parse_hex;
    use super::*;

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
        assert_eq!(copy(&[0; 40], CopyFormat::Dump).lines().count(), 3);
    }

    proptest! {
        #[test]
        fn nothing_is_cut_off(bytes in prop::collection::vec(any::<u8>(), 1..2_000)) {
            let c = copy(&bytes, CopyFormat::C);
            let body = &c[c.find('{').unwrap()..];
            prop_assert_eq!(parse_hex(body), Ok(bytes.clone()));
            prop_assert!(copy(&bytes, CopyFormat::Python).is_ascii());
        }
    }
}
