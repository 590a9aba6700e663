//! What is to be sent: as text, as hex, or a file.

use sockscope_frontend::bytes::LineEnding;
use web_sys::{File, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::draft::{Draft, Mode};
use crate::i18n::Bytes as Texts;
use crate::view::{format, testid};

/// What the composer works on, and how it tells of changes.
pub(super) struct Composer<'a> {
    pub(super) draft: &'a Draft,
    /// Whether a file can be sent in the way that was chosen.
    pub(super) files: bool,
    pub(super) change: Callback<Draft>,
    pub(super) file: Callback<Option<File>>,
    pub(super) t: &'static Texts,
}

impl Composer<'_> {
    /// The mode in force: a file is offered only where it can be sent.
    fn mode(&self) -> Mode {
        match self.draft.mode {
            Mode::File if !self.files => Mode::Text,
            mode => mode,
        }
    }

    pub(super) fn view(&self) -> Html {
        let t = self.t;
        let mode = self.mode();
        html! {
            <div class="composer" data-testid={testid::COMPOSER} role="group" aria-label={t.compose}>
                <div class="composer-bar">
                    <div class="segments" role="group" aria-label={t.mode}>
                        { self.mode_button(Mode::Text, t.mode_text, testid::COMPOSER_MODE_TEXT) }
                        { self.mode_button(Mode::Hex, t.mode_hex, testid::COMPOSER_MODE_HEX) }
                        if self.files {
                            { self.mode_button(Mode::File, t.mode_file, testid::COMPOSER_MODE_FILE) }
                        }
                    </div>
                    if mode == Mode::Text { { self.ending() } }
                </div>
                { match mode {
                    Mode::Text => self.text(),
                    Mode::Hex => self.hex(),
                    Mode::File => self.file(),
                } }
                if mode != Mode::File { { self.foot() } }
            </div>
        }
    }

    fn mode_button(&self, mode: Mode, name: &'static str, id: &'static str) -> Html {
        let (change, draft) = (self.change.clone(), self.draft.clone());
        let onclick = Callback::from(move |_| {
            change.emit(Draft {
                mode,
                ..draft.clone()
            });
        });
        let pressed = (self.mode() == mode).to_string();
        html! { <button type="button" data-testid={id} aria-pressed={pressed} {onclick}>{ name }</button> }
    }

    fn ending(&self) -> Html {
        let (change, draft) = (self.change.clone(), self.draft.clone());
        let onchange = Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            let ending = select.value();
            change.emit(Draft {
                ending,
                ..draft.clone()
            });
        });
        let chosen = self.draft.ending();
        html! {
            <label>
                <span>{ self.t.ending }</span>
                <select data-testid={testid::COMPOSER_ENDING} {onchange}>
                    { for LineEnding::ALL.into_iter().map(|ending| {
                        let name = match ending {
                            LineEnding::None => self.t.ending_none,
                            other => other.escaped(),
                        };
                        html! {
                            <option key={ending.name()} value={ending.name()} selected={ending == chosen}>
                                { name }
                            </option>
                        }
                    }) }
                </select>
            </label>
        }
    }

    fn text(&self) -> Html {
        let (change, draft) = (self.change.clone(), self.draft.clone());
        let oninput = Callback::from(move |event: InputEvent| {
            let area: HtmlTextAreaElement = event.target_unchecked_into();
            change.emit(Draft {
                text: area.value(),
                ..draft.clone()
            });
        });
        self.area(
            testid::COMPOSER_TEXT,
            self.t.mode_text,
            &self.draft.text,
            oninput,
        )
    }

    fn hex(&self) -> Html {
        let (change, draft) = (self.change.clone(), self.draft.clone());
        let oninput = Callback::from(move |event: InputEvent| {
            let area: HtmlTextAreaElement = event.target_unchecked_into();
            change.emit(Draft {
                hex: area.value(),
                ..draft.clone()
            });
        });
        self.area(
            testid::COMPOSER_HEX,
            self.t.mode_hex,
            &self.draft.hex,
            oninput,
        )
    }

    fn area(
        &self,
        id: &'static str,
        label: &'static str,
        value: &str,
        oninput: Callback<InputEvent>,
    ) -> Html {
        let wrong = self.draft.bytes(self.t).is_err();
        html! {
            <textarea key={id} data-testid={id} aria-label={format!("{}: {label}", self.t.compose)}
                rows="3" spellcheck="false" autocapitalize="off" value={value.to_owned()}
                aria-invalid={wrong.then_some("true")} {oninput} />
        }
    }

    fn foot(&self) -> Html {
        let t = self.t;
        let hint = match self.mode() {
            Mode::Hex => t.hex_hint,
            Mode::Text | Mode::File => t.text_hint,
        };
        html! {
            <div class="composer-foot">
                { match self.draft.bytes(t) {
                    Ok(bytes) => html! {
                        <>
                            <span class="hint">{ hint }</span>
                            <output data-testid={testid::COMPOSER_COUNT}>
                                { format::bytes(bytes.len() as u64) }
                            </output>
                        </>
                    },
                    Err(problem) => html! {
                        <span class="problem" role="alert" data-testid={testid::COMPOSER_ERROR}>
                            { problem }
                        </span>
                    },
                } }
            </div>
        }
    }

    fn file(&self) -> Html {
        let file = self.file.clone();
        let onchange = Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            file.emit(input.files().and_then(|files| files.get(0)));
        });
        html! {
            <input key="file" type="file" data-testid={testid::COMPOSER_FILE}
                aria-label={self.t.file_choose} {onchange} />
        }
    }
}
