//! Guided lessons: which there are, and the steps of the one that is taken.

use sockscope_frontend::lesson::{
    self, ALL, Intent, Lesson, Problem, Progress, Skip, State as Stands, Step, StepState,
};
use sockscope_frontend::store::{State, Store, use_selector, use_store};
use sockscope_protocol::{Outcome, SocketId};
use yew::prelude::*;

use super::element::{Element, button, element};
use super::ui::{Act, Actions, Tab, UiHandle, does, use_actions, use_texts, use_ui};
use super::{format, holder, testid};
use crate::i18n::{Lang, Messages, lessons};

/// Begins a lesson.
pub(crate) fn begin(store: &Store, ui: &UiHandle, lesson: &'static Lesson) {
    store.start_lesson(lesson);
    ui.dispatch(Act::Tab(Tab::Lesson));
}

/// What the parts of the panel have in common.
struct Panel {
    ui: UiHandle,
    store: Store,
    actions: Actions,
    t: &'static Messages,
}

#[component]
pub(crate) fn Lessons() -> Html {
    let t = use_texts();
    let taken = use_selector(State::lesson);
    let panel = Panel {
        ui: use_ui(),
        store: use_store(),
        actions: use_actions(),
        t,
    };
    let section = element("section", "section lessons")
        .is("aria-labelledby", "lessons-title")
        .child(
            element("h2", "")
                .is("id", "lessons-title")
                .text(t.guide.title),
        );
    match &*taken {
        Some((lesson, progress)) => section.child(panel.taken(lesson, progress)),
        None => panel.choice(section),
    }
    .done()
}

impl Panel {
    /// The lessons that can be begun.
    fn choice(&self, section: Element) -> Element {
        let mut list = element("ul", "lesson-list");
        for lesson in ALL {
            let words = lessons::title(self.ui.lang, lesson);
            let button = element("button", "")
                .with("data-testid", testid::lesson(lesson.name))
                .child(element("strong", "").text(words.what))
                .child(element("span", "").text(words.why))
                .on_click(self.begins(lesson));
            list = list.child(element("li", "").key(lesson.name.to_owned()).child(button));
        }
        section
            .child(element("p", "hint").text(self.t.guide.intro))
            .child(list)
    }

    fn begins(&self, lesson: &'static Lesson) -> Callback<MouseEvent> {
        let (store, ui) = (self.store.clone(), self.ui.clone());
        Callback::from(move |_| begin(&store, &ui, lesson))
    }

    /// The lesson that is taken: its steps, what the current one does, and the button that does it.
    fn taken(&self, lesson: &'static Lesson, progress: &Progress) -> Element {
        let t = self.t;
        let all = lesson.steps.len();
        let step = progress.current.map_or(all, |at| at + 1);
        let done = progress.state == Stands::Done;
        let state = match progress.state {
            Stands::Ready | Stands::Waiting => "running",
            Stands::OffRails => "off_rails",
            Stands::Done => "done",
        };
        let store = self.store.clone();
        let leave = Callback::from(move |_| store.stop_lesson());
        let title = lessons::title(self.ui.lang, lesson).what;
        let head = element("div", "section-head")
            .child(element("h3", "").text(title))
            .child(element("span", "hint").words((t.guide.step_of)(step, all)));
        let mut steps = element("ol", "lesson-steps");
        for (at, (step, state)) in lesson.steps.iter().zip(&progress.steps).enumerate() {
            let current = *state == StepState::Current;
            let id = testid::step(at + 1);
            let mut line = step_line(step, *state, self.ui.lang, t)
                .key(id.clone())
                .with("data-testid", id)
                .is("data-state", step_state(*state));
            if current {
                line = line.is("aria-current", "step");
            }
            steps = steps.child(line.maybe(current.then(|| self.current(step, progress))));
        }
        let leave = button(
            testid::LESSON_STOP,
            if done { t.guide.all } else { t.guide.stop },
        )
        .on_click(leave);
        let again = button(testid::LESSON_RESTART, t.guide.restart).on_click(self.begins(lesson));
        element("div", "")
            .is("data-testid", testid::LESSON)
            .is("data-lesson", lesson.name)
            .with("data-step", step.to_string())
            .is("data-state", state)
            .child(head)
            .maybe(done.then(|| summary(lesson, t)))
            .child(steps)
            .child(element("div", "lesson-actions").child(again).child(leave))
    }

    /// What the current step does and why, what is in its way, and its button.
    fn current(&self, step: &Step, progress: &Progress) -> Element {
        let t = self.t;
        let words = lessons::words(self.ui.lang, step.say);
        let next = {
            let (store, ui, actions) = (self.store.clone(), self.ui.clone(), self.actions.clone());
            let socket = progress.next.as_ref().and_then(about);
            Callback::from(move |_| {
                if let Some(socket) = socket {
                    ui.dispatch(Act::Select(socket));
                }
                actions.note_sent(store.lesson_step());
            })
        };
        let code = progress.next.as_ref().map(intent_code);
        let back = progress
            .roles
            .get(&step.role)
            .copied()
            .filter(|socket| self.ui.selected != Some(*socket));
        let back = back.map(|socket| {
            button(testid::LESSON_BACK, t.guide.back).on_click(does(&self.ui, Act::Select(socket)))
        });
        let what = element("p", "").child(element("strong", "").text(words.what));
        let text = element("div", "lesson-text")
            .is("data-testid", testid::LESSON_TEXT)
            .is("aria-live", "polite")
            .child(what)
            .child(element("p", "").text(words.why))
            .maybe(in_the_way(&self.store.state(), progress, self.ui.lang, t));
        let go = element("button", "primary")
            .is("data-testid", testid::LESSON_NEXT)
            .mark("disabled", code.is_none())
            .words(code.map_or_else(|| t.guide.waiting.to_owned(), |code| (t.guide.doing)(&code)))
            .on_click(next);
        let actions = self.ways_on(element("div", "lesson-actions").child(go), step, progress);
        element("div", "lesson-text-box")
            .child(text)
            .child(actions.maybe(back))
    }

