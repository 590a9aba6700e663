//! The calls on the stage.

use sockscope_frontend::model::{CallRecord, Direction, Held, Model};
use sockscope_frontend::store::Store;
use sockscope_protocol::{Call, CallId, Outcome, Value};
use yew::prelude::*;

use super::geometry::place;
use super::parts::{CallBox, Column, DataLine};
use super::scale::ROW;
use super::scene::Scene;
use super::{segments, spoken};
use crate::i18n::Stage;
use crate::view::element::{Element, element};
use crate::view::ticker::Ticker;
use crate::view::{format, names, preview, testid};

/// Bytes of a payload that are looked at for its preview.
const PREVIEW: usize = 48;

/// What a drawing of calls looks at, beside the stage.
pub(super) struct Look<'a> {
    pub(super) store: &'a Store,
    pub(super) selected: Option<CallId>,
    /// The stage's tab stop.
    pub(super) active: Option<CallId>,
    /// Calls at the other ends of the flows of the call that is lit.
    pub(super) linked: &'a [CallId],
    /// Calls between which the time is measured.
    pub(super) marks: &'a [CallId],
}

/// How much of a call there is room for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    /// Arguments and result, each in its row.
    Box,
    /// Both in one line beside the bar.
    Line,
    /// The bar alone.
    Bar,
}

/// The height from which on a call has room for its rows.
const BOX: i32 = 40;
/// The width from which on a call has room to say in a word that it blocked.
const BLOCKED: i32 = 157;
/// The same of a call that waits, beside a button that ends it: for how long matters more.
const WAITS: i32 = 181;

pub(super) fn draw(scene: &Scene<'_>, look: &Look<'_>) -> Html {
    // Of each lane: where the last text ends.
    let mut below = vec![i32::MIN; scene.lanes.len()];
    let active = look.active.and_then(|call| scene.layout.find(call));
    let active = active.and_then(|index| scene.layout.boxes.get(index));
    // The tab stop stays in the document when it is scrolled out of sight.
    let hidden = active.filter(|one| !scene.boxes.iter().any(|seen| seen.call == one.call));
    scene
        .boxes
        .iter()
        .copied()
        .chain(hidden)
        .filter_map(|one| {
            let lane = scene.place(one.column?)?;
            let is_active = look.active == Some(one.call);
            if !is_active && !scene.geometry.shows(lane, lane) {
                return None;
            }
            let record = scene.model.call(one.call)?;
            let (top, bottom) = (scene.top(one), scene.bottom(one));
            let high = bottom - top;
            let end = below.get_mut(lane)?;
            let (free, deep) = (top >= *end, one.depth > 0 && high >= BOX);
            let room = if scene.geometry.folded(lane) {
                Room::Bar
            } else if scene.scale.steps.is_equal() || (high >= BOX && (free || deep)) {
                Room::Box
            } else if free {
                Room::Line
            } else {
                Room::Bar
            };
            if room != Room::Bar {
                *end = top + if room == Room::Box { high.min(BOX) } else { 17 };
            }
            Some(call(scene, look, one, record, (lane, high.max(3)), room))
        })
        .collect()
}

