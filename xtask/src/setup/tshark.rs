//! Wireshark's tshark, which reads the packets that are exported.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::apt;
use crate::job;

/// Finds or installs it.
pub(crate) fn find() -> Result<PathBuf> {
    if let Some(found) = job::find("tshark") {
        return Ok(found);
    }
    if apt::is_here() {
        apt::install(&["tshark"], "reading exported packets", "a minute")?;
    }
    job::find("tshark").context("the tests need Wireshark's tshark on the PATH: install it")
}
