use super::{Encoding, Gbk};

/// What stands at a place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A character.
    Character,
    /// Bytes that are no character.
    Invalid,
    /// The beginning of a character whose other bytes are not here.
    Cut,
}

/// A unit and how many bytes it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub unit: Unit,
    /// Its bytes: 1 to 4.
    pub len: usize,
}

/// Reads and writes text in one encoding, character by character, so that it is known of every byte to
/// which character it belongs. All of it is as the WHATWG Encoding Standard has it.
#[derive(Clone, Copy)]
pub struct Codec {
    encoding: Encoding,
    gbk: Option<&'static Gbk>,
}

impl PartialEq for Codec {
    fn eq(&self, other: &Self) -> bool {
        self.encoding == other.encoding
    }
}

/// Bytes at the end of which, whatever came before, a GBK character ends: they are part of no longer one.
fn ends_gbk(byte: u8) -> bool {
    matches!(byte, 0..0x30 | 0x3a..0x40 | 0x7f)
}

impl Codec {
    /// The codec of an encoding; `gbk` gives the table when it is needed.
    #[must_use]
    pub fn new(encoding: Encoding, gbk: impl FnOnce() -> &'static Gbk) -> Self {
        Self {
            encoding,
            gbk: (encoding == Encoding::Gbk).then(gbk),
        }
    }

    /// UTF-8.
    #[must_use]
    pub fn utf8() -> Self {
        Self {
            encoding: Encoding::Utf8,
            gbk: None,
        }
    }

    /// Its encoding.
    #[must_use]
    pub fn encoding(self) -> Encoding {
        self.encoding
    }

    /// What stands at the beginning of `bytes`, which is where a character begins; none at the end.
    #[must_use]
    pub fn step(self, bytes: &[u8]) -> Option<Step> {
        let first = *bytes.first()?;
        let (unit, len) = match self.encoding {
            Encoding::Latin1 => (Unit::Character, 1),
            Encoding::Utf8 => utf8(first, bytes),
            Encoding::Gbk => self.gbk_step(first, bytes),
            Encoding::Utf16Le | Encoding::Utf16Be => self.utf16(bytes),
        };
        Some(Step { unit, len })
    }

    fn gbk_step(self, first: u8, bytes: &[u8]) -> (Unit, usize) {
        match first {
            0..=0x80 => return (Unit::Character, 1),
            0xff => return (Unit::Invalid, 1),
            _ => {}
        }
        match bytes.get(1) {
            None => (Unit::Cut, 1),
            Some(0x30..=0x39) => match (bytes.get(2), bytes.get(3)) {
                (None, _) => (Unit::Cut, 2),
                (Some(0x81..=0xfe), None) => (Unit::Cut, 3),
                (Some(0x81..=0xfe), Some(0x30..=0x39)) => (Unit::Character, 4),
                _ => (Unit::Invalid, 1),
            },
            Some(&second) => match self.gbk.and_then(|gbk| gbk.pair(first, second)) {
                Some(_) => (Unit::Character, 2),
                // What is ASCII stands for itself also behind a byte that should begin a pair.
                None => (Unit::Invalid, if second < 0x80 { 1 } else { 2 }),
            },
        }
    }

    fn code(self, bytes: &[u8]) -> Option<u16> {
        let pair = [*bytes.first()?, *bytes.get(1)?];
        Some(match self.encoding {
            Encoding::Utf16Be => u16::from_be_bytes(pair),
            _ => u16::from_le_bytes(pair),
        })
    }

    fn utf16(self, bytes: &[u8]) -> (Unit, usize) {
        match self.code(bytes) {
            None => (Unit::Cut, 1),
            Some(0xd800..=0xdbff) => match bytes.get(2..).and_then(|rest| self.code(rest)) {
                None => (Unit::Cut, bytes.len()),
                Some(0xdc00..=0xdfff) => (Unit::Character, 4),
                Some(_) => (Unit::Invalid, 2),
            },
            Some(0xdc00..=0xdfff) => (Unit::Invalid, 2),
            Some(_) => (Unit::Character, 2),
        }
    }

