//! What a person chose for this browser: language, theme, projector mode, shortcuts. Kept in the browser's local storage;
//! where that is forbidden the choice lasts as long as the page.

use sockscope_frontend::bytes::Encoding;
use web_sys::{Element, Storage};

use crate::i18n::Lang;

const LANG: &str = "sockscope.lang";
const THEME: &str = "sockscope.theme";
const ENCODINGS: [&str; 2] = ["sockscope.encoding.sent", "sockscope.encoding.received"];
const PROJECTOR: &str = "sockscope.projector";
const KEYS: &str = "sockscope.keys";

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The one after it, in a circle.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

fn write(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // Full or forbidden: the choice lasts as long as the page.
        let _ = storage.set_item(key, value);
    }
}

fn root() -> Option<Element> {
    web_sys::window()?.document()?.document_element()
}

/// The language chosen before, or the first of the browser's that the page speaks, or English.
pub(crate) fn lang() -> Lang {
    let chosen = read(LANG).and_then(|tag| Lang::from_tag(&tag));
    chosen.unwrap_or_else(|| {
        let asked = web_sys::window().map(|window| window.navigator().languages());
        asked
            .iter()
            .flat_map(js_sys::Array::iter)
            .filter_map(|tag| tag.as_string())
            .find_map(|tag| Lang::from_tag(&tag))
            .unwrap_or(Lang::En)
    })
}

pub(crate) fn keep_lang(lang: Lang) {
    write(LANG, lang.tag());
}

/// Tells the document which language it is in.
pub(crate) fn apply_lang(lang: Lang) {
    if let Some(root) = root() {
        let _ = root.set_attribute("lang", lang.tag());
    }
}

pub(crate) fn theme() -> Theme {
    read(THEME)
        .and_then(|name| Theme::from_name(&name))
        .unwrap_or(Theme::System)
}

pub(crate) fn keep_theme(theme: Theme) {
    write(THEME, theme.name());
}

/// Colours the document.
pub(crate) fn apply_theme(theme: Theme) {
    if let Some(root) = root() {
        let _ = match theme {
            Theme::System => root.remove_attribute("data-theme"),
            Theme::Light | Theme::Dark => root.set_attribute("data-theme", theme.name()),
        };
    }
}

/// Whether the page is shown to a room.
pub(crate) fn projector() -> bool {
    read(PROJECTOR).as_deref() == Some("on")
}

pub(crate) fn keep_projector(on: bool) {
    write(PROJECTOR, on_off(on));
}

/// Enlarges the document.
pub(crate) fn apply_projector(on: bool) {
    if let Some(root) = root() {
        let _ = root.toggle_attribute_with_force("data-projector", on);
    }
}

/// Whether single keys are shortcuts.
pub(crate) fn keys() -> bool {
    read(KEYS).as_deref() != Some("off")
}

pub(crate) fn keep_keys(on: bool) {
    write(KEYS, on_off(on));
}

fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// The encodings of what is sent and received.
pub(crate) fn encodings() -> [Encoding; 2] {
    ENCODINGS.map(|key| {
        let chosen = read(key).and_then(|name| Encoding::from_name(&name));
        chosen.unwrap_or_default()
    })
}

/// Keeps them.
pub(crate) fn keep_encodings(encodings: [Encoding; 2]) {
    for (key, encoding) in ENCODINGS.into_iter().zip(encodings) {
        write(key, encoding.name());
    }
}
