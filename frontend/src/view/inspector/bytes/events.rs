//! What a person does to the view: one listener for all its parts, which are told apart by their names.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use sockscope_frontend::bytes::{CopyFormat, Encoding};
use sockscope_frontend::model::{Direction, Socket};
use sockscope_frontend::store::Store;
use sockscope_protocol::{Seq, SocketId};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{
    Element, Event, HtmlInputElement, HtmlSelectElement, KeyboardEvent, PointerEvent,
    ResizeObserver,
};
use yew::functional::UseForceUpdateHandle;
use yew::prelude::UseReducerDispatcher;

use super::panel::{Move, Panel};
use super::select::Selection;
use super::{pointer, tools};
use crate::view::element::named;
use crate::view::testid;
use crate::view::ui::{Act, Actions, Ui};

const EVENTS: [&str; 9] = [
    "click",
    "change",
    "input",
    "keydown",
    "scroll",
    "pointerdown",
    "pointermove",
    "pointerup",
    "pointerover",
];

/// What the listener works on.
#[derive(Clone)]
pub(super) struct Hands {
    pub(super) panel: Weak<RefCell<Panel>>,
    pub(super) store: Store,
    pub(super) ui: UseReducerDispatcher<Ui>,
    pub(super) actions: Actions,
    pub(super) redraw: UseForceUpdateHandle,
    pub(super) id: SocketId,
}

/// The listeners, as long as the view is there.
pub(super) struct Attached {
    _listeners: Vec<EventListener>,
    observer: Option<ResizeObserver>,
    _measure: Closure<dyn FnMut()>,
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
        // Those that do not bubble are heard too, and keys are taken from the browser.
        let options = EventListenerOptions {
            phase: EventListenerPhase::Capture,
            passive: false,
        };
        let hands = Rc::new(self.clone());
        let listen = |name: &'static str| {
            let hands = hands.clone();
            EventListener::new_with_options(frame, name, options, move |event| hands.hear(event))
        };
        let listeners = EVENTS
            .into_iter()
            .chain(["pointerleave"])
            .map(listen)
            .collect();
        let (hands, watched) = (hands.clone(), frame.clone());
        let measure = Closure::<dyn FnMut()>::new(move || hands.measure(&watched));
        let observer = ResizeObserver::new(measure.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(frame);
        }
        Attached {
            _listeners: listeners,
            observer,
            _measure: measure,
        }
    }

    /// Measures a character and the list, now and whenever its size changes.
    fn measure(&self, frame: &Element) {
        let (Some(panel), Some(ruler)) = (self.panel.upgrade(), frame.first_element_child()) else {
            return;
        };
        let ruler = ruler.get_bounding_client_rect();
        let size = (
            ruler.width() / 10.0,
            ruler.height(),
            f64::from(frame.client_width()),
        );
        // It is not measured where another panel is shown.
        if size.0 > 0.0 && panel.borrow().size != size {
            panel.borrow_mut().size = size;
            self.redraw.force_update();
        }
    }

    fn hear(&self, event: &Event) {
        let Some(panel) = self.panel.upgrade() else {
            return;
        };
        let Some(target) = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
        else {
            return;
        };
        let id = named(event).unwrap_or_default();
        let model = self.store.model();
        let Some(socket) = model.socket(self.id) else {
            return;
        };
        let heard = {
            let panel = &mut *panel.borrow_mut();
            match event.type_().as_str() {
                "click" => self.click(panel, socket, &id),
                "change" => {
                    drop(model);
                    return self.change(panel, &target, &id);
                }
                "input" if id == testid::BYTES_FIND => {
                    panel.find = target.unchecked_into::<HtmlInputElement>().value();
                    true
                }
                "keydown" => key(panel, socket, event.unchecked_ref(), &id).unwrap_or_else(|| {
                    tools::copy(panel, socket, self);
                    true
                }),
                "scroll" => {
                    let scroll = panel.scroll();
                    panel.scrolled(f64::from(target.scroll_top()), &scroll)
                }
                other => self.point(panel, socket, other, event.unchecked_ref(), &target),
            }
        };
        if heard {
            self.redraw.force_update();
        }
    }

    fn click(&self, panel: &mut Panel, socket: &Socket, id: &str) -> bool {
        match id {
            testid::BYTES_MODE_TEXT => panel.hex = false,
            testid::BYTES_MODE_HEX => panel.hex = true,
            testid::BYTES_BOTH => panel.only = None,
            testid::BYTES_ONLY_SENT => panel.only = Some(Direction::Sent),
            testid::BYTES_ONLY_RECEIVED => panel.only = Some(Direction::Received),
            testid::BYTES_FOLLOW => panel.follow(),
            testid::BYTES_FIND_HEX => panel.find_hex = !panel.find_hex,
            testid::BYTES_FIND_STOP => panel.find.clear(),
            testid::BYTES_FIND_NEXT | testid::BYTES_FIND_BEFORE => {
                panel.next_hit(socket, id == testid::BYTES_FIND_NEXT);
            }
            testid::BYTES_COPY => tools::copy(panel, socket, self),
            testid::BYTES_SAVE => tools::save(panel, socket),
            testid::BYTES_DOWNLOAD => tools::download_text(panel, socket),
            _ => return false,
        }
        true
    }

    fn change(&self, panel: &mut Panel, target: &Element, id: &str) {
        let input = || target.unchecked_ref::<HtmlInputElement>().checked();
        let value = || target.unchecked_ref::<HtmlSelectElement>().value();
        let encoding = |direction| {
            if let Some(encoding) = Encoding::from_name(&value()) {
                self.ui.dispatch(Act::Encoding(direction, encoding));
            }
        };
        match id {
            testid::AUTO_RECV => self
                .actions
                .note_sent(self.store.set_auto(self.id, input())),
            testid::BYTES_BREAKS => panel.breaks = input(),
            testid::BYTES_FORM => {
                panel.form = CopyFormat::from_name(&value()).unwrap_or(panel.form);
            }
            testid::ENCODING_SENT => encoding(Direction::Sent),
            testid::ENCODING_RECEIVED => encoding(Direction::Received),
            _ => {}
        }
        self.redraw.force_update();
    }

    /// The pointer lights the call whose bytes are under it, and draws a selection.
    fn point(
        &self,
        panel: &mut Panel,
        socket: &Socket,
        what: &str,
        event: &PointerEvent,
        target: &Element,
    ) -> bool {
        let chunk = pointer::chunk(target);
        match what {
            "pointerdown" if event.button() == 0 => {
                if let Some(place) = pointer::byte(event) {
                    // With a finger the list is scrolled; what is finer draws a selection.
                    if event.pointer_type() != "touch" {
                        panel.drawing = true;
                        if let Ok(Some(area)) = target.closest("[data-view]") {
                            // Without it, a selection ends at the list's edge.
                            let _ = area.set_pointer_capture(event.pointer_id());
                        }
                    }
                    panel.select(socket, place, event.shift_key());
                    panel.reveal(socket, place);
                } else if let Some(chunk) = chunk.and_then(|seq| find(socket, seq)) {
                    if !chunk.payload.is_empty() {
                        let (from, to) = ((chunk.seq, 0), (chunk.seq, chunk.payload.len()));
                        panel.selection = Some(Selection::new(from, to));
                    }
                } else {
                    return false;
                }
            }
            "pointermove" => match pointer::byte(event).filter(|_| panel.drawing) {
                Some(place) => {
                    panel.select(socket, place, true);
                    panel.reveal(socket, place);
                }
                None => return false,
            },
            "pointerup" => panel.drawing = false,
            "pointerover" | "pointerleave" => {
                let lit = chunk
                    .and_then(|seq| find(socket, seq))
                    .map(|chunk| chunk.call);
                if lit != panel.lit {
                    panel.lit = lit;
                    self.ui.dispatch(Act::Light(lit));
                }
                return false;
            }
            _ => return false,
        }
        true
    }
}

