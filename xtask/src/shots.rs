//! `cargo xtask shots`: pictures of the page, to look at.

use std::process::Command;

use anyhow::Result;

use crate::{
    bridge::{self, Profile},
    job::Job,
    page, place, setup,
};

/// Sets up, builds what has changed, and takes the pictures.
pub(crate) fn shots() -> Result<()> {
    let tools = setup::page()?;
    let browser = setup::tests(&tools)?;
    page::build(&tools)?;
    let bridge = bridge::build(Profile::Release)?;
    let mut command = Command::new("cargo");
    command
        .current_dir(place::root())
        .args([
            "run",
            "--package",
            "sockscope-e2e",
            "--example",
            "shots",
            "--",
        ])
        .arg(place::target().join("shots"));
    browser.tell(&mut command, &bridge);
    Job::new("shots", "Taking pictures")?
        .expect("a minute or two")
        .echo()
        .run(&mut command)?;
    Ok(())
}
