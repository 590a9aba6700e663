use super::dump::digits;
use super::text::is_invisible;
use super::{Codec, Unit, show_text};

/// What kind of units a run is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Characters of one column.
    Plain,
    /// Other characters that can be seen.
    Wide,
    /// A control character, as it is typed.
    Control,
    /// A character that cannot be seen, as its code point.
    Invisible,
    /// Bytes that are no character.
    Invalid,
    /// The rest of a character that has begun before.
    Rest,
    /// The beginning of a character whose other bytes have not come.
    Cut,
}

/// Units of one kind and length that stand together, and are marked alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What they are.
    pub kind: Kind,
    /// The first byte.
    pub at: usize,
    /// Bytes of each.
    pub each: usize,
    /// How many.
    pub count: usize,
    /// Their marks.
    pub mark: u8,
    /// As they are shown.
    pub text: String,
}

/// Where the bytes stand of which runs are made.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// A piece of a stream.
    pub bytes: &'a [u8],
    /// How many at its beginning belong to a character that has begun before it.
    pub skip: usize,
    /// The next bytes of the stream, three at most, so that its last character is whole.
    pub ahead: &'a [u8],
}

impl Place<'_> {
    /// The units of `from..to`, which need not begin where a character does. `cells` cuts characters at
    /// the ends, so that each byte keeps its place in a grid, where no character is longer than itself.
    pub fn runs(
        &self,
        codec: Codec,
        (from, to): (usize, usize),
        cells: bool,
        mark: impl Fn(usize, usize) -> u8,
    ) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut at = if from < self.skip {
            0
        } else {
            codec.boundary(self.bytes, self.skip, from)
        };
        while at < to.min(self.bytes.len()) {
            let (kind, len, text) = self.unit(codec, at, cells);
            let (begin, end) = (at, at + len);
            at = end;
            // In a grid of bytes, each invalid byte has a place of its own.
            let each = if cells && kind == Kind::Invalid {
                1
            } else {
                len
            };
            for first in (begin..end).step_by(each) {
                let last = first + each;
                let (first, last) = if cells {
                    (first.max(from), last.min(to))
                } else {
                    (first, last)
                };
                // A character is shown where it begins.
                let hidden = first > begin && kind != Kind::Invalid;
                if first < last {
                    let run = Run {
                        kind: if hidden { Kind::Rest } else { kind },
                        at: first,
                        each: last - first,
                        count: 1,
                        mark: mark(first, last),
                        text: if hidden { String::new() } else { text.clone() },
                    };
                    push(&mut runs, run, cells);
                }
            }
        }
        runs
    }

    /// What stands at `at`, how many bytes of it are here, and how it is shown.
    fn unit(&self, codec: Codec, at: usize, cells: bool) -> (Kind, usize, String) {
        let bytes = self.bytes.get(at..).unwrap_or_default();
        if at < self.skip {
            return (Kind::Rest, self.skip - at, String::new());
        }
        let Some(step) = codec.step(bytes) else {
            return (Kind::Rest, 1, String::new());
        };
        let own = bytes.get(..step.len).unwrap_or_default();
        let letter = match step.unit {
            Unit::Character => codec.character(own),
            Unit::Invalid => None,
            Unit::Cut => {
                let joined: Vec<u8> = own.iter().chain(self.ahead).copied().collect();
                match codec.step(&joined) {
                    Some(step) if step.unit == Unit::Character => {
                        codec.character(joined.get(..step.len).unwrap_or_default())
                    }
                    // It has not come, or never will.
                    _ => return (Kind::Cut, step.len, "…".to_owned()),
                }
            }
        };
        let (kind, text) = match letter {
            None => (
                Kind::Invalid,
                if cells { "·".to_owned() } else { invalid(own) },
            ),
            Some(letter @ ('\0'..='\x1f' | '\x7f')) => {
                let text = if cells {
                    "·".to_owned()
                } else {
                    show_text(&[letter as u8])
                };
                (Kind::Control, text)
            }
            Some(letter) if is_invisible(letter) => {
                let code = format!("U+{:04X}", u32::from(letter));
                (Kind::Invisible, if cells { "·".to_owned() } else { code })
            }
            Some(letter) => {
                let kind = if letter.is_ascii() {
                    Kind::Plain
                } else {
                    Kind::Wide
                };
                (kind, letter.to_string())
            }
        };
        (kind, step.len, text)
    }
}

