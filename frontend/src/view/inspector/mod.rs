//! The inspector: everything about one socket, and every call that can be made on it.

mod arguments;
mod bytes;
mod calls;
mod composer;
mod defaults;
mod diagram;
mod draft;
mod fields;
mod file;
mod form;
pub(crate) mod kernel;
mod result;

use std::net::SocketAddr;

use sockscope_frontend::model::{Model, Socket};
use sockscope_frontend::store::{Store, use_store};
use sockscope_protocol::SocketId;
use yew::prelude::*;

use super::code::Code;
use super::element::{Element, element};
use super::ui::{UiHandle, use_model, use_texts, use_ui};
use super::{format, names, options, testid};
use crate::i18n::{Inspector as Texts, Messages};

#[component]
pub(crate) fn Inspector() -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    use_model();
    let model = store.model();
    let socket = ui.selected.and_then(|id| model.socket(id));
    let panel = element("aside", "panel inspector")
        .is("aria-labelledby", "inspector-title")
        .is("data-testid", testid::INSPECTOR)
        .option("data-socket", socket.map(|socket| socket.id.to_string()));
    let panel = match socket {
        Some(socket) => about(panel, &model, socket, &ui, &store, t),
        None => {
            let empty = element("section", "section")
                .child(title().text(t.inspector.title))
                .child(element("p", "empty").text(t.inspector.empty));
            panel
                .child(empty)
                .html(html! { <result::Results socket={None::<SocketId>} /> })
        }
    };
    panel.html(html! { <Code /> }).done()
}

fn title() -> Element {
    element("h2", "").is("id", "inspector-title")
}

/// All of a socket.
fn about(
    panel: Element,
    model: &Model,
    socket: &Socket,
    ui: &UiHandle,
    store: &Store,
    t: &'static Messages,
) -> Element {
    let (id, replay) = (socket.id, store.state().replay.is_some());
    let hint = || element("p", "hint").text(t.replay.no_calls);
    let calls = element("fieldset", "")
        .mark("disabled", replay)
        .maybe(replay.then(hint))
        .child(calls::calls(model, socket, ui, t));
    let bytes = html! {
        if socket.backlog().is_none() {
            <bytes::Bytes key={format!("bytes-{id}")} socket={id} />
        }
    };
    let platform = model.welcome.as_ref().map(|welcome| &welcome.platform);
    panel
        .child(head(socket, t))
        .child(calls)
        .html(html! { <result::Results key={format!("result-{id}")} socket={Some(id)} /> })
        .html(bytes)
        .child(kernel::kernel(socket, platform, store, t))
}

/// Who it is, and where it stands between which addresses.
fn head(socket: &Socket, t: &Messages) -> Element {
    let family = socket.family.map(format::family).unwrap_or_default();
    let texts = &t.inspector;
    let state = element("span", "state")
        .is("data-testid", testid::INSPECTOR_STATE)
        .is("title", texts.state)
        .words(names::state(socket, t));
    let who = element("div", "inspector-head")
        .child(names::badge(names::protocol(socket)))
        .child(title().words(names::socket(socket, &t.stage)))
        .child(state);
    let name = |name: &'static str| element("dt", "").text(name);
    let descriptor = socket.fd.map(|fd| format!("fd {fd}, "));
    let waits = if socket.timeout_us.is_none() {
        "absent"
    } else {
        ""
    };
    let mut facts = element("dl", "facts")
        .child(name(texts.local))
        .child(address(socket.local, testid::INSPECTOR_LOCAL, texts))
        .child(name(texts.peer))
        .child(address(socket.peer, testid::INSPECTOR_PEER, texts))
        .child(name(texts.descriptor))
        .child(element("dd", "").words(descriptor.unwrap_or_default() + family))
        .child(name(texts.timeout))
        .child(element("dd", waits).words(timeout(socket.timeout_us, texts)));
    for (option, value) in socket.options.iter() {
        let option = options::name(*option);
        let fact = element("div", "fact")
            .child(name(option))
            .child(element("dd", "").words(format::option_value(value)));
        facts = facts.child(fact);
    }
    element("section", "section")
        .key(format!("head-{}", socket.id))
        .child(who)
        .child(facts)
}

fn address(address: Option<SocketAddr>, id: &'static str, t: &Texts) -> Element {
    match address {
        Some(address) => element("dd", "").words(address.to_string()),
        None => element("dd", "absent").text(t.no_address),
    }
    .is("data-testid", id)
}

fn timeout(timeout_us: Option<u64>, t: &Texts) -> String {
    match timeout_us {
        None => t.timeout_none.to_owned(),
        Some(0) => t.timeout_zero.to_owned(),
        Some(us) => format::duration(us),
    }
}
