//! The bytes that a socket sent and received: as text, or as a hex dump with the text beside it, with
//! one selection. Only the lines in sight are made, however many there are.

mod bar;
mod browser;
mod events;
mod lines;
mod list;
mod panel;
mod pointer;
mod scroll;
mod search;
mod select;
mod tools;

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use sockscope_frontend::store::use_store;
use sockscope_protocol::SocketId;
use web_sys::Element;
use yew::prelude::*;

use self::bar::Bar;
pub(super) use self::bar::encodings;
pub(in crate::view) use self::browser::codec;
use self::events::Hands;
use self::lines::Lines;
use self::panel::Panel;
use crate::view::element::{button, element};
use crate::view::testid;
use crate::view::ui::{use_actions, use_model, use_texts, use_ui};

#[derive(Properties, PartialEq)]
pub(super) struct BytesProps {
    pub(super) socket: SocketId,
}

#[component]
pub(super) fn Bytes(props: &BytesProps) -> Html {
    let t = use_texts();
    let store = use_store();
    let ui = use_ui();
    let actions = use_actions();
    use_model();
    let state = use_mut_ref(Panel::default);
    let redraw = use_force_update();
    let frame = use_node_ref();
    let hands = Hands {
        panel: Rc::downgrade(&state),
        store: store.clone(),
        ui: ui.dispatcher(),
        actions,
        redraw: redraw.clone(),
        id: props.socket,
    };
    let model = store.model();
    let known = model.socket(props.socket);
    let mut wanted = None;
    if let Some(socket) = known {
        let mut panel = state.borrow_mut();
        panel.update(socket, ui.encodings);
        let scroll = panel.scroll();
        wanted = panel.wanted(&scroll);
    }
    use_effect({
        let (state, frame) = (state.clone(), frame.clone());
        move || {
            let mut panel = state.borrow_mut();
            if let Some(frame) = frame.cast::<Element>() {
                panel.attached.get_or_insert_with(|| hands.attach(&frame));
                if let (Some(top), Ok(Some(area))) = (wanted, frame.query_selector("[data-view]")) {
                    #[expect(clippy::cast_possible_truncation, reason = "some millions at most")]
                    area.set_scroll_top(top.round() as i32);
                }
            }
            let next = panel
                .busy
                .then(|| Timeout::new(0, move || redraw.force_update()));
            move || drop(next)
        }
    });
    let Some(socket) = known else {
        return Html::default();
    };
    let panel = state.borrow();
    let texts = &t.bytes;
    let bar = Bar {
        panel: &panel,
        socket,
        encodings: ui.encodings,
        t: texts,
    };
    let id = if panel.hex {
        testid::BYTES_HEX
    } else {
        testid::BYTES_TEXT
    };
    let mut section = element("section", "section")
        .node(&frame)
        .is("aria-labelledby", "bytes-title")
        // How wide a character is, and how high a line.
        .child(
            element("span", "bytes-ruler bytes-line")
                .is("aria-hidden", "true")
                .text("0000000000"),
        )
        .child(bar.head())
        .child(bar.totals())
        .child(bar.auto(model.streaming(socket.id).is_some()));
    let total = socket.sent.chunks().len() + socket.received.chunks().len();
    if total == 0 {
        let empty = element("p", "empty")
            .is("data-testid", id)
            .text(texts.empty);
        return section.child(empty).done();
    }
    let (scroll, first) = (panel.scroll(), panel.first(&panel.scroll()));
    let lines = Lines {
        panel: &panel,
        socket,
        layout: &panel.layout,
        lit: ui.pointed_out(),
        t,
    };
    let drawn = usize::try_from(scroll.seen).unwrap_or_default();
    let seen = lines.draw(
        element("div", "bytes-seen"),
        first + panel.list.start(),
        drawn,
    );
    let all = element("div", "bytes-all").style(&height(scroll.height()));
    #[expect(clippy::cast_precision_loss, reason = "some lines in sight")]
    let tall = scroll.seen.max(1) as f64 * scroll.line + 2.0;
    let view = element("div", "bytes-view")
        .is("tabindex", "0")
        .is("role", "group")
        .is("aria-label", texts.title)
        .is("aria-describedby", "bytes-selected")
        .is("data-testid", id)
        .is("data-view", "")
        .number("data-first", first)
        .style(&height(tall))
        .child(all.child(seen));
    section = section.child(bar.options()).child(bar.search()).child(view);
    let follow = || button(testid::BYTES_FOLLOW, t.stage.follow);
    section
        .maybe((!panel.follows()).then(follow))
        .child(tools::selected(socket, &panel, texts))
        .child(tools::tools(&panel, texts))
        .done()
}

#[expect(clippy::cast_possible_truncation, reason = "some millions at most")]
fn height(pixels: f64) -> String {
    format!("height:{}px", pixels as i32)
}
