//! Every text of the page, in Chinese and in English. A text stands in both languages side by side;
//! one that is missing does not compile. Numbers, bytes, names of calls and of errors are the same in
//! both and do not come from here.

mod bytes;
mod calls;
mod code;
mod diagram;
mod errors;
mod guide;
mod inspector;
mod keys;
pub(crate) mod lessons;
mod page;
mod reasons;
mod replay;
mod stage;
mod states;

pub(crate) use bytes::Bytes;
pub(crate) use calls::Calls;
pub(crate) use code::Code;
pub(crate) use diagram::Diagram;
pub(crate) use errors::explain;
pub(crate) use guide::Guide;
pub(crate) use inspector::Inspector;
pub(crate) use keys::Keys;
pub(crate) use page::Page;
pub(crate) use reasons::Reasons;
pub(crate) use replay::Replay;
pub(crate) use stage::Stage;
pub(crate) use states::States;

/// A text without parameters.
pub(crate) type Text = &'static str;

/// Declares a struct of texts with its two values: `field: type = English, Chinese;`.
macro_rules! messages {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty = $en:expr, $zh:expr;)* }) => {
        $(#[$doc])*
        pub(crate) struct $name {
            $($(#[$field_doc])* pub(crate) $field: $kind,)*
        }

        impl $name {
            pub(super) const EN: Self = Self { $($field: $en,)* };
            pub(super) const ZH: Self = Self { $($field: $zh,)* };
        }
    };
}
use messages;

/// All texts of one language.
pub(crate) struct Messages {
    pub(crate) page: Page,
    pub(crate) stage: Stage,
    pub(crate) diagram: Diagram,
    pub(crate) inspector: Inspector,
    pub(crate) calls: Calls,
    pub(crate) bytes: Bytes,
    pub(crate) code: Code,
    pub(crate) lang: Lang,
    pub(crate) guide: Guide,
    pub(crate) reasons: Reasons,
    pub(crate) states: States,
    pub(crate) keys: Keys,
    pub(crate) replay: Replay,
}

static EN: Messages = Messages {
    page: Page::EN,
    stage: Stage::EN,
    diagram: Diagram::EN,
    inspector: Inspector::EN,
    calls: Calls::EN,
    bytes: Bytes::EN,
    code: Code::EN,
    lang: Lang::En,
    guide: Guide::EN,
    reasons: Reasons::EN,
    states: States::EN,
    keys: Keys::EN,
    replay: Replay::EN,
};

static ZH: Messages = Messages {
    page: Page::ZH,
    stage: Stage::ZH,
    diagram: Diagram::ZH,
    inspector: Inspector::ZH,
    calls: Calls::ZH,
    bytes: Bytes::ZH,
    code: Code::ZH,
    lang: Lang::Zh,
    guide: Guide::ZH,
    reasons: Reasons::ZH,
    states: States::ZH,
    keys: Keys::ZH,
    replay: Replay::ZH,
};

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    Zh,
    En,
}

impl Lang {
    /// The tag for `<html lang>` (BCP 47).
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language that a tag asks for, as far as the page speaks it.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("zh") {
            Some(Self::Zh)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// Its texts.
    pub(crate) fn messages(self) -> &'static Messages {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn tags_of_browsers_are_understood() {
        assert_eq!(Lang::from_tag("zh-CN"), Some(Lang::Zh));
        assert_eq!(Lang::from_tag("zh-Hant-TW"), Some(Lang::Zh));
        assert_eq!(Lang::from_tag("EN"), Some(Lang::En));
        assert_eq!(Lang::from_tag("de-DE"), None);
        assert_eq!(Lang::from_tag(""), None);
    }

    #[test]
    fn a_tag_names_its_language() {
        for lang in [Lang::Zh, Lang::En] {
            assert_eq!(Lang::from_tag(lang.tag()), Some(lang));
        }
    }
}