    /// The character that exactly these bytes are.
    #[must_use]
    pub fn character(self, bytes: &[u8]) -> Option<char> {
        match self.encoding {
            Encoding::Latin1 => bytes.first().map(|byte| char::from(*byte)),
            Encoding::Utf8 => std::str::from_utf8(bytes).ok()?.chars().next(),
            Encoding::Gbk => match *bytes {
                [0x80] => Some('€'),
                [byte @ 0..=0x7f] => Some(char::from(byte)),
                [lead, trail] => self.gbk?.pair(lead, trail),
                _ => self.gbk?.four(bytes),
            },
            Encoding::Utf16Le | Encoding::Utf16Be => {
                let codes = [
                    self.code(bytes)?,
                    bytes.get(2..).and_then(|rest| self.code(rest)).unwrap_or(0),
                ];
                char::decode_utf16(codes).next()?.ok()
            }
        }
    }

    /// Writes a character. Returns false when the encoding has it not.
    #[must_use]
    pub fn write(self, letter: char, bytes: &mut Vec<u8>) -> bool {
        match self.encoding {
            Encoding::Utf8 => bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            Encoding::Latin1 => match u8::try_from(u32::from(letter)) {
                Ok(byte) => bytes.push(byte),
                Err(_) => return false,
            },
            Encoding::Gbk => match self.gbk.and_then(|gbk| gbk.encode(letter)) {
                Some((first, second)) => {
                    bytes.push(first);
                    bytes.extend(second);
                }
                None => return false,
            },
            Encoding::Utf16Le | Encoding::Utf16Be => {
                for code in letter.encode_utf16(&mut [0; 2]) {
                    bytes.extend(match self.encoding {
                        Encoding::Utf16Be => code.to_be_bytes(),
                        _ => code.to_le_bytes(),
                    });
                }
            }
        }
        true
    }

    /// Where the unit begins that the byte at `at` belongs to. One begins at `start`, and not much is
    /// read of what is before `at`.
    #[must_use]
    pub fn boundary(self, bytes: &[u8], start: usize, at: usize) -> usize {
        let at = at.min(bytes.len());
        let mut safe = match self.encoding {
            Encoding::Latin1 => at,
            // Only what goes on begins with the bits 10, three times at most.
            Encoding::Utf8 => (0..=3)
                .filter_map(|back| at.checked_sub(back))
                .find(|safe| bytes.get(*safe).is_none_or(|byte| byte & 0xc0 != 0x80))
                .unwrap_or(at),
            Encoding::Gbk => bytes
                .get(start..at)
                .unwrap_or_default()
                .iter()
                .rposition(|byte| ends_gbk(*byte))
                .map_or(start, |last| start + last + 1),
            // Whole codes from the start on; the second half of a pair is found from its first.
            Encoding::Utf16Le | Encoding::Utf16Be => {
                (at - (at.saturating_sub(start) & 1)).saturating_sub(2)
            }
        }
        .max(start);
        if let Encoding::Utf16Le | Encoding::Utf16Be = self.encoding
            && safe >= start + 2
            && bytes
                .get(safe..)
                .and_then(|rest| self.code(rest))
                .is_some_and(|code| (0xdc00..=0xdfff).contains(&code))
        {
            safe -= 2;
        }
        while let Some(step) = bytes.get(safe..).and_then(|rest| self.step(rest)) {
            if safe + step.len > at {
                break;
            }
            safe += step.len;
        }
        safe
    }
}

/// RFC 3629, section 4; a byte that cannot go on ends what is invalid before it.
fn utf8(first: u8, bytes: &[u8]) -> (Unit, usize) {
    let (more, second) = match first {
        0..=0x7f => return (Unit::Character, 1),
        0xc2..=0xdf => (1, 0x80..=0xbf),
        0xe0 => (2, 0xa0..=0xbf),
        0xed => (2, 0x80..=0x9f),
        0xe1..=0xef => (2, 0x80..=0xbf),
        0xf0 => (3, 0x90..=0xbf),
        0xf1..=0xf3 => (3, 0x80..=0xbf),
        0xf4 => (3, 0x80..=0x8f),
        _ => return (Unit::Invalid, 1),
    };
    for at in 1..=more {
        match bytes.get(at) {
            None => return (Unit::Cut, at),
            Some(byte) if at == 1 && second.contains(byte) => {}
            Some(0x80..=0xbf) if at > 1 => {}
            Some(_) => return (Unit::Invalid, at),
        }
    }
    (Unit::Character, more + 1)
}

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;
