use sockscope_frontend::store::{use_selector, use_store};
use sockscope_frontend::wire::Link;
use sockscope_protocol::Policy;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::preferences::Theme;
use super::ui::{Act, UiHandle, use_texts, use_ui};
use super::{format, help, recording, testid};
use crate::i18n::{Lang, Messages, Page};

/// Name, connection, policy, language, theme, projector mode, help.
#[component]
pub(crate) fn Header() -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    let language = |lang: Lang, text: &'static str, id: &'static str| {
        let ui = ui.clone();
        let pressed = (ui.lang == lang).to_string();
        let onclick = Callback::from(move |_| ui.dispatch(Act::Lang(lang)));
        html! {
            <button data-testid={id} lang={lang.tag()} aria-pressed={pressed} {onclick}>{ text }</button>
        }
    };
    html! {
        <header class="header">
            <div class="brand">
                <h1>{ "Sockscope" }</h1>
                <span>{ t.page.tagline }</span>
            </div>
            <Facts />
            <div class="header-tools">
                <div class="segments" role="group" aria-label={t.page.language}>
                    { language(Lang::Zh, "中文", testid::LANG_ZH) }
                    { language(Lang::En, "EN", testid::LANG_EN) }
                </div>
                { theme(&ui, t) }
                { recording::menu(&store, &t.replay) }
                { projector(&ui, t) }
                { help(t) }
            </div>
        </header>
    }
}

/// The way to the bridge, and what the bridge permits.
#[component]
fn Facts() -> Html {
    let t = use_texts();
    let link = use_selector(|state| (state.link, state.live().welcome.clone()));
    let (state, word, rtt) = match link.0 {
        Link::Connecting => ("connecting", t.page.bridge_connecting, None),
        Link::Open { rtt_us } => ("open", t.page.bridge_open, rtt_us),
        Link::Lost { .. } => ("lost", t.page.bridge_lost, None),
        Link::Refused(_) => ("refused", t.page.bridge_refused, None),
    };
    let welcome = link.1.as_ref();
    let watching = welcome.is_some_and(|welcome| welcome.session.is_none());
    html! {
        <div class="header-facts">
            <span data-testid={testid::BRIDGE_STATE} data-state={state}>
                <i class="dot" aria-hidden="true"></i>
                <span>{ t.page.bridge }</span>
                <span class="word" role="status">{ word }</span>
                if let Some(rtt) = rtt {
                    <span class="mono" data-testid={testid::BRIDGE_RTT}>
                        { format::duration(u64::from(rtt)) }
                    </span>
                }
            </span>
            if let Some(welcome) = welcome {
                <span data-testid={testid::POLICY}>
                    <span>{ t.page.policy }</span>
                    <span class="word">{ policy(&welcome.policy, &t.page) }</span>
                </span>
            }
            if watching {
                <span class="word">{ t.page.view_only }</span>
            }
        </div>
    }
}

fn theme(ui: &UiHandle, t: &'static Messages) -> Html {
    let chosen = ui.theme;
    let ui = ui.clone();
    let onchange = Callback::from(move |event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        if let Some(theme) = Theme::from_name(&select.value()) {
            ui.dispatch(Act::Theme(theme));
        }
    });
    let name = |theme| match theme {
        Theme::System => t.page.theme_system,
        Theme::Light => t.page.theme_light,
        Theme::Dark => t.page.theme_dark,
    };
    html! {
        <select data-testid={testid::THEME} aria-label={t.page.theme} title={t.page.theme} {onchange}>
            { for Theme::ALL.into_iter().map(|theme| html! {
                <option key={theme.name()} value={theme.name()} selected={theme == chosen}>
                    { name(theme) }
                </option>
            }) }
        </select>
    }
}

fn projector(ui: &UiHandle, t: &'static Messages) -> Html {
    let on = ui.projector;
    let ui = ui.clone();
    let onclick = Callback::from(move |_| ui.dispatch(Act::Projector(!on)));
    html! {
        <button class="tool" data-testid={testid::PROJECTOR} title={t.keys.projector_title}
            aria-pressed={on.to_string()} {onclick}>{ t.keys.projector_button }</button>
    }
}

fn help(t: &'static Messages) -> Html {
    html! {
        <button class="tool" data-testid={testid::HELP} title={t.keys.button} aria-label={t.keys.button}
            popovertarget={help::ID}>{ "?" }</button>
    }
}

/// The policy in a sentence.
fn policy(policy: &Policy, t: &Page) -> String {
    let local = |words: &[String]| matches!(words, [only] if only == "loopback");
    if local(&policy.connect) && local(&policy.bind) {
        return t.policy_loopback.to_owned();
    }
    let words = |words: &[String]| {
        if words.is_empty() {
            t.policy_nothing.to_owned()
        } else {
            let words: Vec<_> = words.iter().map(|word| (t.policy_word)(word)).collect();
            words.join(", ")
        }
    };
    (t.policy_parts)(&words(&policy.connect), &words(&policy.bind))
}
