//! Text that changes with time alone. Each piece has its own timer and draws nothing else anew.

use gloo_timers::callback::Interval;
use yew::prelude::*;

/// The page's clock: milliseconds since the page was opened.
pub(crate) fn page_ms() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.now())
}

#[derive(Properties, PartialEq)]
pub(crate) struct TickerProps {
    /// What to show, asked for again and again.
    pub(crate) text: Callback<(), String>,
    /// How often, milliseconds.
    #[prop_or(100)]
    pub(crate) every: u32,
}

#[component]
pub(crate) fn Ticker(props: &TickerProps) -> Html {
    let update = use_force_update();
    use_effect_with(props.every, move |every| {
        let interval = Interval::new(*every, move || update.force_update());
        move || drop(interval)
    });
    html! { { props.text.emit(()) } }
}
