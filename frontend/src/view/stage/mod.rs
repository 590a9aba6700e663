//! The stage: lanes from left to right, time from top to bottom.

mod bands;
mod call_box;
mod flows;
mod geometry;
mod heads;
mod hooks;
mod keys;
mod layout;
mod lines;
mod moments;
mod notes;
mod parts;
mod pointing;
mod ruler;
mod scale;
mod scene;
mod segments;
mod shapes;
mod spans;
mod spoken;
mod tanks;
mod toolbar;

#[cfg(test)]
#[path = "../../../tests/common/mod.rs"]
mod common;

use std::cell::RefCell;
use std::rc::Rc;

use sockscope_frontend::model::Model;
use sockscope_frontend::store::{use_selector, use_store};
use sockscope_protocol::CallId;
use web_sys::{Element, HtmlElement};
use yew::html::{onfocusin, onfocusout, onkeydown, onpointerleave, onpointerover, onscroll};
use yew::prelude::*;

use self::call_box::Look;
use self::geometry::{Geometry, Viewport};
use self::layout::Layout;
use self::lines::Lanes;
use self::moments::Moments;
use self::parts::Column;
use self::pointing::Pointing;
use self::scale::{Scale, Steps};
use self::scene::Scene;
use self::spoken::Said;
use self::toolbar::{Way, Wish};
use super::element::{self, element};
use super::ui::{use_actions, use_model, use_texts, use_ui};
use super::{empty, format, testid};

pub(crate) use call_box::receives_stream;

/// How often the present moves on, to scale, while a call waits.
const PULSE_MS: u32 = 100;

#[component]
pub(crate) fn Stage() -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    let actions = use_actions();
    let nothing = use_selector(|state| state.model.rows().len() == 0);
    let section = element("section", "panel stage").is("aria-label", t.stage.title);
    let inside = if *nothing {
        empty::stage(&store, &ui, &actions, t)
    } else {
        html! { <Canvas /> }
    };
    section.html(inside).done()
}

/// What the stage keeps between two drawings.
#[derive(Default)]
struct Kept {
    layout: Layout,
    moments: Moments,
    scale: Scale,
    lanes: Lanes,
    /// A time that is to stay at its height above the window's upper edge when the scale changes.
    hold: Option<(u64, i32)>,
    said: Said,
    /// A call that is to take the focus.
    focus: Option<CallId>,
}

