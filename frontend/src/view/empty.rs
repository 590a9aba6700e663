//! What the panels say before anything has happened.

use sockscope_frontend::lesson::TCP_ECHO;
use sockscope_frontend::store::use_store;
use sockscope_protocol::{Call, Family, SocketType};
use yew::prelude::*;

use super::lessons::begin;
use super::testid;
use super::ui::{use_actions, use_texts, use_ui};

/// The stage of a session without events: an invitation.
#[component]
pub(crate) fn Stage() -> Html {
    let t = use_texts();
    let ui = use_ui();
    let actions = use_actions();
    let store = use_store();
    let new = |kind| {
        let actions = actions.clone();
        Callback::from(move |_| {
            actions.call(Call::Socket {
                family: Family::Inet,
                kind,
            });
        })
    };
    let lesson = Callback::from(move |_| begin(&store, &ui, &TCP_ECHO));
    html! {
        <div class="stage-empty" id="stage" tabindex="-1">
            <h2>{ t.stage.empty_title }</h2>
            <p>{ t.stage.empty_text }</p>
            <div class="choices">
                <button class="primary" data-testid={testid::EMPTY_LESSON} onclick={lesson}>
                    { t.stage.start_tcp_lesson }
                </button>
                <button data-testid={testid::EMPTY_TCP} onclick={new(SocketType::Stream)}>{ t.stage.new_tcp }</button>
                <button data-testid={testid::EMPTY_UDP} onclick={new(SocketType::Datagram)}>{ t.stage.new_udp }</button>
            </div>
        </div>
    }
}
