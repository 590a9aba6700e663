//! npm's clients of the relay, apart from the user's own packages.

use std::{env, fs, path::PathBuf, process::Command};

use anyhow::{Context as _, Result};

use super::apt;
use crate::{
    job::{self, Job},
    place,
};

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
    let has_node = || job::find("node").is_some();
    if done.exists() && has_node() {
        return Ok(home);
    }
    if apt::is_here() && (!has_node() || job::find("npm").is_none()) {
        let why = "testing the relay with programs of Node.js";
        apt::install(&["nodejs", "npm"], why, "a minute")?;
    }
    let npm = job::find("npm").context("the tests run Node.js: install it with npm")?;
    fs::create_dir_all(&home).with_context(|| format!("cannot create {}", home.display()))?;
    let title = format!(
        "Installing npm's clients of the relay into {}",
        home.display()
    );
    Job::new("relay-clients", title)?
        .expect("once; half a minute")
        .hint("see whether `npm install` works")
        .run(
            Command::new(npm)
                .args(["install", "--no-save", "--no-audit", "--no-fund"])
                .args(["--ignore-scripts", "--prefix"])
                .arg(&home)
                .args(PACKAGES)
                .current_dir(env::temp_dir()),
        )?;
    fs::write(&done, "").with_context(|| format!("cannot write {}", done.display()))?;
    Ok(home)
}
