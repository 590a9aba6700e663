//! What the stage says before anything has happened: an invitation.

use sockscope_frontend::lesson::TCP_ECHO;
use sockscope_frontend::store::Store;
use sockscope_protocol::{Call, Family, SocketType};
use yew::prelude::*;

use super::lessons::begin;
use super::testid;
use super::ui::{Actions, UiHandle};
use crate::i18n::Stage;

pub(crate) fn stage(store: &Store, ui: &UiHandle, actions: &Actions, t: &Stage) -> Html {
    let new = |kind| {
        let actions = actions.clone();
        let family = Family::Inet;
        Callback::from(move |_| actions.call(Call::Socket { family, kind }))
    };
    let (store, ui) = (store.clone(), ui.clone());
    let lesson = Callback::from(move |_| begin(&store, &ui, &TCP_ECHO));
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
            </div>
            <p class="hint">{ t.empty_keys }</p>
        </div>
    }
}