fn find(socket: &Socket, seq: Seq) -> Option<&sockscope_frontend::model::Chunk> {
    let of = |direction| socket.stream(direction).chunk(seq);
    of(Direction::Sent).or_else(|| of(Direction::Received))
}

/// Returns whether the key meant something; none: to copy.
fn key(panel: &mut Panel, socket: &Socket, event: &KeyboardEvent, id: &str) -> Option<bool> {
    let (key, control) = (event.key(), event.ctrl_key() || event.meta_key());
    if id == testid::BYTES_FIND {
        if key == "Enter" {
            event.prevent_default();
            panel.next_hit(socket, !event.shift_key());
        }
        return Some(key == "Enter");
    }
    if id != testid::BYTES_TEXT && id != testid::BYTES_HEX {
        return Some(false);
    }
    let to = match key.as_str() {
        "ArrowLeft" => Move::Left,
        "ArrowRight" => Move::Right,
        "ArrowUp" => Move::Up,
        "ArrowDown" => Move::Down,
        "PageUp" => Move::PageUp,
        "PageDown" => Move::PageDown,
        "Home" if control => Move::Start,
        "End" if control => Move::End,
        "Home" => Move::LineStart,
        "End" => Move::LineEnd,
        "a" if control => {
            event.prevent_default();
            panel.select_all(socket);
            return Some(true);
        }
        "c" if control => {
            event.prevent_default();
            return None;
        }
        "Escape" => {
            panel.selection = None;
            return Some(true);
        }
        _ => return Some(false),
    };
    event.prevent_default();
    panel.go(socket, to, event.shift_key());
    Some(true)
}
