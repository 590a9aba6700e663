//! What a reload of the tab must not lose: the token, the session, drafts. All in `sessionStorage`,
//! which other tabs and later days do not see.

use sockscope_protocol::SessionKey;
use wasm_bindgen::JsValue;
use web_sys::Storage;

const TOKEN: &str = "sockscope.token";
const BRIDGE: &str = "sockscope.bridge";
const SESSION: &str = "sockscope.session";
const LESSON: &str = "sockscope.lesson";
const DRAFT: &str = "sockscope.draft.";

fn storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}

fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// A full or forbidden storage costs no more than what a reload would have kept.
fn write(key: &str, value: Option<&str>) {
    if let Some(storage) = storage() {
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}

/// The token: from the address, out of which it is taken at once, else the one of this tab.
pub(super) fn token() -> Option<String> {
    token_from_address().or_else(|| read(TOKEN))
}

/// A token in the address. It is moved into the tab's storage, so that it is not on a projector,
/// in the history or in a copied address.
pub(super) fn token_from_address() -> Option<String> {
    let window = web_sys::window()?;
    let location = window.location();
    let hash = location.hash().ok()?;
    let field = |name| {
        let mut fields = hash.strip_prefix('#')?.split('&');
        fields.find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
    };
    let token = field("token").filter(|token| !token.is_empty())?;
    let bare = format!("{}{}", location.pathname().ok()?, location.search().ok()?);
    if let Ok(history) = window.history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&bare));
    }
    write(TOKEN, Some(token));
    write(BRIDGE, field("bridge"));
    Some(token.to_owned())
}

/// The bridge's host and port, where it is not what served the page: `trunk serve` serves the page
/// of a developer, and no bridge. A page that is built for release goes back to where it came from.
pub(super) fn bridge() -> Option<String> {
    cfg!(debug_assertions).then(|| read(BRIDGE)).flatten()
}

pub(super) fn session() -> Option<SessionKey> {
    read(SESSION).map(SessionKey)
}

pub(super) fn set_session(key: Option<&SessionKey>) {
    write(SESSION, key.map(|key| key.0.as_str()));
}

pub(super) fn lesson() -> Option<String> {
    read(LESSON)
}

pub(super) fn set_lesson(text: Option<&str>) {
    write(LESSON, text);
}

pub(super) fn draft(key: &str) -> Option<String> {
    read(&format!("{DRAFT}{key}"))
}

pub(super) fn set_draft(key: &str, text: &str) {
    let text = (!text.is_empty()).then_some(text);
    write(&format!("{DRAFT}{key}"), text);
}
