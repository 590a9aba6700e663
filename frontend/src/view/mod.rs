//! The page: header, sockets and lessons, stage, inspector.

mod banner;
mod clipboard;
mod code;
mod element;
mod empty;
mod format;
mod header;
mod help;
mod holder;
mod inspector;
mod lesson_bar;
mod lessons;
mod markup;
mod names;
mod options;
mod preferences;
mod preview;
mod recording;
mod relay;
mod replay;
mod shortcuts;
mod sockets;
mod stage;
mod testid;
mod ticker;
mod ui;

use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use sockscope_frontend::model::Origin;
use sockscope_frontend::store::{Store, use_selector, use_store};
use sockscope_protocol::SocketId;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;
use yew::html::{ondragover, ondrop};
use yew::prelude::*;

use self::banner::Banner;
use self::element::{Element, element};
use self::header::Header;
use self::inspector::Inspector;
use self::lesson_bar::LessonBar;
use self::lessons::Lessons;
use self::sockets::Sockets;
use self::stage::Stage;
use self::ui::{Act, Tab, Ui, UiHandle, does, use_texts, use_ui};
use crate::i18n::Messages;

#[derive(Properties, PartialEq)]
pub(crate) struct AppProps {
    pub(crate) store: Store,
}

/// The page around its store.
#[component]
pub(crate) fn App(props: &AppProps) -> Html {
    let ui = use_reducer(Ui::load);
    use_effect_with(ui.lang, |lang| preferences::apply_lang(*lang));
    use_effect_with(ui.theme, |theme| preferences::apply_theme(*theme));
    use_effect_with(ui.projector, |on| preferences::apply_projector(*on));
    html! {
        <ContextProvider<Store> context={props.store.clone()}>
            <ContextProvider<UiHandle> context={ui}>
                <Page />
            </ContextProvider<UiHandle>>
        </ContextProvider<Store>>
    }
}

#[component]
fn Page() -> Html {
    let t = use_texts();
    let ui = use_ui();
    use_newest_selected();
    let skip = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        let stage = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.get_element_by_id("stage"));
        if let Some(stage) = stage.and_then(|stage| stage.dyn_into::<HtmlElement>().ok()) {
            // Where the browser does not focus it, nothing is lost.
            let _ = stage.focus();
        }
    });
    let store = use_store();
    let replaying = use_selector(replay::place).is_some();
    let ondragover = Callback::from(|event| recording::welcome_drop(&event));
    let drop = store.clone();
    let ondrop = Callback::from(move |event| recording::dropped(&drop, &event));
    use_shortcuts(&ui);
    let skip = element("a", "skip")
        .is("href", "#stage")
        .text(t.page.skip)
        .on_click(skip);
    let panels = html! {
        <main class="panels">
            <div class="panel side"><Sockets /><Lessons /></div>
            <Stage />
            <Inspector />
        </main>
    };
    let app = element("div", "app")
        .is("data-testid", testid::APP)
        .is("data-tab", ui.tab.name())
        .mark("data-replay", replaying)
        .hears(Rc::new(ondragover::Wrapper::new(ondragover)))
        .hears(Rc::new(ondrop::Wrapper::new(ondrop)))
        .child(skip)
        .html(html! { <Header /> })
        .html(html! { <Banner /> })
        .html(panels)
        .html(replay::bar(&store, t))
        .html(html! { <LessonBar /> })
        .child(tabs(&ui, t))
        .html(help::help(&ui, t));
    app.done()
}

/// Keys are heard wherever the focus is.
#[hook]
fn use_shortcuts(ui: &UiHandle) {
    let ui = ui.clone();
    use_effect(move || {
        let document = web_sys::window().and_then(|window| window.document());
        let listener = document.map(|document| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&document, "keydown", options, move |event| {
                if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
                    shortcuts::press(event, &ui);
                }
            })
        });
        move || drop(listener)
    });
}

/// Chooses the panel where only one fits.
fn tabs(ui: &UiHandle, t: &'static Messages) -> Element {
    let tab = |tab: Tab, text: &'static str, id: &'static str| {
        element("button", "")
            .is("data-testid", id)
            .is("aria-current", if ui.tab == tab { "true" } else { "false" })
            .text(text)
            .on_click(does(ui, Act::Tab(tab)))
    };
    element("nav", "tabs")
        .is("aria-label", t.page.panels)
        .child(tab(Tab::Sockets, t.page.tab_sockets, testid::TAB_SOCKETS))
        .child(tab(Tab::Stage, t.page.tab_stage, testid::TAB_STAGE))
        .child(tab(
            Tab::Inspector,
            t.page.tab_inspector,
            testid::TAB_INSPECTOR,
        ))
        .child(tab(Tab::Lesson, t.page.tab_lesson, testid::TAB_LESSON))
}

/// Selects a socket that `socket` has just made; after a reload, the newest open one. What `accept`
/// returns is left alone, so that the server stays in view.
#[hook]
fn use_newest_selected() {
    let ui = use_ui();
    let newest: Rc<Option<SocketId>> = use_selector(|state| {
        let made = |origin| matches!(origin, Origin::Created { .. } | Origin::Unknown);
        let mut sockets = state.model.sockets().rev();
        sockets
            .find(|socket| socket.is_open() && made(socket.origin))
            .map(|socket| socket.id)
    });
    let seen = use_mut_ref(|| None::<SocketId>);
    use_effect_with(*newest, move |newest| {
        let before = seen.replace(*newest);
        if let Some(id) = *newest
            && before.is_none_or(|before| before < id)
        {
            ui.dispatch(Act::Select(id));
        }
    });
}
