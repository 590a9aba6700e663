//! Letters for the pictures of the Chinese page.

use std::process::Command;

use anyhow::Result;

use super::apt;
use crate::job::{self, say};

const PACKAGE: &str = "fonts-noto-cjk";

/// Installs a font with Chinese letters where fontconfig knows of none.
pub(crate) fn provide() -> Result<()> {
    if !cfg!(target_os = "linux") || known() {
        return Ok(());
    }
    if apt::is_here() {
        return apt::install(
            &[PACKAGE],
            "taking pictures of the Chinese page",
            "a minute",
        );
    }
    say("no font has Chinese letters: in the pictures there will be boxes instead");
    Ok(())
}

fn known() -> bool {
    job::first_line(Command::new("fc-list").arg(":lang=zh-cn")).is_some()
}
