//! What the stage says before anything has happened: an invitation.

use sockscope_frontend::lesson::TCP_ECHO;
use sockscope_frontend::store::Store;
use sockscope_protocol::{Call, Family, SocketType};
use yew::prelude::*;

use super::lessons::begin;
use super::ui::{Actions, UiHandle};
use super::{recording, testid};
use crate::i18n::Messages;

pub(crate) fn stage(store: &Store, ui: &UiHandle, actions: &Actions, t: &Messages) -> Html {
    let (t, replay) = (&t.stage, &t.replay);
    if store.state().replay.is_some() {
        return html! {
            <div class="stage-empty" id="stage" tabindex="-1">
                <h2>{ replay.before }</h2>
                <p>{ replay.before_text }</p>
            </div>
        };
    }
    let new = |kind| {
        let actions = actions.clone();
        let family = Family::Inet;
        Callback::from(move |_| actions.call(Call::Socket { family, kind }))
    };
    let lesson = {
        let (store, ui) = (store.clone(), ui.clone());
        Callback::from(move |_| begin(&store, &ui, &TCP_ECHO))
    };
    html! {
        <div class="stage-empty" id="stage" tabindex="-1">
            <h2>{ t.empty_title }</h2>
            <p>{ t.empty_text }</p>
            <div class="choices">
                <button class="primary" data-testid={testid::EMPTY_LESSON} onclick={lesson}>
                    { t.start_tcp_lesson }
                </button>
                <button data-testid={testid::EMPTY_TCP} onclick={new(SocketType::Stream)}>
                    { t.new_tcp }
                </button>
                <button data-testid={testid::EMPTY_UDP} onclick={new(SocketType::Datagram)}>
                    { t.new_udp }
                </button>
                <button data-testid={testid::EMPTY_OPEN} onclick={|_| recording::ask()}>
                    { replay.open }
                </button>
            </div>
            <p class="hint">{ t.empty_keys }</p>
        </div>
    }
}
