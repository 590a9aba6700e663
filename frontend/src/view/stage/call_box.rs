//! One call on the stage.

use sockscope_frontend::model::{CallRecord, Direction, Held, Model};
use sockscope_frontend::store::{Store, use_store};
use sockscope_protocol::{Call, CallId, Outcome, Seq, Value};
use yew::prelude::*;

use super::geometry::Geometry;
use super::parts::CallBox;
use crate::i18n::Stage;
use crate::view::ticker::Ticker;
use crate::view::ui::{Act, use_texts, use_ui};
use crate::view::{format, names, preview, testid};

/// Bytes of a payload that are looked at for its preview.
const PREVIEW: usize = 48;

#[derive(Properties, PartialEq)]
pub(super) struct CallViewProps {
    pub(super) one: CallBox,
    /// Where it stands, as a style.
    pub(super) place: String,
    pub(super) class: &'static str,
    pub(super) lane: AttrValue,
    /// The call as the model has it now; a change of it draws the box anew.
    pub(super) record: CallRecord,
}

#[component]
pub(super) fn CallView(props: &CallViewProps) -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    let CallViewProps {
        one, record, class, ..
    } = props;
    let outcome = record.outcome();
    let waiting = record.pending();
    let blocked = record.end.as_ref().is_some_and(|end| end.blocked);
    let classes = classes!(
        "call",
        *class,
        format::tone(outcome).to_owned(),
        (blocked && one.last.is_some_and(|last| last > one.first + 1)).then_some("blocked"),
        (ui.call == Some(one.call)).then_some("selected"),
        (ui.pointed_out() == Some(one.call)).then_some("lit"),
    );
    let light = |lit: Option<CallId>| {
        let ui = ui.clone();
        move || {
            if ui.lit != lit {
                ui.dispatch(Act::Light(lit));
            }
        }
    };
    let (on, off) = (light(Some(one.call)), light(None));
    let (focus, blur) = (on.clone(), off.clone());
    let onpointerenter = Callback::from(move |_: PointerEvent| on());
    let onpointerleave = Callback::from(move |_: PointerEvent| off());
    let onfocusin = Callback::from(move |_: FocusEvent| focus());
    let onfocusout = Callback::from(move |_: FocusEvent| blur());
    let op = record.name().unwrap_or("?");
    let select = {
        let (call, socket) = (one.call, record.socket);
        Callback::from(move |_: MouseEvent| ui.dispatch(Act::SelectCall(call, socket)))
    };
    let model = store.model();
    let inside = arguments(&model, one, record);
    let code = format!("{op}({inside})");
    let count = match record.value() {
        Some(Value::Count(count)) => Some(count.to_string()),
        _ => None,
    };
    html! {
        <li class={classes} ~style={props.place.clone()} data-testid={testid::ROW}
            data-call={one.call.to_string()} data-op={op} data-state={format::state(outcome)}
            data-lane={props.lane.clone()} data-count={count} onclick={select}
            {onpointerenter} {onpointerleave} {onfocusin} {onfocusout}>
            <div class="line">
                <button class="grow" title={code.clone()}>
                    <span class="name">{ op }</span>
                    { "(" }{ inside }{ ")" }
                </button>
            </div>
            { data_lines(&model, one, record, &t.stage) }
            { preview_line(&model, one, record) }
            if waiting {
                <i class="bar" aria-hidden="true"></i>
                { waiting_line(record, op, &store, &t.stage) }
            }
            if let (Some(end), Some(last)) = (&record.end, one.last) {
                <div class="line" ~style={line(last.saturating_sub(one.first).max(1))}>
                    <span class="mark" aria-hidden="true">{ mark(&end.outcome) }</span>
                    <span class="grow outcome">{ result(&model, one, record, &end.outcome, &t.stage) }</span>
                    <span class="took" title={if end.blocked { t.stage.blocked } else { t.stage.at_once }}>
                        if end.blocked { <span class="word">{ t.stage.blocked }{ " " }</span> }
                        { format::duration(end.took_us) }
                    </span>
                </div>
            }
        </li>
    }
}

fn line(row: usize) -> String {
    format!("top:{}px", Geometry::y(row) - Geometry::y(0))
}

fn mark(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Ok(_) => "→",
        Outcome::Errno(_) | Outcome::Resolver(_) | Outcome::Internal(_) => "✕",
        Outcome::Refused(_) => "⊘",
        Outcome::Timeout | Outcome::Cancelled(_) => "–",
    }
}

/// The bytes that moved while the call went on; those of the last row stand with the result.
fn data_lines(model: &Model, one: &CallBox, record: &CallRecord, t: &Stage) -> Html {
    let lines = one.data.iter().filter(|line| Some(line.row) != one.last);
    lines
        .map(|data| {
            let text = bytes(model, record, data.direction, data.seq, true, t);
            let style = line(data.row.saturating_sub(one.first));
            html! {
                <div key={data.seq.0} class="line data" ~style={style}>
                    <span class="mark" aria-hidden="true">{ arrow(data.direction) }</span>
                    <span class="grow">{ text }</span>
                </div>
            }
        })
        .collect()
}

