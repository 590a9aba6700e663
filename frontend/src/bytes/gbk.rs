//! GBK, with its table taken from a decoder that is there anyway: browsers have one, and a table of
//! our own would be a third of the page's size.

/// The lead bytes of a pair, and the bytes that may follow them (GB 18030, two-byte codes).
const LEADS: std::ops::RangeInclusive<u8> = 0x81..=0xfe;
const TRAILS: usize = 190;
/// No character has this code: the pair is not assigned.
const NONE: u16 = 0xfffd;

/// Something that decodes GBK as the WHATWG Encoding Standard says: the browser's `TextDecoder`.
pub trait GbkDecoder {
    /// The text of all these bytes, with U+FFFD for what is invalid.
    fn decode(&self, bytes: &[u8]) -> String;
}

/// GBK in both directions.
pub struct Gbk {
    decoder: Box<dyn GbkDecoder>,
    /// The character of each pair.
    characters: Vec<u16>,
    /// The pair of each character, by its code.
    pairs: Vec<u16>,
}

impl Gbk {
    /// Reads the table out of a decoder, by giving it every pair: 180 kB with its reverse, some milliseconds.
    #[must_use]
    pub fn new(decoder: Box<dyn GbkDecoder>) -> Self {
        let mut all = Vec::new();
        for lead in LEADS {
            for trail in (0x40..=0xfe).filter(|trail| *trail != 0x7f) {
                // A space ends what a bad pair may have begun, and shows where the next one starts.
                all.extend_from_slice(&[lead, trail, b'\n']);
            }
        }
        let text = decoder.decode(&all);
        let characters: Vec<u16> = text
            .split('\n')
            .take(LEADS.len() * TRAILS)
            .map(|one| {
                let mut letters = one.chars();
                match (letters.next(), letters.next()) {
                    (Some(letter), None) => u16::try_from(u32::from(letter)).unwrap_or(NONE),
                    _ => NONE,
                }
            })
            .collect();
        let mut pairs = vec![NONE; 1 << 16];
        // Of two pairs for one character, the first is written.
        for (pointer, letter) in (0..).zip(&characters) {
            let pair = &mut pairs[usize::from(*letter)];
            *pair = pointer.min(*pair);
        }
        pairs[usize::from(NONE)] = NONE;
        Self {
            decoder,
            characters,
            pairs,
        }
    }

    /// The character of a pair of bytes.
    pub(super) fn pair(&self, lead: u8, trail: u8) -> Option<char> {
        let skipped = match trail {
            0x40..=0x7e => 0x40,
            0x80..=0xfe => 0x41,
            _ => return None,
        };
        let column = usize::from(trail - skipped);
        let row = usize::from(lead.checked_sub(*LEADS.start())?);
        let letter = *self.characters.get(row * TRAILS + column)?;
        char::from_u32(letter.into()).filter(|_| letter != NONE)
    }

    /// The character of four bytes.
    pub(super) fn four(&self, bytes: &[u8]) -> Option<char> {
        let text = self.decoder.decode(bytes);
        text.chars().next().filter(|letter| *letter != '\u{fffd}')
    }

    /// The bytes of a character; none when GBK has it not. What takes four bytes is GB 18030 alone,
    /// which receivers of GBK do not know (WHATWG Encoding Standard, gb18030 encoder).
    pub(super) fn encode(&self, letter: char) -> Option<(u8, Option<u8>)> {
        match letter {
            '\0'..='\x7f' => return Some((letter as u8, None)),
            '€' => return Some((0x80, None)),
            // A code for private use that two-byte decoders disagree about.
            '\u{e5e5}' => return None,
            _ => {}
        }
        let code = u16::try_from(u32::from(letter)).ok()?;
        let pointer = self
            .pairs
            .get(usize::from(code))
            .filter(|pointer| **pointer != NONE)?;
        let (row, column) = (
            usize::from(*pointer) / TRAILS,
            usize::from(*pointer) % TRAILS,
        );
        let lead = u8::try_from(row).ok()?.checked_add(*LEADS.start())?;
        let trail = u8::try_from(column + if column < 0x3f { 0x40 } else { 0x41 }).ok()?;
        Some((lead, Some(trail)))
    }
}
