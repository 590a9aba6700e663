use wasm_bindgen_futures::JsFuture;

/// Puts a text on the clipboard. Returns whether the browser allowed it.
pub(crate) async fn copy(text: &str) -> bool {
    match web_sys::window().map(|window| window.navigator().clipboard()) {
        Some(clipboard) => JsFuture::from(clipboard.write_text(text)).await.is_ok(),
        None => false,
    }
}
