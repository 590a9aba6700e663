//! The fields of a call's form.

use sockscope_protocol::How;

use super::arguments::{Arguments, Field, Wrong};
use super::defaults::Defaults;
use crate::i18n::Calls;
use crate::view::element::{self, Element, checkbox, element};
use crate::view::options::{Form, OPTIONS};
use crate::view::{format, testid};

/// All that the fields of one form share.
pub(super) struct Fields<'a> {
    pub(super) arguments: &'a Arguments,
    pub(super) defaults: &'a Defaults,
    pub(super) wrong: Option<&'a Wrong>,
    /// Whether only readable (`getsockopt`) or only writable (`setsockopt`) options are offered.
    pub(super) reading: bool,
    pub(super) t: &'static Calls,
}

impl Fields<'_> {
    pub(super) fn field(&self, field: Field) -> Element {
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
                &[("true", t.on), ("false", t.off)],
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
                    ("none", t.timeout_block),
                    ("seconds", t.timeout_seconds),
                    ("zero", t.timeout_nonblock),
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
                    ("", t.family_any),
                    ("AF_INET", "AF_INET"),
                    ("AF_INET6", "AF_INET6"),
                ],
            ),
        }
    }

    fn how(&self) -> Element {
        let t = self.t;
        let choices = [
            (How::Write, t.how_write),
            (How::Read, t.how_read),
            (How::Both, t.how_both),
        ];
        let choices = choices.map(|(how, word)| (format::how(how), word));
        self.select(Field::How, testid::ARG_HOW, t.how, &choices)
    }

    fn option(&self) -> Element {
        let choices: Vec<_> = OPTIONS
            .iter()
            .filter(|known| match known.form {
                Form::None => self.reading,
                Form::Membership => !self.reading,
                _ => true,
            })
            .map(|known| (known.name, known.name))
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
    ) -> Element {
        let wrong = self.wrong.filter(|wrong| wrong.field == field);
        let mut input = element("input", "")
            .is("type", "text")
            .is("data-testid", id)
            .number("data-field", field as u64)
            .is("autocomplete", "off")
            .is("spellcheck", "false")
            .is("autocapitalize", "off")
            .value(self.arguments.get(field, self.defaults));
        if !class.is_empty() {
            input = input.is("inputmode", "decimal");
        }
        if wrong.is_some() {
            input = input.is("aria-invalid", "true");
        }
        let class = if class.is_empty() {
            "field"
        } else {
            "field narrow"
        };
        let whole = element("label", class)
            .key(id.to_owned())
            .child(element("span", "").text(label))
            .child(input);
        let problem = wrong.map(|wrong| {
            let problem = element("span", "problem")
                .is("role", "alert")
                .is("data-testid", testid::ARG_ERROR);
            problem.words(wrong.text.clone())
        });
        whole.maybe(problem.or_else(|| hint.map(|hint| element("span", "hint").text(hint))))
    }

    fn check(
        &self,
        field: Field,
        id: &'static str,
        name: &'static str,
        hint: &'static str,
    ) -> Element {
        let on = self.arguments.get(field, self.defaults) == "true";
        let words = element("span", "")
            .child(element("code", "").text(name))
            .text(" ")
            .child(element("span", "hint").text(hint));
        let input = checkbox(id, on, false).number("data-field", field as u64);
        element("label", "check field wide")
            .key(id.to_owned())
            .child(input)
            .child(words)
    }

    fn select(
        &self,
        field: Field,
        id: &'static str,
        label: &'static str,
        choices: &[(&'static str, &'static str)],
    ) -> Element {
        let chosen = self.arguments.get(field, self.defaults);
        let mut choices = choices
            .iter()
            .map(|(value, name)| (*value, *name, *value == chosen));
        let select = element::select(id, label, &mut choices).number("data-field", field as u64);
        element("label", "field")
            .key(id.to_owned())
            .child(element("span", "").text(label))
            .child(select)
    }
}
