//! Relays of others, to measure beside: each in the user's cache, in the release named here.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use super::npm;
use crate::{
    job::{self, Job, say},
    place,
};

const WISP_JS: &str = "@mercuryworkshop/wisp-js@0.5.0";
const PYTHON: [&str; 2] = ["wisp-python==0.9.0", "websockify==0.13.0"];
const WEBSOCAT: &str = "websocat@1.14.1";

/// Installs what is missing and returns the folder. A peer that cannot be installed is left out.
pub(crate) fn install() -> Result<PathBuf> {
    for (folder, release, put) in [
        (
            "npm",
            WISP_JS.to_owned(),
            wisp_js as fn(&Path) -> Result<()>,
        ),
        ("python", PYTHON.join(" "), python),
        ("cargo", WEBSOCAT.to_owned(), cargo),
    ] {
        if let Err(error) = provide(folder, &release, put) {
            say(&format!("without {release}: {error:#}"));
        }
    }
    home()
}

/// The program `websocat`, which is a client as well.
pub(crate) fn websocat() -> Result<PathBuf> {
    let folder = provide("cargo", WEBSOCAT, cargo)?;
    Ok(folder
        .join("bin")
        .join(format!("websocat{}", env::consts::EXE_SUFFIX)))
}

fn home() -> Result<PathBuf> {
    Ok(place::tools()?.join("relays"))
}

/// The folder that holds a release, which `put` puts there if it is not.
fn provide(folder: &str, release: &str, put: fn(&Path) -> Result<()>) -> Result<PathBuf> {
    let folder = home()?.join(folder);
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == release) {
        return Ok(folder);
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    put(&folder)?;
    fs::write(stamp, release)?;
    Ok(folder)
}

fn wisp_js(folder: &Path) -> Result<()> {
    npm::install("peer-npm", &[WISP_JS], folder)
}

fn python(folder: &Path) -> Result<()> {
    let base = ["python3", "python"]
        .into_iter()
        .find_map(job::find)
        .context("there is no Python 3")?;
    Job::new("peer-venv", "Preparing Python for other relays")?
        .expect("once; seconds")
        .run(
            Command::new(base)
                .args(["-m", "venv", "--clear"])
                .arg(folder),
        )?;
    let python = folder.join("bin").join("python");
    Job::new("peer-python", format!("Installing {}", PYTHON.join(", ")))?
        .expect("once; half a minute")
        .run(
            Command::new(python)
                .args(["-m", "pip", "install", "--disable-pip-version-check"])
                .args(PYTHON),
        )?;
    Ok(())
}

fn cargo(folder: &Path) -> Result<()> {
    Job::new("peer-cargo", format!("Building {WEBSOCAT}"))?
        .expect("once; two minutes")
        .run(
            Command::new("cargo")
                .args(["install", WEBSOCAT, "--locked", "--no-default-features"])
                .args(["--force", "--root"])
                .arg(folder)
                .env_remove("CARGO_TARGET_DIR")
                // Away from this workspace's settings.
                .current_dir(folder),
        )?;
    Ok(())
}
