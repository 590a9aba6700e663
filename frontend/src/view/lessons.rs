//! Guided lessons: which there are, and the steps of the one that is taken.

use sockscope_frontend::lesson::{
    self, ALL, Intent, Lesson, Problem, Progress, State as Stands, StepState,
};
use sockscope_frontend::store::{State, Store, use_selector, use_store};
use sockscope_protocol::{Outcome, SocketId};
use yew::prelude::*;

use super::ui::{Act, Tab, UiHandle, use_actions, use_texts, use_ui};
use super::{format, names, testid};
use crate::i18n::{Lang, Messages, lessons};

/// Begins a lesson.
pub(crate) fn begin(store: &Store, ui: &UiHandle, lesson: &'static Lesson) {
    store.start_lesson(lesson);
    ui.dispatch(Act::Tab(Tab::Lesson));
}

#[component]
pub(crate) fn Lessons() -> Html {
    let t = use_texts();
    let taken = use_selector(State::lesson);
    html! {
        <section class="section lessons" aria-labelledby="lessons-title">
            <h2 id="lessons-title">{ t.guide.title }</h2>
            if let Some((lesson, progress)) = (*taken).clone() {
                <Taken {lesson} {progress} />
            } else {
                <Choice />
            }
        </section>
    }
}

/// The lessons that can be begun.
#[component]
fn Choice() -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    html! {
        <>
            <p class="hint">{ t.guide.intro }</p>
            <ul class="lesson-list">
                { for ALL.into_iter().map(|lesson| {
                    let words = lessons::title(ui.lang, lesson);
                    let (store, ui) = (store.clone(), ui.clone());
                    let onclick = Callback::from(move |_| begin(&store, &ui, lesson));
                    html! {
                        <li key={lesson.name}>
                            <button data-testid={testid::lesson(lesson.name)} {onclick}>
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

#[derive(Properties, PartialEq)]
struct TakenProps {
    lesson: &'static Lesson,
    progress: Progress,
}

/// The lesson that is taken: its steps, what the current one does, and the button that does it.
#[component]
fn Taken(props: &TakenProps) -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    let TakenProps { lesson, progress } = props;
    let lesson: &'static Lesson = lesson;
    let all = lesson.steps.len();
    let step = progress.current.map_or(all, |at| at + 1);
    let state = match progress.state {
        Stands::Ready | Stands::Waiting => "running",
        Stands::OffRails => "off_rails",
        Stands::Done => "done",
    };
    let leave = {
        let store = store.clone();
        Callback::from(move |_| store.stop_lesson())
    };
    let restart = {
        let (store, ui) = (store.clone(), ui.clone());
        Callback::from(move |_| begin(&store, &ui, lesson))
    };
    html! {
        <div data-testid={testid::LESSON} data-lesson={lesson.name} data-step={step.to_string()}
            data-state={state}>
            <div class="section-head">
                <h3>{ lessons::title(ui.lang, lesson).what }</h3>
                <span class="hint">{ (t.guide.step_of)(step, all) }</span>
            </div>
            if progress.state == Stands::Done {
                { summary(lesson, t) }
            }
            <ol class="lesson-steps">
                { for progress.steps.iter().enumerate().map(|(at, state)| {
                    let current = *state == StepState::Current;
                    html! {
                        <li key={at} class="lesson-step" data-testid={testid::step(at + 1)}
                            data-state={step_state(*state)} aria-current={current.then_some("step")}>
                            { step_line(lesson, at, *state, ui.lang, t) }
                            if current { <Current {lesson} progress={progress.clone()} {at} /> }
                        </li>
                    }
                }) }
            </ol>
            <div class="lesson-actions">
                <button class="small" data-testid={testid::LESSON_RESTART} onclick={restart}>{ t.guide.restart }</button>
                <button class="small" data-testid={testid::LESSON_STOP} onclick={leave}>
                    { if progress.state == Stands::Done { t.guide.all } else { t.guide.stop } }
                </button>
            </div>
        </div>
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
fn step_line(lesson: &Lesson, at: usize, state: StepState, lang: Lang, t: &Messages) -> Html {
    let Some(step) = lesson.steps.get(at) else {
        return Html::default();
    };
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

#[derive(Properties, PartialEq)]
struct CurrentProps {
    lesson: &'static Lesson,
    progress: Progress,
    at: usize,
}

/// What the current step does and why, what is in its way, and its button.
#[component]
fn Current(props: &CurrentProps) -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    let actions = use_actions();
    let CurrentProps {
        lesson,
        progress,
        at,
    } = props;
    let Some(step) = lesson.steps.get(*at) else {
        return Html::default();
    };
    let words = lessons::words(ui.lang, step.say);
    let next = {
        let (store, ui, actions) = (store.clone(), ui.clone(), actions.clone());
        let socket = progress.next.as_ref().and_then(about);
        Callback::from(move |_| {
            if let Some(socket) = socket {
                ui.dispatch(Act::Select(socket));
            }
            actions.note_sent(store.lesson_step());
        })
    };
    let code = progress.next.as_ref().map(intent_code);
    let back = progress.roles.get(&step.role).copied().map(|socket| {
        let shown = ui.selected == Some(socket);
        let ui = ui.clone();
        (
            shown,
            Callback::from(move |_| ui.dispatch(Act::Select(socket))),
        )
    });
    html! {
        <div class="lesson-text-box">
            <div class="lesson-text" data-testid={testid::LESSON_TEXT} aria-live="polite">
                <p><strong>{ words.what }</strong></p>
                <p>{ words.why }</p>
                { in_the_way(&store.state(), progress, ui.lang, t) }
            </div>
            <div class="lesson-actions">
                <button class="primary" data-testid={testid::LESSON_NEXT} disabled={code.is_none()} onclick={next}>
                    if let Some(code) = code {
                        { (t.guide.doing)(&code) }
                    } else {
                        { t.guide.waiting }
                    }
                </button>
                { ways_on(lesson, progress, &store, t) }
                if let Some((false, onclick)) = back {
                    <button class="small" data-testid={testid::LESSON_BACK} {onclick}>{ t.guide.back }</button>
                }
            </div>
        </div>
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
        Some(Problem::PortTaken { holder, .. }) => Some(match holder {
            Some(id) => (guide.port_held)(port, &names::by_id(model, id, &t.stage)),
            None => (guide.port_taken)(port),
        }),
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

/// What else can be done at this step.
fn ways_on(lesson: &Lesson, progress: &Progress, store: &Store, t: &Messages) -> Html {
    let other_port = matches!(progress.problem, Some(Problem::PortTaken { .. }));
    let step = progress.current.and_then(|at| lesson.steps.get(at));
    let may_have_server = step.is_some_and(|step| step.skip == lesson::Skip::OtherServer);
    let on_other_port = {
        let store = store.clone();
        Callback::from(move |_| {
            store.lesson_other_port(0);
            // A step that was not sent can be made with the button that is still there.
            let _ = store.lesson_step();
        })
    };
    let own_server = {
        let store = store.clone();
        Callback::from(move |_| store.lesson_own_server())
    };
    html! {
        <>
            if other_port {
                <button class="small" data-testid={testid::LESSON_OTHER_PORT} onclick={on_other_port}>
                    { t.guide.other_port }
                </button>
            }
            if may_have_server {
                <button class="small" data-testid={testid::LESSON_OWN_SERVER} onclick={own_server}>
                    { t.guide.own_server }
                </button>
            }
        </>
    }
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
