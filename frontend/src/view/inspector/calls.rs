//! The calls of a socket: those that make sense now in front, the others with their reason.

use sockscope_frontend::model::{Availability, Model, Op, Role, Socket, available};
use sockscope_protocol::SocketId;
use yew::prelude::*;

use super::form::CallForm;
use crate::i18n::Messages;
use crate::view::testid;
use crate::view::ui::{Act, Choice, Chosen, UiHandle};

pub(super) fn calls(model: &Model, socket: &Socket, ui: &UiHandle, t: &Messages) -> Html {
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
    let buttons = |some: &[&(Chosen, Availability)]| -> Html {
        some.iter()
            .map(|(one, availability)| button(ui, socket.id, *one, *availability, chosen, t))
            .collect()
    };
    html! {
        <section class="section" key={format!("calls-{}", socket.id)} aria-labelledby="calls-title">
            <h2 id="calls-title">{ t.calls.title }</h2>
            <div class="call-group" role="group" aria-label={t.calls.now}>
                <div class="call-buttons">{ buttons(&now) }</div>
            </div>
            if !later.is_empty() {
                <div class="call-group" role="group" aria-label={t.calls.later}>
                    <span class="hint" title={t.calls.later_hint}>{ t.calls.later }</span>
                    <div class="call-buttons">{ buttons(&later) }</div>
                </div>
            }
            <CallForm socket={socket.id} {chosen} {against} />
        </section>
    }
}

fn button(
    ui: &UiHandle,
    socket: SocketId,
    one: Chosen,
    availability: Availability,
    chosen: Chosen,
    t: &Messages,
) -> Html {
    let (now, title) = match availability {
        Availability::Yes => (true, what(one, t)),
        Availability::No(reason) => (false, t.reasons.text(reason)),
    };
    let onclick = {
        let ui = ui.clone();
        Callback::from(move |_| {
            let choice = Choice {
                chosen: one,
                made_sense: now,
            };
            ui.dispatch(Act::Choose(socket, choice));
        })
    };
    html! {
        <button key={one.name()} type="button" data-testid={testid::call(one.name())}
            data-now={now.to_string()} aria-pressed={(one == chosen).to_string()} {title} {onclick}>
            { one.name() }
        </button>
    }
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
