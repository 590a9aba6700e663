//! `cargo xtask run`: from a fresh clone to a running bridge.

use std::{ffi::OsString, path::Path, process::Command};

use anyhow::{Context as _, Result};

use crate::{
    bridge::{self, Profile},
    page, setup,
};

/// Sets up, builds what has changed, and becomes the bridge.
pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    let tools = setup::page()?;
    page::build(&tools)?;
    page::weigh(false)?;
    let bridge = bridge::build(Profile::Release)?;
    let mut command = Command::new(&bridge);
    // The bridge does so only where there is a desktop.
    if !arguments.iter().any(|argument| argument == "--open") {
        command.arg("--open");
    }
    command.args(arguments);
    become_it(&bridge, command)
}

/// Replaces this process, so that signals reach the bridge and its exit status is the command's.
#[cfg(unix)]
fn become_it(bridge: &Path, mut command: Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec()).with_context(|| format!("cannot start {}", bridge.display()))
}

/// Waits for the bridge, which gets the console's Ctrl-C as this process does.
#[cfg(not(unix))]
fn become_it(bridge: &Path, mut command: Command) -> Result<()> {
    ctrlc::set_handler(|| {}).context("cannot leave Ctrl-C to the bridge")?;
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", bridge.display()))?;
    std::process::exit(status.code().unwrap_or(1));
}
