//! Packages of npm, each in a folder of its own.

use std::{env, fs, path::Path, process::Command};

use anyhow::{Context as _, Result};

use super::apt;
use crate::job::{self, Job};

/// Installs packages (`name@version`) into `folder`. Nothing of theirs is run.
pub(crate) fn install(name: &str, packages: &[&str], folder: &Path) -> Result<()> {
    let npm = job::find("npm").context("there is no npm: install Node.js with npm")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let title = format!(
        "Installing npm's {} into {}",
        packages.join(", "),
        folder.display()
    );
    Job::new(name, title)?
        .expect("once; half a minute")
        .hint("see whether `npm install` works")
        .run(
            Command::new(npm)
                .args(["install", "--no-save", "--no-audit", "--no-fund"])
                .args(["--ignore-scripts", "--prefix"])
                .arg(folder)
                .args(packages)
                .current_dir(env::temp_dir()),
        )?;
    Ok(())
}

/// Has apt install Node.js and npm, where one is missing and there is apt.
pub(crate) fn provide(why: &str) -> Result<()> {
    let missing = ["node", "npm"].iter().any(|name| job::find(name).is_none());
    if missing && apt::is_here() {
        apt::install(&["nodejs", "npm"], why, "one to two minutes")?;
    }
    Ok(())
}
