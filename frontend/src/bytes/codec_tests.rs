use encoding_rs::{GBK, UTF_8, UTF_16BE, UTF_16LE};
use proptest::prelude::*;

use super::super::native::codec;
use super::super::{Carry, Encoding};
use super::*;

/// The standard's own reading of all bytes.
fn standard(encoding: Encoding, bytes: &[u8]) -> String {
    let standard = match encoding {
        Encoding::Utf8 => UTF_8,
        Encoding::Gbk => GBK,
        Encoding::Utf16Le => UTF_16LE,
        Encoding::Utf16Be => UTF_16BE,
        Encoding::Latin1 => return bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    standard.decode_without_bom_handling(bytes).0.into_owned()
}

fn read(codec: Codec, bytes: &[u8]) -> (String, Vec<usize>) {
    let (mut text, mut starts, mut at) = (String::new(), Vec::new(), 0);
    while let Some(step) = codec.step(&bytes[at..]) {
        starts.push(at);
        let own = &bytes[at..at + step.len];
        let letter = (step.unit == Unit::Character)
            .then(|| codec.character(own))
            .flatten();
        text.push(letter.unwrap_or('\u{fffd}'));
        at += step.len;
    }
    assert_eq!(at, bytes.len());
    (text, starts)
}

/// Bytes that are mostly text, in some encoding or none.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let some = prop_oneof![
        "[a-c你好€ä\u{10000}0-9\n]{0,6}".prop_map(String::into_bytes),
        "[a-c你好€0-9\n]{0,6}".prop_map(|text| GBK.encode(&text).0.into_owned()),
        "[a你\u{10000}\n]{0,6}"
            .prop_map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        prop::collection::vec(any::<u8>(), 0..6),
        prop::collection::vec(
            prop::sample::select(vec![0x81, 0x30, 0xfe, 0x39, 0xd8, 0xdc, 0x80, 0xff, 0x7f]),
            0..8
        ),
    ];
    prop::collection::vec(some, 0..8).prop_map(|parts| parts.concat())
}

fn encoding() -> impl Strategy<Value = Encoding> {
    prop::sample::select(Encoding::ALL.to_vec())
}

#[test]
fn gbk_has_every_character_of_the_standard_and_no_other() {
    let codec = codec(Encoding::Gbk);
    for letter in ('\0'..='\u{ffff}').chain('\u{20000}'..'\u{20100}') {
        let mut ours = Vec::new();
        let text = letter.to_string();
        let (theirs, _, unmapped) = GBK.encode(&text);
        let written = codec.write(letter, &mut ours);
        // Codes for private use that stood for characters which have their own since GB 18030-2022
        // are written by the standard and never read: here they are refused.
        let private = ('\u{e000}'..='\u{f8ff}').contains(&letter);
        assert!(written != unmapped || private, "{letter:?}");
        if written {
            assert_eq!(ours, theirs.as_ref(), "{letter:?}");
        }
    }
}

#[test]
fn what_an_encoding_lacks_is_refused() {
    let mut bytes = Vec::new();
    assert!(!codec(Encoding::Latin1).write('你', &mut bytes));
    assert!(!codec(Encoding::Gbk).write('😀', &mut bytes));
    assert!(codec(Encoding::Utf16Be).write('😀', &mut bytes));
    assert_eq!(bytes, [0xd8, 0x3d, 0xde, 0x00]);
}

proptest! {
    #[test]
    fn bytes_read_as_the_standard_reads_them(bytes in bytes(), encoding in encoding()) {
        prop_assert_eq!(read(codec(encoding), &bytes).0, standard(encoding, &bytes));
    }

    #[test]
    fn pieces_read_as_the_whole(bytes in bytes(), cuts in prop::collection::vec(0_usize..40, 0..6), encoding in encoding()) {
        let codec = codec(encoding);
        let (_, starts) = read(codec, &bytes);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.sort_unstable();
        cuts.push(bytes.len());
        let (mut carry, mut from) = (Carry::default(), 0);
        for to in cuts {
            let piece = &bytes[from..to];
            // With what comes next, as a window that looks three bytes ahead.
            let next = &bytes[from..bytes.len().min(to + 3)];
            let begins = from + carry.goes_on(codec, next);
            if begins < bytes.len() {
                prop_assert!(starts.contains(&begins), "{begins} of {starts:?}");
                prop_assert!(starts.iter().all(|start| *start < from || *start >= begins));
            }
            carry = carry.after(codec, piece);
            prop_assert!(carry.held().len() <= to);
            prop_assert_eq!(carry.held(), &bytes[to - carry.held().len()..to]);
            from = to;
        }
    }

    #[test]
    fn windows_begin_where_characters_do(bytes in bytes(), at in 0_usize..60, encoding in encoding()) {
        let codec = codec(encoding);
        let (_, starts) = read(codec, &bytes);
        let at = at.min(bytes.len());
        let expected = starts.iter().copied().rfind(|start| *start <= at).unwrap_or(0);
        if at < bytes.len() {
            prop_assert_eq!(codec.boundary(&bytes, 0, at), expected);
        }
    }

    #[test]
    fn what_is_written_is_read_back(text in "\\PC{0,20}", encoding in encoding()) {
        let codec = codec(encoding);
        let mut bytes = Vec::new();
        let written: String = text.chars().filter(|letter| codec.write(*letter, &mut bytes)).collect();
        prop_assert_eq!(read(codec, &bytes).0, written);
    }
}
