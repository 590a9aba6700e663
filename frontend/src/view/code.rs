//! The session as programs that can be run, growing as calls are made.

use std::rc::Rc;

use gloo_timers::callback::Interval;
use sockscope_frontend::code::{Language, Line, Program, Session, programs};
use sockscope_frontend::store::{Store, save_parts, use_store};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Element;
use yew::prelude::*;

use super::testid;
use super::ui::{Act, UiHandle, use_texts, use_ui};
use crate::i18n::Code as Texts;

/// How often the log is read again, milliseconds: a program is read more slowly than events come.
const EVERY_MS: u32 = 300;
/// The height of a line, as the style sheet has it, pixels.
const LINE: i32 = 18;
/// Lines that are drawn, from some before the first that can be seen.
const DRAWN: usize = 120;
const BEFORE: usize = 40;
/// In steps of how many lines the drawn ones follow the scrolling.
const STEP: usize = 20;

#[component]
pub(crate) fn Code() -> Html {
    let t = &use_texts().code;
    let ui = use_ui();
    let session = use_session();
    let language = use_state(|| Language::Python);
    let chosen = use_state(|| 0_usize);
    let said = use_state(|| None::<&'static str>);
    let lit = ui.pointed_out();
    let holder = lit.and_then(|call| {
        let mut programs = session.programs.iter();
        programs.position(|program| program.makes(call))
    });
    {
        // The program that makes the call is shown; another one can still be chosen.
        let chosen = chosen.setter();
        use_effect_with((lit, holder), move |(_, holder)| {
            if let Some(holder) = holder {
                chosen.set(*holder);
            }
        });
    }
    let place = (*chosen).min(session.programs.len().saturating_sub(1));
    let lines = use_memo(
        (session.clone(), place, *language, ui.lang),
        |(session, place, language, _)| {
            let program = session.programs.get(*place);
            program.map_or_else(Vec::new, |program| program.lines(*language, t.words))
        },
    );
    let program = session.programs.get(place);
    html! {
        <section class="section code" aria-labelledby="code-title" data-testid={testid::CODE}>
            <div class="section-head">
                <h2 id="code-title">{ t.title }</h2>
                { languages(&language, t) }
            </div>
            if let Some(program) = program {
                { files(&session, place, *language, &chosen, t) }
                <Lines lines={lines.clone()} {ui} label={program.file(*language)} />
                if session.more > 0 {
                    <p class="hint">{ (t.more)(session.more) }</p>
                }
                { tools(program, *language, &said, t) }
            } else {
                <p class="empty">{ t.empty }</p>
            }
        </section>
    }
}

/// The programs, read from the log again when it has grown, but not with every event.
#[hook]
fn use_session() -> Rc<Session> {
    let store = use_store();
    let session = use_state(|| Rc::new(Session::default()));
    let setter = session.setter();
    use_effect_with(store, move |store| {
        let store = store.clone();
        let mut seen = None;
        let mut look = move || {
            let now = state_of(&store);
            if seen != Some(now) {
                seen = Some(now);
                setter.set(Rc::new(programs(&store.model())));
            }
        };
        look();
        let interval = Interval::new(EVERY_MS, look);
        move || drop(interval)
    });
    (*session).clone()
}

/// What the programs follow from: the session, and how far its log goes.
fn state_of(store: &Store) -> (u64, u64) {
    let model = store.model();
    let began = model.welcome.as_ref().map_or(0, |welcome| welcome.epoch_us);
    (began, model.last.0)
}

fn languages(language: &UseStateHandle<Language>, t: &Texts) -> Html {
    let rust = matches!(**language, Language::Rust | Language::Tokio);
    let choice = |value: Language, name: &'static str, id: &'static str, pressed: bool| {
        let language = language.clone();
        let onclick = Callback::from(move |_| language.set(value));
        let pressed = pressed.to_string();
        html! { <button data-testid={id} aria-pressed={pressed} {onclick}>{ name }</button> }
    };
    let now = **language;
    html! {
        <>
            if rust {
                <div class="segments" role="group" aria-label={t.library}>
                    { choice(Language::Rust, "std", testid::CODE_STD, now == Language::Rust) }
                    { choice(Language::Tokio, "tokio", testid::CODE_TOKIO, now == Language::Tokio) }
                </div>
            }
            <div class="segments" role="group" aria-label={t.language}>
                { choice(Language::Python, "Python", testid::CODE_PYTHON, now == Language::Python) }
                { choice(Language::Rust, "Rust", testid::CODE_RUST, rust) }
                { choice(Language::C, "C", testid::CODE_C, now == Language::C) }
            </div>
        </>
    }
}

fn files(
    session: &Session,
    place: usize,
    language: Language,
    chosen: &UseStateHandle<usize>,
    t: &Texts,
) -> Html {
    let file = |(at, program): (usize, &Program)| {
        let chosen = chosen.clone();
        let onclick = Callback::from(move |_| chosen.set(at));
        let pressed = (at == place).to_string();
        html! {
            <button key={program.name.clone()} class="small" aria-pressed={pressed} {onclick}
                data-testid={testid::code_file(&program.name)}>
                { program.file(language) }
            </button>
        }
    };
    html! {
        <div class="code-files" role="group" aria-label={t.file}>
            { for session.programs.iter().enumerate().map(file) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct LinesProps {
    lines: Rc<Vec<Line>>,
    ui: UiHandle,
    label: String,
}

/// The lines in sight, and those of the call that is pointed out among them.
#[component]
fn Lines(props: &LinesProps) -> Html {
    let view = use_node_ref();
    let first = use_state(|| 0_usize);
    let lit = props.ui.pointed_out();
    let is_lit = |line: &Line| lit.is_some_and(|call| line.calls.contains(&call));
    let target = props.lines.iter().position(is_lit);
    let count = props.lines.len();
    {
        let view = view.clone();
        use_effect_with(
            (target, count, props.label.clone()),
            move |(target, count, _)| {
                let Some(view) = view.cast::<Element>() else {
                    return;
                };
                let height = view.client_height();
                let end = i32::try_from(*count).unwrap_or(i32::MAX / LINE) * LINE - height;
                if let Some(target) = target {
                    let top = i32::try_from(*target).unwrap_or(i32::MAX / LINE) * LINE;
                    let above = top < view.scroll_top();
                    if above || top + LINE > view.scroll_top() + height {
                        view.set_scroll_top(top - height / 3);
                    }
                } else {
                    // The program grows at its end, and whoever looks there goes along.
                    view.set_scroll_top(end.max(0));
                }
            },
        );
    }
    let onscroll = {
        let first = first.clone();
        Callback::from(move |event: Event| {
            let view: Element = event.target_unchecked_into();
            let top = usize::try_from(view.scroll_top() / LINE).unwrap_or(0) / STEP * STEP;
            if *first != top {
                first.set(top);
            }
        })
    };
    let from = first.saturating_sub(BEFORE).min(count);
    let to = (from + DRAWN).min(count);
    let space = |lines: usize| format!("height:{}px", lines * LINE.unsigned_abs() as usize);
    let line = |(at, line): (usize, &Line)| {
        let text = line.text.trim_start();
        let comment = text.starts_with("//") || text.starts_with("# ");
        let class = classes!("code-line", comment.then_some("comment"));
        let lit = is_lit(line).then_some("true");
        let onclick = line.calls.first().copied().map(|call| {
            let ui = props.ui.clone();
            Callback::from(move |_| ui.dispatch(Act::SelectCall(call, None)))
        });
        html! { <div key={at} {class} data-lit={lit} {onclick}>{ &line.text }</div> }
    };
    html! {
        <div class="code-view" ref={view} tabindex="0" role="region" aria-label={props.label.clone()}
            data-testid={testid::CODE_TEXT} data-lines={count.to_string()} {onscroll}>
            <div ~style={space(from)}></div>
            <pre>{ for props.lines[from..to].iter().enumerate().map(|(at, one)| line((from + at, one))) }</pre>
            <div ~style={space(count - to)}></div>
        </div>
    }
}

fn tools(
    program: &Program,
    language: Language,
    said: &UseStateHandle<Option<&'static str>>,
    t: &'static Texts,
) -> Html {
    let program = Rc::new(program.clone());
    let oncopy = {
        let (program, said) = (program.clone(), said.setter());
        Callback::from(move |_| {
            let text = program.text(language, t.words);
            let said = said.clone();
            spawn_local(async move {
                let clipboard = web_sys::window().map(|window| window.navigator().clipboard());
                let copied = match clipboard {
                    Some(clipboard) => JsFuture::from(clipboard.write_text(&text)).await.is_ok(),
                    None => false,
                };
                said.set(Some(if copied { t.copied } else { t.copy_failed }));
            });
        })
    };
    let onsave = Callback::from(move |_| {
        let text = program.text(language, t.words);
        save_parts(&program.file(language), [text.as_bytes()]);
        // What it sends from files belongs to it.
        for (name, parts) in &program.files {
            save_parts(name, parts.iter().map(AsRef::as_ref));
        }
    });
    html! {
        <div class="bytes-tools">
            <button class="small" data-testid={testid::CODE_COPY} onclick={oncopy}>{ t.copy }</button>
            <button class="small" data-testid={testid::CODE_SAVE} onclick={onsave}>{ t.save }</button>
            <span class="hint" role="status">{ **said }</span>
        </div>
    }
}
