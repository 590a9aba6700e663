use sockscope_frontend::store::{use_selector, use_store};
use sockscope_frontend::wire::Link;
use sockscope_protocol::{Policy, Welcome};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::element::{Element, element, select};
use super::preferences::Theme;
use super::ui::{Act, UiHandle, does, use_texts, use_ui};
use super::{format, help, recording, testid};
use crate::i18n::{Lang, Messages, Page};

/// Name, connection, policy, language, theme, projector mode, help.
#[component]
pub(crate) fn Header() -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    let link = use_selector(|state| (state.link, state.live().welcome.clone()));
    let language = |lang: Lang, text: &'static str, id: &'static str| {
        element("button", "")
            .is("data-testid", id)
            .is("lang", lang.tag())
            .pressed(ui.lang == lang)
            .text(text)
            .on_click(does(&ui, Act::Lang(lang)))
    };
    let brand = element("div", "brand")
        .child(element("h1", "").text("Sockscope"))
        .child(element("span", "").text(t.page.tagline));
    let languages = element("div", "segments")
        .is("role", "group")
        .is("aria-label", t.page.language)
        .child(language(Lang::Zh, "中文", testid::LANG_ZH))
        .child(language(Lang::En, "EN", testid::LANG_EN));
    let projector = tool(
        testid::PROJECTOR,
        t.keys.projector_title,
        t.keys.projector_button,
    )
    .pressed(ui.projector)
    .on_click(does(&ui, Act::Projector(!ui.projector)));
    let help = tool(testid::HELP, t.keys.button, "?")
        .is("aria-label", t.keys.button)
        .is("popovertarget", help::ID);
    let tools = element("div", "header-tools")
        .child(languages)
        .child(theme(&ui, t))
        .html(recording::menu(&store, &t.replay))
        .child(projector)
        .child(help);
    element("header", "header")
        .child(brand)
        .child(facts(link.0, link.1.as_ref(), t))
        .child(tools)
        .done()
}

/// The way to the bridge, and what the bridge permits.
fn facts(link: Link, welcome: Option<&Welcome>, t: &Messages) -> Element {
    let (state, word, rtt) = match link {
        Link::Connecting => ("connecting", t.page.bridge_connecting, None),
        Link::Open { rtt_us } => ("open", t.page.bridge_open, rtt_us),
        Link::Lost { .. } => ("lost", t.page.bridge_lost, None),
        Link::Refused(_) => ("refused", t.page.bridge_refused, None),
    };
    let watching = welcome.is_some_and(|welcome| welcome.session.is_none());
    let span = |class: &'static str| element("span", class);
    let rtt = rtt.map(|rtt| {
        span("mono")
            .is("data-testid", testid::BRIDGE_RTT)
            .words(format::duration(u64::from(rtt)))
    });
    let bridge = span("")
        .is("data-testid", testid::BRIDGE_STATE)
        .is("data-state", state)
        .child(element("i", "dot").is("aria-hidden", "true"))
        .child(span("").text(t.page.bridge))
        .child(span("word").is("role", "status").text(word))
        .maybe(rtt);
    let policy = welcome.map(|welcome| {
        span("")
            .is("data-testid", testid::POLICY)
            .child(span("").text(t.page.policy))
            .child(span("word").words(policy(&welcome.policy, &t.page)))
    });
    element("div", "header-facts")
        .child(bridge)
        .maybe(policy)
        .maybe(watching.then(|| span("word").text(t.page.view_only)))
}

fn theme(ui: &UiHandle, t: &'static Messages) -> Element {
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
    let mut themes = Theme::ALL
        .into_iter()
        .map(|theme| (theme.name(), name(theme), theme == chosen));
    select(testid::THEME, t.page.theme, &mut themes)
        .is("title", t.page.theme)
        .on_change(onchange)
}

fn tool(id: &'static str, title: &'static str, text: &'static str) -> Element {
    element("button", "tool")
        .is("data-testid", id)
        .is("title", title)
        .text(text)
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
