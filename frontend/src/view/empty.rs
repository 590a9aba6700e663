//! What the stage says before anything has happened: an invitation.

use sockscope_frontend::lesson::TCP_ECHO;
use sockscope_frontend::store::Store;
use sockscope_protocol::{Call, Family, SocketType};
use yew::prelude::*;

use super::element::element;
use super::lessons::begin;
use super::ui::{Actions, UiHandle};
use super::{recording, testid};
use crate::i18n::Messages;

pub(crate) fn stage(store: &Store, ui: &UiHandle, actions: &Actions, t: &Messages) -> Html {
    let (t, replay) = (&t.stage, &t.replay);
    let empty = element("div", "stage-empty")
        .is("id", "stage")
        .is("tabindex", "-1");
    if store.state().replay.is_some() {
        return empty
            .child(element("h2", "").text(replay.before))
            .child(element("p", "").text(replay.before_text))
            .done();
    }
    let choice = |class, id: &'static str, text: &'static str, does| {
        let button = element("button", class).is("data-testid", id);
        button.text(text).on_click(does)
    };
    let new = |kind| {
        let actions = actions.clone();
        let family = Family::Inet;
        Callback::from(move |_| actions.call(Call::Socket { family, kind }))
    };
    let lesson = {
        let (store, ui) = (store.clone(), ui.clone());
        Callback::from(move |_| begin(&store, &ui, &TCP_ECHO))
    };
    let (tcp, udp) = (new(SocketType::Stream), new(SocketType::Datagram));
    let open = Callback::from(|_| recording::ask());
    let choices = element("div", "choices")
        .child(choice(
            "primary",
            testid::EMPTY_LESSON,
            t.start_tcp_lesson,
            lesson,
        ))
        .child(choice("", testid::EMPTY_TCP, t.new_tcp, tcp))
        .child(choice("", testid::EMPTY_UDP, t.new_udp, udp))
        .child(choice("", testid::EMPTY_OPEN, replay.open, open));
    empty
        .child(element("h2", "").text(t.empty_title))
        .child(element("p", "").text(t.empty_text))
        .child(choices)
        .child(element("p", "hint").text(t.empty_keys))
        .done()
}
