//! The streams that other programs have through the bridge's relay.

use std::rc::Rc;

use sockscope_frontend::store::Store;
use sockscope_protocol::{Relay, RelayState, RelayStream, SocketType};
use yew::html::onchange;
use yew::prelude::*;

use super::element::{Element, check, element};
use super::{format, testid};
use crate::i18n::Messages;

/// A switch, and below it what the bridge tells while it is on.
pub(crate) fn section(store: &Store, told: Option<&Relay>, on: bool, t: &Messages) -> Html {
    let store = store.clone();
    let onchange = Callback::from(move |_| store.watch_relay(!on));
    element("div", "relay")
        .child(
            check(testid::RELAY_WATCH, t.page.relay_streams, on, false)
                .hears(Rc::new(onchange::Wrapper::new(onchange))),
        )
        .maybe(told.map(|told| streams(told, t)))
        .done()
}

fn streams(told: &Relay, t: &Messages) -> Element {
    let words = if told.streams.is_empty() {
        element("p", "empty").text(t.page.relay_empty)
    } else {
        element("p", "hint").words((t.page.relay_open)(told.open))
    };
    let mut list = element("ul", "socket-list");
    for stream in &told.streams {
        list = list.child(row(stream, t));
    }
    element("div", "").child(words).child(list)
}

fn row(stream: &RelayStream, t: &Messages) -> Element {
    let (word, class) = match stream.kind {
        SocketType::Stream => ("TCP", "proto tcp"),
        SocketType::Datagram => ("UDP", "proto udp"),
    };
    let state = match &stream.reason {
        Some(reason) => (t.page.relay_ended)(reason),
        None => match stream.state {
            RelayState::Resolving => t.page.relay_resolving,
            RelayState::Connecting => "SYN-SENT",
            RelayState::Open => t.page.relay_is_open,
            RelayState::HalfClosed => t.page.relay_half_closed,
            RelayState::Draining => t.page.relay_draining,
            RelayState::Closed => t.page.relay_closed,
        }
        .to_owned(),
    };
    let (up, down) = (format::bytes(stream.up), format::bytes(stream.down));
    let moved = format!("{} ↑ {up} ↓ {down}", stream.protocol.name());
    let shown = match stream.state {
        RelayState::Closed => "socket-item closed",
        _ => "socket-item",
    };
    element("li", shown)
        .is("data-testid", testid::RELAY_STREAM)
        .is("data-state", stream.state.name())
        .child(element("span", class).text(word))
        .child(element("span", "socket-name").words(stream.target.clone()))
        .child(element("span", "socket-state").words(state))
        .child(element("span", "socket-addresses").words(moved))
        .key(format!("{}-{}", stream.websocket, stream.stream))
}
