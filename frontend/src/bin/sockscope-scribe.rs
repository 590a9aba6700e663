//! The page's [scribe](sockscope_frontend::scribe), in its worker.

use js_sys::{Array, Uint8Array};
use sockscope_frontend::scribe::{Answer, Scribe};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue, UnwrapThrowExt as _};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

fn main() {
    let worker: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let page = worker.clone();
    let mut scribe = Scribe::default();
    // What is thrown here, the page hears as an error of the worker.
    let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        let said = message.data().as_string().unwrap_or_default();
        let answer = match scribe.hear(&said) {
            Ok(answer) => value(answer),
            Err(why) => wasm_bindgen::throw_str(&why),
        };
        page.post_message(&answer).unwrap_throw();
    });
    worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    hear.forget();
    // It has come.
    worker.post_message(&JsValue::NULL).unwrap_throw();
}

/// An answer as the page takes it: nothing, a text, or for each file its name and its pieces.
fn value(answer: Answer) -> JsValue {
    match answer {
        Answer::Taken => JsValue::NULL,
        Answer::Listings(text) => text.into(),
        Answer::Sheets(sheets) => {
            let values = Array::new();
            for (name, pieces) in sheets {
                let bytes = pieces.iter().map(|piece| Uint8Array::from(piece.as_ref()));
                values.push(&name.into());
                values.push(&bytes.collect::<Array>());
            }
            values.into()
        }
    }
}
