//! Sockscope's page, in the browser.

mod i18n;
mod view;

use sockscope_frontend::store::Store;

fn main() {
    let store = Store::start();
    yew::Renderer::<view::App>::with_props(view::AppProps { store }).render();
}
