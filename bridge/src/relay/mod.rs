//! The relay: published protocols for programs, over the same policy and the same limits.

mod options;

pub use options::{Config, NoToken, Options, TOKEN_VARIABLE, url};
