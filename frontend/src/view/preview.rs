//! The beginning of some bytes as a line of text.

use sockscope_frontend::bytes::show_text;

/// Bytes in quotes, at most `most` of them: what cannot be seen is escaped, and an ellipsis tells that
/// these are not all.
pub(crate) fn quoted(bytes: &[u8], most: usize) -> String {
    let mut end = most.min(bytes.len());
    let more = end < bytes.len();
    // Not in the middle of a character (RFC 3629: bytes that go on begin with the bits 10).
    let least = end.saturating_sub(3);
    while more && end > least && bytes.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    let text = show_text(bytes.get(..end).unwrap_or_default());
    format!("\"{text}{}\"", if more { "…" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn text_reads_and_the_rest_is_escaped() {
        assert_eq!(quoted("你好\n".as_bytes(), 48), r#""你好\n""#);
        assert_eq!(quoted(b"a\xff", 48), r#""a\xff""#);
        assert_eq!(quoted(b"", 48), r#""""#);
    }

    #[test]
    fn a_character_is_not_cut() {
        assert_eq!(quoted("ab你".as_bytes(), 4), r#""ab…""#);
        assert_eq!(quoted("ab你c".as_bytes(), 5), r#""ab你…""#);
    }
}
