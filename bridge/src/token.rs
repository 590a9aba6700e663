//! The secret that lets a client in.

use std::fmt;

use subtle::ConstantTimeEq as _;

/// The environment variable that may bring a token, so that a bridge started anew (by a development
/// server, say) keeps the one its pages know. It is not a flag, because everybody on the machine can
/// read the arguments of a process.
pub const TOKEN_VARIABLE: &str = "SOCKSCOPE_TOKEN";

/// The fewest characters of a token from outside: 128 bits as hexadecimal digits.
const MIN_LENGTH: usize = 32;

/// The secret that the URL's fragment carries to the page and `hello` carries back. `Debug` does not
/// show it, and there is no `Display`.
#[derive(Clone)]
pub struct Token(String);

/// A token that is too easy to guess or does not fit into a URL.
#[derive(Debug, thiserror::Error)]
#[error("a token must be at least {MIN_LENGTH} letters, digits, '-' or '_', chosen at random")]
pub struct BadToken;

impl Token {
    /// 128 random bits.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        let bits = (u128::from(getrandom::u64()?) << 64) | u128::from(getrandom::u64()?);
        Ok(Self(format!("{bits:032x}")))
    }

    /// A token from outside.
    ///
    /// # Errors
    /// [`BadToken`] when it is none.
    pub fn new(text: String) -> Result<Self, BadToken> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if text.len() >= MIN_LENGTH && text.bytes().all(fits) {
            Ok(Self(text))
        } else {
            Err(BadToken)
        }
    }

    /// Whether a client brought this token. Takes as long for a wrong one as for the right one.
    #[must_use]
    pub fn is(&self, brought: &str) -> bool {
        self.0.as_bytes().ct_eq(brought.as_bytes()).into()
    }

    /// The bare text, for the one place that hands it out: the URL.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn only_the_very_text_is_the_token() {
        let token = Token::random().unwrap();
        let text = token.reveal().to_owned();
        assert_eq!(text.len(), 32);
        assert!(token.is(&text));
        assert!(!token.is(""));
        assert!(!token.is(&text[1..]));
        assert!(!token.is(&text.replace(|_| true, "0")));
        assert!(!format!("{token:?}").contains(&text));
        assert_ne!(Token::random().unwrap().reveal(), text);
    }

    #[test]
    fn a_token_from_outside_must_be_long_and_plain() {
        assert!(Token::new("a".repeat(32)).is_ok());
        assert!(Token::new("a".repeat(31)).is_err());
        assert!(Token::new(format!("{}&x=1", "a".repeat(32))).is_err());
    }
}
