use std::borrow::Cow;

/// What a person chose to end the lines of a typed text with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LineEnding {
    /// Nothing is added; line breaks are `\n`, as they were typed.
    #[default]
    None,
    /// Every line ends with `\n`, the last one too.
    Lf,
    /// Every line ends with `\r\n`, the last one too, as most text protocols of the Internet have it.
    CrLf,
}

impl LineEnding {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::Lf, Self::CrLf];

    /// Its name for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Lf => "lf",
            Self::CrLf => "crlf",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ending| ending.name() == name)
    }

    /// How it is written as an escape; empty when nothing is added.
    #[must_use]
    pub fn escaped(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Lf => "\\n",
            Self::CrLf => "\\r\\n",
        }
    }

    /// Typed text as it is to be sent. Escapes are not line breaks, and an empty text has no line.
    #[must_use]
    pub fn apply(self, typed: &str) -> Cow<'_, str> {
        let lines: Cow<'_, str> = if typed.contains('\r') {
            Cow::Owned(typed.replace("\r\n", "\n").replace('\r', "\n"))
        } else {
            Cow::Borrowed(typed)
        };
        let end = match self {
            Self::None => return lines,
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        };
        if lines.is_empty() {
            return lines;
        }
        let mut sent = lines.replace('\n', end);
        if !lines.ends_with('\n') {
            sent.push_str(end);
        }
        Cow::Owned(sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_chosen() {
        assert_eq!(LineEnding::CrLf.apply("a\nb\\n"), "a\r\nb\\n\r\n");
        assert_eq!(LineEnding::CrLf.apply("a\r\n"), "a\r\n");
        assert_eq!(LineEnding::Lf.apply("a"), "a\n");
        assert_eq!(LineEnding::None.apply("a\r\nb"), "a\nb");
        assert_eq!(LineEnding::CrLf.apply(""), "");
    }

    #[test]
    fn names_are_read_back() {
        for ending in LineEnding::ALL {
            assert_eq!(LineEnding::from_name(ending.name()), Some(ending));
        }
        assert_eq!(LineEnding::from_name("cr"), None);
    }
}
