//! What can be done with the bytes: all that is selected, else all that is shown, in full.

use js_sys::{Array, Uint8Array};
use sockscope_frontend::bytes::{Copier, CopyFormat};
use sockscope_frontend::model::{Direction, Socket};
use sockscope_frontend::store::download;
use wasm_bindgen_futures::spawn_local;

use super::events::Hands;
use super::panel::Panel;
use super::select::taken;
use crate::i18n::Bytes as Texts;
use crate::view::element::{Element, button, element, select};
use crate::view::{clipboard, format, testid};

/// The most characters that are put on the clipboard: what other programs still take in.
const CLIPBOARD: u64 = 16 << 20;

/// What came of the last thing that was done.
#[derive(Clone, Copy, PartialEq, Default)]
pub(super) enum Said {
    #[default]
    Nothing,
    Copied,
    NotCopied,
    /// Saved without so many bytes.
    Missing(u64),
    /// So many characters are too many for the clipboard.
    TooLong(u64),
}

/// Which bytes are selected, and which character they are.
pub(super) fn selected(socket: &Socket, panel: &Panel, t: &'static Texts) -> Element {
    let line = element("p", "bytes-selected hint")
        .is("id", "bytes-selected")
        .is("role", "status")
        .is("data-testid", testid::BYTES_SELECTED);
    let all = match panel.selection {
        Some(_) => taken(socket, panel),
        None => return line.text(t.select_hint),
    };
    let Some(first) = all.first() else {
        return line;
    };
    let size: usize = all.iter().map(|one| one.bytes().len()).sum();
    let mut text = (t.selected)(
        &format::bytes(size as u64),
        first.chunk.offset + first.from as u64,
    );
    let codec = panel.layout.codec(first.direction);
    let own = first.bytes();
    if size == own.len()
        && codec.step(own).is_some_and(|step| step.len == size)
        && let Some(letter) = codec.character(own)
    {
        let code = u32::from(letter);
        text.push_str(" · ");
        if !letter.is_control() {
            text.push(letter);
            text.push(' ');
        }
        text.push_str(&format!("U+{code:04X}"));
    }
    line.words(text)
}

fn size(panel: &Panel, socket: &Socket) -> u64 {
    taken(socket, panel)
        .iter()
        .map(|one| one.bytes().len() as u64)
        .sum()
}

/// Writes bytes in the chosen form; what came one after another in one direction belongs together.
fn write(panel: &Panel, socket: &Socket, out: &mut dyn FnMut(String)) {
    let all = taken(socket, panel);
    let mut rest = &all[..];
    while let Some(first) = rest.first() {
        let same = rest
            .iter()
            .take_while(|one| one.direction == first.direction)
            .count();
        let (now, later) = rest.split_at(same);
        let total = now.iter().map(|one| one.bytes().len() as u64).sum();
        let mut copier = Copier::new(panel.form, panel.layout.codec(first.direction), total);
        for one in now {
            copier.piece(one.bytes());
            out(copier.take());
        }
        out(copier.finish());
        rest = later;
        if !rest.is_empty() {
            out("\n".to_owned());
        }
    }
}

/// Copies in the chosen form.
pub(super) fn copy(panel: &mut Panel, socket: &Socket, hands: &Hands) {
    let length = panel.form.length(size(panel, socket));
    if length > CLIPBOARD {
        panel.said = Said::TooLong(length);
        return;
    }
    let mut text = String::new();
    write(panel, socket, &mut |part| text.push_str(&part));
    let hands = hands.clone();
    spawn_local(async move {
        let copied = clipboard::copy(&text).await;
        if let Some(panel) = hands.panel.upgrade() {
            panel.borrow_mut().said = if copied {
                Said::Copied
            } else {
                Said::NotCopied
            };
            hands.redraw.force_update();
        }
    });
}

/// Gives what would be copied as a file.
pub(super) fn download_text(panel: &mut Panel, socket: &Socket) {
    let parts = Array::new();
    write(panel, socket, &mut |part| {
        parts.push(&part.into());
    });
    download(&parts, &format!("sockscope-{}.txt", socket.id));
    panel.said = Said::Nothing;
}

/// Saves the bytes as they are. Without a selection and with both directions shown, those received.
pub(super) fn save(panel: &mut Panel, socket: &Socket) {
    let before = panel.only;
    if panel.selection.is_none() {
        panel.only = before.or(Some(Direction::Received));
    }
    let parts = Array::new();
    let mut saved = 0;
    for one in taken(socket, panel) {
        saved += one.bytes().len() as u64;
        parts.push(&Uint8Array::from(one.bytes()));
    }
    // What is not held any more, or came while nobody looked.
    let missing = match panel.only {
        Some(only) if panel.selection.is_none() => {
            socket.stream(only).total().saturating_sub(saved)
        }
        _ => 0,
    };
    panel.only = before;
    download(&parts, &format!("sockscope-{}.bin", socket.id));
    panel.said = match missing {
        0 => Said::Nothing,
        missing => Said::Missing(missing),
    };
}

/// Copying and saving.
pub(super) fn tools(panel: &Panel, t: &'static Texts) -> Element {
    let name = |form: CopyFormat| match form {
        CopyFormat::Text => t.mode_text,
        CopyFormat::Hex => t.mode_hex,
        CopyFormat::Dump => t.dump,
        CopyFormat::C => t.c_array,
        CopyFormat::Python => "Python bytes",
        CopyFormat::Base64 => "base64",
    };
    let (copy, save) = match (panel.selection, panel.only) {
        (Some(_), _) => (t.copy_selected, t.save_selected),
        (None, Some(Direction::Sent)) => (t.copy, t.save_sent),
        (None, _) => (t.copy, t.save),
    };
    let said = match panel.said {
        Said::Nothing => String::new(),
        Said::Copied => t.copied.to_owned(),
        Said::NotCopied => t.copy_failed.to_owned(),
        Said::Missing(missing) => (t.save_missing)(missing),
        Said::TooLong(length) => (t.too_long)(&format::bytes(length)),
    };
    let status = element("span", "hint")
        .is("role", "status")
        .is("data-testid", testid::BYTES_SAID);
    let mut forms = CopyFormat::ALL
        .into_iter()
        .map(|one| (one.name(), name(one), one == panel.form));
    let tools = element("div", "bytes-tools")
        .child(select(testid::BYTES_FORM, t.form, &mut forms))
        .child(button(testid::BYTES_COPY, copy))
        .child(button(testid::BYTES_SAVE, save))
        .child(status.words(said));
    match panel.said {
        Said::TooLong(_) => tools.child(button(testid::BYTES_DOWNLOAD, t.download)),
        _ => tools,
    }
}
