use sockscope_frontend::model::{Model, Socket};
use sockscope_frontend::store::{State, use_selector, use_store};
use sockscope_protocol::{Call, Family, SocketType};
use yew::prelude::*;

use super::element::{Element, checkbox, element};
use super::ui::{Act, Tab, UiHandle, use_actions, use_model, use_texts, use_ui};
use super::{names, relay as relayed, testid};
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
    let relay = use_selector(State::relay);
    let replay = store.state().replay.is_some();
    let family = use_mut_ref(|| Family::Inet);
    let redraw = use_force_update();
    let new = |kind: SocketType, id: &'static str, text: &'static str, title: &'static str| {
        let actions = actions.clone();
        let family = *family.borrow();
        let onclick = Callback::from(move |_| actions.call(Call::Socket { family, kind }));
        element("button", "")
            .is("data-testid", id)
            .mark("disabled", replay)
            .is("title", title)
            .text(text)
            .on_click(onclick)
    };
    let choice = |value: Family, text: &'static str, id: &'static str| {
        let chosen = *family.borrow() == value;
        let (family, redraw) = (family.clone(), redraw.clone());
        let onchange = Callback::from(move |_| {
            family.replace(value);
            redraw.force_update();
        });
        let input = checkbox(id, chosen, false)
            .is("type", "radio")
            .is("name", "family")
            .on_change(onchange);
        element("label", "").child(input).text(text)
    };
    let page = &t.page;
    let families = element("span", "family")
        .is("role", "radiogroup")
        .is("aria-label", page.family)
        .child(choice(Family::Inet, "IPv4", testid::FAMILY_INET))
        .child(choice(Family::Inet6, "IPv6", testid::FAMILY_INET6));
    let (tcp, udp) = (SocketType::Stream, SocketType::Datagram);
    let buttons = element("div", "socket-new")
        .is("role", "group")
        .is("aria-label", page.new_socket)
        .child(new(tcp, testid::NEW_TCP, page.new_tcp, page.new_tcp_title))
        .child(new(udp, testid::NEW_UDP, page.new_udp, page.new_udp_title))
        .child(families);
    let model = store.model();
    let (open, closed): (Vec<_>, Vec<_>) = model.sockets().partition(|socket| socket.is_open());
    let list = |sockets: &mut dyn Iterator<Item = &Socket>| {
        let mut list = element("ul", "socket-list");
        for socket in sockets {
            list = list.child(item(&model, socket, &ui, t));
        }
        list
    };
    let empty = || element("p", "empty").text(page.sockets_empty);
    let gone = || {
        let count = (page.closed_sockets)(closed.len());
        let mut newest = closed.iter().copied().rev().take(CLOSED_SHOWN);
        element("details", "closed-sockets")
            .child(element("summary", "").words(count))
            .child(list(&mut newest))
    };
    element("section", "section sockets")
        .is("aria-labelledby", "sockets-title")
        .child(
            element("h2", "")
                .is("id", "sockets-title")
                .text(page.sockets),
        )
        .child(buttons)
        .maybe((open.is_empty() && closed.is_empty()).then(empty))
        .child(list(&mut open.iter().copied()))
        .maybe((!closed.is_empty()).then(gone))
        .html(
            relay
                .as_ref()
                .as_ref()
                .map_or_else(Html::default, |(on, told)| {
                    relayed::section(&store, told.as_deref(), *on, t)
                }),
        )
        .done()
}

fn item(model: &Model, socket: &Socket, ui: &UiHandle, t: &Messages) -> Element {
    let id = socket.id;
    let addresses = match (socket.local, socket.peer) {
        (Some(local), Some(peer)) => format!("{local} → {peer}"),
        (Some(local), None) => local.to_string(),
        (None, Some(peer)) => format!("→ {peer}"),
        (None, None) => String::new(),
    };
    let waiting = model.pending(id).count();
    let waits = || {
        element("span", "socket-waiting")
            .with("title", (t.page.waiting_calls)(waiting))
            .text("… ")
    };
    let selected = ui.selected == Some(id);
    let ui = ui.clone();
    let onclick = Callback::from(move |_| {
        ui.dispatch(Act::Select(id));
        ui.dispatch(Act::Tab(Tab::Inspector));
    });
    let state = element("span", "socket-state")
        .maybe((waiting > 0).then(waits))
        .words(names::state(socket, t));
    let class_of_item = match socket.is_open() {
        true => "socket-item",
        false => "socket-item closed",
    };
    let button = element("button", class_of_item)
        .with("data-testid", testid::socket(id))
        .pressed(selected)
        .on_click(onclick)
        .child(names::badge(names::protocol(socket)))
        .child(element("span", "socket-name").words(names::socket(socket, &t.stage)))
        .child(state);
    let where_to = (!addresses.is_empty()).then(|| {
        let title = addresses.clone();
        element("span", "socket-addresses")
            .with("title", title)
            .words(addresses)
    });
    element("li", "")
        .key(id.to_string())
        .child(button.maybe(where_to))
}
