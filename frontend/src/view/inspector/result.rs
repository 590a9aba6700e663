//! What became of a call: its result, how long it took, and what an error means.

use sockscope_frontend::model::{CallRecord, Model, Role};
use sockscope_frontend::store::{SendToError, Store, use_selector, use_store};
use sockscope_frontend::wire::{NotSent, Rejection};
use sockscope_protocol::{Call, Outcome, RejectReason, SocketId, Value};
use yew::prelude::*;

use crate::i18n::{self, Messages};
use crate::view::element::{Element, element};
use crate::view::stage::receives_stream;
use crate::view::ticker::Ticker;
use crate::view::ui::{Act, Actions, UiHandle, does, use_actions, use_model, use_texts, use_ui};
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
        return not_made.done();
    }
    let show_last = || {
        element("button", "plain small")
            .text(t.inspector.result_last)
            .on_click(does(&ui, Act::ShowLast))
    };
    let head = element("div", "section-head")
        .child(element("h2", "").is("id", "result-title").text(title))
        .maybe((selected.is_some() && props.socket.is_some()).then(show_last));
    let result = match record {
        Some(record) => one(&model, record, (&ui, &actions), t, &store),
        None => element("p", "empty").text(t.inspector.result_empty),
    };
    element("section", "section")
        .is("aria-labelledby", "result-title")
        .child(head)
        .child(element("div", "").is("aria-live", "polite").child(result))
        .child(not_made)
        .done()
}

fn one(
    model: &Model,
    record: &CallRecord,
    ways: (&UiHandle, &Actions),
    t: &'static Messages,
    store: &Store,
) -> Element {
    let outcome = record.outcome();
    let texts = &t.inspector;
    let code = record.request.as_ref().map(format::call);
    let result = element("div", "")
        .with("class", format!("result {}", format::tone(record)))
        .is("data-testid", testid::RESULT)
        .with("data-call", record.id.to_string())
        .option("data-op", record.name().map(str::to_owned))
        .is("data-state", format::state(record))
        .child(element("code", "call-code").words(code.unwrap_or_default()));
    let timing = element("p", "timing");
    match (&record.end, outcome) {
        (Some(end), Some(outcome)) => {
            let took = format::duration(end.took_us);
            let say = if end.blocked {
                texts.waited
            } else {
                texts.at_once
            };
            let line = element("p", "outcome").words(headline(model, outcome, t));
            result
                .child(line)
                .maybe(explain(model, record, outcome, ways, t))
                .child(timing.words(say(&took)))
        }
        _ if record.doubtful() => result.child(element("p", "outcome").text(t.stage.unknown_end)),
        _ => {
            let text = since(store.clone(), record.started);
            let timing = timing.text(texts.waiting_since).text(" ");
            result.child(timing.html(html! { <Ticker {text} /> }))
        }
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
) -> Option<Element> {
    let texts = &t.inspector;
    let lines = element("div", "explain").is("data-testid", testid::RESULT_EXPLAIN);
    let line = |text: &'static str| element("p", "").text(text);
    Some(match outcome {
        Outcome::Errno(failure) | Outcome::Resolver(failure) => {
            let who = match outcome {
                Outcome::Errno(_) => texts.kernel_says,
                _ => texts.resolver_says,
            };
            let says = line(who).text(": ").words(failure.message.clone());
            let lines = lines.child(says);
            let here = situation(model, record);
            let Some(explanation) = i18n::explain(t.lang, &failure.name, &here) else {
                return Some(lines);
            };
            // Who has the port says more than what that means in general.
            let (meaning, remedy) = holder::text(model, record, t)
                .unwrap_or_else(|| (explanation.meaning.to_owned(), None));
            let headed =
                |head: &'static str| element("p", "").child(element("strong", "").text(head));
            let mut what = headed(texts.meaning).words(meaning);
            if model.holder(record).is_some() {
                what = what.is("data-testid", testid::HOLDER);
            }
            let way = headed(texts.remedy).text(remedy.unwrap_or(explanation.remedy));
            let ways = holder::ways_on(model, record, ui, actions, t);
            lines.child(what).child(way).maybe(ways)
        }
        Outcome::Refused(refusal) => {
            let code = |text: String| element("code", "").words(text);
            let address = element("p", "")
                .child(code(refusal.address.to_string()))
                .text(" ")
                .text((texts.address_kind)(refusal.kind));
            let allow = match &refusal.allow {
                Some(flag) => line(texts.policy_allow).text(" ").child(code(flag.clone())),
                None => line(texts.policy_never),
            };
            lines
                .child(line(texts.policy_says))
                .child(address)
                .child(allow)
        }
        Outcome::Timeout => lines.child(line(texts.timed_out)),
        Outcome::Cancelled(_) => lines.child(line(texts.cancelled)),
        Outcome::Internal(message) => {
            lines.child(line(texts.internal).text(" ").words(message.clone()))
        }
        Outcome::Ok(Value::Count(0)) if receives_stream(model, record) => {
            lines.child(line(texts.end_of_stream))
        }
        Outcome::Ok(Value::Count(count)) => match &record.request {
            Some(Call::Send { length, .. }) if u64::from(*length) > *count => {
                let text = (texts.fewer)(*count, u64::from(*length));
                lines.child(element("p", "").words(text))
            }
            _ => return None,
        },
        Outcome::Ok(_) => return None,
    })
}

/// Calls that were not made: by the bridge's limits, or by the page's own.
fn not_made(
    socket: Option<SocketId>,
    rejections: &[Rejection],
    ui: &UiHandle,
    store: &Store,
    t: &Messages,
) -> Element {
    let rejected = |reason: &'static str| {
        element("div", "rejected")
            .is("data-testid", testid::REJECTED)
            .is("data-reason", reason)
    };
    let dismiss = |does| {
        let button = element("button", "small").text(t.page.dismiss);
        element("div", "row-actions").child(button.on_click(does))
    };
    let own = ui.not_sent.map(|why| {
        rejected("not_sent")
            .child(element("p", "").words(not_sent(why, t)))
            .child(dismiss(does(ui, Act::NotSent(None))))
    });
    let mine = rejections.iter().filter(|one| {
        let about = one.call.socket();
        about.is_none() || about == socket
    });
    let theirs: Html = mine
        .map(|one| {
            let (store, call) = (store.clone(), one.id);
            let away = Callback::from(move |_| store.dismiss(call));
            let title = element("strong", "").text(t.inspector.rejected_title);
            let code = element("code", "").words(format::call(&one.call));
            rejected(reason(one.reason))
                .key(one.id.to_string())
                .child(element("p", "").child(title).text(" ").child(code))
                .child(element("p", "").words(one.message.clone()))
                .child(element("p", "hint").text(t.inspector.rejected_hint))
                .child(dismiss(away))
                .done()
        })
        .collect();
    element("div", "")
        .is("role", "status")
        .maybe(own)
        .html(theirs)
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
