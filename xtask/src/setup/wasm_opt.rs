//! `wasm-opt`, which halves the page.

use std::{path::PathBuf, process::Command};

use anyhow::{Context as _, Result};

use super::npm;
use crate::{
    job::{self, say},
    place,
    version::Version,
};

/// The release that is installed where none is found.
const RELEASE: &str = "132.0.0";
/// Older ones do not know all instructions that today's LLVM uses.
const MINIMUM: Version = Version(123, 0, 0);

/// The folder with a `wasm-opt`; nothing where it can neither be found nor installed.
pub(crate) fn folder() -> Result<Option<PathBuf>> {
    let home = place::tools()?.join(format!("binaryen-{RELEASE}"));
    let bin = home.join("node_modules").join(".bin");
    let ours = bin.join(if cfg!(windows) {
        "wasm-opt.cmd"
    } else {
        "wasm-opt"
    });
    if is_new_enough(&ours) {
        return Ok(Some(bin));
    }
    if let Some(found) = job::find("wasm-opt")
        && is_new_enough(&found)
    {
        return Ok(found.parent().map(PathBuf::from));
    }
    if job::find("npm").is_none() {
        say(
            "neither wasm-opt nor npm is here: the page will be about twice as large; install Node.js with npm",
        );
        return Ok(None);
    }
    npm::install("wasm-opt", &[&format!("binaryen@{RELEASE}")], &home)
        .context("no wasm-opt: install binaryen yourself and put wasm-opt on the PATH")?;
    Ok(Some(bin))
}

fn is_new_enough(program: &std::path::Path) -> bool {
    let version = job::first_line(Command::new(program).arg("--version"));
    version
        .as_deref()
        .and_then(Version::find)
        .is_some_and(|version| version >= MINIMUM)
}