/// The scrolling area. Only what is in sight is in the document.
#[component]
fn Canvas() -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    use_model();
    let area = use_node_ref();
    let view = use_state_eq(Viewport::default);
    let follow = use_state_eq(|| true);
    let way = use_state_eq(Way::default);
    let marks = use_state_eq(Vec::<CallId>::new);
    let active = use_state_eq(|| None::<CallId>);
    let kept = use_mut_ref(Kept::default);
    hooks::use_size(&area, &view);
    let pace = hooks::use_pace(&area, &view);

    let film = store.state().replay.is_some();
    let model = store.model();
    let mut borrowed = kept.borrow_mut();
    let Kept {
        layout,
        moments,
        scale,
        lanes,
        said,
        ..
    } = &mut *borrowed;
    moments.update(layout, &model, film);
    scale.update(&layout.times, layout.generation, way.steps);
    let time = store.now_us();
    let waits = !layout.waiting.is_empty();
    let now = match way.steps {
        Steps::Equal => scale.y(layout.times.len()),
        Steps::Time { .. } if waits => scale.at(time),
        Steps::Time { .. } => scale.at(model.time),
    };
    let window = match *follow {
        true => view.at_end(now + geometry::BELOW),
        false => *view,
    };
    let seen = window.seen();
    let lanes = lanes.in_sight(&model, layout, scale.rows_between(seen.0, seen.1));
    let (layout, scale) = (&*layout, &*scale);
    let news = said.news(&model, layout, t);
    let closed = |column: &Column| match column {
        Column::Socket(id) => model.socket(*id).is_some_and(|socket| !socket.is_open()),
        _ => false,
    };
    let any_closed = lanes.iter().any(closed);
    let folded: Vec<bool> = lanes
        .iter()
        .map(|one| way.fold_closed && closed(one))
        .collect();
    let geometry = Geometry::new(
        *view,
        ruler::room(scale, if waits { time } else { model.time }),
        &folded,
    );
    let drawn = window.drawn();
    let rows = scale.rows_between(drawn.0, drawn.1);
    let scene = Scene {
        model: &model,
        layout,
        scale,
        geometry: &geometry,
        lanes: &lanes,
        rows,
        boxes: layout.boxes_between(rows.0, rows.1).collect(),
        now,
        lit: ui.pointed_out(),
        t,
    };
    let bands = flows::bands(&model, layout, rows, scene.sockets());
    let linked: Vec<CallId> = bands
        .iter()
        .filter(|band| scene.lit.is_some_and(|call| band.touches(call)))
        .flat_map(|band| [band.from.call, band.to.call])
        .flatten()
        .filter(|call| Some(*call) != scene.lit)
        .collect();
    let deepest = scene.boxes.iter().map(|one| scene.bottom(one)).max();
    let height = now.max(deepest.unwrap_or_default()) + geometry::BELOW;

    hooks::use_pulse(waits && !way.steps.is_equal(), PULSE_MS);
    let top = use_mut_ref(|| 0);
    hooks::use_end(&area, *follow, (height, view.height), &top);
    let place = ui.selected.and_then(|id| scene.place(Column::Socket(id)));
    let lane = place.map(|place| (geometry.x(place), geometry.lane(place)));
    let (ruler, seen) = (geometry.ruler, view.width);
    hooks::use_lane_in_sight(&area, ui.selected, lane, lanes.len(), ruler, seen);
    hooks::use_hold(&area, &kept, (way.steps, layout.generation));
    hooks::use_focus(&area, &kept, *active);

    let tab_stop = active
        .or(ui.call)
        .filter(|call| layout.find(*call).is_some());
    let tab_stop = tab_stop.or_else(|| {
        layout
            .boxes
            .iter()
            .rev()
            .find(|one| one.column.is_some())
            .map(|one| one.call)
    });
    let look = Look {
        store: &store,
        selected: ui.call,
        active: tab_stop,
        linked: &linked,
        marks: &marks,
    };
    let wish = {
        let (kept, area) = (kept.clone(), area.clone());
        let (way, marks, follow) = (way.clone(), marks.clone(), *follow);
        Callback::from(move |wish: Wish| {
            if wish == Wish::MarkNothing {
                marks.set(Vec::new());
            }
            let next = way.after(wish, || kept.borrow().layout.fitting());
            kept.borrow_mut().hold = None;
            if !follow && next.steps != way.steps {
                hold(&kept, &area, None);
            }
            way.set(next);
        })
    };
    let scrolled = {
        let (area, view, follow) = (area.clone(), view.clone(), follow.clone());
        Callback::from(move |_: Event| {
            if let Some(area) = area.cast::<Element>() {
                let now = area.scroll_top();
                let before = top.replace(now);
                let look = hooks::look(&area);
                let same = (look.width, look.height) == (view.width, view.height);
                if hooks::is_at_end(&area) {
                    follow.set(true);
                    // Wherever the end is: it need not be drawn again for that.
                    let top = if *follow { view.top } else { look.top };
                    return view.set(Viewport { top, ..look });
                }
                if *follow && now < before && same {
                    // Upwards: by a person, not by a browser that laid it out anew. What is new moves
                    // the end away, not the place.
                    follow.set(false);
                    return view.set(look);
                }
                pace.ask();
            }
        })
    };
    let newest = {
        let follow = follow.clone();
        Callback::from(move |_| follow.set(true))
    };
    let pointing = Pointing {
        ui: ui.clone(),
        store: store.clone(),
        marks: marks.clone(),
        active: active.clone(),
    };
    let pressed = {
        let (pointing, kept, wish) = (pointing.clone(), kept.clone(), wish.clone());
        let lanes = lanes.clone();
        Callback::from(move |event: KeyboardEvent| {
            pointing.key(&event, &kept, &lanes, tab_stop, &wish);
        })
    };
    let zoom = {
        let (kept, area, wish, way) = (kept.clone(), area.clone(), wish.clone(), *way);
        Callback::from(move |(by, y): (i32, i32)| {
            wish.emit(Wish::Zoom(by));
            if way.after(Wish::Zoom(by), || 0).steps != way.steps {
                hold(&kept, &area, Some(y));
            }
        })
    };
    hooks::use_wheel(&area, zoom);
    let selected = ui.selected.map(Column::Socket);
    let (width, high) = (geometry.width(), height);
    let delta = delta(&model, &marks, t);
    let tools = toolbar::draw(
        *way,
        any_closed || way.fold_closed,
        delta,
        &wish,
        &t.diagram,
    );
    let svg = element("svg", "")
        .numbers(&[("width", width), ("height", high)])
        .is("aria-hidden", "true")
        .html(lines::lifelines(&scene, selected))
        .html(segments::draw(&scene))
        .html(bands::draw(&scene, &bands))
        .html(tanks::draw(&scene));
    let ruler = element("div", "ruler")
        .style(&format!("width:{}px", geometry.ruler))
        .html(ruler::ticks(&scene))
        .html(ruler::delta(&scene, &marks));
    let calls = element("ol", "calls")
        .is("aria-label", t.calls.title)
        .html(call_box::draw(&scene, &look));
    let canvas = element("div", "stage-canvas")
        .style(&format!("width:{width}px;height:{high}px"))
        .child(svg)
        .child(ruler)
        .html(ruler::silences(&scene, time))
        .child(calls)
        .html(notes::draw(&scene));
    let equal = way.steps.is_equal();
    let scroll = element("div", "stage-scroll")
        .node(&area)
        .is("id", "stage")
        .is("tabindex", "-1")
        .is("data-testid", testid::STAGE)
        .is("data-steps", if equal { "equal" } else { "time" })
        .is("role", "group")
        .is("aria-label", t.stage.title)
        .hears(Rc::new(onscroll::Wrapper::new(scrolled)))
        .hears(Rc::new(onkeydown::Wrapper::new(pressed)))
        .on_click(pointing.click())
        .hears(Rc::new(onpointerover::Wrapper::new(pointing.over())))
        .hears(Rc::new(onpointerleave::Wrapper::new(pointing.leave())))
        .hears(Rc::new(onfocusin::Wrapper::new(pointing.focus())))
        .hears(Rc::new(onfocusout::Wrapper::new(pointing.blur())))
        .html(heads::heads(&model, &lanes, &geometry, &ui, &store, t))
        .child(canvas);
    let news = element("p", "unseen").is("role", "status").words(news);
    let newest = (!*follow).then(|| {
        element("button", "stage-follow")
            .is("data-testid", testid::STAGE_FOLLOW)
            .text("↓ ")
            .text(t.stage.follow)
            .on_click(newest)
    });
    let gave_way = notes::gave_way(model.forgotten.rows, t);
    // Something stands in each place: what would move up to another one's would be made anew.
    let newest = newest.map_or_else(Html::default, element::Element::done);
    html! { <>{ tools }{ gave_way }{ news.done() }{ scroll.done() }{ newest }</> }
}

