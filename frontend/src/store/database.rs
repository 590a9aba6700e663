//! The browser's database (IndexedDB), as far as the page needs it: one store of values under keys that
//! are lists. Keys that begin alike stand together.

use js_sys::{Array, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbCursorWithValue, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransaction,
    IdbTransactionMode,
};

const NAME: &str = "sockscope";
const STORE: &str = "kept";

/// An open database.
#[derive(Debug, Clone)]
pub(super) struct Database(IdbDatabase);

impl Database {
    /// Opens it; makes it where there is none.
    pub(super) async fn open() -> Result<Self, JsValue> {
        let window = web_sys::window().ok_or(JsValue::NULL)?;
        let factory = window.indexed_db()?.ok_or(JsValue::NULL)?;
        let request = factory.open_with_u32(NAME, 1)?;
        let made = request.clone();
        let make = Closure::once_into_js(move || {
            // Should it fail, there is no store, and the first use says so.
            let _ = made.result().and_then(|database| {
                database
                    .unchecked_into::<IdbDatabase>()
                    .create_object_store(STORE)
            });
        });
        request.set_onupgradeneeded(Some(make.unchecked_ref()));
        let database = done(&request).await?;
        Ok(Self(database.unchecked_into()))
    }

    /// Writes all that `work` does, or nothing. It goes on whether or not anybody waits for its end.
    pub(super) fn write(
        &self,
        work: &dyn Fn(&IdbObjectStore) -> Result<(), JsValue>,
    ) -> Result<Write, JsValue> {
        let mode = IdbTransactionMode::Readwrite;
        let transaction = self.0.transaction_with_str_and_mode(STORE, mode)?;
        work(&transaction.object_store(STORE)?)?;
        // So that it needs no answer from a page that may be gone by then.
        #[expect(deprecated, reason = "by web-sys alone; see MDN")]
        transaction.commit()?;
        Ok(Write(transaction))
    }

    /// Visits entries in the order of their keys. `visit` says after which key to go on, where that is
    /// not the next one.
    pub(super) async fn visit(
        &self,
        keys: IdbKeyRange,
        visit: &mut dyn FnMut(&Array, JsValue) -> Option<Array>,
    ) -> Result<(), JsValue> {
        let transaction = self.0.transaction_with_str(STORE)?;
        let request = transaction
            .object_store(STORE)?
            .open_cursor_with_range(&keys)?;
        loop {
            let found = done(&request).await?;
            if found.is_null() {
                return Ok(());
            }
            let cursor: IdbCursorWithValue = found.unchecked_into();
            match visit(&cursor.key()?.unchecked_into(), cursor.value()?) {
                Some(key) => cursor.continue_with_key(&key)?,
                None => cursor.continue_()?,
            }
        }
    }
}

/// A write that is on its way.
#[derive(Debug)]
pub(super) struct Write(IdbTransaction);

impl Write {
    /// Waits until all is written, or nothing.
    pub(super) async fn end(self) -> Result<(), JsValue> {
        let ended = Promise::new(&mut |complete, abort| {
            self.0.set_oncomplete(Some(&complete));
            self.0.set_onabort(Some(&abort));
        });
        let ended = JsFuture::from(ended).await;
        ended.map(drop).map_err(|_| {
            let error = self.0.error();
            error.map_or(JsValue::NULL, JsValue::from)
        })
    }
}

/// What a request gives.
async fn done(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let answered = Promise::new(&mut |success, error| {
        request.set_onsuccess(Some(&success));
        request.set_onerror(Some(&error));
    });
    match JsFuture::from(answered).await {
        Ok(_) => request.result(),
        Err(_) => Err(request.error()?.map_or(JsValue::NULL, JsValue::from)),
    }
}
