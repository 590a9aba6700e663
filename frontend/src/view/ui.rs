//! What the page itself remembers, beside the session: what is selected and how it is shown.

use std::rc::Rc;

use sockscope_frontend::bytes::Encoding;
use sockscope_frontend::model::{Direction, Op};
use sockscope_frontend::sorted::Map;
use sockscope_frontend::store::{SendToError, Store, use_selector, use_store};
use sockscope_frontend::wire::NotSent;
use sockscope_protocol::{Call, CallId, SocketId};
use yew::prelude::*;

use super::preferences::{self, Theme};
use crate::i18n::{Lang, Messages};

/// The panel that is shown where only one fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Sockets,
    Stage,
    Inspector,
    Lesson,
}

impl Tab {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sockets => "sockets",
            Self::Stage => "stage",
            Self::Inspector => "inspector",
            Self::Lesson => "lesson",
        }
    }
}

/// A call whose arguments can be filled in: of a socket, or `getaddrinfo`, which needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chosen {
    Op(Op),
    GetAddrInfo,
}

impl Chosen {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Op(op) => op.name(),
            Self::GetAddrInfo => "getaddrinfo",
        }
    }
}

/// What a person chose, and whether it made sense then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) chosen: Chosen,
    pub(crate) made_sense: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ui {
    pub(crate) lang: Lang,
    pub(crate) theme: Theme,
    /// Large and in high contrast.
    pub(crate) projector: bool,
    /// Whether single keys are shortcuts.
    pub(crate) keys: bool,
    pub(crate) tab: Tab,
    pub(crate) selected: Option<SocketId>,
    /// The selected call, whose result the inspector shows; none: the socket's last one.
    pub(crate) call: Option<CallId>,
    /// The call under the pointer or in focus: every view lights what belongs to it.
    pub(crate) lit: Option<CallId>,
    /// Why the last thing that a person asked for was not even sent to the bridge.
    pub(crate) not_sent: Option<SendToError>,
    /// How text is written in what sockets send, and in what they receive.
    pub(crate) encodings: [Encoding; 2],
    /// The call that a person chose in the inspector, for each socket.
    pub(crate) chosen: Map<SocketId, Choice>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    Lang(Lang),
    Theme(Theme),
    Projector(bool),
    Keys(bool),
    Tab(Tab),
    /// Selects a socket.
    Select(SocketId),
    /// Selects a call and its socket, and shows it in the inspector.
    SelectCall(CallId, Option<SocketId>),
    /// Lights a call, or none.
    Light(Option<CallId>),
    /// Shows the last call's result again.
    ShowLast,
    Choose(SocketId, Choice),
    Encoding(Direction, Encoding),
    NotSent(Option<SendToError>),
}

impl Ui {
    pub(crate) fn load() -> Self {
        Self {
            lang: preferences::lang(),
            theme: preferences::theme(),
            projector: preferences::projector(),
            keys: preferences::keys(),
            tab: Tab::Stage,
            selected: None,
            call: None,
            lit: None,
            not_sent: None,
            encodings: preferences::encodings(),
            chosen: Map::new(),
        }
    }
}

impl Ui {
    /// The call that all views point out: the one under the pointer or in focus, else the selected one.
    pub(crate) fn pointed_out(&self) -> Option<CallId> {
        self.lit.or(self.call)
    }
}

impl Reducible for Ui {
    type Action = Act;

    fn reduce(self: Rc<Self>, action: Act) -> Rc<Self> {
        let mut next = Rc::unwrap_or_clone(self);
        match action {
            Act::Lang(lang) => {
                preferences::keep_lang(lang);
                next.lang = lang;
            }
            Act::Theme(theme) => {
                preferences::keep_theme(theme);
                next.theme = theme;
            }
            Act::Projector(on) => {
                preferences::keep_projector(on);
                next.projector = on;
            }
            Act::Keys(on) => {
                preferences::keep_keys(on);
                next.keys = on;
            }
            Act::Tab(tab) => next.tab = tab,
            Act::Select(socket) => {
                if next.selected != Some(socket) {
                    next.call = None;
                }
                next.selected = Some(socket);
            }
            Act::SelectCall(call, socket) => {
                next.call = Some(call);
                next.selected = socket.or(next.selected);
                next.tab = Tab::Inspector;
            }
            Act::Light(call) => next.lit = call,
            Act::ShowLast => next.call = None,
            Act::Choose(socket, choice) => {
                next.chosen.insert(socket, choice);
            }
            Act::Encoding(direction, encoding) => {
                next.encodings[direction as usize] = encoding;
                preferences::keep_encodings(next.encodings);
            }
            Act::NotSent(why) => next.not_sent = why,
        }
        next.into()
    }
}

pub(crate) type UiHandle = UseReducerHandle<Ui>;

/// Does something with a click.
pub(crate) fn does(ui: &UiHandle, act: Act) -> Callback<MouseEvent> {
    let ui = ui.dispatcher();
    Callback::from(move |_| ui.dispatch(act))
}

/// The page's own state.
#[hook]
pub(crate) fn use_ui() -> UiHandle {
    use_context().expect("the page provides its state")
}

/// The texts of the language in use.
#[hook]
pub(crate) fn use_texts() -> &'static Messages {
    use_ui().lang.messages()
}

/// Draws the component again whenever the session has changed, once per animation frame. What it
/// shows, it reads from [`Store::model`].
#[hook]
pub(crate) fn use_model() {
    use_selector(|state| {
        let session = state.model.welcome.as_ref().map(|welcome| welcome.epoch_us);
        let (last, over) = (state.model.last, state.model.abandoned);
        (session, last, over, state.replay.is_some())
    });
}

/// What a person does, with a place for what the page itself must refuse.
#[derive(Clone, PartialEq)]
pub(crate) struct Actions {
    store: Store,
    ui: UseReducerDispatcher<Ui>,
}

#[hook]
pub(crate) fn use_actions() -> Actions {
    Actions {
        store: use_store(),
        ui: use_ui().dispatcher(),
    }
}

impl Actions {
    /// Makes a call without bytes.
    pub(crate) fn call(&self, call: Call) {
        self.note(self.store.call(call).map_err(SendToError::NotSent));
    }

    /// Takes up the outcome of an action of the store.
    pub(crate) fn note<T>(&self, outcome: Result<T, SendToError>) {
        self.ui.dispatch(Act::NotSent(outcome.err()));
        self.ui.dispatch(Act::ShowLast);
    }

    pub(crate) fn note_sent<T>(&self, outcome: Result<T, NotSent>) {
        self.note(outcome.map_err(SendToError::NotSent));
    }
}
