//! The stage: lanes from left to right, time from top to bottom.

mod call_box;
mod geometry;
mod heads;
mod layout;
mod links;
mod notes;
mod parts;

use sockscope_frontend::model::{Lane, LaneId, Model};
use sockscope_frontend::store::{use_selector, use_store};
use sockscope_protocol::SocketId;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

use self::call_box::CallView;
use self::geometry::{Geometry, HEAD, ROW, Viewport, place};
use self::layout::Layout;
use self::links::Places;
use self::parts::{CallBox, Column};
use super::ui::{use_actions, use_model, use_texts, use_ui};
use super::{empty, format, names, testid};

pub(crate) use call_box::receives_stream;

/// How near to its end the stage follows what is new, pixels.
const NEAR: i32 = 2 * ROW;

#[component]
pub(crate) fn Stage() -> Html {
    let t = use_texts();
    let ui = use_ui();
    let store = use_store();
    let actions = use_actions();
    let nothing = use_selector(|state| state.model.rows().len() == 0);
    html! {
        <section class="panel stage" aria-label={t.stage.title}>
            if *nothing { { empty::stage(&store, &ui, &actions, &t.stage) } } else { <Canvas /> }
        </section>
    }
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
    let layout = use_mut_ref(Layout::default);
    use_size(&area, &view);

    let model = store.model();
    layout.borrow_mut().update(&model);
    let layout = layout.borrow();
    let lanes = columns(&model, &layout, *view);
    let geometry = Geometry::new(*view, lanes.len(), layout.times.len());
    let places = Places(&lanes);

    let rows = layout.times.len();
    use_end(&area, *follow, (rows, *view));
    let place = ui.selected.and_then(|id| places.get(Column::Socket(id)));
    use_lane_in_sight(
        &area,
        ui.selected,
        place.map(|place| (geometry.x(place), geometry.lane)),
        lanes.len(),
    );
    let onscroll = {
        let (area, view, follow) = (area.clone(), view.clone(), follow.clone());
        Callback::from(move |_: Event| {
            if let Some(area) = area.cast::<Element>() {
                let seen = look(&area);
                let end = area.scroll_height() - area.client_height();
                if seen.top + NEAR >= end {
                    follow.set(true);
                } else if seen.top < view.top {
                    // Upwards: by a person. What is new moves the end away, not the place.
                    follow.set(false);
                }
                view.set(seen);
            }
        })
    };
    let newest = {
        let follow = follow.clone();
        Callback::from(move |_| follow.set(true))
    };
    let selected = ui.selected.map(Column::Socket);
    let (width, height) = (geometry.width(), geometry.height());
    html! {
        <>
        <div class="stage-scroll" id="stage" tabindex="0" ref={area} {onscroll} data-testid={testid::STAGE}
            role="group" aria-label={t.stage.title}>
            { heads::heads(&model, &lanes, &geometry, &ui, &store, t) }
            <div class="stage-canvas" ~style={format!("width:{width}px;height:{height}px")}>
                <svg width={width.to_string()} height={height.to_string()} aria-hidden="true">
                    { links::lifelines(&layout, &geometry, &places, selected) }
                    { links::links(&layout, &geometry, &places, &t.stage) }
                    { links::in_kernel(&model, &layout, &geometry, &places, &t.stage) }
                </svg>
                { ticks(&layout, &geometry) }
                <ol class="calls" aria-label={t.calls.title}>
                    { calls(&model, &layout, &geometry, &places) }
                </ol>
                { notes::notes(&layout, &geometry, &places, &t.stage) }
            </div>
        </div>
        if !*follow {
            <button class="stage-follow" data-testid={testid::STAGE_FOLLOW} onclick={newest}>
                { "↓ " }{ t.stage.follow }
            </button>
        }
        </>
    }
}

/// The lanes in sight: those of sockets that are closed go when their rows have scrolled away, and a
/// peer's goes with that of the socket beside it.
fn columns(model: &Model, layout: &Layout, view: Viewport) -> Vec<Column> {
    let alive = |column| {
        let life = layout.life(column);
        life.is_none_or(|life| view.shows(life.first, life.last.unwrap_or(usize::MAX)))
    };
    let lanes = model.lanes().into_iter().filter_map(|Lane { id, beside }| {
        let (column, by) = match id {
            LaneId::Socket(socket) => (Column::Socket(socket), Column::Socket(socket)),
            LaneId::Outside(address) => {
                let outside = Column::Outside(address);
                (outside, beside.map_or(outside, Column::Socket))
            }
        };
        alive(by).then_some(column)
    });
    let loose = (layout.loose && alive(Column::Loose)).then_some(Column::Loose);
    lanes.chain(loose).collect()
}

