//! The list of shortcuts. The browser opens and closes it (`popover`), and gives the focus back.

use yew::prelude::*;

use super::element::{checkbox, element};
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
    let switch = checkbox(testid::HELP_KEYS, keys, false).on_change(onchange);
    let switch = element("label", "")
        .child(switch)
        .text(" ")
        .text(t.keys.single);
    element("div", "help")
        .is("id", ID)
        .is("popover", "auto")
        .is("role", "dialog")
        .is("aria-label", t.keys.title)
        .is("data-testid", testid::HELP_DIALOG)
        .html(list(&t.keys))
        .child(switch)
        .done()
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
        "ArrowLeft" => "←",
        "ArrowRight" => "→",
        " " => "Space",
        key => key,
    }
}

#[cfg(test)]
mod tests {
    use super::{SHORTCUTS, shown};

    #[test]
    fn every_key_can_be_seen() {
        for one in &SHORTCUTS {
            assert!(!shown(one.key).trim().is_empty(), "{:?}", one.key);
        }
    }
}
