use sockscope_frontend::store::{Store, use_selector, use_store};
use sockscope_frontend::wire::{Link, Refused};
use sockscope_protocol::Seq;
use yew::prelude::*;

use super::element::element;
use super::ticker::{Ticker, page_ms};
use super::ui::use_texts;
use super::{recording, testid};
use crate::i18n::Page;

/// What is wrong between the page and the bridge, and what to do; or what is worth knowing though all
/// is well.
#[component]
pub(crate) fn Banner() -> Html {
    let texts = use_texts();
    let t = &texts.page;
    let store = use_store();
    let known = use_selector(|state| {
        (
            state.link,
            state.session_was_gone,
            state.bridge_says.clone(),
            state.replay.as_ref().is_some_and(|on| on.film.is_some()),
            state.opening.clone(),
            // A page that has nothing to lose need not worry anybody.
            state.unkept.clone().filter(|_| state.live().last > Seq(0)),
            state.unwritten,
        )
    });
    let (link, was_gone, says, film, opening, unkept, unwritten) = &*known;
    if let Some(opening) = opening {
        return recording::opening(opening, &store, texts);
    }
    if *unwritten {
        let store = store.clone();
        let onclick = Callback::from(move |_| store.dismiss_unwritten());
        let dismiss = element("button", "")
            .text(t.dismiss)
            .on_click(onclick)
            .done();
        let t = &texts.replay;
        return banner("unwritten", t.unwritten, t.unwritten_text, dismiss);
    }
    // A recording needs no bridge; the header says how it is with that.
    if *film {
        return Html::default();
    }
    match link {
        Link::Connecting | Link::Open { .. } => {
            let unkept = unkept.as_ref().map(|error| (t.unkept)(error));
            let gone = was_gone.then(|| t.session_was_gone.to_owned());
            news(gone.or(unkept), says.as_deref(), &store, t)
        }
        Link::Lost { retry_at_ms, .. } => lost(*retry_at_ms, &store, t),
        Link::Refused(why) => refused(*why, &store, t),
    }
}

pub(super) fn banner(kind: &'static str, title: &str, text: &str, actions: Html) -> Html {
    let role = match kind {
        "new_session" | "says" | "recording" => "status",
        _ => "alert",
    };
    let title = element("strong", "").words(title.to_owned());
    let text = element("p", "banner-text")
        .child(title)
        .words(text.to_owned());
    element("div", "banner")
        .is("data-testid", testid::BANNER)
        .is("data-kind", kind)
        .is("role", role)
        .child(text)
        .child(element("div", "banner-actions").html(actions))
        .done()
}

fn retry(store: &Store, t: &Page) -> Html {
    let store = store.clone();
    let onclick = Callback::from(move |_| store.retry_now());
    element("button", "")
        .is("data-testid", testid::BANNER_RETRY)
        .text(t.retry_now)
        .on_click(onclick)
        .done()
}

fn lost(retry_at_ms: f64, store: &Store, t: &'static Page) -> Html {
    let text = Callback::from(move |()| {
        let seconds = ((retry_at_ms - page_ms()) / 1_000.0).ceil();
        if seconds > 0.0 {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a few seconds, and positive"
            )]
            (t.retry_in)(seconds as u32)
        } else {
            t.retrying.to_owned()
        }
    });
    let actions = html! { <><span><Ticker {text} every={250} /></span>{ retry(store, t) }</> };
    banner("lost", t.lost_title, t.lost_text, actions)
}

fn refused(why: Refused, store: &Store, t: &Page) -> Html {
    let number;
    let (kind, title, text) = match why {
        Refused::NoToken | Refused::Unauthorized => {
            ("unauthorized", t.unauthorized_title, t.unauthorized_text)
        }
        Refused::SessionGone => ("session_gone", t.gone_title, t.gone_text),
        Refused::Ended => ("session_gone", t.ended_title, t.gone_text),
        Refused::TooMany => ("refused", t.too_many_title, t.too_many_text),
        Refused::Version => ("refused", t.version_title, t.version_text),
        Refused::Protocol(code) => {
            number = format!("WebSocket {code}");
            ("refused", t.refused_title, number.as_str())
        }
    };
    let actions = if why.ends_session() {
        let store = store.clone();
        let onclick = Callback::from(move |_| store.new_session());
        element("button", "primary")
            .is("data-testid", testid::BANNER_NEW_SESSION)
            .text(t.new_session)
            .on_click(onclick)
            .done()
    } else {
        retry(store, t)
    };
    banner(kind, title, text, actions)
}

/// What is worth knowing: that this session is a new one, or would not survive a reload; what the
/// bridge said.
fn news(news: Option<String>, says: Option<&str>, store: &Store, t: &Page) -> Html {
    if let Some(news) = news {
        let store = store.clone();
        let onclick = Callback::from(move |_| store.dismiss_notice());
        let dismiss = element("button", "")
            .text(t.dismiss)
            .on_click(onclick)
            .done();
        return banner("new_session", "", &news, dismiss);
    }
    match says {
        Some(says) => banner("says", t.session_error, says, Html::default()),
        None => Html::default(),
    }
}
