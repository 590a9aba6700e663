//! Bytes as text in which nothing is invisible, and as a hex dump.

use sockscope_frontend::bytes::{Cell, Span, control_name, row, rows, show_text, spans};
use yew::prelude::*;

/// Bytes of one entry that are shown; all of them are copied and saved.
pub(super) const SHOWN: usize = 1024;

/// Parts of a text that are marked one by one. What has more is no text: its bytes are shown as they
/// would be typed, all alike, which browsers lay out many times as fast.
const MARKED: usize = 100;

/// Text: control characters as the escapes by which they are typed (a line feed also breaks the line),
/// bytes that are no UTF-8 as hex.
pub(super) fn text(bytes: &[u8]) -> Html {
    let shown = bytes.get(..SHOWN).unwrap_or(bytes);
    if spans(shown).nth(MARKED).is_some() {
        return html! { <pre>{ show_text(shown) }</pre> };
    }
    let mut parts = Vec::new();
    let mut invalid = Vec::new();
    for span in spans(shown) {
        if let Span::Invalid(byte) = span {
            invalid.push(byte);
            continue;
        }
        parts.extend(take_invalid(&mut invalid));
        parts.push(match span {
            Span::Text(text) => html! { { text.to_owned() } },
            Span::Control(byte) => {
                let line = (byte == b'\n').then_some("\n");
                html! {
                    <><span class="control" title={control_name(byte)}>{ show_text(&[byte]) }</span>{ line }</>
                }
            }
            Span::Invisible(letter) => {
                let name = format!("U+{:04X}", u32::from(letter));
                html! { <span class="control">{ name }</span> }
            }
            Span::Invalid(_) => Html::default(),
        });
    }
    parts.extend(take_invalid(&mut invalid));
    html! { <pre>{ for parts }</pre> }
}

/// Bytes that are no UTF-8, as many as stand together.
fn take_invalid(bytes: &mut Vec<u8>) -> Option<Html> {
    let shown = (!bytes.is_empty()).then(|| show_text(bytes));
    bytes.clear();
    shown.map(|shown| html! { <span class="invalid">{ shown }</span> })
}

/// Bytes in a line of the hex dump: as many as fit beside the stage and on a telephone.
const LINE: usize = 8;

/// Offsets, hex, characters.
pub(super) fn hex(bytes: &[u8], base: u64) -> Html {
    let shown = bytes.get(..SHOWN).unwrap_or(bytes);
    let mut text = String::new();
    for row in (0..rows(shown.len())).filter_map(|index| row(shown, index, base)) {
        let cells: Vec<Cell> = row.cells().collect();
        for (half, cells) in cells.chunks(LINE).enumerate() {
            let offset = row.offset + (half * LINE) as u64;
            let hex: Vec<String> = cells.iter().map(|cell| cell.hex.iter().collect()).collect();
            let characters: String = cells.iter().map(|cell| cell.character).collect();
            let width = LINE * 3 - 1;
            text.push_str(&format!(
                "{offset:08x}  {:width$}  {characters}\n",
                hex.join(" ")
            ));
        }
    }
    // It is wider than a narrow inspector: with the focus, keys scroll it.
    html! { <pre class="hex" tabindex="0">{ text }</pre> }
}
