//! npm's clients of the relay, apart from the user's own packages.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};

use super::npm;
use crate::{job, place};

/// What the tests import, in releases that are known to work.
const PACKAGES: [&str; 3] = [
    "@mercuryworkshop/wisp-js@0.5.0",
    "@novnc/novnc@1.7.0",
    "ws@8.23.0",
];

/// The folder that holds `node_modules`.
pub(crate) fn clients() -> Result<PathBuf> {
    let home = place::tools()?.join("relay-clients-1");
    let done = home.join("installed");
    if done.exists() && job::find("node").is_some() {
        return Ok(home);
    }
    npm::provide("testing the relay with programs of Node.js")?;
    npm::install("relay-clients", &PACKAGES, &home)?;
    fs::write(&done, "").with_context(|| format!("cannot write {}", done.display()))?;
    Ok(home)
}
