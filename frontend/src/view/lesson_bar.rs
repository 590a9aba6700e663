use sockscope_frontend::store::{State, use_selector, use_store};
use yew::prelude::*;

use super::element::element;
use super::lessons::{about, intent_code};
use super::testid;
use super::ui::{Act, use_actions, use_texts, use_ui};
use crate::i18n::lessons;

/// The current step of the lesson in one line, so that on a telephone it can be taken with the stage
/// in view.
#[component]
pub(crate) fn LessonBar() -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    let actions = use_actions();
    let taken = use_selector(State::lesson);
    let Some((lesson, progress)) = &*taken else {
        return Html::default();
    };
    let step = progress.current.and_then(|at| lesson.steps.get(at));
    let text = match step {
        Some(step) => lessons::words(ui.lang, step.say).what,
        None => t.guide.finished,
    };
    let socket = progress.next.as_ref().and_then(about);
    let onclick = Callback::from(move |_| {
        if let Some(socket) = socket {
            ui.dispatch(Act::Select(socket));
        }
        actions.note_sent(store.lesson_step());
    });
    let bar = element("div", "lesson-bar")
        .is("role", "region")
        .is("aria-label", t.guide.title)
        .child(element("p", "").text(text));
    let way = match &progress.next {
        Some(intent) => Some(
            element("button", "primary")
                .is("data-testid", testid::LESSON_BAR_NEXT)
                .words((t.guide.doing)(&intent_code(intent)))
                .on_click(onclick),
        ),
        None => step.map(|_| element("span", "hint").text(t.guide.waiting)),
    };
    bar.maybe(way).done()
}
