//! Measures relays beside each other: how fast they are, what they cost, and whether they lose anything.
//!
//! The client and the targets live in this process, each relay in one of its own. `cargo xtask bench
//! relay` builds what is needed and starts this.

mod client;
mod contender;
mod limits;
mod measure;
mod options;
mod pattern;
mod report;
mod run;
mod target;

use std::process::ExitCode;

use clap::Parser as _;
use tokio::runtime::Runtime;

use options::{Arguments, Task};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = Runtime::new()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| {
            runtime.block_on(async {
                match arguments.task {
                    Task::Relay(options) => run::run(&options).await,
                    Task::Forward { listen, target } => contender::forward(listen, target).await,
                }
            })
        });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
