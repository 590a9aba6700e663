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

use sockscope_frontend::model::Socket;
use sockscope_frontend::store::use_store;
use sockscope_protocol::SocketId;
use yew::prelude::*;

use super::code::Code;
use super::ui::{use_model, use_texts, use_ui};
use super::{format, names, options, testid};
use crate::i18n::{Inspector as Texts, Messages};

#[component]
pub(crate) fn Inspector() -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    use_model();
    let replay = store.state().replay.is_some();
    let model = store.model();
    let socket = ui.selected.and_then(|id| model.socket(id));
    let number = socket.map(|socket| socket.id.to_string());
    html! {
        <aside class="panel inspector" aria-labelledby="inspector-title"
            data-testid={testid::INSPECTOR} data-socket={number}>
            if let Some(socket) = socket {
                { head(socket, t) }
                <fieldset disabled={replay}>
                    if replay {
                        <p class="hint">{ t.replay.no_calls }</p>
                    }
                    { calls::calls(&model, socket, &ui, t) }
                </fieldset>
                <result::Results key={format!("result-{}", socket.id)} socket={Some(socket.id)} />
                if socket.backlog().is_none() {
                    <bytes::Bytes key={format!("bytes-{}", socket.id)} socket={socket.id} />
                }
                { kernel::kernel(socket, model.welcome.as_ref().map(|welcome| &welcome.platform), &store, t) }
            } else {
                <section class="section">
                    <h2 id="inspector-title">{ t.inspector.title }</h2>
                    <p class="empty">{ t.inspector.empty }</p>
                </section>
                <result::Results socket={None::<SocketId>} />
            }
            <Code />
        </aside>
    }
}

/// Who it is, and where it stands between which addresses.
fn head(socket: &Socket, t: &Messages) -> Html {
    let (word, class) = names::protocol(socket);
    let family = socket.family.map(format::family).unwrap_or_default();
    let texts = &t.inspector;
    html! {
        <section class="section" key={format!("head-{}", socket.id)}>
            <div class="inspector-head">
                <span class={classes!("proto", class)}>{ word }</span>
                <h2 id="inspector-title">{ names::socket(socket, &t.stage) }</h2>
                <span class="state" data-testid={testid::INSPECTOR_STATE} title={texts.state}>
                    { names::state(socket, t) }
                </span>
            </div>
            <dl class="facts">
                <dt>{ texts.local }</dt>
                { address(socket.local, testid::INSPECTOR_LOCAL, texts) }
                <dt>{ texts.peer }</dt>
                { address(socket.peer, testid::INSPECTOR_PEER, texts) }
                <dt>{ texts.descriptor }</dt>
                <dd>{ socket.fd.map(|fd| format!("fd {fd}, ")) }{ family }</dd>
                <dt>{ texts.timeout }</dt>
                <dd class={(socket.timeout_us.is_none()).then_some("absent")}>
                    { timeout(socket.timeout_us, texts) }
                </dd>
                { for socket.options.iter().map(|(option, value)| html! {
                    <div key={options::name(*option)} class="fact">
                        <dt>{ options::name(*option) }</dt>
                        <dd>{ format::option_value(value) }</dd>
                    </div>
                }) }
            </dl>
        </section>
    }
}

fn address(address: Option<SocketAddr>, id: &'static str, t: &Texts) -> Html {
    match address {
        Some(address) => html! { <dd data-testid={id}>{ address.to_string() }</dd> },
        None => html! { <dd class="absent" data-testid={id}>{ t.no_address }</dd> },
    }
}

fn timeout(timeout_us: Option<u64>, t: &Texts) -> String {
    match timeout_us {
        None => t.timeout_none.to_owned(),
        Some(0) => t.timeout_zero.to_owned(),
        Some(us) => format::duration(us),
    }
}