fn look(area: &Element) -> Viewport {
    Viewport {
        top: area.scroll_top(),
        width: area.client_width(),
        height: area.client_height() - HEAD,
    }
}

/// Measures the scrolling area now and whenever its size changes.
#[hook]
fn use_size(area: &NodeRef, view: &UseStateHandle<Viewport>) {
    let view = view.setter();
    use_effect_with(area.clone(), move |area| {
        let element = area.cast::<Element>();
        let watched = element.clone();
        let measure = Closure::<dyn FnMut()>::new(move || {
            if let Some(element) = &watched {
                view.set(look(element));
            }
        });
        let observer = ResizeObserver::new(measure.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, &element) {
            observer.observe(element);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(measure);
        }
    });
}

/// Scrolls to the newest row, while a person has not scrolled away from it.
#[hook]
fn use_end(area: &NodeRef, follow: bool, change: (usize, Viewport)) {
    let area = area.clone();
    use_effect_with((follow, change.0, change.1.height), move |(follow, ..)| {
        if let (true, Some(area)) = (*follow, area.cast::<Element>()) {
            area.set_scroll_top(area.scroll_height());
        }
    });
}

/// Scrolls sideways to the lane of the selected socket, when another was selected or lanes came or went.
#[hook]
fn use_lane_in_sight(
    area: &NodeRef,
    selected: Option<SocketId>,
    lane: Option<(i32, i32)>,
    lanes: usize,
) {
    let area = area.clone();
    use_effect_with((selected, lane.is_some(), lanes), move |_| {
        if let (Some((left, width)), Some(area)) = (lane, area.cast::<Element>()) {
            let (from, seen) = (area.scroll_left(), area.client_width());
            if left < from || left + width > from + seen {
                area.set_scroll_left(left + width / 2 - seen / 2);
            }
        }
    });
}

/// Times at the left edge, where they differ from the row above.
fn ticks(layout: &Layout, geometry: &Geometry) -> Html {
    let (first, last) = geometry.visible;
    let mut shown = String::new();
    let rows = layout.times.iter().enumerate().skip(first);
    rows.take(last.saturating_sub(first) + 1)
        .filter_map(|(row, time)| {
            let text = format::clock(*time);
            (text != shown).then(|| {
                shown.clone_from(&text);
                let style = format!("top:{}px;width:{}px", Geometry::y(row), geometry.ruler - 4);
                html! { <span key={row} class="tick" ~style={style}>{ text }</span> }
            })
        })
        .collect()
}

fn calls(model: &Model, layout: &Layout, geometry: &Geometry, places: &Places<'_>) -> Html {
    let deepest = |column| {
        let waiting = layout.boxes.iter().rev().take(2_000);
        waiting
            .filter(|one| one.column == Some(column) && one.last.is_none())
            .map(|one| one.depth)
            .max()
            .unwrap_or_default()
    };
    layout
        .boxes
        .iter()
        .filter(|one| geometry.shows(one.first, one.last.unwrap_or(geometry.rows + 8)))
        .filter_map(|one| {
            let column = one.column?;
            let record = model.call(one.call)?;
            let last = one
                .last
                .unwrap_or_else(|| geometry.rows + deepest(column).saturating_sub(one.depth));
            let (left, width) = geometry.boxed(places.get(column)?, one.depth);
            let height = height(one, last);
            let place = place(left, Geometry::y(one.first) + 1, width, height);
            // From here a call that waits grows.
            let place = format!("{place};--height:{height}px");
            let class = match column {
                Column::Socket(id) => model
                    .socket(id)
                    .map_or("", |socket| names::protocol(socket).1),
                Column::Loose | Column::Outside(_) => "",
            };
            Some(html! {
                <CallView key={one.call.0} one={one.clone()} {place} {class}
                    lane={links::name(column)} record={record.clone()} />
            })
        })
        .collect()
}

fn height(one: &CallBox, last: usize) -> i32 {
    Geometry::y(last + 1) - Geometry::y(one.first) - 3
}
