//! `cargo xtask bench`: figures, not tests.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    path::PathBuf,
    process::Command,
};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};

use crate::{
    bridge::{self, Profile},
    example,
    job::{Job, say},
    place,
    setup::peers,
};

/// What can be measured.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// The bridge's relay beside a plain forwarder and, with --peers, other relays
    ///
    /// Prints tables in Markdown and writes each figure to target/bench/relay.jsonl. Ten minutes; with
    /// --quick under two, with --peers twice as long.
    Relay(Relay),
    /// The page in Chromium: a long session opened, scrolled and replayed, a live one of 5,000 events/s
    ///
    /// Prints a table in Markdown and writes each figure to target/bench/page.jsonl. Two minutes. No
    /// figure decides anything.
    Page,
}

#[derive(Args)]
pub(crate) struct Relay {
    /// --quick, --rounds N, --only MEASURES, --contenders NAMES, --json PATH; --peers: also wisp-js (npm),
    /// wisp-python and websockify (PyPI) and websocat (crates.io), which are installed into the user's
    /// cache. What follows `--` goes to the bridge.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "FLAGS"
    )]
    arguments: Vec<OsString>,
}

const PEERS: &str = "--peers";

/// Builds what is measured and what measures, and measures.
pub(crate) fn bench(bench: &Bench) -> Result<()> {
    match bench {
        Bench::Relay(arguments) => relay(arguments),
        Bench::Page => {
            let json = place::target().join("bench").join("page.jsonl");
            measure(example::command("bench_page", &json)?)
        }
    }
}

fn relay(relay: &Relay) -> Result<()> {
    // The bridge embeds what is in there, be it nothing.
    fs::create_dir_all(place::dist()).context("cannot create dist")?;
    let bridge = bridge::build(Profile::Release)?;
    let harness = harness()?;
    let mut command = Command::new(harness);
    command
        .current_dir(place::root())
        .arg("relay")
        .env("SOCKSCOPE_BRIDGE", bridge)
        .env("SOCKSCOPE_BENCH_COMMAND", spoken());
    let own = relay
        .arguments
        .iter()
        .take_while(|argument| *argument != "--");
    if !own.clone().any(|argument| names_json(argument)) {
        let json = place::target().join("bench").join("relay.jsonl");
        command.arg("--json").arg(json);
    }
    if own.clone().any(|argument| argument == PEERS) {
        command.env("SOCKSCOPE_PEERS", peers::install()?);
    }
    // The harness only wants to know where they are.
    command.args(own.clone().filter(|argument| *argument != PEERS));
    command.args(relay.arguments.iter().skip(own.count()));
    measure(command)
}

/// Runs a measurement, which prints its tables.
fn measure(mut command: Command) -> Result<()> {
    say("Measuring (other work on this machine shows in the figures)");
    let status = command.status().context("cannot start the measurement")?;
    anyhow::ensure!(status.success(), "the measurement failed ({status})");
    Ok(())
}

fn names_json(argument: &OsStr) -> bool {
    let argument = argument.to_string_lossy();
    argument == "--json" || argument.starts_with("--json=")
}

/// As a person typed it.
fn spoken() -> String {
    let arguments = env::args().skip(1).collect::<Vec<_>>().join(" ");
    format!("cargo xtask {arguments}")
}

fn harness() -> Result<PathBuf> {
    Job::new("bench", "Building the measurement")?
        .expect("seconds; the first time a minute")
        .hint("the compiler's message is above")
        .run(Command::new("cargo").current_dir(place::root()).args([
            "build",
            "--release",
            "--package",
            "sockscope-bench",
        ]))?;
    Ok(place::target()
        .join("release")
        .join(format!("sockscope-bench{}", env::consts::EXE_SUFFIX)))
}
