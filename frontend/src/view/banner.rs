use sockscope_frontend::store::{use_selector, use_store};
use sockscope_frontend::wire::{Link, Refused};
use yew::prelude::*;

use super::testid;
use super::ticker::{Ticker, page_ms};
use super::ui::use_texts;

/// What is wrong between the page and the bridge, and what to do. Nothing while all is well.
#[component]
pub(crate) fn Banner() -> Html {
    let link = use_selector(|state| state.link);
    match *link {
        Link::Connecting | Link::Open { .. } => html! { <Notice /> },
        Link::Lost { retry_at_ms, .. } => html! { <Lost {retry_at_ms} /> },
        Link::Refused(why) => html! { <Turned {why} /> },
    }
}

#[derive(Properties, PartialEq)]
struct LostProps {
    retry_at_ms: f64,
}

#[component]
fn Lost(props: &LostProps) -> Html {
    let t = use_texts();
    let store = use_store();
    let retry_at_ms = props.retry_at_ms;
    let text = Callback::from(move |()| {
        let seconds = ((retry_at_ms - page_ms()) / 1_000.0).ceil();
        if seconds > 0.0 {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a few seconds, and positive"
            )]
            (t.page.retry_in)(seconds as u32)
        } else {
            t.page.retrying.to_owned()
        }
    });
    let retry = Callback::from(move |_| store.retry_now());
    html! {
        <div class="banner" data-testid={testid::BANNER} data-kind="lost" role="alert">
            <p class="banner-text"><strong>{ t.page.lost_title }</strong>{ t.page.lost_text }</p>
            <div class="banner-actions">
                <span><Ticker {text} every={250} /></span>
                <button data-testid={testid::BANNER_RETRY} onclick={retry}>{ t.page.retry_now }</button>
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct TurnedProps {
    why: Refused,
}

#[component]
fn Turned(props: &TurnedProps) -> Html {
    let t = use_texts();
    let store = use_store();
    let page = &t.page;
    let (kind, title, text) = match props.why {
        Refused::NoToken | Refused::Unauthorized => (
            "unauthorized",
            page.unauthorized_title,
            page.unauthorized_text.to_owned(),
        ),
        Refused::SessionGone => ("session_gone", page.gone_title, page.gone_text.to_owned()),
        Refused::Ended => ("session_gone", page.ended_title, page.gone_text.to_owned()),
        Refused::TooMany => (
            "refused",
            page.too_many_title,
            page.too_many_text.to_owned(),
        ),
        Refused::Version => ("refused", page.version_title, page.version_text.to_owned()),
        Refused::Protocol(code) => ("refused", page.refused_title, format!("WebSocket {code}")),
    };
    let again = {
        let store = store.clone();
        Callback::from(move |_| store.retry_now())
    };
    let new = Callback::from(move |_| store.new_session());
    html! {
        <div class="banner" data-testid={testid::BANNER} data-kind={kind} role="alert">
            <p class="banner-text"><strong>{ title }</strong>{ text }</p>
            <div class="banner-actions">
                if props.why.ends_session() {
                    <button class="primary" data-testid={testid::BANNER_NEW_SESSION} onclick={new}>
                        { page.new_session }
                    </button>
                } else {
                    <button data-testid={testid::BANNER_RETRY} onclick={again}>{ page.retry_now }</button>
                }
            </div>
        </div>
    }
}

/// What is worth knowing though all is well: that this session is a new one, what the bridge said.
#[component]
fn Notice() -> Html {
    let t = use_texts();
    let store = use_store();
    let known = use_selector(|state| (state.session_was_gone, state.bridge_says.clone()));
    let (was_gone, says) = &*known;
    let dismiss = Callback::from(move |_| store.dismiss_notice());
    html! {
        <>
            if *was_gone {
                <div class="banner" data-testid={testid::BANNER} data-kind="new_session" role="status">
                    <p class="banner-text">{ t.page.session_was_gone }</p>
                    <div class="banner-actions"><button onclick={dismiss}>{ t.page.dismiss }</button></div>
                </div>
            }
            if let Some(says) = says {
                <div class="banner" data-testid={testid::BANNER} data-kind="says" role="status">
                    <p class="banner-text"><strong>{ t.page.session_error }</strong>{ says }</p>
                </div>
            }
        </>
    }
}
