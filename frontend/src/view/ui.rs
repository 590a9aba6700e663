//! What the page itself remembers, beside the session: what is selected and how it is shown.

use std::collections::BTreeMap;
use std::rc::Rc;

use sockscope_frontend::model::Op;
use sockscope_protocol::{CallId, SocketId};
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

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ui {
    pub(crate) lang: Lang,
    pub(crate) theme: Theme,
    pub(crate) tab: Tab,
    pub(crate) selected: Option<SocketId>,
    /// The call whose result the inspector shows; none: the socket's last one.
    pub(crate) call: Option<CallId>,
    /// The call that a person chose in the inspector, for each socket.
    pub(crate) chosen: BTreeMap<SocketId, Chosen>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    Lang(Lang),
    Theme(Theme),
    Tab(Tab),
    /// Selects a socket.
    Select(SocketId),
    /// Selects a call and its socket.
    SelectCall(CallId, Option<SocketId>),
    /// Shows the last call's result again.
    ShowLast,
    Choose(SocketId, Chosen),
}

impl Ui {
    pub(crate) fn load() -> Self {
        Self {
            lang: preferences::lang(),
            theme: preferences::theme(),
            tab: Tab::Stage,
            selected: None,
            call: None,
            chosen: BTreeMap::new(),
        }
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
            }
            Act::ShowLast => next.call = None,
            Act::Choose(socket, chosen) => {
                next.chosen.insert(socket, chosen);
            }
        }
        next.into()
    }
}

pub(crate) type UiHandle = UseReducerHandle<Ui>;

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
