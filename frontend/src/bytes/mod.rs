//! Bytes as people read and write them: text in which nothing is invisible, hex dumps, and what is
//! typed or pasted to be sent.

mod copy;
mod dump;
mod ending;
mod escapes;
mod hex;
mod text;

pub use copy::{CopyFormat, copy};
pub use dump::{Cell, DumpRow, ROW_BYTES, row, rows};
pub use ending::LineEnding;
pub use escapes::{EscapeError, EscapeProblem, parse_text, show_text};
pub use hex::{HexError, HexProblem, parse_hex, show_hex};
pub use text::{Span, control_name, control_picture, spans};
