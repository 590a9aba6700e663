//! A Rust compiler with a standard library for `wasm32-unknown-unknown`.
//!
//! In this order: the toolchain in use has it or its source; Debian's own compiler and the library's
//! source are there; rustup adds the source; apt installs Debian's compiler. Where its source is, the
//! library is built along with the page, which makes the page a good deal smaller.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

use super::apt;
use crate::{
    job::{self, Job, say},
    place,
    version::Version,
};

const TARGET: &str = "wasm32-unknown-unknown";
/// The library's source, below a toolchain's root.
const SOURCE: &str = "lib/rustlib/src/rust/library/Cargo.lock";
/// A download of some 3 to 20 MB; a network that swallows packets is given up.
const RUSTUP_LIMIT: Duration = Duration::from_secs(5 * 60);
/// Debian's folder of programs.
const DEBIAN_BIN: &str = "/usr/bin";
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// The compiler of the page.
pub(crate) enum Compiler {
    /// The toolchain in use, with the library as it was delivered.
    Toolchain { version: String },
    /// The toolchain in use, which builds the library from source.
    Source { version: String },
    /// Debian's, which builds the standard library from source.
    Debian { version: String, linker: PathBuf },
}

impl Compiler {
    pub(crate) fn version(&self) -> &str {
        match self {
            Self::Toolchain { version }
            | Self::Source { version }
            | Self::Debian { version, .. } => version,
        }
    }

    /// Where to look for its programs first.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        matches!(self, Self::Debian { .. }).then(|| DEBIAN_BIN.into())
    }

    /// Makes `command`, and any cargo that it starts, build with this compiler.
    pub(crate) fn apply(&self, command: &mut Command) {
        match self {
            Self::Toolchain { .. } => return,
            Self::Source { .. } => {}
            Self::Debian { linker, .. } => {
                // What the toolchain that runs this program has set for its children.
                for name in [
                    "RUSTUP_TOOLCHAIN",
                    "CARGO",
                    "RUSTC",
                    "RUSTDOC",
                    "LD_LIBRARY_PATH",
                ] {
                    command.env_remove(name);
                }
                command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            }
        }
        command
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort");
    }

    /// Leaves out of a release what only a developer reads: a panic stops the page without saying
    /// where. A library that is not built along keeps its own.
    pub(crate) fn shrink(&self, command: &mut Command) {
        if let Self::Toolchain { .. } = self {
            return;
        }
        command
            .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size")
            .env("CARGO_UNSTABLE_PANIC_IMMEDIATE_ABORT", "true")
            .env("CARGO_PROFILE_PAGE_PANIC", "immediate-abort")
            .env("RUSTFLAGS", "-Zlocation-detail=none -Zfmt-debug=none");
    }

    /// Sees to it that `cargo clippy` works with this compiler.
    pub(crate) fn add_clippy(&self) -> Result<()> {
        let Self::Debian { .. } = self else {
            return Ok(());
        };
        if Path::new(DEBIAN_BIN).join("cargo-clippy").exists() {
            return Ok(());
        }
        apt::install(
            &["rust-web-clippy"],
            "checking the page with clippy",
            "half a minute",
        )
    }
}

/// Finds or installs the compiler.
pub(crate) fn compiler() -> Result<Compiler> {
    if let Some(found) = toolchain() {
        return Ok(found);
    }
    if let Some(found) = debian() {
        return Ok(found);
    }
    if add_by_rustup()
        && let Some(found) = toolchain()
    {
        return Ok(found);
    }
    if apt::is_here() {
        return install_debian();
    }
    bail!(
        "building the page needs Rust's standard library for {TARGET}: install Rust with rustup \
         and run `rustup component add rust-src`, or install your system's package of it"
    )
}

fn toolchain() -> Option<Compiler> {
    let version = job::first_line(Command::new("rustc").arg("--version"))?;
    let sysroot = job::first_line(Command::new("rustc").args(["--print", "sysroot"]))?;
    let sysroot = Path::new(&sysroot);
    if sysroot.join(SOURCE).exists() {
        return Some(Compiler::Source { version });
    }
    let library = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    let has_core = fs::read_dir(library).ok()?.flatten().any(|entry| {
        entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with("libcore-"))
    });
    has_core.then_some(Compiler::Toolchain { version })
}

fn debian() -> Option<Compiler> {
    let bin = Path::new(DEBIAN_BIN);
    let version = debian_version()?;
    let complete = Version::find(&version)? >= minimum().ok()?
        && bin.join("cargo").exists()
        && Path::new("/usr").join(SOURCE).exists();
    let linker = bin.join(format!("wasm-ld-{}", debian_llvm()?));
    (complete && linker.exists()).then_some(Compiler::Debian { version, linker })
}

fn add_by_rustup() -> bool {
    if job::find("rustup").is_none() {
        return false;
    }
    let added =
        Job::new("rustup", "Adding the source of Rust's standard library").and_then(|job| {
            job.expect("a few seconds").limit(RUSTUP_LIMIT).run(
                Command::new("rustup")
                    .args(["component", "add", "rust-src"])
                    .env("RUSTUP_MAX_RETRIES", "1"),
            )
        });
    if added.is_err() && apt::is_here() {
        say("rustup could not download it: taking the system's own compiler for the page instead");
    }
    added.is_ok()
}

fn install_debian() -> Result<Compiler> {
    let why = "building the page";
    apt::install(&DEBIAN_PACKAGES, why, "about a minute")?;
    let llvm = debian_llvm().context("/usr/bin/rustc does not say which LLVM it has")?;
    apt::install(&[&format!("lld-{llvm}")], why, "half a minute")?;
    debian().with_context(|| {
        format!(
            "the system's Rust ({}) cannot build the page: run `rustup component add rust-src` \
             where rustup can download",
            debian_version().unwrap_or_else(|| "none".into()),
        )
    })
}

fn debian_version() -> Option<String> {
    job::first_line(debian_rustc().arg("--version"))
}

fn debian_llvm() -> Option<u32> {
    let output = debian_rustc().arg("-vV").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("LLVM version: "))?;
    Version::find(line).map(|version| version.0)
}

fn debian_rustc() -> Command {
    let mut command = Command::new(Path::new(DEBIAN_BIN).join("rustc"));
    command.env_remove("LD_LIBRARY_PATH");
    command
}

/// The oldest compiler that the workspace accepts.
fn minimum() -> Result<Version> {
    let manifest = fs::read_to_string(place::root().join("Cargo.toml"))?;
    manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = \""))
        .and_then(Version::find)
        .context("Cargo.toml names no rust-version")
}
