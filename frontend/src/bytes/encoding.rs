/// How text is written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Encoding {
    /// RFC 3629.
    #[default]
    Utf8,
    /// GBK with what GB 18030 adds, as the WHATWG Encoding Standard defines it.
    Gbk,
    /// ISO 8859-1, each byte its own character, as Python's `latin-1`. Browsers mean windows-1252 by
    /// that name, in which bytes from 0x80 to 0x9f are other characters.
    Latin1,
    /// RFC 2781, the low byte first.
    Utf16Le,
    /// RFC 2781, the high byte first.
    Utf16Be,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Utf8,
        Self::Gbk,
        Self::Latin1,
        Self::Utf16Le,
        Self::Utf16Be,
    ];

    /// Its name, for people and for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gbk => "GBK",
            Self::Latin1 => "Latin-1",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}
