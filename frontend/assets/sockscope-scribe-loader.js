// Begins the worker that writes sessions in other forms. That it cannot be loaded is thrown where the
// page hears it: as an error of the worker.
importScripts("sockscope-scribe.js");
wasm_bindgen({ module_or_path: "sockscope-scribe_bg.wasm" }).catch((error) => {
  setTimeout(() => {
    throw error;
  });
});
