//! What became of a call: its result, how long it took, and what an error means.

use sockscope_frontend::model::{CallRecord, Model, Role};
use sockscope_frontend::store::{SendToError, Store, use_selector, use_store};
use sockscope_frontend::wire::{NotSent, Rejection};
use sockscope_protocol::{Call, Outcome, RejectReason, SocketId, Value};
use yew::prelude::*;

use crate::i18n::{self, Messages};
use crate::view::stage::receives_stream;
use crate::view::ticker::Ticker;
use crate::view::ui::{Act, Actions, UiHandle, use_actions, use_model, use_texts, use_ui};
use crate::view::{format, holder, names, testid};

#[derive(Properties, PartialEq)]
pub(super) struct ResultsProps {
    pub(super) socket: Option<SocketId>,
}

/// The selected call's result, or that of the socket's last call; and calls that were not made.
#[component]
pub(super) fn Results(props: &ResultsProps) -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    let actions = use_actions();
    use_model();
    let rejections = use_selector(|state| {
        let rejections = state.outbox.rejections();
        rejections.cloned().collect::<Vec<Rejection>>()
    });
    let model = store.model();
    let selected = ui.call.and_then(|call| model.call(call));
    let last = || {
        let socket = props.socket?;
        model.calls().rev().find(|call| call.socket == Some(socket))
    };
    let record = selected.or_else(last);
    let title = if selected.is_some() {
        t.inspector.result_selected
    } else {
        t.inspector.result_last
    };
    let not_made = not_made(props.socket, &rejections, &ui, &store, t);
    if record.is_none() && props.socket.is_none() {
        return not_made;
    }
    let show_last = {
        let ui = ui.clone();
        Callback::from(move |_| ui.dispatch(Act::ShowLast))
    };
    html! {
        <section class="section" aria-labelledby="result-title">
            <div class="section-head">
                <h2 id="result-title">{ title }</h2>
                if selected.is_some() && props.socket.is_some() {
                    <button class="plain small" onclick={show_last}>{ t.inspector.result_last }</button>
                }
            </div>
            <div aria-live="polite">
                if let Some(record) = record {
                    { one(&model, record, (&ui, &actions), t, &store) }
                } else {
                    <p class="empty">{ t.inspector.result_empty }</p>
                }
            </div>
            { not_made }
        </section>
    }
}

fn one(
    model: &Model,
    record: &CallRecord,
    ways: (&UiHandle, &Actions),
    t: &'static Messages,
    store: &Store,
) -> Html {
    let outcome = record.outcome();
    let texts = &t.inspector;
    html! {
        <div class={classes!("result", format::tone(record).to_owned())} data-testid={testid::RESULT}
            data-call={record.id.to_string()} data-op={record.name()} data-state={format::state(record)}>
            <code class="call-code">{ record.request.as_ref().map(format::call) }</code>
            if let (Some(end), Some(outcome)) = (&record.end, outcome) {
                <p class="outcome">{ headline(model, outcome, t) }</p>
                { explain(model, record, outcome, ways, t) }
                <p class="timing">
                    { if end.blocked {
                        (texts.waited)(&format::duration(end.took_us))
                    } else {
                        (texts.at_once)(&format::duration(end.took_us))
                    } }
                </p>
            } else if record.doubtful() {
                <p class="outcome">{ t.stage.unknown_end }</p>
            } else {
                <p class="timing">
                    { texts.waiting_since }{ " " }
                    <Ticker text={since(store.clone(), record.started)} />
                </p>
            }
        </div>
    }
}

fn since(store: Store, started: u64) -> Callback<(), String> {
    Callback::from(move |()| format::elapsed(store.now_us().saturating_sub(started)))
}

/// The result in one line.
fn headline(model: &Model, outcome: &Outcome, t: &Messages) -> String {
    match outcome {
        Outcome::Ok(Value::Socket { socket, fd, peer }) => {
            let name = names::by_id(model, *socket, &t.stage);
            match peer {
                Some(peer) => format!("→ {name} (fd {fd}) ← {peer}"),
                None => format!("→ {name} (fd {fd})"),
            }
        }
        Outcome::Ok(Value::Count(count)) => format!("→ {}", format::bytes(*count)),
        Outcome::Ok(value) => format!("→ {}", format::value(value)),
        Outcome::Errno(failure) | Outcome::Resolver(failure) => {
            format!("✕ {} ({})", failure.name, failure.number)
        }
        Outcome::Refused(_) => format!("⊘ {}", t.stage.policy),
        outcome => format!("– {}", format::outcome(outcome, &t.stage)),
    }
}

/// In which situation a call was made, as the explanations of errors distinguish them.
fn situation(model: &Model, record: &CallRecord) -> Vec<&'static str> {
    let mut here: Vec<_> = record.name().into_iter().collect();
    if let Some(socket) = record.socket.and_then(|id| model.socket(id)) {
        let marks = [
            (socket.is_datagram(), "udp"),
            (socket.is_stream(), "tcp"),
            (socket.backlog().is_some(), "listening"),
            (socket.shut_wr, "shut"),
            (matches!(socket.role(), Role::Fresh | Role::Bound), "fresh"),
        ];
        here.extend(
            marks
                .into_iter()
                .filter_map(|(is, mark)| is.then_some(mark)),
        );
    }
    here
}

