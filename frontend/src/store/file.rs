use bytes::Bytes;
use gloo_timers::callback::Timeout;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use sockscope_protocol::{Payload, SocketId};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, File, HtmlAnchorElement, Url};

use super::{Store, Upload, UploadState};
use crate::model::{Direction, Held, Piece};
use crate::wire::NotSent;

/// How long the browser gets to begin with a download before its address is given back.
const DOWNLOAD_MS: u32 = 60_000;

/// What was saved of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// Bytes in the file.
    pub bytes: u64,
    /// Bytes that should be in it and are not at hand any more.
    pub missing: u64,
}

impl Store {
    /// Sends a file with `sendall`, slice by slice. Its progress is in [`State::uploads`]. Returns
    /// false when the socket is sending one already.
    ///
    /// [`State::uploads`]: super::State::uploads
    pub fn send_file(&self, socket: SocketId, file: File) -> bool {
        if self.in_session().is_err() {
            return false;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number below 2^53"
        )]
        let size = file.size() as u64;
        if !self.change(|state| state.uploads.begin(socket, file.name(), size)) {
            return false;
        }
        self.0.files.borrow_mut().push((socket, file));
        self.pump_files();
        true
    }

    /// Reads a whole file, for a call that takes it at once. One that cannot be read shows as an upload
    /// that failed.
    pub fn read_file(&self, socket: SocketId, file: File, then: impl FnOnce(Bytes) + 'static) {
        let store = self.clone();
        spawn_local(async move {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number below 2^53"
            )]
            let size = file.size() as u64;
            match read(&file, 0, size).await {
                Ok(bytes) => then(bytes),
                Err(error) => {
                    let why = UploadState::Unreadable(describe(&error));
                    store.change(|state| {
                        state.uploads.begin(socket, file.name(), size);
                        state.uploads.stop(socket, why);
                    });
                }
            }
        });
    }

    /// Stops sending a file. What the kernel has taken is sent.
    pub fn cancel_file(&self, socket: SocketId) {
        let calls = self.change(|state| state.uploads.stop(socket, UploadState::Cancelled));
        for call in calls {
            self.end_wait(call);
        }
        self.pump_files();
    }

    /// Reads and sends the next slice of every file for which there is room.
    pub(super) fn pump_files(&self) {
        let stray = self.0.state.borrow_mut().uploads.stray();
        for call in stray {
            self.end_wait(call);
        }
        let running: Vec<SocketId> = self.state().uploads.running().collect();
        self.0
            .files
            .borrow_mut()
            .retain(|(socket, _)| running.contains(socket));
        for socket in running {
            let slice = {
                let mut state = self.0.state.borrow_mut();
                let welcome = state.live().welcome.as_ref();
                let Some(limits) = welcome.map(|hi| hi.limits.clone()) else {
                    return;
                };
                let waiting = state.live().load().1 + state.outbox.bytes();
                state.uploads.next(socket, waiting, &limits)
            };
            let files = self.0.files.borrow();
            let mut of_socket = files.iter().rev().filter(|(known, _)| *known == socket);
            let file = of_socket.next().map(|(_, file)| file.clone());
            drop(files);
            let (Some(slice), Some(file)) = (slice, file) else {
                continue;
            };
            let store = self.clone();
            spawn_local(async move {
                let read = read(&file, slice.start, slice.end).await;
                store.hand(socket, read);
            });
        }
    }

    fn hand(&self, socket: SocketId, read: Result<Bytes, JsValue>) {
        let ended = self.change(|state| {
            if !state.uploads.get(socket).is_some_and(Upload::running) {
                return Ok(());
            }
            let bytes = read.map_err(|error| UploadState::Unreadable(describe(&error)))?;
            let len = bytes.len() as u64;
            match state.give(socket, Payload::SendAll, bytes) {
                Ok(call) => state.uploads.handed(socket, call, len),
                Err(NotSent::NoSession) => return Err(UploadState::SessionOver),
                // Somebody else's calls took the room; when one returns, there is some again.
                Err(_) => {
                    state.uploads.put_back(socket);
                    return Ok(());
                }
            }
            Ok(())
        });
        match ended {
            Ok(()) => self.flush(),
            Err(state) => {
                let calls = self.change(|all| all.uploads.stop(socket, state));
                for call in calls {
                    self.end_wait(call);
                }
            }
        }
        if self.state().uploads.has_call(socket) {
            self.pump_files();
        }
    }

    /// Saves what a socket sent or received as a file of the browser. None when there is nothing.
    pub fn save(&self, socket: SocketId, direction: Direction, name: &str) -> Option<Saved> {
        let parts = Array::new();
        let mut saved = Saved {
            bytes: 0,
            missing: 0,
        };
        {
            let model = self.model();
            for piece in model.socket(socket)?.stream(direction).pieces() {
                match piece {
                    Piece::Chunk(chunk) if chunk.held == Held::Yes => {
                        saved.bytes += chunk.payload.len() as u64;
                        parts.push(&Uint8Array::from(chunk.payload.as_ref()));
                    }
                    Piece::Chunk(chunk) => saved.missing += chunk.len(),
                    Piece::Gap { len, .. } => saved.missing += len,
                }
            }
        }
        download(&parts, name)?;
        Some(saved)
    }
}

pub(super) async fn read(file: &File, from: u64, to: u64) -> Result<Bytes, JsValue> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a file is shorter than 2^53 bytes"
    )]
    let slice = file.slice_with_f64_and_f64(from as f64, to as f64)?;
    let buffer: ArrayBuffer = JsFuture::from(slice.array_buffer()).await?.dyn_into()?;
    Ok(Uint8Array::new(&buffer).to_vec().into())
}

pub(super) fn describe(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => error.message().into(),
        None => "the file could not be read".into(),
    }
}

/// Gives bytes and texts, one after another, to the person as a file of the browser. None where that
/// is not possible.
pub fn download(parts: &Array, name: &str) -> Option<()> {
    let blob = Blob::new_with_u8_array_sequence(parts).ok()?;
    download_blob(&blob, name)
}

pub(super) fn download_blob(blob: &Blob, name: &str) -> Option<()> {
    let document = web_sys::window()?.document()?;
    let url = Url::create_object_url_with_blob(blob).ok()?;
    let anchor: HtmlAnchorElement = document.create_element("a").ok()?.dyn_into().ok()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    Timeout::new(DOWNLOAD_MS, move || {
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Some(())
}
