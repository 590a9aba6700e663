//! Who has the port that a call wanted, and the ways on.

use sockscope_frontend::model::{CallRecord, Holder, Model};
use sockscope_protocol::{Call, OptionName, OptionValue};
use yew::prelude::*;

use super::ui::{Act, Actions, UiHandle};
use super::{names, testid};
use crate::i18n::{Messages, Text};

/// Who it is, in a sentence, and what to try where that differs from what the error suggests; none
/// where the call failed for another reason.
pub(crate) fn text(
    model: &Model,
    record: &CallRecord,
    t: &Messages,
) -> Option<(String, Option<Text>)> {
    let texts = &t.inspector;
    Some(match model.holder(record)? {
        Holder::Own(id) => ((texts.held_own)(&names::by_id(model, id, &t.stage)), None),
        Holder::Program { name, pid } => ((texts.held_program)(&name, pid), None),
        Holder::Unknown => (texts.held_unknown.to_owned(), None),
        Holder::Remnant {
            state,
            peer,
            stubborn,
        } => {
            let peer = peer.map(|peer| (texts.held_with)(&peer.to_string()));
            let text = (texts.held_remnant)(state.name(), &peer.unwrap_or_default());
            let way = if stubborn {
                texts.held_stubborn
            } else {
                texts.held_reuse
            };
            (text, Some(way))
        }
    })
}

/// Buttons: to the socket of ours that has it, or to take what nobody has.
pub(crate) fn ways_on(
    model: &Model,
    record: &CallRecord,
    ui: &UiHandle,
    actions: &Actions,
    t: &Messages,
) -> Html {
    let texts = &t.inspector;
    match (model.holder(record), record.request.clone()) {
        (Some(Holder::Own(id)), _) => {
            let ui = ui.clone();
            let onclick = Callback::from(move |_| ui.dispatch(Act::Select(id)));
            html! {
                <button class="small" data-testid={testid::HOLDER_SHOW} {onclick}>
                    { (texts.held_show)(&names::by_id(model, id, &t.stage)) }
                </button>
            }
        }
        (
            Some(Holder::Remnant {
                stubborn: false, ..
            }),
            Some(bind @ Call::Bind { .. }),
        ) => {
            let actions = actions.clone();
            let onclick = Callback::from(move |_| reuse(&actions, &bind));
            html! {
                <button class="small" data-testid={testid::HOLDER_REUSE} {onclick}>{ texts.reuse }</button>
            }
        }
        _ => Html::default(),
    }
}

/// Sets `SO_REUSEADDR`, and makes the `bind` again.
fn reuse(actions: &Actions, bind: &Call) {
    if let Call::Bind { socket, .. } = bind {
        actions.call(Call::SetSockOpt {
            socket: *socket,
            option: OptionName::SoReuseaddr,
            value: OptionValue::Bool(true),
        });
        actions.call(bind.clone());
    }
}