/// What the result means, where that is not plain.
fn explain(
    model: &Model,
    record: &CallRecord,
    outcome: &Outcome,
    (ui, actions): (&UiHandle, &Actions),
    t: &Messages,
) -> Html {
    let texts = &t.inspector;
    let lines: Vec<Html> = match outcome {
        Outcome::Errno(failure) | Outcome::Resolver(failure) => {
            let who = match outcome {
                Outcome::Errno(_) => texts.kernel_says,
                _ => texts.resolver_says,
            };
            let mut lines = vec![html! { <p>{ who }{ ": " }{ &failure.message }</p> }];
            let here = situation(model, record);
            if let Some(explanation) = i18n::explain(t.lang, &failure.name, &here) {
                // Who has the port says more than what that means in general.
                let (meaning, remedy) = holder::text(model, record, t)
                    .unwrap_or_else(|| (explanation.meaning.to_owned(), None));
                let id = model.holder(record).map(|_| testid::HOLDER);
                lines.push(html! {
                    <p data-testid={id}><strong>{ texts.meaning }</strong>{ meaning }</p>
                });
                lines.push(html! {
                    <p><strong>{ texts.remedy }</strong>{ remedy.unwrap_or(explanation.remedy) }</p>
                });
                lines.push(holder::ways_on(model, record, ui, actions, t));
            }
            lines
        }
        Outcome::Refused(refusal) => {
            let allow = match &refusal.allow {
                Some(flag) => html! { <p>{ texts.policy_allow }{ " " }<code>{ flag }</code></p> },
                None => html! { <p>{ texts.policy_never }</p> },
            };
            vec![
                html! { <p>{ texts.policy_says }</p> },
                html! {
                    <p>
                        <code>{ refusal.address.to_string() }</code>
                        { " " }
                        { (texts.address_kind)(refusal.kind) }
                    </p>
                },
                allow,
            ]
        }
        Outcome::Timeout => vec![html! { <p>{ texts.timed_out }</p> }],
        Outcome::Cancelled(_) => vec![html! { <p>{ texts.cancelled }</p> }],
        Outcome::Internal(message) => vec![html! { <p>{ texts.internal }{ " " }{ message }</p> }],
        Outcome::Ok(Value::Count(0)) if receives_stream(model, record) => {
            vec![html! { <p>{ texts.end_of_stream }</p> }]
        }
        Outcome::Ok(Value::Count(count)) => match &record.request {
            Some(Call::Send { length, .. }) if u64::from(*length) > *count => {
                vec![html! { <p>{ (texts.fewer)(*count, u64::from(*length)) }</p> }]
            }
            _ => Vec::new(),
        },
        Outcome::Ok(_) => Vec::new(),
    };
    if lines.is_empty() {
        return Html::default();
    }
    html! { <div class="explain" data-testid={testid::RESULT_EXPLAIN}>{ for lines }</div> }
}

/// Calls that were not made: by the bridge's limits, or by the page's own.
fn not_made(
    socket: Option<SocketId>,
    rejections: &[Rejection],
    ui: &UiHandle,
    store: &Store,
    t: &Messages,
) -> Html {
    let close = {
        let ui = ui.clone();
        Callback::from(move |_| ui.dispatch(Act::NotSent(None)))
    };
    let mine = rejections.iter().filter(|one| {
        let about = one.call.socket();
        about.is_none() || about == socket
    });
    html! {
        <div role="status">
            if let Some(why) = ui.not_sent {
                <div class="rejected" data-testid={testid::REJECTED} data-reason="not_sent">
                    <p>{ not_sent(why, t) }</p>
                    <div class="row-actions">
                        <button class="small" onclick={close}>{ t.page.dismiss }</button>
                    </div>
                </div>
            }
            { for mine.map(|one| {
                let (store, call) = (store.clone(), one.id);
                let dismiss = Callback::from(move |_| store.dismiss(call));
                let reason = reason(one.reason);
                html! {
                    <div key={one.id.0} class="rejected" data-testid={testid::REJECTED}
                        data-reason={reason}>
                        <p><strong>{ t.inspector.rejected_title }</strong>{ " " }
                            <code>{ format::call(&one.call) }</code></p>
                        <p>{ &one.message }</p>
                        <p class="hint">{ t.inspector.rejected_hint }</p>
                        <div class="row-actions">
                            <button class="small" onclick={dismiss}>{ t.page.dismiss }</button>
                        </div>
                    </div>
                }
            }) }
        </div>
    }
}

fn not_sent(why: SendToError, t: &Messages) -> String {
    match why {
        SendToError::NoHost => t.page.not_sent_host.to_owned(),
        SendToError::NotSent(NotSent::NoSession) => t.page.not_sent_no_session.to_owned(),
        SendToError::NotSent(NotSent::Replay) => t.page.not_sent_replay.to_owned(),
        SendToError::NotSent(NotSent::TooLong { limit }) => (t.page.not_sent_too_long)(limit),
        SendToError::NotSent(NotSent::TooManyBytesWaiting { limit }) => {
            (t.page.not_sent_bytes)(limit)
        }
        SendToError::NotSent(NotSent::TooManyCallsWaiting { limit }) => {
            (t.page.not_sent_calls)(limit)
        }
    }
}

/// Why a call was not made, for programs.
fn reason(reason: Option<RejectReason>) -> &'static str {
    match reason {
        None => "session_over",
        Some(RejectReason::Malformed) => "malformed",
        Some(RejectReason::NoSuchSocket) => "no_such_socket",
        Some(RejectReason::Sockets) => "sockets",
        Some(RejectReason::PendingCalls) => "pending_calls",
        Some(RejectReason::PendingBytes) => "pending_bytes",
        Some(RejectReason::CallRate) => "call_rate",
        Some(RejectReason::CallNumbers) => "call_numbers",
        Some(RejectReason::ViewOnly) => "view_only",
    }
}