/// The arguments as code; the bytes that are sent stand as themselves, once they are known.
fn arguments(model: &Model, one: &CallBox, record: &CallRecord) -> String {
    let Some(request) = &record.request else {
        return String::new();
    };
    let first = one.data.first().and_then(|line| {
        let chunk = model.chunk(record.socket?, line.direction, line.seq)?;
        (chunk.held == Held::Yes).then(|| preview::quoted(&chunk.payload, PREVIEW))
    });
    match (request, first) {
        (Call::Send { .. } | Call::SendAll { .. }, Some(text)) => text,
        (Call::SendTo { address, .. }, Some(text)) => {
            format!("{text}, {}", format::endpoint(address))
        }
        _ => format::arguments(request),
    }
}

/// Where a call took long, there is room for its bytes above its result.
fn roomy(one: &CallBox) -> bool {
    one.last.is_some_and(|last| {
        let above = last.saturating_sub(1);
        above > one.first && one.data.iter().all(|line| line.row != above)
    })
}

/// The bytes that came with the result, where there is room for them.
fn preview_line(model: &Model, one: &CallBox, record: &CallRecord) -> Html {
    let last = one.data.last().filter(|line| Some(line.row) == one.last);
    let Some(data) = last.filter(|line| roomy(one) && line.direction == Direction::Received) else {
        return Html::default();
    };
    let chunk = record
        .socket
        .and_then(|socket| model.chunk(socket, data.direction, data.seq))
        .filter(|chunk| !chunk.payload.is_empty());
    let Some(chunk) = chunk else {
        return Html::default();
    };
    html! {
        <div class="line data" ~style={line(data.row.saturating_sub(one.first + 1))}>
            <span class="grow">{ preview::quoted(&chunk.payload, PREVIEW) }</span>
        </div>
    }
}

fn arrow(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "↗",
        Direction::Received => "↙",
    }
}

/// A chunk in a few words: its size, its marks, and perhaps the beginning of it as text.
fn bytes(
    model: &Model,
    record: &CallRecord,
    direction: Direction,
    seq: Seq,
    quote: bool,
    t: &Stage,
) -> String {
    let chunk = record
        .socket
        .and_then(|socket| model.chunk(socket, direction, seq));
    let Some(chunk) = chunk else {
        return t.omitted.to_owned();
    };
    let mut words = vec![format::bytes(chunk.len())];
    if chunk.flags.peek {
        words.push(t.peeked.to_owned());
    }
    let lost = u64::from(chunk.size).saturating_sub(chunk.len());
    if chunk.flags.truncated {
        words.push((t.truncated)(lost));
    }
    if quote && !chunk.payload.is_empty() {
        words.push(preview::quoted(&chunk.payload, PREVIEW));
    }
    words.join(" ")
}

/// What the call returned, in its lane's words.
fn result(
    model: &Model,
    one: &CallBox,
    record: &CallRecord,
    outcome: &Outcome,
    t: &Stage,
) -> String {
    let Outcome::Ok(value) = outcome else {
        return format::outcome(outcome, t);
    };
    let data = one.data.last().filter(|line| Some(line.row) == one.last);
    match (value, data) {
        (Value::Nothing, _) => "0".to_owned(),
        (Value::Socket { socket, .. }, _) => names::by_id(model, *socket, t),
        (Value::Count(0), None) if receives_stream(model, record) => {
            format!("0 {}", t.end_of_stream)
        }
        (Value::Count(_), Some(data)) => {
            let quote = data.direction == Direction::Received && !roomy(one);
            bytes(model, record, data.direction, data.seq, quote, t)
        }
        (Value::Count(count), None) => format::bytes(*count),
        (value, _) => format::value(value),
    }
}

/// Whether 0 bytes mean the end of a stream.
pub(crate) fn receives_stream(model: &Model, record: &CallRecord) -> bool {
    let stream = record
        .socket
        .and_then(|socket| model.socket(socket))
        .is_some_and(sockscope_frontend::model::Socket::is_stream);
    let receives = match &record.request {
        Some(Call::Recv { size, .. } | Call::RecvFrom { size, .. }) => *size > 0,
        Some(Call::Stream { .. }) => true,
        _ => false,
    };
    stream && receives
}

/// The last line of a call that waits: for how long, and a way to end it.
fn waiting_line(record: &CallRecord, op: &str, store: &Store, t: &Stage) -> Html {
    let text = {
        let (store, started) = (store.clone(), record.started);
        Callback::from(move |()| format::elapsed(store.now_us().saturating_sub(started)))
    };
    let (store, call) = (store.clone(), record.id);
    let cancel = Callback::from(move |event: MouseEvent| {
        event.stop_propagation();
        store.cancel(call);
    });
    html! {
        <div class="line now">
            <span class="grow elapsed">{ t.waiting }{ " " }<Ticker {text} /></span>
            <button class="call-cancel" data-testid={testid::cancel(call)} onclick={cancel}
                title={(t.cancel_title)(op)}>{ t.cancel }</button>
        </div>
    }
}
