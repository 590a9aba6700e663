//! The film's controls.

use std::rc::Rc;

use sockscope_frontend::recording::{Log, Player};
use sockscope_frontend::store::{Film, State, Store};
use sockscope_protocol::Seq;
use web_sys::HtmlInputElement;
use yew::html::oninput;
use yew::prelude::*;

use super::element::{element, named};
use super::{format, testid};
use crate::i18n::{Messages, Replay, Text};

/// Places on the ruler at which a mark can stand: at least two pixels apart on a phone.
const PLACES: u64 = 150;

/// The buttons: test id and sign, a path in a square of 16. Their keys are among the shortcuts.
const BUTTONS: [(&str, &str); 7] = [
    (testid::REPLAY_START, "M2 3v10M8 3L4 8l4 5zM14 3l-4 5 4 5z"),
    (testid::REPLAY_BACK, "M4 3v10M12 3L6 8l6 5z"),
    (testid::REPLAY_PLAY, "M4 2l9 6-9 6z"),
    (testid::REPLAY_FORWARD, "M12 3v10M4 3l6 5-6 5z"),
    (testid::REPLAY_END, "M14 3v10M8 3l4 5-4 5zM2 3l4 5-4 5z"),
    (testid::REPLAY_SPEED, ""),
    (testid::REPLAY_LIVE, ""),
];

const ICON: &str = "<svg viewBox='0 0 16 16' aria-hidden=true><path d='";

/// What a button does.
fn press(id: &str, store: &Store) {
    store.film(|player, log| match id {
        testid::REPLAY_START => player.seek(log, 0),
        testid::REPLAY_BACK => player.step(log, false),
        testid::REPLAY_PLAY => player.toggle(log),
        testid::REPLAY_FORWARD => player.step(log, true),
        testid::REPLAY_END => player.seek(log, log.events().len()),
        testid::REPLAY_SPEED => player.next_speed(),
        _ => {}
    });
    if id == testid::REPLAY_LIVE {
        store.leave_replay();
    }
}

/// The buttons as text, which weighs a fraction; all words in it are the page's own.
fn buttons(player: &Player, names: [Text; 7]) -> Html {
    let mut text = String::new();
    for ((id, sign), name) in BUTTONS.into_iter().zip(names) {
        let (before, sign, after) = match id {
            testid::REPLAY_PLAY if player.playing => (ICON, "M5 3v10M11 3v10", "'/></svg>"),
            testid::REPLAY_SPEED => ("", player.speed(), ""),
            testid::REPLAY_LIVE => ("", name, ""),
            _ => (ICON, sign, "'/></svg>"),
        };
        for part in [
            "<button data-testid=",
            id,
            " title='",
            name,
            "'>",
            before,
            sign,
            after,
            "</button>",
        ] {
            text += part;
        }
    }
    Html::from_html_unchecked(text.into())
}

/// What a change of it draws the controls anew.
pub(crate) fn place(state: &State) -> Option<(u64, Seq, bool, &'static str, Seq)> {
    let player = &state.replay.as_ref()?.player;
    let (at, last) = (player.at(), state.shown_log().last());
    Some((player.time(), at, player.playing, player.speed(), last))
}

pub(crate) fn bar(store: &Store, t: &'static Messages) -> Html {
    let state = store.state();
    let Some(replay) = &state.replay else {
        return Html::default();
    };
    let (t, keys) = (&t.replay, &t.keys);
    let (log, player) = (state.shown_log(), &replay.player);
    let (time, end) = (player.time(), log.end());
    let place = (t.event_of)(log.up_to(player.at()), log.events().len());
    let (source, title, way_back) = match &replay.film {
        Some(film) => ("file", (t.of_file)(&film.name) + &notes(film, t), t.close),
        None => ("session", t.of_session.to_owned(), t.live),
    };
    let names = [
        keys.start,
        keys.step_back,
        keys.play,
        keys.step_on,
        keys.end,
        t.speed,
        way_back,
    ];
    let (slide, press_on) = (store.clone(), store.clone());
    let oninput = Callback::from(move |event: InputEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        if let Ok(time) = input.value().parse() {
            slide.film(|player, log| player.seek_time(log, time));
        }
    });
    let onclick = Callback::from(move |event: MouseEvent| {
        if let Some(id) = named(&event) {
            press(&id, &press_on);
        }
    });
    let shown = [&format::precise(time), " / ", &format::precise(end), " "].concat();
    let range = element("input", "")
        .is("type", "range")
        .is("min", "0")
        .with("max", end.to_string())
        .value(time.to_string())
        .is("aria-label", t.time)
        .with("aria-valuetext", shown.clone())
        .is("data-testid", testid::REPLAY_TIME)
        .hears(Rc::new(oninput::Wrapper::new(oninput)));
    let track =
        element("div", "replay-track").html(Html::from_html_unchecked(strokes(log, player).into()));
    let title = element("p", "").child(element("strong", "").words(title));
    let buttons = element("div", "replay-buttons")
        .on_click(onclick)
        .html(buttons(player, names));
    element("section", "replay")
        .is("aria-label", t.replay)
        .is("data-testid", testid::REPLAY)
        .is("data-source", source)
        .is(
            "data-playing",
            if player.playing { "true" } else { "false" },
        )
        .child(title.text(t.no_calls))
        .child(buttons)
        .child(track.child(range))
        .child(element("p", "").words(shown).words(place))
        .done()
}

/// What is worth knowing of a file.
fn notes(film: &Film, t: &Replay) -> String {
    let mut notes = String::from(" ");
    if film.notes.skipped > 0 {
        notes += &(t.skipped)(film.notes.skipped);
    }
    if film.notes.cut_off {
        notes += t.cut_off;
    }
    notes
}

/// A stroke for every stop of the log, as far as they can be told apart.
fn strokes(log: &Log, player: &Player) -> String {
    let end = log.end().max(1);
    let place = |(_, time): &(Seq, u64)| time * PLACES / end;
    let mut text = "<svg viewBox='0 0 150 1' preserveAspectRatio=none><path d='".to_owned();
    let mut stops = player.stops();
    while let Some(stop) = stops.first() {
        let here = place(stop);
        text += "M";
        text += &here.to_string();
        text += " 0v1";
        // There are many more than places.
        stops = &stops[stops.partition_point(|stop| place(stop) <= here)..];
    }
    text + "'/></svg>"
}
