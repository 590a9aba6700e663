//! The form of the chosen call: its arguments, its bytes, the button that makes it.

use ::bytes::Bytes;
use sockscope_frontend::bytes::{Codec, Encoding};
use sockscope_frontend::model::{Direction, Op, Reason};
use sockscope_frontend::store::{Store, use_selector, use_store};
use sockscope_protocol::{HEADER_LEN, Payload, SocketId};
use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use web_sys::{Element, File, HtmlInputElement};
use yew::html::{onchange, onclick, oninput, onsubmit};

use yew::prelude::*;

use super::arguments::{Field, Wrong};
use super::bytes;
use super::calls::what;
use super::composer::Composer;
use super::defaults::Defaults;
use super::draft::{Draft, Mode};
use super::fields::Fields;
use super::file;
use crate::i18n::Messages;
use crate::view::element::element;
use crate::view::ui::{Act, Actions, Chosen, use_actions, use_texts, use_ui};
use crate::view::{format, testid};

#[derive(Properties, PartialEq)]
pub(super) struct CallFormProps {
    pub(super) socket: SocketId,
    pub(super) chosen: Chosen,
    /// Why it makes no sense now.
    pub(super) against: Option<Reason>,
}

#[component]
pub(super) fn CallForm(props: &CallFormProps) -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    let actions = use_actions();
    let (socket, chosen) = (props.socket, props.chosen);
    let typed = {
        let store = store.clone();
        use_mut_ref(move || (Draft::load(&store, socket), None::<File>))
    };
    let redraw = use_force_update();
    let (draft, chosen_file) = typed.borrow().clone();
    let upload = use_selector(move |state| state.uploads.get(socket).cloned());
    let defaults = {
        let model = store.model();
        let Some(known) = model.socket(socket) else {
            return Html::default();
        };
        Defaults::of(&model, known)
    };
    let made = draft.arguments.call(chosen, socket, &defaults, &t.calls);
    let wrong = made.as_ref().err();
    let sends = matches!(chosen, Chosen::Op(Op::Send | Op::SendAll | Op::SendTo));
    let codec = bytes::codec(ui.encodings[Direction::Sent as usize]);
    let fields = Fields {
        arguments: &draft.arguments,
        defaults: &defaults,
        wrong,
        reading: chosen == Chosen::Op(Op::GetSockOpt),
        t: &t.calls,
    };
    let ready = Ready {
        socket,
        chosen,
        draft: draft.clone(),
        codec,
        file: chosen_file.filter(|_| sends),
        most: most(chosen, &store),
        defaults: defaults.clone(),
    };
    let composer = Composer {
        draft: &draft,
        codec,
        problem: ready.too_large(t),
        t: &t.bytes,
    };
    let complete = wrong.is_none() && (!sends || ready.has_bytes(t));
    let code = preview(&ready, t);
    let listener: Rc<dyn Fn(&Event)> = {
        let (store, ui) = (store.clone(), ui.clone());
        Rc::new(move |event| {
            let (draft, file) = &mut *typed.borrow_mut();
            match hear(event, draft) {
                Heard::Nothing => return,
                Heard::Changed => draft.keep(&store, socket),
                Heard::File(chosen) => *file = chosen,
                Heard::Encoding(encoding) => {
                    return ui.dispatch(Act::Encoding(Direction::Sent, encoding));
                }
                Heard::Stop => return store.cancel_file(socket),
            }
            redraw.force_update();
        })
    };
    let (input, switched) = (listener.clone(), listener.clone());
    let onsubmit = {
        let store = store.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if complete {
                ready.clone().make(&store, &actions, t);
                if chosen == Chosen::GetAddrInfo
                    && let Some(request) = store.state().outbox.requests().last()
                {
                    ui.dispatch(Act::SelectCall(request.id, Some(socket)));
                }
            }
        })
    };
    let mut form = element("form", "call-form")
        .is("data-testid", testid::CALL_FORM)
        .is("data-op", chosen.name())
        .hears(Rc::new(onsubmit::Wrapper::new(onsubmit)))
        .hears(Rc::new(oninput::Wrapper::new(Callback::from(
            move |event: InputEvent| input(&event),
        ))))
        .hears(Rc::new(onchange::Wrapper::new(Callback::from(
            move |event: Event| switched(&event),
        ))))
        .hears(Rc::new(onclick::Wrapper::new(Callback::from(
            move |event: MouseEvent| listener(&event),
        ))))
        .child(element("code", "call-code").words(code))
        .child(element("p", "what").text(what(chosen, t)));
    form = form.maybe(props.against.map(|reason| {
        let why = element("p", "why-not").is("data-testid", testid::CALL_WHY_NOT);
        why.text(t.reasons.text(reason))
    }));
    let mut all = element("div", "fields");
    for field in draft.arguments.fields(chosen, &defaults) {
        all = all.child(fields.field(field));
    }
    form = form.child(all);
    if sends {
        form = form.child(composer.view()).maybe(
            upload
                .as_ref()
                .as_ref()
                .map(|upload| file::progress(upload, &t.bytes)),
        );
    }
    let go = if props.against.is_some() {
        let text = (t.calls.force)(chosen.name());
        element("button", "force")
            .is("data-testid", testid::FORCE_CALL)
            .words(text)
    } else {
        let text = (t.calls.make)(chosen.name());
        element("button", "primary")
            .is("data-testid", testid::DO_CALL)
            .words(text)
    };
    let mut go = go.is("type", "submit");
    if !complete {
        go = go.is("disabled", "");
    }
    form.child(element("div", "go").child(go)).done()
}