/// Adds a run, to the last one where they are alike. In a grid, only characters of one cell are.
fn push(runs: &mut Vec<Run>, run: Run, cells: bool) {
    let joins = match run.kind {
        Kind::Plain => !cells || run.each == 1,
        Kind::Wide | Kind::Invalid => !cells,
        Kind::Control | Kind::Invisible | Kind::Rest | Kind::Cut => false,
    };
    match runs.last_mut() {
        Some(last)
            if joins && last.kind == run.kind && last.mark == run.mark && last.each == run.each =>
        {
            last.count += 1;
            last.text.push_str(&run.text);
        }
        _ => runs.push(run),
    }
}

fn invalid(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        text.push_str("\\x");
        text.extend(digits(*byte));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Encoding;
    use super::super::native::codec;
    use super::*;

    fn show(place: Place<'_>, range: (usize, usize), cells: bool) -> Vec<(Kind, usize, String)> {
        let runs = place.runs(Codec::utf8(), range, cells, |_, _| 0);
        runs.into_iter()
            .map(|run| (run.kind, run.each * run.count, run.text))
            .collect()
    }

    #[test]
    fn a_character_that_is_cut_stands_where_it_begins() {
        let first = Place {
            bytes: b"a\xe4\xbd",
            skip: 0,
            ahead: b"\xa0\n",
        };
        let expected = [
            (Kind::Plain, 1, "a".to_owned()),
            (Kind::Wide, 2, "你".to_owned()),
        ];
        assert_eq!(show(first, (0, 3), false), expected);
        let second = Place {
            bytes: b"\xa0\n",
            skip: 1,
            ahead: b"",
        };
        let expected = [
            (Kind::Rest, 1, String::new()),
            (Kind::Control, 1, "·".to_owned()),
        ];
        assert_eq!(show(second, (0, 2), true), expected);
        let never = Place {
            bytes: b"\xe4\xbd",
            skip: 0,
            ahead: b"",
        };
        assert_eq!(show(never, (0, 2), false), [(Kind::Cut, 2, "…".to_owned())]);
    }

    #[test]
    fn a_row_of_a_grid_begins_in_the_middle_of_a_character() {
        let place = Place {
            bytes: "a你b".as_bytes(),
            skip: 0,
            ahead: b"",
        };
        let cells = [
            (Kind::Rest, 1, String::new()),
            (Kind::Plain, 1, "b".to_owned()),
        ];
        assert_eq!(show(place, (3, 5), true), cells);
        assert_eq!(show(place, (2, 3), true), [(Kind::Rest, 1, String::new())]);
    }

    proptest! {
        #[test]
        fn cells_are_exactly_the_bytes(
            bytes in prop::collection::vec(prop::sample::select(vec![0x41, 0x81, 0x30, 0xe4, 0xbd, 0xa0, 0xff, 0x0a]), 0..40),
            from in 0_usize..40,
            len in 0_usize..40,
            encoding in prop::sample::select(Encoding::ALL.to_vec()),
            cells: bool,
        ) {
            let from = from.min(bytes.len());
            let to = (from + len).min(bytes.len());
            let place = Place { bytes: &bytes, skip: 0, ahead: b"" };
            let runs = place.runs(codec(encoding), (from, to), cells, |first, _| u8::from(first % 3 == 0));
            let mut at = runs.first().map_or(to, |run| run.at);
            let begins = if cells { at == from || from == to } else { at <= from };
            prop_assert!(begins, "from {at}");
            for run in &runs {
                prop_assert_eq!(run.at, at);
                at += run.each * run.count;
            }
            let ends = if cells { at == to } else { at >= to };
            prop_assert!(from == to || ends, "to {at}");
        }
    }
}
