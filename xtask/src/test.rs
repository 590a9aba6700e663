//! `cargo xtask test`: all that must hold before a change lands.

use std::{process::Command, time::Instant};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use crate::{
    bridge::{self, Profile},
    job::{Job, say, words},
    page, place,
    setup::{self, PageTools, TestTools},
    tally::Tally,
};

/// One part of the checks, in the order in which they run.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stage {
    /// The sources are formatted
    Format,
    /// The page builds and keeps to its size
    Page,
    /// Lints of everything, natively
    Clippy,
    /// Lints of the page, for WebAssembly
    ClippyPage,
    /// The documentation builds
    Doc,
    /// Unit and integration tests
    Native,
    /// A real browser drives the page against the bridge
    E2e,
}

impl Stage {
    fn run(self, page_tools: &PageTools, test_tools: &TestTools) -> Result<Tally> {
        match self {
            Self::Format => check(
                "format",
                "Formatting",
                "seconds",
                cargo(&["fmt", "--all", "--check"]),
            ),
            Self::Page => {
                page::build(page_tools)?;
                page::weigh(true)?;
                Ok(CHECK)
            }
            Self::Clippy => check(
                "clippy",
                "Lints",
                "seconds; the first time two to four minutes",
                cargo(&[
                    "clippy",
                    "--keep-going",
                    "--workspace",
                    "--all-targets",
                    "--",
                    "--deny",
                    "warnings",
                ]),
            ),
            Self::ClippyPage => {
                let mut clippy = page_tools.command("cargo")?;
                clippy.args(["clippy", "--package", "sockscope-frontend", "--target"]);
                clippy.args(["wasm32-unknown-unknown", "--", "--deny", "warnings"]);
                check(
                    "clippy-page",
                    "Lints of the page",
                    "seconds; the first time two minutes",
                    clippy,
                )
            }
            Self::Doc => {
                let mut doc = cargo(&[
                    "doc",
                    "--keep-going",
                    "--workspace",
                    "--no-deps",
                    "--document-private-items",
                ]);
                doc.env("RUSTDOCFLAGS", "--deny warnings");
                check("doc", "Documentation", "a minute", doc)
            }
            Self::Native => {
                let mut tests = cargo(&[
                    "test",
                    "--workspace",
                    "--exclude",
                    "sockscope-e2e",
                    "--no-fail-fast",
                ]);
                tests
                    .env("SOCKSCOPE_PYTHON", &test_tools.python)
                    .env("SOCKSCOPE_NODE_CLIENTS", &test_tools.node_clients)
                    .env("SOCKSCOPE_TSHARK", &test_tools.tshark)
                    .env("SOCKSCOPE_WEBSOCAT", &test_tools.websocat);
                suites("native", "Unit and integration tests", "minutes", tests)
            }
            Self::E2e => {
                let bridge = bridge::build(Profile::Release)?;
                let mut tests = cargo(&["test", "--package", "sockscope-e2e", "--no-fail-fast"]);
                test_tools.tell(&mut tests, &bridge);
                // These tests say what they waited for; where in the code, nobody needs to know.
                tests.env("RUST_BACKTRACE", "0");
                suites("e2e", "End-to-end tests in a browser", "minutes", tests)
            }
        }
    }

    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}

/// Runs all stages, or those named, to their end, and fails if one failed.
pub(crate) fn test(only: &[Stage]) -> Result<()> {
    let began = Instant::now();
    let page_tools = setup::page()?;
    let test_tools = setup::tests(&page_tools)?;
    // The bridge embeds what is in there, be it nothing.
    std::fs::create_dir_all(place::dist()).context("cannot create dist")?;
    let mut tally = Tally::default();
    let mut failed = Vec::new();
    for stage in Stage::value_variants() {
        if !only.is_empty() && !only.contains(stage) {
            continue;
        }
        match stage.run(&page_tools, &test_tools) {
            Ok(counted) => {
                tally.add(counted);
                if counted.failed > 0 {
                    failed.push(stage.name());
                }
            }
            Err(error) => {
                say(&format!("{error:#}"));
                // A check that fails counts as a test that does.
                tally.failed += 1;
                failed.push(stage.name());
            }
        }
    }
    say(&format!("All took {}", words(began.elapsed())));
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if failed.is_empty() {
        return Ok(());
    }
    bail!(
        "failed: {}; `cargo xtask test --only {}` repeats",
        failed.join(", "),
        failed.join(",")
    )
}

/// A check that passes counts as a test that does.
const CHECK: Tally = Tally {
    passed: 1,
    failed: 0,
};

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(place::root()).args(arguments);
    command
}

/// A stage that passes or fails as a whole.
fn check(name: &str, title: &str, expect: &'static str, mut command: Command) -> Result<Tally> {
    Job::new(name, title)?.expect(expect).run(&mut command)?;
    Ok(CHECK)
}

/// A stage of `cargo test`.
fn suites(name: &str, title: &str, expect: &'static str, mut command: Command) -> Result<Tally> {
    let (status, output) = Job::new(name, title)?
        .expect(expect)
        .echo()
        .outcome(&mut command)?;
    let counted = Tally::of(&output);
    if !status.success() && counted.failed == 0 {
        bail!("{title} could not be run to the end ({status})");
    }
    if counted.passed + counted.failed == 0 {
        bail!("{title}: no test ran");
    }
    Ok(counted)
}
