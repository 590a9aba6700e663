//! The heads of the lanes: who each one is, and how it stands.

use std::net::SocketAddr;

use sockscope_frontend::model::Model;
use sockscope_protocol::SocketId;
use yew::prelude::*;

use super::geometry::Geometry;
use super::links;
use super::parts::Column;
use crate::i18n::Messages;
use crate::view::ui::{Act, UiHandle};
use crate::view::{format, names, testid};

pub(super) fn heads(
    model: &Model,
    lanes: &[Column],
    geometry: &Geometry,
    ui: &UiHandle,
    t: &Messages,
) -> Html {
    let heads = lanes.iter().enumerate().map(|(place, column)| {
        let style = format!("left:{}px;width:{}px", geometry.x(place) + 1, geometry.lane - 2);
        match column {
            Column::Socket(id) => {
                let select = {
                    let (ui, id) = (ui.clone(), *id);
                    Callback::from(move |_| ui.dispatch(Act::Select(id)))
                };
                own(model, *id, style, ui.selected == Some(*id), select, t)
            }
            Column::Outside(address) => outside(*address, style, t),
            Column::Loose => html! {
                <div key="loose" class="lane-head outside" ~style={style} data-testid={testid::lane("none")}>
                    <span class="lane-title"><span>{ t.stage.resolver }</span></span>
                </div>
            },
        }
    });
    html! {
        <div class="lane-heads" ~style={format!("width:max(100%, {}px)", geometry.width())}>
            <span class="ruler-head" title={t.stage.time_down}>{ "s ↓" }</span>
            { for heads }
        </div>
    }
}

fn own(
    model: &Model,
    id: SocketId,
    style: String,
    selected: bool,
    select: Callback<MouseEvent>,
    t: &Messages,
) -> Html {
    let Some(socket) = model.socket(id) else {
        return Html::default();
    };
    let (word, class) = names::protocol(socket);
    let name = names::socket(socket, &t.stage);
    let mut sub = names::state(socket, t);
    if let Some(local) = socket.local {
        sub = format!("{} {sub}", format::short_address(local));
    }
    let full = [socket.local, socket.peer]
        .into_iter()
        .flatten()
        .map(|address| address.to_string())
        .collect::<Vec<_>>()
        .join(" → ");
    let class = classes!("lane-head", class, (!socket.is_open()).then_some("closed"));
    html! {
        <button key={id.0} {class} ~style={style} title={full} aria-pressed={selected.to_string()}
            aria-label={(t.stage.lane_select)(&name)} data-testid={testid::lane(id)} onclick={select}>
            <span class="lane-title">
                <span>{ name }</span>
                <span class={classes!("proto", class_of(word))}>{ word }</span>
            </span>
            <span class="lane-sub">{ sub }</span>
        </button>
    }
}

fn class_of(protocol: &str) -> &'static str {
    if protocol == "UDP" { "udp" } else { "tcp" }
}

fn outside(address: SocketAddr, style: String, t: &Messages) -> Html {
    let id = testid::lane(links::name(Column::Outside(address)));
    html! {
        <div key={id.clone()} class="lane-head outside" ~style={style} title={t.stage.outside_title}
            data-testid={id}>
            <span class="lane-title"><span>{ t.stage.outside }</span></span>
            <span class="lane-sub">{ address.to_string() }</span>
        </div>
    }
}
