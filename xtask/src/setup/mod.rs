//! Finding, and where it is missing installing, what the other commands need.
//!
//! Nothing is printed and hardly any time is spent where all is there.

mod apt;
mod axe;
mod browser;
mod crates;
pub(crate) mod fonts;
mod node;
mod npm;
pub(crate) mod peers;
mod python;
mod tshark;
mod wasm;
mod wasm_opt;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use browser::Browser;

use crate::{
    job::{self, Job},
    place,
};

/// What building the page needs.
pub(crate) struct PageTools {
    wasm: wasm::Compiler,
    folders: Vec<PathBuf>,
    /// Whether there is a `wasm-opt` that makes the page small.
    pub(crate) wasm_opt: bool,
}

impl PageTools {
    /// A command that finds these tools first, and the compiler that has a wasm32 standard library.
    pub(crate) fn command(&self, program: &str) -> Result<Command> {
        let mut folders = self.folders.clone();
        folders.extend(self.wasm.folder());
        if let Some(path) = env::var_os("PATH") {
            folders.extend(env::split_paths(&path));
        }
        let path = env::join_paths(folders).context("a folder's name does not fit into PATH")?;
        // A bare name would be looked up in this process's PATH, not in the child's.
        let program = which::which_in(program, Some(&path), place::root())
            .with_context(|| format!("{program} is not on the PATH"))?;
        let mut command = Command::new(program);
        command
            .current_dir(place::root())
            .env("CARGO_TARGET_DIR", place::page_target())
            .env("PATH", path);
        self.wasm.apply(&mut command);
        Ok(command)
    }

    /// Makes the page that `command` builds as small as this compiler can.
    pub(crate) fn shrink(&self, command: &mut Command) {
        self.wasm.shrink(command);
    }

    /// Names the compiler, so that a page is rebuilt when it changes.
    pub(crate) fn compiler(&self) -> &str {
        self.wasm.version()
    }
}

/// What running the tests needs, beyond [`PageTools`].
pub(crate) struct TestTools {
    browser: Browser,
    /// A Python 3 with the packages that the examples import.
    pub(crate) python: PathBuf,
    /// The script that finds what shuts somebody out of the page.
    axe: PathBuf,
    /// Where npm's clients of the relay are.
    pub(crate) node_clients: PathBuf,
    /// Wireshark without its window, which reads the packets that are exported.
    pub(crate) tshark: PathBuf,
    /// Another client of it.
    pub(crate) websocat: PathBuf,
}

impl TestTools {
    /// Tells a command where these tools are, and where the bridge is.
    pub(crate) fn tell(&self, command: &mut Command, bridge: &Path) {
        command
            .env("SOCKSCOPE_BRIDGE", bridge)
            .env("SOCKSCOPE_PYTHON", &self.python)
            .env("SOCKSCOPE_AXE", &self.axe)
            .env("SOCKSCOPE_TSHARK", &self.tshark)
            .env("SOCKSCOPE_CHROMIUM", &self.browser.chromium)
            .env("SOCKSCOPE_CHROMEDRIVER", &self.browser.driver);
    }
}

/// Prepares for building the page.
pub(crate) fn page() -> Result<PageTools> {
    let wasm = wasm::compiler()?;
    let mut folders = vec![crates::trunk()?, crates::wasm_bindgen()?];
    let wasm_opt = wasm_opt::folder()?;
    let has_wasm_opt = wasm_opt.is_some();
    folders.extend(wasm_opt);
    Ok(PageTools {
        wasm,
        folders,
        wasm_opt: has_wasm_opt,
    })
}

/// Prepares for testing.
pub(crate) fn tests(page: &PageTools) -> Result<TestTools> {
    component("rustfmt", "cargo-fmt")?;
    component("clippy", "cargo-clippy")?;
    page.wasm.add_clippy()?;
    Ok(TestTools {
        browser: browser::find()?,
        python: python::interpreter()?,
        axe: axe::script()?,
        node_clients: node::clients()?,
        tshark: tshark::find()?,
        websocat: peers::websocat()?,
    })
}

/// A component of the toolchain that runs this very command.
fn component(name: &str, program: &str) -> Result<()> {
    if job::first_line(
        Command::new("cargo").args([program.trim_start_matches("cargo-"), "--version"]),
    )
    .is_some()
    {
        return Ok(());
    }
    if job::find("rustup").is_none() {
        bail!("the checks need {name}: install it for your Rust toolchain");
    }
    Job::new(name, format!("Adding {name} to the Rust toolchain"))?
        .expect("under a minute")
        .hint(format!("install {name} for your Rust toolchain"))
        .run(Command::new("rustup").args(["component", "add", name]))?;
    Ok(())
}
