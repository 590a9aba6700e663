//! axe-core, which finds what shuts somebody out of a page.

use std::{fs, path::PathBuf};

use anyhow::Result;

use super::npm;
use crate::place;

const RELEASE: &str = "4.14.1";

/// The script that the tests run in the page.
pub(crate) fn script() -> Result<PathBuf> {
    let home = place::tools()?.join(format!("axe-core-{RELEASE}"));
    let package = home.join("node_modules").join("axe-core");
    let script = package.join("axe.min.js");
    // npm unpacks this file before it is done with the package.
    let manifest = fs::read_to_string(package.join("package.json")).unwrap_or_default();
    if !script.is_file() || !manifest.contains(RELEASE) {
        npm::provide("testing whether everybody can use the page")?;
        npm::install("axe", &[&format!("axe-core@{RELEASE}")], &home)?;
    }
    Ok(script)
}
