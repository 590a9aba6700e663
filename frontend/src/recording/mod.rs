#![doc = include_str!("RECORDING.md")]

mod log;
mod moments;
mod packed;
mod pcapng;
mod player;
mod reader;
mod stops;
mod text_log;
mod writer;

pub use log::Log;
pub use packed::Packed;
pub use player::Player;
pub use reader::{Notes, Problem, Reader};

/// With what a file begins, before the version of its format.
const BEGINNING: &str = r#"{"format":"sockscope-recording","format_version":"#;

/// Whether a text begins as a file does.
pub(crate) fn begins(text: &str) -> bool {
    text.starts_with(BEGINNING)
}

/// The version of the format that is written, and the newest that is read.
const FORMAT_VERSION: u32 = 1;

/// How long a piece of a file becomes, about.
const PIECE: usize = 256 << 10;