    /// What else can be done at this step.
    fn ways_on(&self, actions: Element, step: &Step, progress: &Progress) -> Element {
        let t = &self.t.guide;
        let model = self.store.model();
        let taken = match progress.problem {
            Some(Problem::PortTaken { call, .. }) => Some(call),
            _ => None,
        };
        let record = taken.and_then(|call| model.call(call));
        let holder = record
            .and_then(|record| holder::ways_on(&model, record, &self.ui, &self.actions, self.t));
        let other = taken.map(|_| {
            let store = self.store.clone();
            let other_port = Callback::from(move |_| {
                store.lesson_other_port(0);
                // A step that was not sent can be made with the button that is still there.
                let _ = store.lesson_step();
            });
            button(testid::LESSON_OTHER_PORT, t.other_port).on_click(other_port)
        });
        let own = (step.skip == Skip::OtherServer).then(|| {
            let store = self.store.clone();
            let own_server = Callback::from(move |_| store.lesson_own_server());
            button(testid::LESSON_OWN_SERVER, t.own_server).on_click(own_server)
        });
        actions.maybe(holder).maybe(other).maybe(own)
    }
}

fn step_state(state: StepState) -> &'static str {
    match state {
        StepState::Done(_) | StepState::Skipped => "done",
        StepState::Current => "current",
        StepState::Ahead => "ahead",
    }
}

/// One line for a step: whose socket, which call.
fn step_line(step: &Step, state: StepState, lang: Lang, t: &Messages) -> Element {
    let tick = match state {
        StepState::Done(_) => Some(("✓", t.guide.done)),
        StepState::Skipped => Some(("–", t.guide.skipped)),
        StepState::Current | StepState::Ahead => None,
    };
    let tick = tick.map(|(mark, name)| {
        element("span", "lesson-tick")
            .is("title", name)
            .is("role", "img")
            .is("aria-label", name)
            .text(mark)
    });
    let what = element("span", "")
        .text(lessons::role(lang, step.role))
        .text(": ")
        .child(element("code", "").text(call(step.act)));
    element("li", "lesson-step").child(what).maybe(tick)
}

/// The call of an act, as code.
fn call(act: lesson::Act) -> &'static str {
    match act {
        lesson::Act::TcpSocket => "socket(SOCK_STREAM)",
        lesson::Act::UdpSocket => "socket(SOCK_DGRAM)",
        lesson::Act::Bind => "bind",
        lesson::Act::Listen => "listen",
        lesson::Act::Accept => "accept",
        lesson::Act::Connect => "connect",
        lesson::Act::Greet | lesson::Act::Echo => "sendall",
        lesson::Act::GreetTo | lesson::Act::EchoTo => "sendto",
        lesson::Act::Recv | lesson::Act::RecvEnd => "recv",
        lesson::Act::RecvFrom => "recvfrom",
        lesson::Act::Close => "close",
    }
}

/// The socket that a proposed call is about.
pub(crate) fn about(intent: &Intent) -> Option<SocketId> {
    match intent {
        Intent::Call(call) => call.socket(),
        Intent::Send { socket, .. } => Some(*socket),
    }
}

pub(crate) fn intent_code(intent: &Intent) -> String {
    match intent {
        Intent::Call(call) => format::call(call),
        Intent::Send {
            socket,
            payload,
            bytes,
        } => {
            let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            format::call(&payload.call(*socket, length))
        }
    }
}

/// What keeps the step from being done.
fn in_the_way(state: &State, progress: &Progress, lang: Lang, t: &Messages) -> Option<Element> {
    let (guide, model) = (&t.guide, &state.model);
    let port = state.lesson_port().unwrap_or_default();
    let text = match progress.problem {
        Some(Problem::PortTaken { call, .. }) => {
            let holder = model
                .call(call)
                .and_then(|call| holder::text(model, call, t));
            let (who, way) = holder.unwrap_or_default();
            Some((guide.port_taken)(port, &who, way.unwrap_or_default()))
        }
        Some(Problem::Failed { call }) => {
            let outcome = model.call(call).and_then(|call| call.outcome());
            Some((guide.failed)(
                &outcome.map(|it| word(it, t)).unwrap_or_default(),
            ))
        }
        Some(Problem::SocketClosed { role }) => {
            Some((guide.socket_closed)(lessons::role(lang, role)))
        }
        Some(Problem::NobodyCalled) => Some(guide.nobody.to_owned()),
        None if progress.state == Stands::Waiting => Some(guide.waiting_text.to_owned()),
        None => None,
    };
    text.map(|text| element("p", "lesson-note").words(text))
}

fn word(outcome: &Outcome, t: &Messages) -> String {
    format::outcome(outcome, &t.stage)
}

fn summary(lesson: &Lesson, t: &Messages) -> Element {
    let text = if lesson.name.starts_with("udp") {
        t.guide.summary_udp
    } else {
        t.guide.summary_tcp
    };
    let title = element("strong", "").text(t.guide.finished).text(" ");
    element("div", "lesson-summary")
        .is("data-testid", testid::LESSON_SUMMARY)
        .is("role", "status")
        .child(title.text(t.guide.summary))
        .child(element("p", "").text(text))
        .child(element("p", "").text(t.guide.next_idea))
}
