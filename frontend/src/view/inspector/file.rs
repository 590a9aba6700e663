//! A file on its way.

use sockscope_frontend::store::{UploadState, use_selector, use_store};
use sockscope_protocol::SocketId;
use yew::prelude::*;

use crate::view::ui::use_texts;
use crate::view::{format, testid};

#[derive(Properties, PartialEq)]
pub(super) struct FileProgressProps {
    pub(super) socket: SocketId,
}

/// The file that a socket sends, or sent last: how far it is, and a way to stop it.
#[component]
pub(super) fn FileProgress(props: &FileProgressProps) -> Html {
    let t = use_texts();
    let store = use_store();
    let socket = props.socket;
    let upload = use_selector(move |state| state.uploads.get(socket).cloned());
    let Some(upload) = upload.as_ref() else {
        return Html::default();
    };
    let stop = Callback::from(move |_| store.cancel_file(socket));
    let t = &t.bytes;
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
