//! What a pointer and the keys do to calls.

use std::cell::RefCell;
use std::rc::Rc;

use sockscope_frontend::store::Store;
use sockscope_protocol::CallId;
use web_sys::Element;
use yew::prelude::*;

use super::parts::Column;
use super::toolbar::Wish;
use super::{Kept, keys};
use crate::view::ui::{Act, UiHandle};

/// One place for all calls: no call has handlers of its own.
#[derive(Clone)]
pub(super) struct Pointing {
    pub(super) ui: UiHandle,
    pub(super) store: Store,
    /// The calls between which the time is measured.
    pub(super) marks: UseStateHandle<Vec<CallId>>,
    /// The call that had the focus last.
    pub(super) active: UseStateHandle<Option<CallId>>,
}

/// The call to which what an event happened to belongs, and whether it is its way out.
fn target(event: &Event) -> Option<(CallId, bool)> {
    let element: Element = event.target_dyn_into()?;
    let cancels = element.has_attribute("data-cancel");
    let found = element.closest("[data-call],[data-flow]").ok()??;
    let number = found
        .get_attribute("data-call")
        .or_else(|| found.get_attribute("data-flow"));
    Some((CallId(number?.parse().ok()?), cancels))
}

impl Pointing {
    fn light(&self, call: Option<CallId>) {
        if self.ui.lit != call {
            self.ui.dispatch(Act::Light(call));
        }
    }

    fn mark(&self, call: CallId) {
        let mut marks = (*self.marks).clone();
        if let Some(index) = marks.iter().position(|one| *one == call) {
            marks.remove(index);
        } else {
            if marks.len() > 1 {
                marks.remove(0);
            }
            marks.push(call);
        }
        self.marks.set(marks);
    }

    fn select(&self, call: CallId) {
        let socket = self
            .store
            .model()
            .call(call)
            .and_then(|record| record.socket);
        self.active.set(Some(call));
        self.ui.dispatch(Act::SelectCall(call, socket));
    }

    pub(super) fn click(&self) -> Callback<MouseEvent> {
        let this = self.clone();
        Callback::from(move |event: MouseEvent| match target(&event) {
            Some((call, true)) => this.store.cancel(call),
            Some((call, false)) if event.shift_key() => this.mark(call),
            Some((call, false)) => this.select(call),
            None => {}
        })
    }

    pub(super) fn over(&self) -> Callback<PointerEvent> {
        let this = self.clone();
        Callback::from(move |event: PointerEvent| this.light(target(&event).map(|(call, _)| call)))
    }

    pub(super) fn leave(&self) -> Callback<PointerEvent> {
        let this = self.clone();
        Callback::from(move |_| this.light(None))
    }

    pub(super) fn focus(&self) -> Callback<FocusEvent> {
        let this = self.clone();
        Callback::from(move |event: FocusEvent| {
            if let Some((call, _)) = target(&event) {
                this.active.set(Some(call));
                this.light(Some(call));
            }
        })
    }

    pub(super) fn blur(&self) -> Callback<FocusEvent> {
        let this = self.clone();
        Callback::from(move |_| this.light(None))
    }

    pub(super) fn key(
        &self,
        event: &KeyboardEvent,
        kept: &Rc<RefCell<Kept>>,
        lanes: &[Column],
        tab_stop: Option<CallId>,
        wish: &Callback<Wish>,
    ) {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let call = target(event).map(|(call, _)| call).or(tab_stop);
        let key = event.key();
        let wished = match (key.as_str(), call) {
            ("e", _) if kept.borrow().scale.steps.is_equal() => Wish::Time,
            ("e", _) => Wish::Equal,
            ("m", Some(call)) => return self.mark(call),
            ("Delete", Some(call)) => return self.store.cancel(call),
            (key, Some(call)) => {
                let mut kept = kept.borrow_mut();
                if let Some(next) = keys::step(&kept.layout, lanes, call, key) {
                    event.prevent_default();
                    kept.focus = Some(next);
                    drop(kept);
                    self.active.set(Some(next));
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        wish.emit(wished);
    }
}
