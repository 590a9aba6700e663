//! Masking (RFC 6455 section 5.3).

/// What one step takes: a whole number of vector registers on any machine.
const STEP: usize = 64;

/// Masks or unmasks in place. Afterwards `key` is as the bytes that follow need it.
pub(super) fn unmask(bytes: &mut [u8], key: &mut [u8; 4]) {
    let mut long = [0; STEP];
    for part in long.as_chunks_mut::<4>().0 {
        *part = *key;
    }
    let (steps, rest) = bytes.as_chunks_mut::<STEP>();
    for step in steps {
        for (byte, key) in step.iter_mut().zip(&long) {
            *byte ^= key;
        }
    }
    for (byte, key) in rest.iter_mut().zip(&long) {
        *byte ^= key;
    }
    key.rotate_left(rest.len() % 4);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::unmask;

    proptest! {
        #[test]
        fn every_byte_meets_its_byte_of_the_key(
            bytes in prop::collection::vec(any::<u8>(), 0..400),
            key: [u8; 4],
            cut in 0..400_usize,
        ) {
            let plain: Vec<u8> = bytes.iter().zip(key.iter().cycle()).map(|(b, k)| b ^ k).collect();
            let mut pieces = bytes;
            let (one, other) = pieces.split_at_mut(cut.min(plain.len()));
            let mut key = key;
            unmask(one, &mut key);
            unmask(other, &mut key);
            prop_assert_eq!(pieces, plain);
        }
    }
}
