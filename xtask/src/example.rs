//! The programs of `e2e` that drive the page and are no tests.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{
    bridge::{self, Profile},
    page, place, setup,
};

/// Sets up and builds what has changed; returns the command that runs the program, which puts what it
/// makes at `output`.
pub(crate) fn command(name: &str, output: &Path) -> Result<Command> {
    let tools = setup::page()?;
    let browser = setup::tests(&tools)?;
    page::build(&tools)?;
    let bridge = bridge::build(Profile::Release)?;
    let mut command = Command::new("cargo");
    command
        .current_dir(place::root())
        .args(["run", "--package", "sockscope-e2e", "--example", name, "--"])
        .arg(output);
    browser.tell(&mut command, &bridge);
    Ok(command)
}
