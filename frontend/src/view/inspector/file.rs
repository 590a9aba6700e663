//! A file on its way.

use sockscope_frontend::store::{Store, Upload, UploadState};
use sockscope_protocol::SocketId;
use yew::prelude::*;

use crate::i18n::Bytes;
use crate::view::{format, testid};

/// The file that a socket sends, or sent last: how far it is, and a way to stop it.
pub(super) fn progress(upload: &Upload, socket: SocketId, store: &Store, t: &Bytes) -> Html {
    let store = store.clone();
    let stop = Callback::from(move |_| store.cancel_file(socket));
    let text = match &upload.state {
        UploadState::Running => (t.file_sending)(&upload.name, upload.taken, upload.size),
        UploadState::Done => (t.file_done)(&upload.name),
        UploadState::Cancelled => (t.file_stopped)(&upload.name, upload.taken),
        UploadState::Failed(_) => (t.file_failed)(&upload.name, upload.taken),
        UploadState::Rejected(why) | UploadState::Unreadable(why) => why.clone(),
        UploadState::SessionOver => (t.file_stopped)(&upload.name, upload.taken),
    };
    let percent = format!(
        "{} %",
        (upload.taken * 100).checked_div(upload.size).unwrap_or(100)
    );
    html! {
        <div class="file-progress">
            <progress data-testid={testid::FILE_PROGRESS} value={upload.taken.to_string()}
                max={upload.size.max(1).to_string()} title={format::bytes(upload.taken)}
                aria-label={upload.name.clone()}>{ percent.clone() }</progress>
            if upload.running() {
                <button type="button" class="small" data-testid={testid::FILE_CANCEL} onclick={stop}>
                    { t.file_cancel }
                </button>
            } else {
                <span class="mono">{ percent }</span>
            }
            <p class="hint" role="status">{ text }</p>
        </div>
    }
}
