//! Tools that crates.io offers as source: built once, kept in the user's cache.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{
    job::{self, Job},
    place,
    version::{self, Version},
};

/// The folder with a Trunk that fits.
pub(crate) fn trunk() -> Result<PathBuf> {
    // Its lock file is good, and without it a dependency of today may not build.
    Tool {
        package: "trunk",
        program: "trunk",
        version: "0.21".into(),
        requirement: "^0.21",
        locked: true,
        expect: "once; 3 to 8 minutes",
    }
    .folder(|found| found.0 == 0 && found.1 == 21)
}

/// The folder with a wasm-bindgen of exactly the version that the page is linked with.
pub(crate) fn wasm_bindgen() -> Result<PathBuf> {
    let lock =
        fs::read_to_string(place::root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let version =
        version::locked(&lock, "wasm-bindgen").context("Cargo.lock has no wasm-bindgen")?;
    let wanted = Version::find(&version).context("wasm-bindgen's version is no number")?;
    Tool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        requirement: &format!("={version}"),
        version,
        // Its lock file may name crates that were withdrawn.
        locked: false,
        expect: "once; 1 to 4 minutes",
    }
    .folder(|found| found == wanted)
}

struct Tool<'a> {
    package: &'a str,
    program: &'a str,
    version: String,
    requirement: &'a str,
    locked: bool,
    expect: &'static str,
}

impl Tool<'_> {
    fn folder(&self, fits: impl Fn(Version) -> bool) -> Result<PathBuf> {
        let home = place::tools()?.join(format!("{}-{}", self.program, self.version));
        let ours = home
            .join("bin")
            .join(format!("{}{}", self.program, env::consts::EXE_SUFFIX));
        for candidate in [Some(ours.clone()), job::find(self.program)]
            .into_iter()
            .flatten()
        {
            let version = job::first_line(Command::new(&candidate).arg("--version"));
            if version
                .as_deref()
                .and_then(Version::find)
                .is_some_and(&fits)
            {
                return candidate
                    .parent()
                    .map(Path::to_owned)
                    .context("a program in no folder");
            }
        }
        self.install(&home)?;
        Ok(home.join("bin"))
    }

    fn install(&self, home: &Path) -> Result<()> {
        let Self {
            package,
            requirement,
            ..
        } = self;
        let title = format!("Building {package} {requirement} into {}", home.display());
        let mut command = Command::new("cargo");
        command
            .args([
                "install",
                package,
                "--version",
                requirement,
                "--force",
                "--root",
            ])
            .arg(home)
            // These only drive other tools: built quickly is better than quick.
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env_remove("CARGO_TARGET_DIR")
            // Away from this workspace's settings.
            .current_dir(home.parent().unwrap_or(home));
        if self.locked {
            command.arg("--locked");
        }
        Job::new(package, title)?
            .expect(self.expect)
            .hint(format!(
                "install {package} {requirement} yourself and put it on the PATH"
            ))
            .run(&mut command)?;
        Ok(())
    }
}
