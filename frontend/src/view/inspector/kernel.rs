//! What the kernel shows of a socket: the states of TCP that it was in, its queues, its figures.

use sockscope_frontend::model::Socket;
use sockscope_frontend::store::Store;
use sockscope_protocol::{Platform, TcpState};
use yew::prelude::*;

use super::diagram;
use crate::i18n::{Inspector, Messages, Text};
use crate::view::element::{Element, element};
use crate::view::markup::Markup;
use crate::view::ticker::Ticker;
use crate::view::{format, testid};

/// A figure: what it is and what it means, its test id, its value, and whether the platform tells it.
type Figure = (Text, Text, Text, Option<String>, bool);

pub(super) fn kernel(
    socket: &Socket,
    platform: Option<&Platform>,
    store: &Store,
    t: &'static Messages,
) -> Element {
    let texts = &t.inspector;
    let [table, meanings] = table(&figures(socket, platform, texts), texts);
    let section = element("section", "section")
        .key(format!("kernel-{}", socket.id))
        .is("data-testid", testid::KERNEL)
        .is("aria-labelledby", "kernel-title")
        .child(
            element("h2", "")
                .is("id", "kernel-title")
                .text(texts.kernel),
        )
        .maybe(outlives(socket, store, t))
        .html(table)
        .html(meanings);
    if !socket.is_stream() {
        return section;
    }
    let section = section.child(element("h3", "").text(t.states.title));
    if platform.is_none_or(|platform| platform.tcp_info) {
        section.html(diagram::diagram(socket, t))
    } else {
        section.child(element("p", "empty").text(texts.unavailable))
    }
}

/// The figures, and what they mean.
fn table(figures: &[Figure], t: &Inspector) -> [Html; 2] {
    let mut table = Markup::default();
    table.add(&["<dl class=facts>"]);
    for (name, meaning, id, value, shown) in figures {
        let (class, text) = match (value, shown) {
            (Some(value), _) => ("present", value.as_str()),
            (None, true) => ("absent", t.none_yet),
            (None, false) => ("absent", t.unavailable),
        };
        table.add(&[
            "<dt title=\"",
            meaning,
            "\">",
            name,
            "</dt><dd data-testid='",
        ]);
        table.add(&[id, "' class=", class, ">", text, "</dd>"]);
    }
    table.add(&["</dl>"]);
    // By itself, so that it stays open when a figure changes.
    let mut meanings = Markup::default();
    meanings.add(&["<details class=meanings><summary>", t.meanings]);
    meanings.add(&["</summary><dl>"]);
    for (name, meaning, ..) in figures {
        meanings.add(&["<dt>", name, "</dt><dd>", meaning, "</dd>"]);
    }
    meanings.add(&["</dl></details>"]);
    [table.html(), meanings.html()]
}

/// What the kernel still holds of a connection whose descriptor is closed, and for how long.
fn outlives(socket: &Socket, store: &Store, t: &'static Messages) -> Option<Element> {
    if !matches!(socket.afterlife, Some(state) if state != TcpState::Closed) {
        return None;
    }
    let left = socket
        .forgotten_at()
        .map(|end| left(store, end, move |left| (t.states.ends_in)(left)));
    let line = element("p", "outlives").text(t.states.outlives).text(" ");
    Some(line.html(left.unwrap_or_default()))
}

/// A time that runs out, in whole seconds.
pub(crate) fn left(store: &Store, end: u64, text: impl Fn(&str) -> String + 'static) -> Html {
    let store = store.clone();
    let text = Callback::from(move |()| {
        let seconds = end.saturating_sub(store.now_us()).div_ceil(1_000_000);
        text(&format!("{seconds} s"))
    });
    html! { <Ticker {text} every={500} /> }
}

fn figures(socket: &Socket, platform: Option<&Platform>, t: &Inspector) -> Vec<Figure> {
    let queues = platform.is_none_or(|platform| platform.queues);
    let info = platform.is_none_or(|platform| platform.tcp_info);
    let seen = &socket.kernel;
    let bytes = |count: Option<u32>| count.map(|count| format::bytes(u64::from(count)));
    if socket.backlog().is_some() {
        let queue = seen.accept_queue;
        let queue = queue.map(|queue| format!("{} / {}", queue.length, queue.backlog));
        let id = testid::KERNEL_ACCEPT_Q;
        return vec![(t.accept_q, t.accept_q_title, id, queue, info)];
    }
    let mut figures = vec![
        (
            t.recv_q,
            t.recv_q_title,
            testid::KERNEL_RECV_Q,
            bytes(seen.recv_queue),
            queues,
        ),
        (
            t.send_q,
            t.send_q_title,
            testid::KERNEL_SEND_Q,
            bytes(seen.send_queue),
            queues,
        ),
    ];
    if socket.is_stream() {
        let tcp = seen.tcp;
        let window = |bytes: u32| (bytes > 0).then(|| format::bytes(u64::from(bytes)));
        let rtt = tcp.map(|tcp| {
            let spread = format::duration(u64::from(tcp.rtt_var_us));
            format!("{} ± {spread}", format::duration(u64::from(tcp.rtt_us)))
        });
        let again = tcp.map(|tcp| tcp.retransmits.to_string());
        let congestion = tcp.map(|tcp| (t.segments)(tcp.congestion_window, tcp.mss));
        let receive = tcp.and_then(|tcp| window(tcp.receive_window));
        let send = tcp.and_then(|tcp| window(tcp.send_window));
        figures.extend([
            (t.rtt, t.rtt_title, testid::KERNEL_RTT, rtt, info),
            (
                t.retransmits,
                t.retransmits_title,
                testid::KERNEL_RETRANSMITS,
                again,
                info,
            ),
            (t.window, t.window_title, "", congestion, info),
            (t.receive_window, t.receive_window_title, "", receive, info),
            (t.send_window, t.send_window_title, "", send, info),
        ]);
    }
    figures
}
