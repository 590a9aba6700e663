//! A Python 3 with the one package that the examples import, apart from the user's own.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use super::apt;
use crate::{
    job::{self, Job},
    place,
};

const WEBSOCKETS: &str = "16.0";

/// The interpreter of a virtual environment in the user's cache.
pub(crate) fn interpreter() -> Result<PathBuf> {
    let home = place::tools()?.join(format!("python-websockets-{WEBSOCKETS}"));
    let python = home.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    if is_ready(&python) {
        return Ok(python);
    }
    let base = ["python3", "python"]
        .into_iter()
        .find_map(job::find)
        .context("the tests run Python programs: install Python 3.10 or newer")?;
    // Debian keeps this part of Python in a package of its own.
    let has_venv = Command::new(&base)
        .args(["-c", "import ensurepip"])
        .output();
    if apt::is_here() && !has_venv.is_ok_and(|output| output.status.success()) {
        apt::install(
            &["python3-venv"],
            "testing with Python programs",
            "half a minute",
        )?;
    }
    let title = format!(
        "Preparing Python with websockets {WEBSOCKETS} in {}",
        home.display()
    );
    let hint = "see whether `python3 -m venv` and pip work";
    Job::new("python-venv", title)?
        .expect("once; half a minute")
        .hint(hint)
        .run(
            Command::new(base)
                .args(["-m", "venv", "--clear"])
                .arg(&home),
        )?;
    Job::new(
        "python-packages",
        format!("Installing websockets {WEBSOCKETS} there"),
    )?
    .expect("a few seconds")
    .hint(hint)
    .run(
        Command::new(&python)
            .args(["-m", "pip", "install", "--disable-pip-version-check"])
            .arg(format!("websockets=={WEBSOCKETS}")),
    )?;
    Ok(python)
}

fn is_ready(python: &Path) -> bool {
    let script = "import websockets; print(websockets.__version__)";
    job::first_line(Command::new(python).args(["-c", script]))
        .is_some_and(|found| found == WEBSOCKETS)
}
