//! The command line.

use std::{ffi::OsString, net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand};

use crate::{
    contender::Contender,
    measure::{Measure, Settings},
};

/// Measures relays beside each other.
#[derive(Parser)]
#[command(name = "sockscope-bench", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) task: Task,
}

#[derive(Subcommand)]
pub(crate) enum Task {
    /// The bridge's relay beside others
    Relay(RelayOptions),
    /// Pass connections on to a target: one of the others
    #[command(hide = true)]
    Forward {
        listen: SocketAddr,
        target: SocketAddr,
    },
}

#[derive(Args)]
pub(crate) struct RelayOptions {
    /// Fewer and shorter rounds: under two minutes without peers
    #[arg(long)]
    pub(crate) quick: bool,
    /// How many rounds; 5, or with --quick 2
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: Option<u32>,
    /// Only these measures
    #[arg(long, value_name = "MEASURE", value_delimiter = ',')]
    pub(crate) only: Vec<Measure>,
    /// Only these contenders: direct, forward, wisp, wsproxy, session, or a peer
    #[arg(long, value_name = "CONTENDER", value_delimiter = ',', value_parser = contender)]
    pub(crate) contenders: Vec<Contender>,
    /// The seconds for which a rate is counted; 1.5, or with --quick 0.4
    #[arg(long)]
    pub(crate) window: Option<f64>,
    /// Where the figures go, one JSON object a line
    #[arg(long, default_value = "target/bench/relay.jsonl")]
    pub(crate) json: PathBuf,
    /// The bridge's program
    #[arg(long, env = "SOCKSCOPE_BRIDGE")]
    pub(crate) bridge: Option<PathBuf>,
    /// The folder that `cargo xtask bench relay --peers` has installed the peers into
    #[arg(long = "peers-in", env = "SOCKSCOPE_PEERS")]
    pub(crate) peers: Option<PathBuf>,
    /// The command that the tables name
    #[arg(long, env = "SOCKSCOPE_BENCH_COMMAND", hide = true)]
    pub(crate) command: Option<String>,
    /// Passed to the bridge, after `--`
    #[arg(last = true)]
    pub(crate) bridge_arguments: Vec<OsString>,
}

impl RelayOptions {
    pub(crate) fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(if self.quick { 2 } else { 5 })
    }

    /// How much is done for a measure, where a process may have so many descriptors.
    pub(crate) fn settings(&self, descriptors: u32) -> Settings {
        const MIB: u64 = 1024 * 1024;
        let settings = Settings {
            warm_up: Duration::from_millis(400),
            window: Duration::from_millis(1500),
            streams: 10,
            in_flight: 50,
            idle: 1_000,
            idle_many: 10_000,
            descriptors,
            stop: Duration::from_secs(10),
            whole: 16 * MIB,
            tries: 20,
        };
        let window = self
            .window
            .map(|seconds| Duration::from_secs_f64(seconds.clamp(0.01, 3600.0)));
        if self.quick {
            Settings {
                warm_up: Duration::from_millis(200),
                window: window.unwrap_or(Duration::from_millis(400)),
                idle: 200,
                idle_many: 2_000,
                stop: Duration::from_secs(2),
                tries: 5,
                ..settings
            }
        } else {
            Settings {
                window: window.unwrap_or(settings.window),
                ..settings
            }
        }
    }
}

fn contender(name: &str) -> Result<Contender, String> {
    Contender::ALL
        .into_iter()
        .find(|contender| contender.name() == name)
        .ok_or_else(|| {
            let names: Vec<&str> = Contender::ALL.iter().map(|it| it.name()).collect();
            format!("there are {}", names.join(", "))
        })
}
