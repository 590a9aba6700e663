/// Bytes in a row of a hex dump.
pub const ROW_BYTES: usize = 16;

/// A row of a hex dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DumpRow<'a> {
    /// The offset of its first byte.
    pub offset: u64,
    /// Its bytes: [`ROW_BYTES`], fewer in the last row.
    pub bytes: &'a [u8],
}

/// A byte of a hex dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Two digits.
    pub hex: [char; 2],
    /// The character in the right-hand column: the byte where it is printable ASCII, else a dot.
    pub character: char,
}

/// How many rows so many bytes take.
#[must_use]
pub fn rows(len: usize) -> usize {
    len.div_ceil(ROW_BYTES)
}

/// A row by its index, so that a long dump costs no more than what is seen of it. `base` is the
/// stream offset of the first byte.
#[must_use]
pub fn row(bytes: &[u8], index: usize, base: u64) -> Option<DumpRow<'_>> {
    let start = index.checked_mul(ROW_BYTES)?;
    let end = start.saturating_add(ROW_BYTES).min(bytes.len());
    let bytes = bytes.get(start..end).filter(|bytes| !bytes.is_empty())?;
    Some(DumpRow {
        offset: base.saturating_add(start as u64),
        bytes,
    })
}

impl DumpRow<'_> {
    /// Its bytes as they are shown.
    pub fn cells(&self) -> impl Iterator<Item = Cell> {
        self.bytes.iter().map(|byte| Cell {
            hex: digits(*byte),
            character: match byte {
                0x20..=0x7e => char::from(*byte),
                _ => '.',
            },
        })
    }

    /// The row as a line of text: offset, hex in two groups of eight, characters.
    #[must_use]
    pub fn line(&self) -> String {
        let mut hex = String::with_capacity(ROW_BYTES * 3 + 1);
        let mut characters = String::with_capacity(ROW_BYTES);
        for (at, cell) in self.cells().enumerate() {
            if at == ROW_BYTES / 2 {
                hex.push(' ');
            }
            hex.extend(cell.hex);
            hex.push(' ');
            characters.push(cell.character);
        }
        let width = ROW_BYTES * 3 + 1;
        format!("{:08x}  {hex:width$} |{characters}|", self.offset)
    }
}

/// A byte as two lower-case digits.
pub(super) fn digits(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('?'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_reads_as_hexdump_writes_it() {
        let line = row(b"Hello, \xe4\xbd\xa0!\r\n", 0, 0x20).unwrap().line();
        assert_eq!(
            line,
            "00000020  48 65 6c 6c 6f 2c 20 e4  bd a0 21 0d 0a           |Hello, ...!..|"
        );
        assert_eq!(row(b"", 0, 0), None);
        assert_eq!(row(b"x", 1, 0), None);
        assert_eq!(row(b"x", usize::MAX, 0), None);
    }

    proptest! {
        #[test]
        fn rows_make_up_the_bytes(bytes: Vec<u8>, base in 0_u64..1 << 40) {
            let mut again = Vec::new();
            for index in 0..rows(bytes.len()) {
                let row = row(&bytes, index, base).unwrap();
                prop_assert_eq!(row.offset, base + again.len() as u64);
                again.extend_from_slice(row.bytes);
            }
            prop_assert_eq!(row(&bytes, rows(bytes.len()), base), None);
            prop_assert_eq!(again, bytes);
        }
    }
}
