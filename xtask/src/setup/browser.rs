//! Chromium and its driver.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::apt;
use crate::job;

const BROWSERS: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// What the end-to-end tests drive.
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Finds or installs both.
pub(crate) fn find() -> Result<Browser> {
    if let Some(found) = on_path() {
        return Ok(found);
    }
    if apt::is_here() {
        apt::install(
            &["chromium", "chromium-driver"],
            "testing in a browser",
            "one to two minutes",
        )?;
    }
    on_path().context(
        "the end-to-end tests need Chromium (or Chrome) and a chromedriver of the same version on the PATH: install both",
    )
}

fn on_path() -> Option<Browser> {
    let chromium = BROWSERS
        .iter()
        .find_map(|name| job::find(Path::new(name)))?;
    Some(Browser {
        chromium,
        driver: job::find("chromedriver")?,
    })
}
