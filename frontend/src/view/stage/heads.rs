//! The heads of the lanes: who each one is, and how it stands.

use std::net::SocketAddr;

use sockscope_frontend::model::{Model, Socket};
use sockscope_frontend::store::Store;
use sockscope_protocol::SocketId;
use yew::prelude::*;

use super::geometry::Geometry;
use super::parts::Column;
use crate::i18n::Messages;
use crate::view::element::{Element, element};
use crate::view::inspector::kernel;
use crate::view::markup::Markup;
use crate::view::ui::{Act, UiHandle};
use crate::view::{format, names, testid};

pub(super) fn heads(
    model: &Model,
    lanes: &[Column],
    geometry: &Geometry,
    ui: &UiHandle,
    store: &Store,
    t: &Messages,
) -> Html {
    let seen = lanes
        .iter()
        .enumerate()
        .filter(|(place, _)| geometry.shows(*place, *place));
    let heads = seen.map(|(place, column)| {
        let (left, width) = (geometry.x(place) + 1, geometry.lane(place) - 2);
        let style = format!("left:{left}px;width:{width}px");
        match column {
            Column::Socket(id) => {
                let select = {
                    let (ui, id) = (ui.clone(), *id);
                    Callback::from(move |_| ui.dispatch(Act::Select(id)))
                };
                own(
                    model,
                    *id,
                    &style,
                    ui.selected == Some(*id),
                    select,
                    store,
                    t,
                )
            }
            Column::Outside(address) => outside(*address, &style, t),
            Column::Loose => element("div", "lane-head outside")
                .style(&style)
                .with("data-testid", testid::lane("none"))
                .child(title(t.stage.resolver.to_owned()))
                .key("loose".to_owned())
                .done(),
        }
    });
    let ruler = element("span", "ruler-head")
        .style(&format!("width:{}px", geometry.ruler))
        .is("title", t.stage.time_down)
        .text("s ↓");
    element("div", "lane-heads")
        .style(&format!("width:max(100%, {}px)", geometry.width()))
        .child(ruler)
        .html(heads.collect())
        .done()
}

fn title(name: String) -> Element {
    element("span", "lane-title").child(element("span", "").words(name))
}

fn own(
    model: &Model,
    id: SocketId,
    style: &str,
    selected: bool,
    select: Callback<MouseEvent>,
    store: &Store,
    t: &Messages,
) -> Html {
    let Some(socket) = model.socket(id) else {
        return Html::default();
    };
    let (word, class) = names::protocol(socket);
    let name = names::socket(socket, &t.stage);
    let state = names::state(socket, t);
    let full = [socket.local, socket.peer]
        .into_iter()
        .flatten()
        .map(|address| address.to_string())
        .collect::<Vec<_>>()
        .join(" → ");
    let closed = if socket.is_open() { "" } else { "closed" };
    let local = socket.local.map(format::short_address).unwrap_or_default();
    let space = if local.is_empty() { "" } else { " " };
    let end = socket.forgotten_at();
    let sub = element("span", "lane-sub")
        .words([&local, space].concat())
        .child(element("span", "lane-state").words(state.clone()))
        .text(if end.is_some() { " ≤ " } else { "" })
        .html(end.map_or_else(Html::default, |end| kernel::left(store, end, str::to_owned)));
    let protocol = element("span", class_of(word)).text(word);
    element("button", "")
        .with("class", ["lane-head", class, closed].join(" "))
        .style(style)
        .with("title", full)
        .pressed(selected)
        .with("data-testid", testid::lane(id))
        .with("data-state", state)
        .on_click(select)
        .child(title(name).child(protocol))
        .child(sub)
        .html(gauges(socket, t))
        .key(id.to_string())
        .done()
}

/// Places of an accept queue that are drawn; a larger one is told in figures alone.
const PLACES: u32 = 8;

/// The kernel's figures in one line: the accept queue of a listening socket, the round trip, the
/// segments sent again and the window of a connection.
fn gauges(socket: &Socket, t: &Messages) -> Html {
    let texts = &t.inspector;
    let mut line = Markup::default();
    let (queue, tcp) = (socket.kernel.accept_queue, socket.kernel.tcp);
    match (queue, tcp) {
        _ if !socket.is_open() => return Html::default(),
        (Some(queue), _) => {
            let (title, id) = (texts.accept_q_title, testid::LANE_QUEUE);
            line.add(&[
                "<span class=lane-gauges data-testid=",
                id,
                " title=\"",
                title,
                "\">",
            ]);
            line.add(&[texts.accept_q, "<span class=places>"]);
            // One more than the backlog gets in.
            for place in 0..queue.backlog.saturating_add(1).min(PLACES) {
                line.add(&[if place < queue.length {
                    "<i class=taken></i>"
                } else {
                    "<i></i>"
                }]);
            }
            let (length, backlog) = (queue.length.to_string(), queue.backlog.to_string());
            line.add(&["</span>", &length, "/", &backlog, "</span>"]);
        }
        (None, Some(tcp)) if socket.peer.is_some() => {
            let again = if tcp.retransmits > 0 { "again" } else { "none" };
            let rtt = format::duration(u64::from(tcp.rtt_us));
            let window = tcp.congestion_window.to_string();
            line.add(&["<span class=lane-gauges data-testid=", testid::LANE_FIGURES]);
            line.add(&["><span title=\"", texts.rtt_title, "\">rtt ", &rtt]);
            line.add(&[
                "</span><span title=\"",
                texts.window_title,
                "\">cwnd ",
                &window,
            ]);
            line.add(&[
                "</span><span class=",
                again,
                " title=\"",
                texts.retransmits_title,
            ]);
            line.add(&["\">↻ ", &tcp.retransmits.to_string(), "</span></span>"]);
        }
        _ => return Html::default(),
    }
    line.html()
}

fn class_of(protocol: &str) -> &'static str {
    if protocol == "UDP" {
        "proto udp"
    } else {
        "proto tcp"
    }
}

fn outside(address: SocketAddr, style: &str, t: &Messages) -> Html {
    let id = testid::lane(Column::Outside(address).name());
    element("div", "lane-head outside")
        .style(style)
        .is("title", t.stage.outside_title)
        .with("data-testid", id.clone())
        .child(title(t.stage.outside.to_owned()))
        .child(element("span", "lane-sub").words(address.to_string()))
        .key(id)
        .done()
}
