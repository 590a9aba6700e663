//! What is to be sent: as text, as hex, or a file.

use sockscope_frontend::bytes::{Codec, LineEnding};

use super::bytes::encodings;
use super::draft::{Draft, Mode};
use crate::i18n::Bytes as Texts;
use crate::view::element::{Element, button, element, select};
use crate::view::{format, testid};

/// What the composer shows. What is done to it, the form around it hears.
pub(super) struct Composer<'a> {
    pub(super) draft: &'a Draft,
    pub(super) codec: Codec,
    /// Why the file cannot be sent in the way that was chosen.
    pub(super) problem: Option<String>,
    pub(super) t: &'static Texts,
}

fn problem(text: String) -> Element {
    element("span", "problem")
        .is("role", "alert")
        .is("data-testid", testid::COMPOSER_ERROR)
        .words(text)
}

impl Composer<'_> {
    pub(super) fn view(&self) -> Element {
        let (t, draft) = (self.t, self.draft);
        let mut modes = element("div", "segments")
            .is("role", "group")
            .is("aria-label", t.mode);
        for (mode, name, id) in [
            (Mode::Text, t.mode_text, testid::COMPOSER_MODE_TEXT),
            (Mode::Hex, t.mode_hex, testid::COMPOSER_MODE_HEX),
            (Mode::File, t.mode_file, testid::COMPOSER_MODE_FILE),
        ] {
            modes = modes.child(button(id, name).pressed(draft.mode == mode));
        }
        let text = (draft.mode == Mode::Text).then(|| {
            let encoding = encodings(testid::COMPOSER_ENCODING, t.encoding, self.codec.encoding());
            let chosen = draft.ending();
            let mut endings = LineEnding::ALL.into_iter().map(|ending| {
                let name = match ending {
                    LineEnding::None => t.ending_none,
                    other => other.escaped(),
                };
                (ending.name(), name, ending == chosen)
            });
            let ending = select(testid::COMPOSER_ENDING, t.ending, &mut endings);
            let word = element("span", "").text(t.ending);
            let label = element("label", "").child(word).child(ending);
            (encoding, label)
        });
        let (encoding, ending) = text.unzip();
        let bar = element("div", "composer-bar").child(modes);
        let bar = bar.maybe(encoding).maybe(ending);
        let composer = element("div", "composer")
            .is("data-testid", testid::COMPOSER)
            .is("role", "group")
            .is("aria-label", t.compose)
            .child(bar);
        match draft.mode {
            Mode::Text => {
                let area = self.area(testid::COMPOSER_TEXT, t.mode_text, &draft.text);
                composer.child(area).child(self.foot(t.text_hint))
            }
            Mode::Hex => {
                let area = self.area(testid::COMPOSER_HEX, t.mode_hex, &draft.hex);
                composer.child(area).child(self.foot(t.hex_hint))
            }
            Mode::File => {
                let file = element("input", "")
                    .is("type", "file")
                    .is("data-testid", testid::COMPOSER_FILE)
                    .is("aria-label", t.file_choose)
                    .key("file".to_owned());
                let text = self.problem.as_ref();
                composer
                    .child(file)
                    .maybe(text.map(|text| problem(text.clone())))
            }
        }
    }

    fn area(&self, id: &'static str, label: &'static str, value: &str) -> Element {
        let area = element("textarea", "")
            .is("data-testid", id)
            .with("aria-label", format!("{}: {label}", self.t.compose))
            .is("rows", "3")
            .is("spellcheck", "false")
            .is("autocapitalize", "off")
            .value(value.to_owned())
            .key(id.to_owned());
        match self.draft.bytes(self.codec, self.t) {
            Ok(_) => area,
            Err(_) => area.is("aria-invalid", "true"),
        }
    }

    fn foot(&self, hint: &'static str) -> Element {
        let foot = element("div", "composer-foot");
        match self.draft.bytes(self.codec, self.t) {
            Ok(bytes) => {
                let count = format::bytes(bytes.len() as u64);
                let count = element("output", "")
                    .is("data-testid", testid::COMPOSER_COUNT)
                    .words(count);
                foot.child(element("span", "hint").text(hint)).child(count)
            }
            Err(text) => foot.child(problem(text)),
        }
    }
}