/// The time between the chosen calls, in words.
fn delta(model: &Model, marks: &[CallId], t: &crate::i18n::Messages) -> Option<String> {
    let mut calls = marks.iter().filter_map(|call| model.call(*call));
    let (one, other) = (calls.next()?, calls.next());
    let Some(other) = other else {
        return Some(t.diagram.delta_one.to_owned());
    };
    let (first, then) = if one.started <= other.started {
        (one, other)
    } else {
        (other, one)
    };
    let span = format::duration(then.started - first.started);
    let name = |call: &sockscope_frontend::model::CallRecord| call.name().unwrap_or("?");
    Some(format!("Δt {span}: {} → {}", name(first), name(then)))
}

/// Remembers which time stands where, before the scale changes: at `client_y`, or in the middle.
fn hold(kept: &Rc<RefCell<Kept>>, area: &NodeRef, client_y: Option<i32>) {
    let Some(area) = area.cast::<HtmlElement>() else {
        return;
    };
    let inside = client_y.map_or(area.client_height() / 2, |y| {
        #[expect(clippy::cast_possible_truncation, reason = "pixels of a screen")]
        let top = area.get_bounding_client_rect().top() as i32;
        y - top
    });
    let mut kept = kept.borrow_mut();
    let place = area.scroll_top() + inside - geometry::HEAD;
    let row = kept.scale.row_at(place);
    let time = kept.layout.times.get(row).or(kept.layout.times.last());
    kept.hold = time.map(|time| (*time, inside - geometry::HEAD));
}
