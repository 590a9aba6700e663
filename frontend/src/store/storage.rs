//! What a reload of the tab must not lose: the token, the session, drafts, where its log is kept. All in
//! `sessionStorage`, which other tabs and later days do not see; a duplicate of the tab gets a copy.

use sockscope_protocol::SessionKey;
use wasm_bindgen::JsValue;
use web_sys::Storage;

const TOKEN: &str = "sockscope.token";
const BRIDGE: &str = "sockscope.bridge";
const SESSION: &str = "sockscope.session";
const LESSON: &str = "sockscope.lesson";
const DRAFT: &str = "sockscope.draft.";
const KEPT: &str = "sockscope.kept";
const LEFT: &str = "sockscope.left";
const ZERO: &str = "sockscope.zero";
const FILM: &str = "sockscope.film";
const FILE: &str = "sockscope.file";
const UPLOADS: &str = "sockscope.uploads";

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

/// Reads what is of use once.
fn take(key: &str) -> Option<String> {
    let value = read(key);
    write(key, None);
    value
}

fn write_number(key: &str, number: Option<u64>) {
    write(key, number.map(|number| number.to_string()).as_deref());
}

fn take_number(key: &str) -> Option<u64> {
    take(key)?.parse().ok()
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

/// Under which name the log is kept.
pub(super) fn kept() -> Option<String> {
    read(KEPT)
}

pub(super) fn set_kept(id: Option<&str>) {
    write(KEPT, id);
}

/// The page is left, and what it has kept belongs to the next one in this tab.
pub(super) fn set_left() {
    write(LEFT, Some("1"));
}

/// Whether the former page of this tab was left.
pub(super) fn take_left() -> bool {
    take(LEFT).is_some()
}

/// When the session began, by the computer's clock.
pub(super) fn set_zero(us: Option<u64>) {
    write_number(ZERO, us);
}

pub(super) fn take_zero() -> Option<u64> {
    take_number(ZERO)
}

/// The event at which a film of the session stands.
pub(super) fn set_film(at: Option<u64>) {
    write_number(FILM, at);
}

pub(super) fn take_film() -> Option<u64> {
    take_number(FILM)
}

/// The recording that is open.
pub(super) fn set_file(name: Option<&str>) {
    write(FILE, name);
}

pub(super) fn take_file() -> Option<String> {
    take(FILE)
}

/// Files that are being sent.
pub(super) fn set_uploads(text: &str) {
    write(UPLOADS, (!text.is_empty()).then_some(text));
}

pub(super) fn take_uploads() -> String {
    take(UPLOADS).unwrap_or_default()
}
