//! Bytes of which each place can be told from its neighbours.

use std::sync::LazyLock;

/// A prime, so that no packet of a usual size falls into step with it.
const PERIOD: usize = 65_521;
/// The most that is given out at once.
const RUN: usize = 1024 * 1024;

static BYTES: LazyLock<Box<[u8]>> = LazyLock::new(|| {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let period: Vec<u8> = (0..PERIOD)
        .map(|_| {
            // xorshift64
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect();
    period.iter().copied().cycle().take(PERIOD + RUN).collect()
});

/// What stands at `offset`, at most `limit` bytes of it.
pub(crate) fn at(offset: u64, limit: u64) -> &'static [u8] {
    let begin = begin(offset);
    let length = usize::try_from(limit).map_or(RUN, |limit| limit.min(RUN));
    &BYTES[begin..begin + length]
}

/// Whether these bytes stand at `offset`.
pub(crate) fn is_at(mut offset: u64, bytes: &[u8]) -> bool {
    bytes.chunks(RUN).all(|part| {
        let same = part == at(offset, part.len() as u64);
        offset += part.len() as u64;
        same
    })
}

fn begin(offset: u64) -> usize {
    usize::try_from(offset % PERIOD as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{at, is_at};

    #[test]
    fn a_place_is_known_by_its_bytes() {
        let bytes = at(1_000_000, 4096);
        assert_eq!(bytes.len(), 4096);
        assert!(is_at(1_000_000, bytes));
        assert!(!is_at(1_000_001, bytes));
        assert!(!is_at(0, bytes));
        assert!(is_at(1_000_100, &bytes[100..]));
    }
}
