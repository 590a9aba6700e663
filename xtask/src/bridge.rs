//! Building the bridge.

use std::{env, path::PathBuf, process::Command};

use anyhow::Result;

use crate::{job::Job, place};

/// How the bridge is built.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// Quickly; the page is read from `dist/` while it runs.
    Dev,
    /// With the page inside.
    Release,
}

/// Builds the bridge and returns where its binary is.
pub(crate) fn build(profile: Profile) -> Result<PathBuf> {
    let mut command = Command::new("cargo");
    command
        .current_dir(place::root())
        .args(["build", "--package", "sockscope"]);
    let (folder, expect) = match profile {
        Profile::Dev => ("debug", "seconds; the first time a minute or two"),
        Profile::Release => {
            command.arg("--release");
            ("release", "seconds; the first time two to four minutes")
        }
    };
    Job::new("bridge", format!("Building the bridge ({folder})"))?
        .expect(expect)
        .hint("the compiler's message is above")
        .run(&mut command)?;
    Ok(place::target()
        .join(folder)
        .join(format!("sockscope{}", env::consts::EXE_SUFFIX)))
}
