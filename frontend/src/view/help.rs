//! The list of shortcuts. The browser opens and closes it (`popover`), and gives the focus back.

use yew::prelude::*;

use super::markup::Markup;
use super::shortcuts::SHORTCUTS;
use super::testid;
use super::ui::{Act, UiHandle};
use crate::i18n::{Keys, Messages};

/// What the button in the header opens.
pub(crate) const ID: &str = "help";

pub(crate) fn help(ui: &UiHandle, t: &Messages) -> Html {
    let keys = ui.keys;
    let ui = ui.clone();
    let onchange = Callback::from(move |_: Event| ui.dispatch(Act::Keys(!keys)));
    html! {
        <div class="help" id={ID} popover="auto" role="dialog" aria-label={t.keys.title}
            data-testid={testid::HELP_DIALOG}>
            { list(&t.keys) }
            <label>
                <input type="checkbox" data-testid={testid::HELP_KEYS} checked={keys} {onchange} />
                { " " }{ t.keys.single }
            </label>
        </div>
    }
}

fn list(t: &Keys) -> Html {
    let mut list = Markup::default();
    list.add(&["<div class=section-head><h2>", t.title, "</h2>"]);
    list.add(&[
        "<button class=small autofocus popovertarget=",
        ID,
        " data-testid=",
    ]);
    list.add(&[testid::HELP_CLOSE, ">", t.close, "</button></div>"]);
    list.add(&["<dl class=keys>"]);
    for one in &SHORTCUTS {
        let (key, text) = (shown(one.key), (one.text)(t));
        list.add(&[
            "<div><dt><kbd>",
            key,
            "</kbd></dt><dd>",
            text,
            "</dd></div>",
        ]);
    }
    list.add(&["</dl><p class=hint>", t.hint, "</p>"]);
    list.html()
}

fn shown(key: &'static str) -> &'static str {
    match key {
        "Escape" => "Esc",
        "Enter" => "Ctrl Enter",
        key => key,
    }
}
