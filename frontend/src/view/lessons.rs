//! Guided lessons: which there are, and the steps of the one that is taken.

use sockscope_frontend::lesson::{
    self, ALL, Intent, Lesson, Problem, Progress, Skip, State as Stands, Step, StepState,
};
use sockscope_frontend::store::{State, Store, use_selector, use_store};
use sockscope_protocol::{Outcome, SocketId};
use yew::prelude::*;

use super::ui::{Act, Actions, Tab, UiHandle, use_actions, use_texts, use_ui};
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
    html! {
        <section class="section lessons" aria-labelledby="lessons-title">
            <h2 id="lessons-title">{ t.guide.title }</h2>
            { match &*taken {
                Some((lesson, progress)) => panel.taken(lesson, progress),
                None => panel.choice(),
            } }
        </section>
    }
}

impl Panel {
    /// The lessons that can be begun.
    fn choice(&self) -> Html {
        html! {
            <>
                <p class="hint">{ self.t.guide.intro }</p>
                <ul class="lesson-list">
                    { for ALL.into_iter().map(|lesson| {
                        let words = lessons::title(self.ui.lang, lesson);
                        html! {
                            <li key={lesson.name}>
                                <button data-testid={testid::lesson(lesson.name)} onclick={self.begins(lesson)}>
                                    <strong>{ words.what }</strong>
                                    <span>{ words.why }</span>
                                </button>
                            </li>
                        }
                    }) }
                </ul>
            </>
        }
    }

    fn begins(&self, lesson: &'static Lesson) -> Callback<MouseEvent> {
        let (store, ui) = (self.store.clone(), self.ui.clone());
        Callback::from(move |_| begin(&store, &ui, lesson))
    }

    /// The lesson that is taken: its steps, what the current one does, and the button that does it.
    fn taken(&self, lesson: &'static Lesson, progress: &Progress) -> Html {
        let t = self.t;
        let all = lesson.steps.len();
        let step = progress.current.map_or(all, |at| at + 1);
        let state = match progress.state {
            Stands::Ready | Stands::Waiting => "running",
            Stands::OffRails => "off_rails",
            Stands::Done => "done",
        };
        let store = self.store.clone();
        let leave = Callback::from(move |_| store.stop_lesson());
        html! {
            <div data-testid={testid::LESSON} data-lesson={lesson.name} data-step={step.to_string()}
                data-state={state}>
                <div class="section-head">
                    <h3>{ lessons::title(self.ui.lang, lesson).what }</h3>
                    <span class="hint">{ (t.guide.step_of)(step, all) }</span>
                </div>
                if progress.state == Stands::Done {
                    { summary(lesson, t) }
                }
                <ol class="lesson-steps">
                    { for lesson.steps.iter().zip(&progress.steps).enumerate().map(|(at, (step, state))| {
                        let current = *state == StepState::Current;
                        let id = testid::step(at + 1);
                        html! {
                            <li key={id.clone()} class="lesson-step" data-testid={id}
                                data-state={step_state(*state)} aria-current={current.then_some("step")}>
                                { step_line(step, *state, self.ui.lang, t) }
                                if current { { self.current(step, progress) } }
                            </li>
                        }
                    }) }
                </ol>
                <div class="lesson-actions">
                    <button class="small" data-testid={testid::LESSON_RESTART} onclick={self.begins(lesson)}>
                        { t.guide.restart }
                    </button>
                    <button class="small" data-testid={testid::LESSON_STOP} onclick={leave}>
                        { if progress.state == Stands::Done { t.guide.all } else { t.guide.stop } }
                    </button>
                </div>
            </div>
        }
    }

    /// What the current step does and why, what is in its way, and its button.
    fn current(&self, step: &Step, progress: &Progress) -> Html {
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
            let ui = self.ui.clone();
            Callback::from(move |_| ui.dispatch(Act::Select(socket)))
        });
        html! {
            <div class="lesson-text-box">
                <div class="lesson-text" data-testid={testid::LESSON_TEXT} aria-live="polite">
                    <p><strong>{ words.what }</strong></p>
                    <p>{ words.why }</p>
                    { in_the_way(&self.store.state(), progress, self.ui.lang, t) }
                </div>
                <div class="lesson-actions">
                    <button class="primary" data-testid={testid::LESSON_NEXT} disabled={code.is_none()} onclick={next}>
                        { code.map_or_else(|| t.guide.waiting.to_owned(), |code| (t.guide.doing)(&code)) }
                    </button>
                    { self.ways_on(step, progress) }
                    if let Some(onclick) = back {
                        <button class="small" data-testid={testid::LESSON_BACK} {onclick}>{ t.guide.back }</button>
                    }
                </div>
            </div>
        }
    }

    /// What else can be done at this step.
    fn ways_on(&self, step: &Step, progress: &Progress) -> Html {
        let other_port = matches!(progress.problem, Some(Problem::PortTaken { .. }));
        let on_other_port = {
            let store = self.store.clone();
            Callback::from(move |_| {
                store.lesson_other_port(0);
                // A step that was not sent can be made with the button that is still there.
                let _ = store.lesson_step();
            })
        };
        let store = self.store.clone();
        let own_server = Callback::from(move |_| store.lesson_own_server());
        html! {
            <>
                if let Some(Problem::PortTaken { call, .. }) = progress.problem {
                    if let Some(record) = self.store.model().call(call) {
                        { holder::ways_on(&self.store.model(), record, &self.ui, &self.actions, self.t) }
                    }
                }
                if other_port {
                    <button class="small" data-testid={testid::LESSON_OTHER_PORT} onclick={on_other_port}>
                        { self.t.guide.other_port }
                    </button>
                }
                if step.skip == Skip::OtherServer {
                    <button class="small" data-testid={testid::LESSON_OWN_SERVER} onclick={own_server}>
                        { self.t.guide.own_server }
                    </button>
                }
            </>
        }
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
fn step_line(step: &Step, state: StepState, lang: Lang, t: &Messages) -> Html {
    let mark = match state {
        StepState::Done(_) => Some(("✓", t.guide.done)),
        StepState::Skipped => Some(("–", t.guide.skipped)),
        StepState::Current | StepState::Ahead => None,
    };
    html! {
        <>
            <span>{ lessons::role(lang, step.role) }{ ": " }<code>{ call(step.act) }</code></span>
            if let Some((mark, name)) = mark {
                <span class="lesson-tick" title={name} role="img" aria-label={name}>{ mark }</span>
            }
        </>
    }
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
fn in_the_way(state: &State, progress: &Progress, lang: Lang, t: &Messages) -> Html {
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
    match text {
        Some(text) => html! { <p class="lesson-note">{ text }</p> },
        None => Html::default(),
    }
}

fn word(outcome: &Outcome, t: &Messages) -> String {
    format::outcome(outcome, &t.stage)
}

fn summary(lesson: &Lesson, t: &Messages) -> Html {
    let text = if lesson.name.starts_with("udp") {
        t.guide.summary_udp
    } else {
        t.guide.summary_tcp
    };
    html! {
        <div class="lesson-summary" data-testid={testid::LESSON_SUMMARY} role="status">
            <strong>{ t.guide.finished }{ " " }{ t.guide.summary }</strong>
            <p>{ text }</p>
            <p>{ t.guide.next_idea }</p>
        </div>
    }
}
