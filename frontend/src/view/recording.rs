//! Recordings of a session: the menu that saves and opens them, and what came of it.

use sockscope_frontend::scribe::Wish;
use sockscope_frontend::store::{Opening, Store};
use web_sys::{FileList, HtmlInputElement};
use yew::prelude::*;

use super::banner::banner;
use super::element::{element, named};
use super::{shortcuts, testid};
use crate::i18n::{Messages, Replay};

/// What can be done with the whole session. The browser opens and closes the menu by itself; its
/// entries are put together as text, which weighs a fraction, and all words in them are the page's own.
pub(crate) fn menu(store: &Store, t: &Replay) -> Html {
    let mut text = String::new();
    let button = "<button class=plain popovertarget=menu popovertargetaction=hide data-testid=";
    for part in [
        "<button class=menu-button data-testid=menu popovertarget=menu>",
        t.menu,
        " ▾</button>",
        "<div class=menu id=menu popover>",
        button,
        testid::MENU_REPLAY,
        ">",
        t.replay,
        "</button>",
        button,
        testid::MENU_SAVE,
        ">",
        t.save,
        "</button>",
        button,
        testid::MENU_TEXT,
        ">",
        t.save_text,
        "</button>",
        button,
        testid::MENU_PACKETS,
        ">",
        t.save_packets,
        "</button>",
        "<label class=button>",
        t.open,
        "<input type=file accept=.jsonl data-testid=",
        testid::OPEN_FILE,
        ">",
        "</label>",
        "<p class=hint>",
        t.privacy,
        "</p></div>",
    ] {
        text += part;
    }
    let (pressed, chosen) = (store.clone(), store.clone());
    let onclick = Callback::from(move |event: MouseEvent| match named(&event).as_deref() {
        Some(testid::MENU_REPLAY) => pressed.replay(),
        Some(testid::MENU_SAVE) => pressed.save_recording(),
        Some(testid::MENU_TEXT) => pressed.save_written(Wish::Text),
        Some(testid::MENU_PACKETS) => pressed.save_written(Wish::Packets),
        _ => {}
    });
    let onchange = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        open(&chosen, input.files());
        // The same file may be chosen again.
        input.set_value("");
    });
    element("div", "")
        .on_click(onclick)
        .on_change(onchange)
        .html(Html::from_html_unchecked(text.into()))
        .done()
}

/// Asks for a recording's file.
pub(crate) fn ask() {
    shortcuts::press_button(testid::OPEN_FILE);
}

fn open(store: &Store, files: Option<FileList>) {
    if let Some(file) = files.and_then(|files| files.get(0)) {
        store.open_recording(file);
    }
}

/// A file over a field for files is that field's.
fn is_for_page(event: &DragEvent) -> bool {
    event.target_dyn_into::<HtmlInputElement>().is_none()
}

/// A file may be let go here.
pub(crate) fn welcome_drop(event: &DragEvent) {
    if is_for_page(event) {
        event.prevent_default();
    }
}

/// A file was let go here.
pub(crate) fn dropped(store: &Store, event: &DragEvent) {
    if is_for_page(event) {
        event.prevent_default();
        open(store, event.data_transfer().and_then(|data| data.files()));
    }
}

/// A file that is being opened, or why it was not.
pub(crate) fn opening(opening: &Opening, store: &Store, t: &Messages) -> Html {
    match opening {
        Opening::Reading => banner("recording", "", t.replay.opening, Html::default()),
        Opening::Failed(name, why) => banner(
            "unopened",
            &(t.replay.failed)(name),
            &(t.replay.problem)(why),
            dismiss(store, t),
        ),
        Opening::Closed(name) => banner(
            "recording",
            "",
            &(t.replay.reloaded)(name),
            dismiss(store, t),
        ),
    }
}

fn dismiss(store: &Store, t: &Messages) -> Html {
    let store = store.clone();
    let onclick = Callback::from(move |_| store.dismiss_opening());
    let dismiss = element("button", "").text(t.page.dismiss);
    dismiss.on_click(onclick).done()
}
