//! Bytes as people read and write them: text in which nothing is invisible, hex dumps, and what is
//! typed or pasted to be sent.

mod carry;
mod codec;
mod copy;
mod dump;
mod encoding;
mod ending;
mod escapes;
mod gbk;
mod hex;
mod lines;
#[cfg(test)]
mod native;
mod runs;
mod search;
mod text;

pub use carry::Carry;
pub use codec::{Codec, Step, Unit};
pub use copy::{Copier, CopyFormat};
pub use dump::{Cell, DumpRow, ROW_BYTES, row, rows};
pub use encoding::Encoding;
pub use ending::LineEnding;
pub use escapes::{EscapeError, EscapeProblem, parse_text, show_text};
pub use gbk::{Gbk, GbkDecoder};
pub use hex::{HexError, HexProblem, parse_hex, show_hex};
pub use lines::Lines;
pub use runs::{Kind, Place, Run};
pub use search::Finder;
pub use text::{Span, control_name, spans};
