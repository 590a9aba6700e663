use super::dump::digits;

/// What is wrong with typed or pasted hex, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HexError {
    /// The character at fault, counted from 0 in Unicode scalar values.
    pub at: usize,
    /// What is wrong.
    pub problem: HexProblem,
}

/// What is wrong with hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HexProblem {
    /// The digits before a separator, or at the end, do not make up whole bytes.
    OddDigits,
    /// It is neither a digit nor a separator.
    Character(char),
}

/// The bytes of typed or pasted hex. White space, `,` `;` `:` `-` `_` `|`, brackets and quotes
/// separate; `0x`, `\x` and `%` may begin a byte. A single digit on its own is a byte (`0xa`).
///
/// # Errors
/// [`HexError`] at the first character that is none of these, and where digits are left over.
pub fn parse_hex(typed: &str) -> Result<Vec<u8>, HexError> {
    let characters: Vec<char> = typed.chars().collect();
    let mut bytes = Vec::with_capacity(characters.len() / 2);
    let mut at = 0;
    while let Some(&c) = characters.get(at) {
        let next = characters.get(at + 1).map(char::to_ascii_lowercase);
        match (c, next) {
            ('0' | '\\', Some('x')) => at += 2,
            ('%', _) => at += 1,
            _ if is_separator(c) => {
                at += 1;
                continue;
            }
            _ if c.is_ascii_hexdigit() => {}
            _ => {
                let problem = HexProblem::Character(c);
                return Err(HexError { at, problem });
            }
        }
        let run: Vec<u8> = characters[at..]
            .iter()
            .enumerate()
            // `0x` in the middle of digits begins the next byte.
            .take_while(|(ahead, c)| {
                c.is_ascii_hexdigit()
                    && !(**c == '0'
                        && *ahead > 0
                        && matches!(characters.get(at + ahead + 1), Some('x' | 'X')))
            })
            .filter_map(|(_, c)| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect();
        match run.as_slice() {
            [] => {
                let (at, problem) = match characters.get(at) {
                    Some(c) => (at, HexProblem::Character(*c)),
                    None => (at - 1, HexProblem::OddDigits),
                };
                return Err(HexError { at, problem });
            }
            [digit] => bytes.push(*digit),
            digits if digits.len() % 2 == 1 => {
                let at = at + digits.len() - 1;
                let problem = HexProblem::OddDigits;
                return Err(HexError { at, problem });
            }
            digits => bytes.extend(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1])),
        }
        at += run.len();
    }
    Ok(bytes)
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || ",;:-_|[](){}<>\"'`，；：、\u{feff}".contains(c)
}

/// Bytes as hex that [`parse_hex`] reads back: `48 65 6c`.
#[must_use]
pub fn show_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 {
            text.push(' ');
        }
        text.extend(digits(*byte));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_paste_is_understood() {
        for pasted in [
            "48656c6c6f",
            "48 65 6C 6c 6F",
            "0x48, 65:6c-6C\n6f",
            "{0x48,0x65,0x6c,0x6c,0x6f};",
            r"\x48\x65\x6c\x6c\x6f",
            "b'\\x48\\x65\\x6c\\x6c\\x6f'".trim_start_matches('b'),
            "0x480x650x6c6c6f",
            "%48%65%6C%6C%6F",
            "4865 6c6c6f",
        ] {
            assert_eq!(parse_hex(pasted).as_deref(), Ok(&b"Hello"[..]), "{pasted}");
        }
        assert_eq!(parse_hex("0x1, a, 0b"), Ok(vec![1, 10, 11]));
        assert_eq!(parse_hex(" \n"), Ok(vec![]));
        assert_eq!(parse_hex("00"), Ok(vec![0]));
    }

    #[test]
    fn errors_point_at_the_character() {
        let error = |pasted| parse_hex(pasted).unwrap_err();
        let at = |at, problem| HexError { at, problem };
        assert_eq!(error("48 6g"), at(4, HexProblem::Character('g')));
        assert_eq!(error("48656"), at(4, HexProblem::OddDigits));
        assert_eq!(error("ab 123 45"), at(5, HexProblem::OddDigits));
        assert_eq!(error("0x"), at(1, HexProblem::OddDigits));
        assert_eq!(error("0xzz"), at(2, HexProblem::Character('z')));
        assert_eq!(error("你"), at(0, HexProblem::Character('你')));
    }

    proptest! {
        #[test]
        fn any_bytes_survive_as_hex(bytes: Vec<u8>) {
            prop_assert_eq!(parse_hex(&show_hex(&bytes)), Ok(bytes.clone()));
            let c: Vec<String> = bytes.iter().map(|byte| format!("0x{byte:02X}")).collect();
            prop_assert_eq!(parse_hex(&c.concat()), Ok(bytes.clone()));
            prop_assert_eq!(parse_hex(&c.join(",\n")), Ok(bytes));
        }

        #[test]
        fn no_text_is_too_strange(typed: String) {
            if let Err(error) = parse_hex(&typed) {
                prop_assert!(error.at < typed.chars().count());
            }
        }
    }
}