/// What was done to the form.
enum Heard {
    Nothing,
    /// The draft is another.
    Changed,
    File(Option<File>),
    Encoding(Encoding),
    /// The file that is on its way goes no further.
    Stop,
}

fn hear(event: &Event, draft: &mut Draft) -> Heard {
    let Some(target) = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
    else {
        return Heard::Nothing;
    };
    let id = target.get_attribute("data-testid").unwrap_or_default();
    let input = target.unchecked_ref::<HtmlInputElement>();
    // A text area and a choice have their value under the same name.
    let value = || input.value();
    match (event.type_().as_str(), id.as_str()) {
        ("click", testid::COMPOSER_MODE_TEXT) => draft.mode = Mode::Text,
        ("click", testid::COMPOSER_MODE_HEX) => draft.mode = Mode::Hex,
        ("click", testid::COMPOSER_MODE_FILE) => draft.mode = Mode::File,
        ("click", testid::FILE_CANCEL) => return Heard::Stop,
        ("input", testid::COMPOSER_TEXT) => draft.text = value(),
        ("input", testid::COMPOSER_HEX) => draft.hex = value(),
        ("change", testid::COMPOSER_ENDING) => draft.ending = value(),
        ("change", testid::COMPOSER_ENCODING) => {
            return Encoding::from_name(&value()).map_or(Heard::Nothing, Heard::Encoding);
        }
        ("change", testid::COMPOSER_FILE) => {
            return Heard::File(input.files().and_then(|files| files.get(0)));
        }
        ("input" | "change", _) => {
            let number = target.get_attribute("data-field");
            let field = number.and_then(|number| Field::from_number(number.parse().ok()?));
            let Some(field) = field else {
                return Heard::Nothing;
            };
            let value = match input.type_().as_str() {
                "checkbox" => input.checked().to_string(),
                _ => value(),
            };
            let arguments = std::mem::take(&mut draft.arguments);
            draft.arguments = arguments.with(field, value);
        }
        _ => return Heard::Nothing,
    }
    Heard::Changed
}

/// The call as code, as far as it is known.
fn preview(ready: &Ready, t: &Messages) -> String {
    let name = ready.chosen.name();
    let arguments = &ready.draft.arguments;
    match arguments.call(ready.chosen, ready.socket, &ready.defaults, &t.calls) {
        Ok(Some(call)) => format::call(&call),
        Ok(None) => {
            let mut inside = ready.size(t).map_or_else(|| "…".to_owned(), format::bytes);
            if ready.chosen == Chosen::Op(Op::SendTo)
                && let Ok(to) = arguments.peer(&ready.defaults, &t.calls)
            {
                inside = format!("{inside}, {}", format::endpoint(&to));
            }
            format!("{name}({inside})")
        }
        Err(Wrong { .. }) => format!("{name}(…)"),
    }
}

