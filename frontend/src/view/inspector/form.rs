//! The form of the chosen call: its arguments, its bytes, the button that makes it.

use sockscope_frontend::model::{Op, Reason};
use sockscope_frontend::store::{Store, use_selector, use_store};
use sockscope_protocol::{Payload, SocketId};
use web_sys::File;
use yew::prelude::*;

use super::arguments::{Field, Wrong};
use super::calls::what;
use super::composer::Composer;
use super::defaults::Defaults;
use super::draft::{Draft, Mode};
use super::fields::Fields;
use super::file;
use crate::i18n::Messages;
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
    let draft = {
        let store = store.clone();
        use_state(move || Draft::load(&store, socket))
    };
    let chosen_file = use_state(|| None::<File>);
    let upload = use_selector(move |state| state.uploads.get(socket).cloned());
    let change = {
        let (draft, store) = (draft.clone(), store.clone());
        Callback::from(move |changed: Draft| {
            changed.keep(&store, socket);
            draft.set(changed);
        })
    };
    let defaults = {
        let model = store.model();
        let Some(known) = model.socket(socket) else {
            return Html::default();
        };
        Defaults::of(&model, known)
    };
    let made = draft.arguments.call(chosen, socket, &defaults, &t.calls);
    let wrong = made.as_ref().err();
    let files = chosen == Chosen::Op(Op::SendAll);
    let fields = Fields {
        arguments: &draft.arguments,
        defaults: &defaults,
        wrong,
        reading: chosen == Chosen::Op(Op::GetSockOpt),
        change: {
            let (change, draft) = (change.clone(), draft.clone());
            Callback::from(move |(field, typed): (Field, String)| {
                let mut changed = (*draft).clone();
                changed.arguments = changed.arguments.with(field, typed);
                change.emit(changed);
            })
        },
        t: &t.calls,
    };
    let ready = Ready {
        socket,
        chosen,
        draft: (*draft).clone(),
        file: (*chosen_file).clone().filter(|_| files),
        defaults: defaults.clone(),
    };
    let sends = matches!(chosen, Chosen::Op(Op::Send | Op::SendAll | Op::SendTo));
    let composer = Composer {
        draft: &draft,
        files,
        change,
        file: Callback::from(move |file| chosen_file.set(file)),
        t: &t.bytes,
    };
    let complete = wrong.is_none() && (!sends || ready.has_bytes(t));
    let code = preview(&ready, t);
    let onsubmit = {
        let store = store.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if complete {
                ready.make(&store, &actions, t);
                if chosen == Chosen::GetAddrInfo
                    && let Some(request) = store.state().outbox.requests().last()
                {
                    ui.dispatch(Act::SelectCall(request.id, Some(socket)));
                }
            }
        })
    };
    let all = draft.arguments.fields(chosen, &defaults);
    html! {
        <form class="call-form" data-testid={testid::CALL_FORM} data-op={chosen.name()} {onsubmit}>
            <code class="call-code">{ code }</code>
            <p class="what">{ what(chosen, t) }</p>
            if let Some(reason) = props.against {
                <p class="why-not" data-testid={testid::CALL_WHY_NOT}>{ t.reasons.text(reason) }</p>
            }
            if !all.is_empty() {
                <div class="fields">{ for all.into_iter().map(|field| fields.field(field)) }</div>
            }
            if sends { { composer.view() } }
            if let Some(upload) = upload.as_ref().as_ref().filter(|_| files) {
                { file::progress(upload, socket, &store, &t.bytes) }
            }
            <div class="go">
                { go(chosen, props.against.is_some(), complete, t) }
            </div>
        </form>
    }
}

fn go(chosen: Chosen, against: bool, complete: bool, t: &Messages) -> Html {
    let (class, id, text) = if against {
        ("force", testid::FORCE_CALL, (t.calls.force)(chosen.name()))
    } else {
        ("primary", testid::DO_CALL, (t.calls.make)(chosen.name()))
    };
    html! {
        <button type="submit" {class} data-testid={id} disabled={!complete}>{ text }</button>
    }
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
struct Ready {
    socket: SocketId,
    chosen: Chosen,
    draft: Draft,
    file: Option<File>,
    defaults: Defaults,
}

impl Ready {
    fn sends_file(&self) -> bool {
        self.draft.mode == Mode::File && self.chosen == Chosen::Op(Op::SendAll)
    }

    /// The bytes that were composed. A file chosen for `sendall` means text to the other calls.
    fn bytes(&self, t: &Messages) -> Result<Vec<u8>, String> {
        match self.draft.mode {
            Mode::File => Draft {
                mode: Mode::Text,
                ..self.draft.clone()
            }
            .bytes(&t.bytes),
            _ => self.draft.bytes(&t.bytes),
        }
    }

    fn has_bytes(&self, t: &Messages) -> bool {
        if self.sends_file() {
            self.file.is_some()
        } else {
            self.bytes(t).is_ok()
        }
    }

    fn size(&self, t: &Messages) -> Option<u64> {
        if self.sends_file() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number below 2^53"
            )]
            self.file.as_ref().map(|file| file.size() as u64)
        } else {
            self.bytes(t).ok().map(|bytes| bytes.len() as u64)
        }
    }

    fn make(&self, store: &Store, actions: &Actions, t: &Messages) {
        let arguments = &self.draft.arguments;
        if let Ok(Some(call)) = arguments.call(self.chosen, self.socket, &self.defaults, &t.calls) {
            actions.call(call);
            return;
        }
        if let Some(file) = self.file.clone().filter(|_| self.sends_file()) {
            store.send_file(self.socket, file);
            return;
        }
        let Ok(bytes) = self.bytes(t) else { return };
        match self.chosen {
            Chosen::Op(Op::SendTo) => {
                if let Ok(to) = arguments.peer(&self.defaults, &t.calls) {
                    actions.note(store.send_to(self.socket, &to, bytes.into()));
                }
            }
            Chosen::Op(Op::Send) => {
                actions.note_sent(store.send(self.socket, Payload::Send, bytes.into()));
            }
            _ => actions.note_sent(store.send(self.socket, Payload::SendAll, bytes.into())),
        }
    }
}
