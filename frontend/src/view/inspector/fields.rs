//! The fields of a call's form.

use sockscope_protocol::How;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::arguments::{Arguments, Field, Wrong};
use super::defaults::Defaults;
use crate::i18n::Calls;
use crate::view::options::{Form, OPTIONS};
use crate::view::{format, testid};

/// All that the fields of one form share.
pub(super) struct Fields<'a> {
    pub(super) arguments: &'a Arguments,
    pub(super) defaults: &'a Defaults,
    pub(super) wrong: Option<&'a Wrong>,
    /// Whether only readable (`getsockopt`) or only writable (`setsockopt`) options are offered.
    pub(super) reading: bool,
    pub(super) change: Callback<(Field, String)>,
    pub(super) t: &'static Calls,
}

impl Fields<'_> {
    pub(super) fn field(&self, field: Field) -> Html {
        let t = self.t;
        match field {
            Field::LocalHost => self.text(field, testid::ARG_HOST, t.host, Some(t.host_hint), ""),
            Field::PeerHost => self.text(field, testid::ARG_HOST, t.host, None, ""),
            Field::LocalPort => {
                self.text(field, testid::ARG_PORT, t.port, Some(t.port_hint), "narrow")
            }
            Field::PeerPort => self.text(field, testid::ARG_PORT, t.port, None, "narrow"),
            Field::Backlog => self.text(field, testid::ARG_BACKLOG, t.backlog, None, "narrow"),
            Field::Size => self.text(field, testid::ARG_SIZE, t.size, None, "narrow"),
            Field::Peek => self.check(field, testid::ARG_PEEK, "MSG_PEEK", t.peek),
            Field::WaitAll => self.check(field, testid::ARG_WAITALL, "MSG_WAITALL", t.waitall),
            Field::How => self.how(),
            Field::Option => self.option(),
            Field::Value if self.arguments.form(self.defaults) == Form::Number => {
                self.text(field, testid::ARG_VALUE, t.value, None, "")
            }
            Field::Value => self.select(
                field,
                testid::ARG_VALUE,
                t.value,
                &[("true".into(), t.on.into()), ("false".into(), t.off.into())],
            ),
            Field::Seconds => self.text(field, testid::ARG_SECONDS, t.seconds, None, "narrow"),
            Field::LingerSeconds => {
                let hint = Some(t.linger_hint);
                self.text(field, testid::ARG_SECONDS, t.seconds, hint, "narrow")
            }
            Field::TimeoutMode => self.select(
                field,
                testid::ARG_TIMEOUT_MODE,
                t.timeout_mode,
                &[
                    ("none".into(), t.timeout_block.into()),
                    ("seconds".into(), t.timeout_seconds.into()),
                    ("zero".into(), t.timeout_nonblock.into()),
                ],
            ),
            Field::Group => self.text(field, testid::ARG_GROUP, t.group, None, ""),
            Field::Interface => {
                let hint = Some(t.interface_hint);
                self.text(field, testid::ARG_INTERFACE, t.interface, hint, "")
            }
            Field::Family => self.select(
                field,
                testid::ARG_FAMILY,
                t.family,
                &[
                    (AttrValue::default(), t.family_any.into()),
                    ("AF_INET".into(), "AF_INET".into()),
                    ("AF_INET6".into(), "AF_INET6".into()),
                ],
            ),
        }
    }

    fn how(&self) -> Html {
        let t = self.t;
        let choices = [
            (How::Write, t.how_write),
            (How::Read, t.how_read),
            (How::Both, t.how_both),
        ]
        .map(|(how, word)| {
            let name = format::how(how);
            (name.into(), format!("{name}: {word}").into())
        });
        self.select(Field::How, testid::ARG_HOW, t.how, &choices)
    }

    fn option(&self) -> Html {
        let choices: Vec<_> = OPTIONS
            .iter()
            .filter(|known| match known.form {
                Form::None => self.reading,
                Form::Membership => !self.reading,
                _ => true,
            })
            .map(|known| (known.name.into(), known.name.into()))
            .collect();
        self.select(Field::Option, testid::ARG_OPTION, self.t.option, &choices)
    }

    fn text(
        &self,
        field: Field,
        id: &'static str,
        label: &'static str,
        hint: Option<&'static str>,
        class: &'static str,
    ) -> Html {
        let change = self.change.clone();
        let oninput = Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            change.emit((field, input.value()));
        });
        let wrong = self.wrong.filter(|wrong| wrong.field == field);
        let number = class == "narrow";
        html! {
            <label key={id} class={classes!("field", class)}>
                <span>{ label }</span>
                <input type="text" data-testid={id} value={self.arguments.get(field, self.defaults)}
                    inputmode={number.then_some("decimal")} autocomplete="off" spellcheck="false"
                    autocapitalize="off" aria-invalid={wrong.map(|_| "true")} {oninput} />
                if let Some(wrong) = wrong {
                    <span class="problem" role="alert" data-testid={testid::ARG_ERROR}>{ &wrong.text }</span>
                } else if let Some(hint) = hint {
                    <span class="hint">{ hint }</span>
                }
            </label>
        }
    }

    fn check(
        &self,
        field: Field,
        id: &'static str,
        name: &'static str,
        hint: &'static str,
    ) -> Html {
        let change = self.change.clone();
        let onchange = Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            change.emit((field, input.checked().to_string()));
        });
        let checked = self.arguments.get(field, self.defaults) == "true";
        html! {
            <label key={id} class="check field wide">
                <input type="checkbox" data-testid={id} {checked} {onchange} />
                <span><code>{ name }</code>{ " " }<span class="hint">{ hint }</span></span>
            </label>
        }
    }

    fn select(
        &self,
        field: Field,
        id: &'static str,
        label: &'static str,
        choices: &[(AttrValue, AttrValue)],
    ) -> Html {
        let change = self.change.clone();
        let onchange = Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            change.emit((field, select.value()));
        });
        let chosen = self.arguments.get(field, self.defaults);
        html! {
            <label key={id} class="field">
                <span>{ label }</span>
                <select data-testid={id} {onchange}>
                    { for choices.iter().map(|(value, name)| html! {
                        <option key={value.to_string()} value={value.clone()}
                            selected={value.as_str() == chosen}>{ name }</option>
                    }) }
                </select>
            </label>
        }
    }
}
