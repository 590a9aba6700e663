//! What happens around the drawing of the stage: measuring, scrolling, focusing.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::Interval;
use sockscope_frontend::store::Pace;
use sockscope_protocol::{CallId, SocketId};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, ResizeObserver};
use yew::prelude::*;

use super::Kept;
use super::geometry::{HEAD, Viewport};
use super::scale::{ROW, Steps};

/// How near to its end the stage follows what is new, pixels.
const NEAR: i32 = 2 * ROW;

/// What is seen.
pub(super) fn look(area: &Element) -> Viewport {
    Viewport::new(
        area.scroll_left(),
        area.scroll_top(),
        area.client_width(),
        area.client_height() - HEAD,
    )
}

/// Whether the newest row is in sight, or nearly.
pub(super) fn is_at_end(area: &Element) -> bool {
    let end = area.scroll_height() - area.client_height();
    area.scroll_top() + NEAR >= end
}

/// Draws what is seen.
#[hook]
pub(super) fn use_pace(area: &NodeRef, view: &UseStateHandle<Viewport>) -> Rc<Pace> {
    let (area, view) = (area.clone(), view.setter());
    use_memo((), |()| {
        Pace::new(move || {
            if let Some(area) = area.cast::<Element>() {
                view.set(look(&area));
            }
        })
    })
}

/// Measures the scrolling area now and whenever its size changes.
#[hook]
pub(super) fn use_size(area: &NodeRef, view: &UseStateHandle<Viewport>) {
    let view = view.setter();
    use_effect_with(area.clone(), move |area| {
        let element = area.cast::<Element>();
        let watched = element.clone();
        let measure = Closure::<dyn FnMut()>::new(move || {
            if let Some(element) = &watched {
                view.set(look(element));
            }
        });
        let observer = ResizeObserver::new(measure.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, &element) {
            observer.observe(element);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(measure);
        }
    });
}

/// Scrolls to the newest row, while a person has not scrolled away from it. `top` is where that is.
#[hook]
pub(super) fn use_end(area: &NodeRef, follow: bool, change: (i32, i32), top: &Rc<RefCell<i32>>) {
    let (area, top) = (area.clone(), top.clone());
    use_effect_with((follow, change), move |(follow, (height, _))| {
        if let (true, Some(area)) = (*follow, area.cast::<Element>()) {
            // As far as it goes.
            area.set_scroll_top(height + HEAD);
            top.replace(area.scroll_top());
        }
    });
}

/// Scrolls sideways to the lane of the selected socket, when another was selected, lanes came or went,
/// or the stage's width is another: it has none while another panel is shown in its place.
#[hook]
pub(super) fn use_lane_in_sight(
    area: &NodeRef,
    selected: Option<SocketId>,
    lane: Option<(i32, i32)>,
    lanes: usize,
    ruler: i32,
    width: i32,
) {
    let area = area.clone();
    let change = (selected, lane.is_some(), lanes, width);
    use_effect_with(change, move |_| {
        if let (Some((left, width)), Some(area)) = (lane, area.cast::<Element>()) {
            let (from, seen) = (area.scroll_left(), area.client_width());
            // The ruler covers what has passed under it.
            if left < from + ruler || left + width > from + seen {
                area.set_scroll_left(left + (width - ruler - seen) / 2);
            }
        }
    });
}

/// Draws again and again, while something grows that no event tells of.
#[hook]
pub(super) fn use_pulse(active: bool, every_ms: u32) {
    let update = use_force_update();
    use_effect_with(active, move |active| {
        let interval = active.then(|| Interval::new(every_ms, move || update.force_update()));
        move || drop(interval)
    });
}

/// Tells of turns of the wheel with Ctrl held, which is how browsers report a pinch too: in which
/// direction, and at what height.
#[hook]
pub(super) fn use_wheel(area: &NodeRef, turned: Callback<(i32, i32)>) {
    let latest = use_mut_ref(|| turned.clone());
    *latest.borrow_mut() = turned;
    use_effect_with(area.clone(), move |area| {
        let listener = area.cast::<Element>().map(|area| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&area, "wheel", options, move |event| {
                let Some(event) = event
                    .dyn_ref::<WheelEvent>()
                    .filter(|event| event.ctrl_key())
                else {
                    return;
                };
                event.prevent_default();
                let by = if event.delta_y() < 0.0 { 1 } else { -1 };
                let turned = latest.borrow().clone();
                turned.emit((by, event.client_y()));
            })
        });
        move || drop(listener)
    });
}

/// Keeps a time where it was when the scale changes.
#[hook]
pub(super) fn use_hold(area: &NodeRef, kept: &Rc<RefCell<Kept>>, change: (Steps, u64)) {
    let (area, kept) = (area.clone(), kept.clone());
    use_effect_with(change, move |_| {
        let mut kept = kept.borrow_mut();
        if let (Some((time, inside)), Some(area)) = (kept.hold.take(), area.cast::<Element>()) {
            let row = kept.layout.times.partition_point(|one| *one < time);
            area.set_scroll_top(kept.scale.middle(row) - inside);
        }
    });
}

/// Gives the focus to the call that an arrow key led to.
#[hook]
pub(super) fn use_focus(area: &NodeRef, kept: &Rc<RefCell<Kept>>, active: Option<CallId>) {
    let (area, kept) = (area.clone(), kept.clone());
    use_effect_with(active, move |_| {
        let wanted = kept.borrow_mut().focus.take();
        if let (Some(call), Some(area)) = (wanted, area.cast::<Element>()) {
            let found = area.query_selector(&format!("[data-call=\"{call}\"] button"));
            let button = found.ok().flatten();
            if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
                // Where the browser does not focus it, nothing is lost.
                let _ = button.focus();
            }
        }
    });
}
