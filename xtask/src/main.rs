//! The project's own commands. `cargo xtask --help` lists them.

mod bench;
mod bridge;
mod dev;
mod example;
mod job;
mod page;
mod place;
mod run;
mod setup;
mod shots;
mod tally;
mod test;
mod version;

use std::{ffi::OsString, process::ExitCode};

use clap::{Parser, Subcommand};

/// Sets up, builds, runs and tests Sockscope.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what building the page needs (with --tests: what the tests need, too)
    Setup {
        /// Also what `cargo xtask test` needs: Chromium and its driver, clippy, Python packages, axe-core
        #[arg(long)]
        tests: bool,
    },
    /// Build the page and the bridge, and start the bridge
    Run {
        /// Passed to the bridge, after `--`; `cargo xtask run -- --help` lists what it takes
        #[arg(last = true)]
        bridge: Vec<OsString>,
    },
    /// Serve the page with Trunk, which rebuilds it on change, beside a bridge that is rebuilt too
    Dev {
        /// The port of the page
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// The port of the bridge
        #[arg(long, default_value_t = 7878)]
        bridge_port: u16,
        /// Passed to the bridge, after `--`
        #[arg(last = true)]
        bridge: Vec<OsString>,
    },
    /// Take pictures of the page's main views into target/shots
    Shots,
    /// Measure how fast it is
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Run all checks and tests
    Test {
        /// Only these stages, by name
        #[arg(long, value_name = "STAGE", value_delimiter = ',')]
        only: Vec<test::Stage>,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Setup { tests } => setup::page().and_then(|tools| {
            if tests {
                setup::tests(&tools)?;
            }
            Ok(())
        }),
        Task::Run { bridge } => run::run(&bridge),
        Task::Dev {
            port,
            bridge_port,
            bridge,
        } => dev::dev(port, bridge_port, &bridge),
        Task::Shots => shots::shots(),
        Task::Bench(what) => bench::bench(&what),
        Task::Test { only } => test::test(&only),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
