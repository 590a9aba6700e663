use super::text::is_invisible;
use super::{Codec, Encoding, Unit};

/// Cuts text into the lines in which it is shown.
#[derive(Clone, Copy, PartialEq)]
pub struct Lines {
    /// How it is read.
    pub codec: Codec,
    /// How many columns a line has, where a Chinese character takes two.
    pub columns: usize,
    /// Whether a line feed ends a line.
    pub breaks: bool,
}

impl Lines {
    /// Where the line that begins at `from`, where a character begins, ends: at least one unit on.
    #[must_use]
    pub fn end(&self, bytes: &[u8], from: usize) -> usize {
        let one_byte = !matches!(self.codec.encoding(), Encoding::Utf16Le | Encoding::Utf16Be);
        let (mut at, mut room) = (from, self.columns);
        while let Some(&first) = bytes.get(at) {
            let rest = bytes.get(at..).unwrap_or_default();
            if one_byte {
                // Most of most texts: a byte, a column.
                let plain = |byte: &&u8| (b' '..=b'~').contains(*byte);
                let many = rest.iter().take(room).take_while(plain).count();
                if many > 0 {
                    at += many;
                    room -= many;
                    continue;
                }
            }
            let (len, columns, ends) = if one_byte && first < 0x80 {
                (1, columns(first.into()), first == b'\n')
            } else {
                let Some(step) = self.codec.step(rest) else {
                    break;
                };
                let letter = match step.unit {
                    Unit::Character if step.len < 4 => self
                        .codec
                        .character(rest.get(..step.len).unwrap_or_default()),
                    _ => None,
                };
                let columns = match (step.unit, letter) {
                    (Unit::Character, Some(letter)) => columns(letter),
                    (Unit::Character | Unit::Cut, _) => 2,
                    (Unit::Invalid, _) => 4 * step.len,
                };
                (step.len, columns, letter == Some('\n'))
            };
            if columns > room && at > from {
                break;
            }
            at += len;
            room = room.saturating_sub(columns);
            if ends && self.breaks {
                break;
            }
        }
        at
    }

    /// Cuts off a part of at least `least` bytes that ends where a line does. Returns its end and how
    /// many lines it has.
    #[must_use]
    pub fn part(&self, bytes: &[u8], from: usize, skip: usize, least: usize) -> (usize, usize) {
        let (mut at, mut count) = (from, 0);
        while at < bytes.len() && at - from < least {
            at = self.next(bytes, at, skip);
            count += 1;
        }
        (at, count)
    }

    /// Where the line that begins at `from` ends. The first `skip` bytes of all belong to a character
    /// that has begun before them, and stand in the first line.
    #[must_use]
    pub fn next(&self, bytes: &[u8], from: usize, skip: usize) -> usize {
        match skip.min(bytes.len()) {
            skip if from < skip => self.end(bytes, skip).max(skip),
            _ => self.end(bytes, from),
        }
    }
}

/// How many columns a character takes as it is shown: two from where the East Asian scripts begin.
fn columns(letter: char) -> usize {
    match letter {
        '\0' | '\t' | '\n' | '\r' => 2,
        '\x01'..='\x1f' | '\x7f' => 4,
        _ if is_invisible(letter) => 6,
        _ => 1 + usize::from(letter >= '\u{1100}'),
    }
}
