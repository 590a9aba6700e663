//! What is measured.

mod idle;
mod open;
mod ping;
mod stopped;
mod throughput;
mod whole;

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::{
    client::{Connection, Door},
    contender::{Contender, Process, Running},
    target::{Account, Target},
};

/// The client's buffer where much is read, and where little is.
const LARGE: usize = 256 * 1024;
const SMALL: usize = 4 * 1024;

/// One measure. The names are those of `--only`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measure {
    /// From the target to the client, over several streams
    Download,
    /// From the client to the target
    Upload,
    /// There and back
    Echo,
    /// Time of a small echo
    Ping,
    /// The same while a download runs at full speed, on the same WebSocket where there is one
    PingBeside,
    /// Streams opened, echoed on and closed, one after the other
    OpenOne,
    /// The same with many in flight
    OpenMany,
    /// WebSockets opened, with a stream each, one after the other
    SocketOne,
    /// The same with many in flight
    SocketMany,
    /// Memory of idle streams
    Idle,
    /// Memory of each of very many idle streams
    IdleMany,
    /// Memory of idle WebSockets
    IdleSockets,
    /// A client that stops reading
    StoppedReader,
    /// A target that never reads
    StoppedTarget,
    /// Sent and closed at once
    SentAndClosed,
    /// Sent after the target has shut down its sending side
    HalfClosed,
    /// Sent by a target that then closes
    LastBytes,
}

impl Measure {
    pub(crate) fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    /// Whether it is taken in every round. The others take longer, and show the same each time.
    pub(crate) fn is_repeated(self) -> bool {
        (self as u8) < Self::Idle as u8
    }

    /// Whether it says anything about a contender.
    pub(crate) fn suits(self, contender: Contender) -> bool {
        let plain = matches!(contender, Contender::Direct | Contender::Forward);
        match self {
            Self::Download | Self::Upload | Self::Echo => true,
            _ if contender == Contender::Session => false,
            Self::Ping | Self::PingBeside => true,
            Self::OpenOne | Self::OpenMany => plain || contender.is_wisp(),
            Self::SocketOne | Self::SocketMany => !plain,
            _ if contender == Contender::Direct => false,
            Self::Idle | Self::IdleMany => plain || contender.is_wisp(),
            Self::IdleSockets => !plain,
            _ => true,
        }
    }

    /// Takes the measure.
    pub(crate) async fn take(self, scene: &Scene<'_>) -> Result<Figures> {
        let settings = scene.settings;
        match self {
            Self::Download => throughput::download(scene).await,
            Self::Upload => throughput::upload(scene).await,
            Self::Echo => throughput::echo(scene).await,
            Self::Ping => ping::ping(scene, false).await,
            Self::PingBeside => ping::ping(scene, true).await,
            Self::OpenOne => open::streams(scene, 1).await,
            Self::OpenMany => open::streams(scene, settings.in_flight).await,
            Self::SocketOne => open::connections(scene, 1).await,
            Self::SocketMany => open::connections(scene, settings.in_flight).await,
            Self::Idle => idle::streams(scene, settings.idle).await,
            Self::IdleMany => idle::streams(scene, settings.idle_many).await,
            Self::IdleSockets => idle::sockets(scene, settings.idle).await,
            Self::StoppedReader => stopped::reader(scene).await,
            Self::StoppedTarget => stopped::target(scene).await,
            Self::SentAndClosed => whole::sent_and_closed(scene).await,
            Self::HalfClosed => whole::half_closed(scene).await,
            Self::LastBytes => whole::last_bytes(scene).await,
        }
    }
}

/// How much is done for a measure.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) warm_up: Duration,
    /// How long it is counted.
    pub(crate) window: Duration,
    /// Streams of a throughput measure.
    pub(crate) streams: u32,
    /// Streams that are opened at the same time.
    pub(crate) in_flight: u32,
    pub(crate) idle: u32,
    pub(crate) idle_many: u32,
    /// How many descriptors a process may have.
    pub(crate) descriptors: u32,
    /// How long a stopped side stands still.
    pub(crate) stop: Duration,
    /// Bytes of what must arrive whole.
    pub(crate) whole: u64,
    pub(crate) tries: u32,
}

/// Where a measure is taken.
pub(crate) struct Scene<'a> {
    pub(crate) running: &'a Running,
    pub(crate) target: &'a Target,
    pub(crate) settings: &'a Settings,
}

/// What a measure says: names and numbers.
pub(crate) type Figures = Vec<(&'static str, f64)>;

const MIB: f64 = 1024.0 * 1024.0;

impl Scene<'_> {
    /// What the relay has used of the processors.
    fn cpu(&self) -> Option<Duration> {
        self.running.process.as_ref().and_then(Process::cpu)
    }

    /// What the relay holds in memory.
    fn memory(&self) -> Result<u64> {
        let process = self.running.process.as_ref();
        process
            .and_then(Process::memory)
            .context("this system does not tell a relay's memory")
    }

    async fn connect(&self, buffer: usize) -> Result<Connection> {
        self.running.link.connect(buffer).await
    }

    /// The first number of a stream on a connection. Where the connection is the stream, it has none.
    fn first(&self) -> u32 {
        u32::from(self.running.link.is_shared())
    }

    fn is_plain(&self) -> bool {
        matches!(self.running.link.door, Door::Plain)
    }

    /// Warms up, then counts for as long as the settings say.
    async fn count(&self, count: impl Fn() -> u64) -> Counted {
        tokio::time::sleep(self.settings.warm_up).await;
        let (began, before, cpu) = (std::time::Instant::now(), count(), self.cpu());
        tokio::time::sleep(self.settings.window).await;
        let (amount, took) = (count() - before, began.elapsed());
        let cpu = cpu
            .zip(self.cpu())
            .map(|(before, after)| (after - before).as_secs_f64());
        Counted {
            amount: amount as f64,
            seconds: took.as_secs_f64(),
            cpu,
        }
    }
}

/// What happened within the window.
struct Counted {
    amount: f64,
    seconds: f64,
    cpu: Option<f64>,
}

/// Waits until the relay has let go of these connections, or for long enough.
async fn settle(accounts: &[Arc<Account>]) {
    const PATIENCE: Duration = Duration::from_secs(2);
    let _ = tokio::time::timeout(PATIENCE, async {
        for account in accounts {
            account.end().await;
        }
    })
    .await;
}
