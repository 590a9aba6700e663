//! What a person does to the panel, and when it asks for the programs.

use std::cell::RefCell;
use std::rc::Weak;

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use gloo_timers::callback::Interval;
use js_sys::Array;
use sockscope_frontend::code::Language;
use sockscope_frontend::scribe::{Listing, Wish};
use sockscope_frontend::store::Store;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Event, IntersectionObserver, IntersectionObserverEntry};
use yew::functional::UseForceUpdateHandle;
use yew::prelude::UseReducerDispatcher;

use super::LINE;
use super::panel::{Panel, Written};
use crate::view::ui::{Act, Ui};
use crate::view::{clipboard, testid};

/// How often the log is looked at again, milliseconds: a program is read more slowly than events come.
const EVERY_MS: u32 = 300;
/// In steps of how many lines the drawn ones follow the scrolling.
const STEP: usize = 20;

#[derive(Clone)]
pub(super) struct Hands {
    pub(super) panel: Weak<RefCell<Panel>>,
    pub(super) store: Store,
    pub(super) ui: UseReducerDispatcher<Ui>,
    pub(super) redraw: UseForceUpdateHandle,
}

/// What listens, as long as the panel is there.
pub(super) struct Attached {
    _listeners: [EventListener; 2],
    _interval: Interval,
    observer: Option<IntersectionObserver>,
    _seen: Closure<dyn FnMut(Array)>,
}

impl Drop for Attached {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

impl Hands {
    pub(super) fn attach(&self, frame: &Element) -> Attached {
        // Scrolling does not bubble.
        let options = EventListenerOptions {
            phase: EventListenerPhase::Capture,
            passive: true,
        };
        let listen = |name: &'static str| {
            let hands = self.clone();
            EventListener::new_with_options(frame, name, options, move |event| hands.hear(event))
        };
        let (looks, sees) = (self.clone(), self.clone());
        let seen = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            let last: IntersectionObserverEntry = entries.pop().unchecked_into();
            if let Some(panel) = sees.panel.upgrade() {
                panel.borrow_mut().seen = last.is_intersecting();
                sees.look();
            }
        });
        let observer = IntersectionObserver::new(seen.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(frame);
        }
        Attached {
            _listeners: [listen("click"), listen("scroll")],
            _interval: Interval::new(EVERY_MS, move || looks.look()),
            observer,
            _seen: seen,
        }
    }

    /// Asks for the programs, when they are other ones than those that are here, and in sight.
    fn look(&self) {
        let Some(panel) = self.panel.upgrade() else {
            return;
        };
        let (source, last) = {
            let state = self.store.state();
            (state.source(), state.model.last)
        };
        let tongue = {
            let panel = &mut *panel.borrow_mut();
            let empty = last.0 == 0;
            if std::mem::replace(&mut panel.empty, empty) != empty {
                self.redraw.force_update();
            }
            let now = (source, last, panel.tongue());
            let failed = matches!(panel.written, Written::Failed);
            if !panel.seen || panel.waits || failed || empty || panel.asked == Some(now) {
                return;
            }
            panel.asked = Some(now);
            panel.waits = true;
            panel.tongue()
        };
        let hands = self.clone();
        self.store.listings(last, tongue, move |listings| {
            if let Some(panel) = hands.panel.upgrade() {
                let panel = &mut *panel.borrow_mut();
                panel.waits = false;
                panel.shown = Some((last, tongue));
                panel.written = listings.map_or(Written::Failed, Written::Here);
            }
            hands.redraw.force_update();
        });
    }

    fn hear(&self, event: &Event) {
        let (Some(panel), Some(target)) = (self.panel.upgrade(), event.target()) else {
            return;
        };
        let target: Element = target.unchecked_into();
        let heard = {
            let panel = &mut *panel.borrow_mut();
            if event.type_() == "scroll" {
                let top = usize::try_from(target.scroll_top() / LINE).unwrap_or(0) / STEP * STEP;
                std::mem::replace(&mut panel.first, top) != top
            } else {
                self.click(panel, &target)
            }
        };
        if heard {
            self.redraw.force_update();
            self.look();
        }
    }

    fn click(&self, panel: &mut Panel, target: &Element) -> bool {
        let named = |name| {
            target
                .closest("button, [data-line]")
                .ok()??
                .get_attribute(name)
        };
        if let Some(at) = named("data-line") {
            let line = at
                .parse()
                .ok()
                .and_then(|at: usize| panel.program()?.lines.get(at));
            if let Some(call) = line.and_then(|line| line.calls.first()) {
                self.ui.dispatch(Act::SelectCall(*call, None));
            }
            return false;
        }
        let id = named("data-testid").unwrap_or_default();
        panel.copied = None;
        match id.as_str() {
            testid::CODE_PYTHON => panel.language = Language::Python,
            testid::CODE_RUST | testid::CODE_STD => panel.language = Language::Rust,
            testid::CODE_TOKIO => panel.language = Language::Tokio,
            testid::CODE_C => panel.language = Language::C,
            testid::CODE_RETRY => {
                panel.written = Written::Nothing;
                panel.asked = None;
            }
            testid::CODE_COPY => self.copy(panel),
            testid::CODE_SAVE => {
                if let (Some(program), Some((last, tongue))) = (panel.program(), panel.shown) {
                    let file = program.file.clone();
                    self.store.save_written(Wish::Program(last, tongue, file));
                }
            }
            id => panel.choose(id.strip_prefix(testid::CODE_FILE).unwrap_or_default()),
        }
        true
    }

    fn copy(&self, panel: &Panel) {
        let Some(text) = panel.program().map(Listing::text) else {
            return;
        };
        let hands = self.clone();
        spawn_local(async move {
            let copied = clipboard::copy(&text).await;
            if let Some(panel) = hands.panel.upgrade() {
                panel.borrow_mut().copied = Some(copied);
                hands.redraw.force_update();
            }
        });
    }
}
