//! Who has the port that a call wanted, and the ways on.

use sockscope_frontend::model::{CallRecord, Holder, Model};
use sockscope_protocol::{Call, OptionName, OptionValue};
use yew::prelude::*;

use super::element::{Element, element};
use super::ui::{Act, Actions, UiHandle, does};
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
) -> Option<Element> {
    let texts = &t.inspector;
    Some(match (model.holder(record), record.request.clone()) {
        (Some(Holder::Own(id)), _) => {
            let text = (texts.held_show)(&names::by_id(model, id, &t.stage));
            element("button", "small")
                .is("data-testid", testid::HOLDER_SHOW)
                .words(text)
                .on_click(does(ui, Act::Select(id)))
        }
        (
            Some(Holder::Remnant {
                stubborn: false, ..
            }),
            Some(bind @ Call::Bind { .. }),
        ) => {
            let actions = actions.clone();
            let onclick = Callback::from(move |_| reuse(&actions, &bind));
            element("button", "small")
                .is("data-testid", testid::HOLDER_REUSE)
                .text(texts.reuse)
                .on_click(onclick)
        }
        _ => return None,
    })
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
