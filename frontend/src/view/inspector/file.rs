//! A file on its way.

use sockscope_frontend::store::{Upload, UploadState};

use crate::i18n::Bytes;
use crate::view::element::{Element, button, element};
use crate::view::{format, testid};

/// The file that a socket sends, or sent last: how far it is, and a way to stop it.
pub(super) fn progress(upload: &Upload, t: &Bytes) -> Element {
    let text = match &upload.state {
        UploadState::Running => (t.file_sending)(&upload.name, upload.taken, upload.size),
        UploadState::Done => (t.file_done)(&upload.name),
        UploadState::Cancelled | UploadState::SessionOver => {
            (t.file_stopped)(&upload.name, upload.taken)
        }
        UploadState::Interrupted => (t.file_interrupted)(&upload.name, upload.taken, upload.size),
        UploadState::Failed(_) => (t.file_failed)(&upload.name, upload.taken),
        UploadState::Rejected(why) | UploadState::Unreadable(why) => why.clone(),
    };
    let percent = (upload.taken * 100).checked_div(upload.size).unwrap_or(100);
    let percent = format!("{percent} %");
    let bar = element("progress", "")
        .is("data-testid", testid::FILE_PROGRESS)
        .number("value", upload.taken)
        .number("max", upload.size.max(1))
        .with("title", format::bytes(upload.taken))
        .with("aria-label", upload.name.clone())
        .words(percent.clone());
    let state = if upload.running() {
        button(testid::FILE_CANCEL, t.file_cancel)
    } else {
        element("span", "mono").words(percent)
    };
    element("div", "file-progress")
        .child(bar)
        .child(state)
        .child(element("p", "hint").is("role", "status").words(text))
}
