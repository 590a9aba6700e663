//! The dialog that lists the shortcuts.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::shortcuts::SHORTCUTS;
use super::testid;
use super::ui::{Act, use_texts, use_ui};

#[component]
pub(crate) fn Help() -> Html {
    let t = use_texts();
    let ui = use_ui();
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with(ui.help, move |open| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                if *open {
                    // Only an element outside of the document cannot be shown.
                    let _ = dialog.show_modal();
                } else {
                    dialog.close();
                }
            }
        });
    }
    let close = {
        let ui = ui.clone();
        move || ui.dispatch(Act::Help(false))
    };
    let closed = close.clone();
    let onclose = Callback::from(move |_: Event| closed());
    let done = Callback::from(move |_: MouseEvent| close());
    let keys = ui.keys;
    let onchange = Callback::from(move |_: Event| ui.dispatch(Act::Keys(!keys)));
    html! {
        <dialog class="help" ref={dialog} {onclose} aria-labelledby="help-title" data-testid={testid::HELP_DIALOG}>
            <div class="section-head">
                <h2 id="help-title">{ t.keys.title }</h2>
                <button class="small" data-testid={testid::HELP_CLOSE} onclick={done}>{ t.keys.close }</button>
            </div>
            <dl class="keys">
                { for SHORTCUTS.iter().map(|one| html! {
                    <div key={one.key}>
                        <dt><kbd>{ shown(one.key) }</kbd></dt>
                        <dd>{ (one.text)(&t.keys) }</dd>
                    </div>
                }) }
            </dl>
            <label>
                <input type="checkbox" data-testid={testid::HELP_KEYS} checked={keys} {onchange} />
                { " " }{ t.keys.single }
            </label>
            <p class="hint">{ t.keys.hint }</p>
        </dialog>
    }
}

fn shown(key: &'static str) -> &'static str {
    match key {
        "Escape" => "Esc",
        "Enter" => "Ctrl Enter",
        key => key,
    }
}
