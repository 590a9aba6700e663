use sockscope_frontend::model::{Model, Socket};
use sockscope_frontend::store::use_store;
use sockscope_protocol::{Call, Family, SocketType};
use yew::prelude::*;

use super::ui::{Act, Tab, UiHandle, use_actions, use_model, use_texts, use_ui};
use super::{names, testid};
use crate::i18n::Messages;

/// Closed sockets in the list; older ones stay on the stage.
const CLOSED_SHOWN: usize = 100;

/// Makes sockets, and lists those of the session.
#[component]
pub(crate) fn Sockets() -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    let actions = use_actions();
    use_model();
    let replay = store.state().replay.is_some();
    let family = use_state(|| Family::Inet);
    let new = |kind: SocketType| {
        let actions = actions.clone();
        let family = *family;
        Callback::from(move |_| actions.call(Call::Socket { family, kind }))
    };
    let choice = |value: Family, text: &'static str, id: &'static str| {
        let family = family.clone();
        let checked = *family == value;
        let onchange = Callback::from(move |_| family.set(value));
        html! {
            <label>
                <input type="radio" name="family" data-testid={id} {checked} {onchange} />
                { text }
            </label>
        }
    };
    let model = store.model();
    let (open, closed): (Vec<_>, Vec<_>) = model.sockets().partition(|socket| socket.is_open());
    html! {
        <section class="section sockets" aria-labelledby="sockets-title">
            <h2 id="sockets-title">{ t.page.sockets }</h2>
            <div class="socket-new" role="group" aria-label={t.page.new_socket}>
                <button data-testid={testid::NEW_TCP} disabled={replay} title={t.page.new_tcp_title}
                    onclick={new(SocketType::Stream)}>{ t.page.new_tcp }</button>
                <button data-testid={testid::NEW_UDP} disabled={replay} title={t.page.new_udp_title}
                    onclick={new(SocketType::Datagram)}>{ t.page.new_udp }</button>
                <span class="family" role="radiogroup" aria-label={t.page.family}>
                    { choice(Family::Inet, "IPv4", testid::FAMILY_INET) }
                    { choice(Family::Inet6, "IPv6", testid::FAMILY_INET6) }
                </span>
            </div>
            if open.is_empty() && closed.is_empty() {
                <p class="empty">{ t.page.sockets_empty }</p>
            }
            <ul class="socket-list">
                { for open.into_iter().map(|socket| item(&model, socket, &ui, t)) }
            </ul>
            if !closed.is_empty() {
                <details class="closed-sockets">
                    <summary>{ (t.page.closed_sockets)(closed.len()) }</summary>
                    <ul class="socket-list">
                        { for closed.into_iter().rev().take(CLOSED_SHOWN).map(|socket| {
                            item(&model, socket, &ui, t)
                        }) }
                    </ul>
                </details>
            }
        </section>
    }
}

fn item(model: &Model, socket: &Socket, ui: &UiHandle, t: &Messages) -> Html {
    let id = socket.id;
    let (word, class) = names::protocol(socket);
    let addresses = match (socket.local, socket.peer) {
        (Some(local), Some(peer)) => format!("{local} → {peer}"),
        (Some(local), None) => local.to_string(),
        (None, Some(peer)) => format!("→ {peer}"),
        (None, None) => String::new(),
    };
    let waiting = model.pending(id).count();
    let pressed = (ui.selected == Some(id)).to_string();
    let ui = ui.clone();
    let onclick = Callback::from(move |_| {
        ui.dispatch(Act::Select(id));
        ui.dispatch(Act::Tab(Tab::Inspector));
    });
    html! {
        <li key={id.0}>
            <button class={classes!("socket-item", (!socket.is_open()).then_some("closed"))}
                data-testid={testid::socket(id)} aria-pressed={pressed} {onclick}>
                <span class={classes!("proto", class)}>{ word }</span>
                <span class="socket-name">{ names::socket(socket, &t.stage) }</span>
                <span class="socket-state">
                    if waiting > 0 {
                        <span class="socket-waiting" title={(t.page.waiting_calls)(waiting)}>{ "… " }</span>
                    }
                    { names::state(socket, t) }
                </span>
                if !addresses.is_empty() {
                    <span class="socket-addresses" title={addresses.clone()}>{ addresses }</span>
                }
            </button>
        </li>
    }
}