/// A call that is ready to be made.
#[derive(Clone)]
struct Ready {
    socket: SocketId,
    chosen: Chosen,
    draft: Draft,
    codec: Codec,
    file: Option<File>,
    /// The largest file that the call takes; none: any.
    most: Option<u64>,
    defaults: Defaults,
}

impl Ready {
    fn sends_file(&self) -> bool {
        self.draft.mode == Mode::File
    }

    fn bytes(&self, t: &Messages) -> Result<Vec<u8>, String> {
        self.draft.bytes(self.codec, &t.bytes)
    }

    /// That the file is more than the call takes.
    fn too_large(&self, t: &Messages) -> Option<String> {
        let (size, most) = (self.file_size().filter(|_| self.sends_file())?, self.most?);
        let say = match self.chosen {
            Chosen::Op(Op::SendTo) => t.bytes.datagram_too_large,
            _ => t.bytes.file_too_large,
        };
        (size > most).then(|| say(&format::bytes(size), &format::bytes(most)))
    }

    fn has_bytes(&self, t: &Messages) -> bool {
        if self.sends_file() {
            self.file.is_some() && self.too_large(t).is_none()
        } else {
            self.bytes(t).is_ok()
        }
    }

    fn file_size(&self) -> Option<u64> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number below 2^53"
        )]
        self.file.as_ref().map(|file| file.size() as u64)
    }

    fn size(&self, t: &Messages) -> Option<u64> {
        if self.sends_file() {
            self.file_size()
        } else {
            self.bytes(t).ok().map(|bytes| bytes.len() as u64)
        }
    }

    fn make(self, store: &Store, actions: &Actions, t: &'static Messages) {
        let arguments = &self.draft.arguments;
        if let Ok(Some(call)) = arguments.call(self.chosen, self.socket, &self.defaults, &t.calls) {
            actions.call(call);
            return;
        }
        match self.file.clone().filter(|_| self.sends_file()) {
            Some(file) if self.most.is_none() => {
                store.send_file(self.socket, file);
            }
            Some(file) => {
                let (store, actions) = (store.clone(), actions.clone());
                let (reader, socket) = (store.clone(), self.socket);
                reader.read_file(socket, file, move |bytes| {
                    self.give(bytes, &store, &actions, t);
                });
            }
            None => {
                if let Ok(bytes) = self.bytes(t) {
                    self.give(bytes.into(), store, actions, t);
                }
            }
        }
    }

    fn give(&self, bytes: Bytes, store: &Store, actions: &Actions, t: &Messages) {
        match self.chosen {
            Chosen::Op(Op::SendTo) => {
                if let Ok(to) = self.draft.arguments.peer(&self.defaults, &t.calls) {
                    actions.note(store.send_to(self.socket, &to, bytes));
                }
            }
            Chosen::Op(Op::Send) => {
                actions.note_sent(store.send(self.socket, Payload::Send, bytes));
            }
            _ => actions.note_sent(store.send(self.socket, Payload::SendAll, bytes)),
        }
    }
}

/// The most that a file may have which one call sends: what a datagram carries over IPv4 (RFC 768, RFC
/// 791: 65,535 less both headers), what fits in a message to the bridge. `sendall` is made slice by slice.
fn most(chosen: Chosen, store: &Store) -> Option<u64> {
    let model = store.model();
    let limits = model.welcome.as_ref().map(|welcome| &welcome.limits);
    match chosen {
        Chosen::Op(Op::SendTo) => Some(65_507),
        Chosen::Op(Op::Send) => Some(limits.map_or(0, |limits| {
            u64::from(limits.message_bytes).saturating_sub(HEADER_LEN as u64)
        })),
        _ => None,
    }
}
