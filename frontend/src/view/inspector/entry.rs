//! The bytes of one event.

use sockscope_frontend::model::{Chunk, Direction, Held};
use yew::prelude::*;

use super::spans;
use crate::view::ui::use_texts;
use crate::view::{format, testid};

#[derive(Clone, Copy, PartialEq)]
pub(super) enum View {
    Text,
    Hex,
}

#[derive(Properties)]
pub(super) struct EntryProps {
    pub(super) direction: Direction,
    pub(super) chunk: Chunk,
    pub(super) view: View,
}

/// Bytes that have an event's number never change; what may happen to them is that they are lost.
impl PartialEq for EntryProps {
    fn eq(&self, other: &Self) -> bool {
        self.chunk.seq == other.chunk.seq
            && self.chunk.held == other.chunk.held
            && self.direction == other.direction
            && self.view == other.view
    }
}

#[component]
pub(super) fn Entry(props: &EntryProps) -> Html {
    let EntryProps {
        direction,
        chunk,
        view,
    } = props;
    let t = use_texts();
    let texts = &t.bytes;
    let (word, name) = match direction {
        Direction::Sent => (texts.sent, "sent"),
        Direction::Received => (texts.received, "received"),
    };
    let lost = u64::from(chunk.size).saturating_sub(chunk.len());
    let truncated = chunk.flags.truncated.then(|| lost.to_string());
    let peer = chunk.address.map(|address| address.to_string());
    let cut = chunk.payload.len().saturating_sub(spans::SHOWN);
    html! {
        <div class="bytes-entry" data-testid={testid::BYTES_ENTRY}
            data-direction={name} data-peer={peer.clone()} data-truncated={truncated}>
            <p class="bytes-meta">
                <strong>{ word }{ " " }{ format::bytes(chunk.len()) }</strong>
                <span>{ format::clock(chunk.time) }{ " s" }</span>
                if !chunk.flags.datagram { <span>{ (texts.offset)(chunk.offset) }</span> }
                if let Some(peer) = peer { <span>{ peer }</span> }
                if chunk.flags.peek { <span>{ "MSG_PEEK" }</span> }
                if chunk.flags.truncated { <span class="warn">{ (t.stage.truncated)(lost) }</span> }
            </p>
            { match (chunk.held, chunk.is_empty(), view) {
                (Held::LostByBridge | Held::LostByPage, ..) => html! { <p class="hint">{ t.stage.omitted }</p> },
                (Held::Yes, true, _) => html! { <p class="hint">{ texts.empty_datagram }</p> },
                (Held::Yes, false, View::Text) => spans::text(&chunk.payload),
                (Held::Yes, false, View::Hex) => spans::hex(&chunk.payload, chunk.offset),
            } }
            if cut > 0 { <p class="hint">{ (texts.cut)(cut) }</p> }
        </div>
    }
}
