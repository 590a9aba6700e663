//! The bytes that a socket sent and received.

use sockscope_frontend::bytes::{CopyFormat, copy};
use sockscope_frontend::model::{Chunk, Direction, Model, Socket};
use sockscope_frontend::store::{Store, use_store};
use sockscope_protocol::SocketId;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::entry::{Entry, View};
use super::spans;
use crate::i18n::Bytes as Texts;
use crate::view::ui::{Actions, use_actions, use_model, use_texts};
use crate::view::{format, testid};

/// Entries that are shown; all of them are copied and saved.
const SHOWN: usize = 100;
/// Bytes that these may show together: at full speed, the next picture has other ones.
const SHOWN_BYTES: usize = 16 * spans::SHOWN;

#[derive(Properties, PartialEq)]
pub(super) struct BytesProps {
    pub(super) socket: SocketId,
}

#[component]
pub(super) fn Bytes(props: &BytesProps) -> Html {
    let t = use_texts();
    let store = use_store();
    let actions = use_actions();
    use_model();
    let view = use_state(|| View::Text);
    let said = use_state(|| None::<String>);
    let model = store.model();
    let Some(socket) = model.socket(props.socket) else {
        return Html::default();
    };
    let entries = newest(socket);
    let hidden = (socket.sent.chunks().len() + socket.received.chunks().len()) - entries.len();
    let texts = &t.bytes;
    let (id, format) = match *view {
        View::Text => (testid::BYTES_TEXT, CopyFormat::Text),
        View::Hex => (testid::BYTES_HEX, CopyFormat::Dump),
    };
    let mode = |value: View, name: &'static str, id: &'static str| {
        let pressed = (*view == value).to_string();
        let view = view.clone();
        let onclick = Callback::from(move |_| view.set(value));
        html! { <button data-testid={id} aria-pressed={pressed} {onclick}>{ name }</button> }
    };
    html! {
        <section class="section" aria-labelledby="bytes-title">
            <div class="section-head">
                <h2 id="bytes-title">{ texts.title }</h2>
                <div class="segments" role="group" aria-label={texts.view}>
                    { mode(View::Text, texts.mode_text, testid::BYTES_MODE_TEXT) }
                    { mode(View::Hex, texts.mode_hex, testid::BYTES_MODE_HEX) }
                </div>
            </div>
            <p class="bytes-totals">
                <span>{ texts.sent }{ " " }
                    <span class="mono" data-testid={testid::BYTES_SENT_TOTAL}>
                        { format::bytes(socket.sent.total()) }
                    </span>
                </span>
                <span>{ texts.received }{ " " }
                    <span class="mono" data-testid={testid::BYTES_RECEIVED_TOTAL}>
                        { format::bytes(socket.received.total()) }
                    </span>
                </span>
            </p>
            { auto(&model, socket, &store, &actions, texts) }
            if entries.is_empty() {
                <p class="empty" data-testid={id}>{ texts.empty }</p>
            } else {
                <div class="bytes-view" tabindex="0" role="log" aria-label={texts.title} data-testid={id}>
                    if hidden > 0 {
                        <p class="bytes-note hint">{ (texts.more_above)(hidden) }</p>
                    }
                    { for entries.into_iter().map(|(direction, chunk)| html! {
                        <Entry key={chunk.seq.0} {direction} chunk={chunk.clone()} view={*view} />
                    }) }
                </div>
                { tools(socket.id, format, &said, &store, texts) }
            }
        </section>
    }
}

/// The newest of each direction, all in the order in which they came.
fn newest_of_each(socket: &Socket, count: usize) -> Vec<(Direction, &Chunk)> {
    let of = |direction| {
        let chunks = socket.stream(direction).chunks().rev().take(count);
        chunks.map(move |chunk| (direction, chunk))
    };
    let mut all: Vec<_> = of(Direction::Sent).chain(of(Direction::Received)).collect();
    all.sort_unstable_by_key(|(_, chunk)| chunk.seq);
    all
}

/// As many of the newest chunks as are shown, the oldest of them first.
fn newest(socket: &Socket) -> Vec<(Direction, &Chunk)> {
    let mut all = newest_of_each(socket, SHOWN);
    let mut room = SHOWN_BYTES;
    let fits = |(_, chunk): &&(Direction, &Chunk)| {
        let shown = chunk.payload.len().min(spans::SHOWN);
        room.checked_sub(shown).map(|left| room = left).is_some()
    };
    let fitting = all.iter().rev().take(SHOWN).take_while(fits).count();
    all.split_off(all.len() - fitting)
}

/// The switch that receives by itself.
fn auto(model: &Model, socket: &Socket, store: &Store, actions: &Actions, t: &Texts) -> Html {
    let checked = model.streaming(socket.id).is_some();
    let disabled = !socket.is_open();
    let (store, actions, socket) = (store.clone(), actions.clone(), socket.id);
    let onchange = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        actions.note_sent(store.set_auto(socket, input.checked()));
    });
    html! {
        <div class="bytes-auto">
            <label class="check">
                <input type="checkbox" data-testid={testid::AUTO_RECV} {checked} {disabled} {onchange} />
                <span>{ t.auto_recv }</span>
            </label>
            <p class="hint">{ t.auto_recv_hint }</p>
        </div>
    }
}

/// Copies and saves everything, also what is folded away.
fn tools(
    socket: SocketId,
    format: CopyFormat,
    said: &UseStateHandle<Option<String>>,
    store: &Store,
    t: &'static Texts,
) -> Html {
    let oncopy = {
        let (store, said) = (store.clone(), said.setter());
        Callback::from(move |_| {
            let text = everything(&store, socket, format, t);
            let said = said.clone();
            spawn_local(async move {
                let clipboard = web_sys::window().map(|window| window.navigator().clipboard());
                let copied = match clipboard {
                    Some(clipboard) => JsFuture::from(clipboard.write_text(&text)).await.is_ok(),
                    None => false,
                };
                let word = if copied { t.copied } else { t.copy_failed };
                said.set(Some(word.to_owned()));
            });
        })
    };
    let onsave = {
        let (store, said) = (store.clone(), said.setter());
        Callback::from(move |_| {
            let name = format!("sockscope-{socket}.bin");
            let missing = store
                .save(socket, Direction::Received, &name)
                .map(|saved| saved.missing);
            said.set(missing.filter(|missing| *missing > 0).map(t.save_missing));
        })
    };
    html! {
        <div class="bytes-tools">
            <button class="small" data-testid={testid::BYTES_COPY} onclick={oncopy}>{ t.copy }</button>
            <button class="small" data-testid={testid::BYTES_SAVE} onclick={onsave}>{ t.save }</button>
            <span class="hint" role="status">{ (**said).clone() }</span>
        </div>
    }
}

/// All entries, in full.
fn everything(store: &Store, socket: SocketId, form: CopyFormat, t: &Texts) -> String {
    let model = store.model();
    let Some(socket) = model.socket(socket) else {
        return String::new();
    };
    let mut text = String::new();
    for (direction, chunk) in newest_of_each(socket, usize::MAX) {
        let word = match direction {
            Direction::Sent => t.sent,
            Direction::Received => t.received,
        };
        let (size, time) = (format::bytes(chunk.len()), format::clock(chunk.time));
        text.push_str(&format!("# {word} {size}, {time} s\n"));
        text.push_str(&copy(&chunk.payload, form));
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    text
}