fn call(
    scene: &Scene<'_>,
    look: &Look<'_>,
    one: &CallBox,
    record: &CallRecord,
    (lane, high): (usize, i32),
    room: Room,
) -> Html {
    let (model, t) = (scene.model, &scene.t.stage);
    let waiting = record.pending();
    let blocked = record.end.as_ref().is_some_and(|end| end.blocked);
    let tall = if scene.scale.steps.is_equal() {
        one.last.is_some_and(|last| last > one.first + 1)
    } else {
        high >= BOX
    };
    let protocol = record
        .socket
        .and_then(|id| model.socket(id))
        .map_or("", |socket| names::protocol(socket).1);
    let is = |call: Option<CallId>| call == Some(one.call);
    let mut classes = vec![
        "call",
        protocol,
        format::tone(record),
        match room {
            Room::Box => "",
            Room::Line => "slim",
            Room::Bar => "slim bare",
        },
    ];
    for (so, class) in [
        (blocked && tall, "blocked"),
        (is(look.selected), "selected"),
        (is(scene.lit), "lit"),
        (look.linked.contains(&one.call), "linked"),
        (look.marks.contains(&one.call), "marked"),
    ] {
        if so {
            classes.push(class);
        }
    }
    let op = record.name().unwrap_or("?");
    let inside = arguments(model, one, record);
    let code = format!("{op}({inside})");
    let count = match record.value() {
        Some(Value::Count(count)) => Some(count.to_string()),
        _ => None,
    };
    let told = is(look.active) || is(scene.lit);
    let names = segments::names(model, scene.layout, one, record);
    let says = spoken::sentence(model, record, &code, names, told, scene.t);
    let (left, width) = scene.geometry.boxed(lane, one.depth);
    // From here a call that waits grows.
    let style = place(left, scene.top(one), width, high) + &format!(";--height:{high}px");
    let equal = scene.scale.steps.is_equal();
    let tabindex = if is(look.active) { "0" } else { "-1" };
    let button = element("button", "grow")
        .is("tabindex", tabindex)
        .with("title", says.clone())
        .with("aria-label", says)
        .child(element("span", "name").text(op));
    let button = match room {
        Room::Bar => button,
        _ => button.words(["(", &inside, ")"].concat()),
    };
    let drawn = element("li", "")
        .with("class", classes.join(" "))
        .style(&style)
        .is("data-testid", testid::ROW)
        .with("data-call", one.call.to_string())
        .is("data-op", op)
        .is("data-state", format::state(record))
        .option("data-lane", one.column.map(Column::name))
        .option("data-count", count)
        .child(element("div", "line").child(button));
    let drawn = match (room, &record.end) {
        (Room::Bar, _) => drawn,
        (Room::Line, Some(end)) => {
            let says = result(model, one, record, &end.outcome, t);
            let sign = symbol(mark(&end.outcome));
            let outcome = element("span", "outcome").child(sign);
            drawn.child(outcome.words([" ", &says].concat()))
        }
        (Room::Line, None) => {
            drawn.child(element("span", "elapsed").html(elapsed(record, look.store, t)))
        }
        (Room::Box, end) => {
            let (data, preview) = if equal {
                (
                    data_lines(scene, one, record, t),
                    preview_line(model, one, record),
                )
            } else {
                (Html::default(), None)
            };
            let bar = || element("i", "bar").is("aria-hidden", "true");
            let doubt = || {
                let words = element("span", "grow outcome").text(t.unknown_end);
                element("div", "line now").child(words)
            };
            let result_line = end.as_ref().zip(one.last).map(|(end, last)| {
                let style = if equal {
                    line(last.saturating_sub(one.first).max(1))
                } else {
                    format!("top:{}px", high - 21)
                };
                let says = result(model, one, record, &end.outcome, t);
                let title = if end.blocked { t.blocked } else { t.at_once };
                let word = (end.blocked && width >= BLOCKED).then(|| word(t.blocked));
                let took = element("span", "took").is("title", title).maybe(word);
                element("div", "line")
                    .style(&style)
                    .child(symbol(mark(&end.outcome)))
                    .child(element("span", "grow outcome").words(says))
                    .child(took.words(format::duration(end.took_us)))
            });
            drawn
                .html(data)
                .maybe(preview)
                .maybe(waiting.then(bar))
                .maybe(waiting.then(|| waiting_line(record, op, look.store, width >= WAITS, t)))
                .maybe(record.doubtful().then(doubt))
                .maybe(result_line)
        }
    };
    drawn.key(one.call.to_string()).done()
}

/// What says with a picture what its neighbour says in words.
fn symbol(sign: &'static str) -> Element {
    element("span", "mark").is("aria-hidden", "true").text(sign)
}

fn word(text: &'static str) -> Element {
    element("span", "word").text(text).text(" ")
}

