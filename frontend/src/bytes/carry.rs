use super::{Codec, Unit};

/// The end of a stream, as far as it may be the beginning of a character: at most three bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Carry {
    bytes: [u8; 3],
    len: usize,
}

impl Carry {
    /// How many bytes at the beginning of the next piece belong to a character that has begun before it.
    #[must_use]
    pub fn goes_on(self, codec: Codec, next: &[u8]) -> usize {
        let joined: Vec<u8> = self
            .held()
            .iter()
            .chain(next.iter().take(3))
            .copied()
            .collect();
        let mut at = 0;
        while at < self.len {
            match codec.step(&joined[at..]) {
                Some(step) => at += step.len,
                None => break,
            }
        }
        at.saturating_sub(self.len)
    }

    /// The stream goes on with a piece.
    #[must_use]
    pub fn after(self, codec: Codec, piece: &[u8]) -> Self {
        let start = self.goes_on(codec, piece);
        if piece.len() < 4 {
            let joined: Vec<u8> = self.held().iter().chain(piece).copied().collect();
            return Self::rest(codec, &joined, 0);
        }
        Self::rest(codec, piece, start)
    }

    fn rest(codec: Codec, bytes: &[u8], start: usize) -> Self {
        let mut at = codec.boundary(bytes, start, bytes.len().saturating_sub(1));
        while let Some(step) = bytes.get(at..).and_then(|rest| codec.step(rest)) {
            let rest = bytes.get(at..).unwrap_or_default();
            if step.unit == Unit::Cut && rest.len() <= 3 {
                let mut carry = Self {
                    bytes: [0; 3],
                    len: rest.len(),
                };
                carry.bytes[..rest.len()].copy_from_slice(rest);
                return carry;
            }
            at += step.len;
        }
        Self::default()
    }

    /// The bytes.
    #[must_use]
    pub fn held(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
