//! The calls of a socket: those that make sense now in front, the others with their reason.

use sockscope_frontend::model::{Availability, Model, Op, Role, Socket, available};
use sockscope_protocol::SocketId;
use yew::prelude::*;

use super::form::CallForm;
use crate::i18n::Messages;
use crate::view::element::{Element, element};
use crate::view::testid;
use crate::view::ui::{Act, Choice, Chosen, UiHandle, does};

pub(super) fn calls(model: &Model, socket: &Socket, ui: &UiHandle, t: &Messages) -> Element {
    let mut all: Vec<(Chosen, Availability)> = available(model, socket.id)
        .into_iter()
        .map(|(op, availability)| (Chosen::Op(op), availability))
        .collect();
    all.push((Chosen::GetAddrInfo, Availability::Yes));
    let (now, later): (Vec<_>, Vec<_>) = all
        .iter()
        .partition(|(_, availability)| *availability == Availability::Yes);
    let chosen = chosen(ui, model, socket, &all);
    let against = all
        .iter()
        .find(|(one, _)| *one == chosen)
        .and_then(|(_, availability)| match availability {
            Availability::Yes => None,
            Availability::No(reason) => Some(*reason),
        });
    let buttons = |some: &[&(Chosen, Availability)]| {
        let mut buttons = element("div", "call-buttons");
        for (one, availability) in some {
            let button = button(ui, socket.id, *one, *availability, chosen, t);
            buttons = buttons.child(button);
        }
        buttons
    };
    let group = |name: &'static str| {
        element("div", "call-group")
            .is("role", "group")
            .is("aria-label", name)
    };
    let texts = &t.calls;
    let later = (!later.is_empty()).then(|| {
        let hint = element("span", "hint").is("title", texts.later_hint);
        group(texts.later)
            .child(hint.text(texts.later))
            .child(buttons(&later))
    });
    let socket = socket.id;
    element("section", "section")
        .key(format!("calls-{socket}"))
        .is("aria-labelledby", "calls-title")
        .child(element("h2", "").is("id", "calls-title").text(texts.title))
        .child(group(texts.now).child(buttons(&now)))
        .maybe(later)
        .html(html! { <CallForm {socket} {chosen} {against} /> })
}

fn button(
    ui: &UiHandle,
    socket: SocketId,
    one: Chosen,
    availability: Availability,
    chosen: Chosen,
    t: &Messages,
) -> Element {
    let (now, title) = match availability {
        Availability::Yes => (true, what(one, t)),
        Availability::No(reason) => (false, t.reasons.text(reason)),
    };
    let choice = Choice {
        chosen: one,
        made_sense: now,
    };
    element("button", "")
        .key(one.name().to_owned())
        .is("type", "button")
        .with("data-testid", testid::call(one.name()))
        .is("data-now", if now { "true" } else { "false" })
        .pressed(one == chosen)
        .is("title", title)
        .text(one.name())
        .on_click(does(ui, Act::Choose(socket, choice)))
}

/// The call whose form is shown: what the person chose, until it has done its work; else what a
/// socket in this state most likely does next.
fn chosen(ui: &UiHandle, model: &Model, socket: &Socket, all: &[(Chosen, Availability)]) -> Chosen {
    let now = |chosen| all.contains(&(chosen, Availability::Yes));
    match ui.chosen.get(&socket.id) {
        Some(choice) if !choice.made_sense || now(choice.chosen) => choice.chosen,
        _ => Chosen::Op(natural(model, socket)),
    }
}

fn natural(model: &Model, socket: &Socket) -> Op {
    let has_sent = socket.sent.total() > 0;
    match (socket.is_datagram(), socket.role()) {
        (_, Role::Closed) => Op::GetSockName,
        (true, Role::Fresh) | (false, Role::Fresh) => Op::Bind,
        (true, _) if model.pending(socket.id).next().is_some() || !has_sent => Op::RecvFrom,
        (true, _) => Op::SendTo,
        (false, Role::Bound) => Op::Listen,
        (false, Role::Listening) => Op::Accept,
        (false, Role::Connected) => Op::SendAll,
        (false, Role::HalfClosed(_)) => Op::Recv,
        (false, Role::Connecting | Role::Reset) => Op::Close,
    }
}

/// What a call does, in a sentence.
pub(super) fn what(chosen: Chosen, t: &Messages) -> &'static str {
    let t = &t.calls;
    match chosen {
        Chosen::GetAddrInfo => t.what_getaddrinfo,
        Chosen::Op(op) => match op {
            Op::Bind => t.what_bind,
            Op::Listen => t.what_listen,
            Op::Accept => t.what_accept,
            Op::Connect => t.what_connect,
            Op::Send => t.what_send,
            Op::SendAll => t.what_sendall,
            Op::SendTo => t.what_sendto,
            Op::Recv => t.what_recv,
            Op::RecvFrom => t.what_recvfrom,
            Op::Shutdown => t.what_shutdown,
            Op::Close => t.what_close,
            Op::GetSockOpt => t.what_getsockopt,
            Op::SetSockOpt => t.what_setsockopt,
            Op::SetTimeout => t.what_settimeout,
            Op::GetSockName => t.what_getsockname,
            Op::GetPeerName => t.what_getpeername,
        },
    }
}
