use sockscope_frontend::store::{State, use_selector, use_store};
use yew::prelude::*;

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
    html! {
        <div class="lesson-bar" role="region" aria-label={t.guide.title}>
            <p>{ text }</p>
            if let Some(intent) = &progress.next {
                <button class="primary" data-testid={testid::LESSON_BAR_NEXT} {onclick}>
                    { (t.guide.doing)(&intent_code(intent)) }
                </button>
            } else if step.is_some() {
                <span class="hint">{ t.guide.waiting }</span>
            }
        </div>
    }
}