fn line(row: usize) -> String {
    format!(
        "top:{}px",
        i32::try_from(row).unwrap_or(i32::MAX / ROW) * ROW
    )
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
fn data_lines(scene: &Scene<'_>, one: &CallBox, record: &CallRecord, t: &Stage) -> Html {
    let (first, last) = scene.rows;
    let until = one.last.map_or(last, |own| last.min(own));
    let lines = scene.layout.data_between(first.max(one.first), until);
    let is_own = |line: &&DataLine| {
        let of = scene.layout.boxes.get(line.of);
        of.is_some_and(|of| of.call == one.call)
    };
    lines
        .filter(|line| Some(line.row) != one.last)
        .filter(is_own)
        .map(|data| {
            let text = bytes(scene.model, record, data, true, t);
            let style = line(data.row.saturating_sub(one.first));
            element("div", "line data")
                .style(&style)
                .child(symbol(arrow(data.direction)))
                .child(element("span", "grow").words(text))
                .key(data.seq.to_string())
                .done()
        })
        .collect()
}

/// The arguments as code; the bytes that are sent stand as themselves, once they are known.
fn arguments(model: &Model, one: &CallBox, record: &CallRecord) -> String {
    let Some(request) = &record.request else {
        return String::new();
    };
    let first = one.data.and_then(|(line, _)| {
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

/// The bytes that came with the result, where there is room for them.
fn preview_line(model: &Model, one: &CallBox, record: &CallRecord) -> Option<Element> {
    let roomy = one.roomy() && one.last.is_some_and(|last| last > one.first + 1);
    let last = one.data_at_end().filter(|_| roomy);
    let data = last.filter(|line| line.direction == Direction::Received)?;
    let chunk = model.chunk(record.socket?, data.direction, data.seq);
    let chunk = chunk.filter(|chunk| !chunk.payload.is_empty())?;
    let text = preview::quoted(&chunk.payload, PREVIEW);
    let style = line(data.row.saturating_sub(one.first + 1));
    let drawn = element("div", "line data").style(&style);
    Some(drawn.child(element("span", "grow").words(text)))
}

fn arrow(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "↗",
        Direction::Received => "↙",
    }
}

/// A chunk in a few words: its size, its marks, and perhaps the beginning of it as text.
fn bytes(model: &Model, record: &CallRecord, data: &DataLine, quote: bool, t: &Stage) -> String {
    let chunk = record
        .socket
        .and_then(|socket| model.chunk(socket, data.direction, data.seq));
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
    match (value, one.data_at_end()) {
        (Value::Nothing, _) => "0".to_owned(),
        (Value::Socket { socket, .. }, _) => names::by_id(model, *socket, t),
        (Value::Count(0), None) if receives_stream(model, record) => {
            format!("0 {}", t.end_of_stream)
        }
        (Value::Count(_), Some(data)) => {
            let roomy = one.roomy() && one.last.is_some_and(|last| last > one.first + 1);
            let quote = data.direction == Direction::Received && !roomy;
            bytes(model, record, &data, quote, t)
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

/// For how long a call waits.
fn elapsed(record: &CallRecord, store: &Store, t: &Stage) -> Html {
    if record.doubtful() {
        return t.unknown_end.into();
    }
    let (store, started) = (store.clone(), record.started);
    let text = move |()| format::elapsed(store.now_us().saturating_sub(started));
    html! { <Ticker text={Callback::from(text)} /> }
}

/// The last line of a call that waits: for how long, and a way to end it.
fn waiting_line(record: &CallRecord, op: &str, store: &Store, roomy: bool, t: &Stage) -> Element {
    let time = element("span", "grow elapsed")
        .maybe(roomy.then(|| word(t.waiting)))
        .html(elapsed(record, store, t));
    let cancel = element("button", "call-cancel")
        .is("tabindex", "-1")
        .with("data-testid", testid::cancel(record.id))
        .is("data-cancel", "")
        .with("title", (t.cancel_title)(op))
        .text(t.cancel);
    element("div", "line now").child(time).child(cancel)
}
