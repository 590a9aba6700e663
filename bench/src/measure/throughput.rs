//! Many bytes over several streams.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use anyhow::{Result, bail};
use tokio::task::JoinSet;

use super::{Figures, LARGE, MIB, Scene, settle};
use crate::{
    client::{Body, Connection, Event},
    pattern,
    target::{Account, Deed},
};

/// How much is queued ahead of what the kernel takes.
const AHEAD: usize = 256 * 1024;

pub(super) async fn download(scene: &Scene<'_>) -> Result<Figures> {
    transfer(scene, Deed::Source).await
}

pub(super) async fn upload(scene: &Scene<'_>) -> Result<Figures> {
    transfer(scene, Deed::Sink).await
}

pub(super) async fn echo(scene: &Scene<'_>) -> Result<Figures> {
    transfer(scene, Deed::Echo).await
}

async fn transfer(scene: &Scene<'_>, deed: Deed) -> Result<Figures> {
    let arrived = Arc::<AtomicU64>::default();
    let mut accounts = Vec::new();
    let mut pumps = JoinSet::new();
    let (connections, each) = if scene.running.link.is_shared() {
        (1, scene.settings.streams)
    } else {
        (scene.settings.streams, 1)
    };
    for _ in 0..connections {
        let connection = scene.connect(LARGE).await?;
        let mut pump = Pump::new(connection, deed != Deed::Source, Arc::clone(&arrived));
        for stream in (scene.first()..).take(each as usize) {
            let (command, account) = scene.target.command(deed, u64::MAX);
            accounts.push(account);
            pump.open(stream, &command);
        }
        pumps.spawn(pump.run());
    }
    let counted = scene
        .count(|| match deed {
            Deed::Sink => received(&accounts),
            _ => arrived.load(Relaxed),
        })
        .await;
    if let Some(Ok(Err(error))) = pumps.try_join_next() {
        return Err(error);
    }
    pumps.shutdown().await;
    settle(&accounts).await;
    if counted.amount == 0.0 {
        bail!("nothing arrived");
    }
    let mut figures = vec![("mib_per_s", counted.amount / MIB / counted.seconds)];
    if let Some(cpu) = counted.cpu {
        figures.push(("cpu_s_per_gib", cpu / (counted.amount / MIB / 1024.0)));
    }
    Ok(figures)
}

fn received(accounts: &[Arc<Account>]) -> u64 {
    accounts
        .iter()
        .map(|account| account.received.load(Relaxed))
        .sum()
}

/// Moves as much as a connection takes, and counts what arrives.
pub(super) struct Pump {
    connection: Connection,
    streams: Vec<Stream>,
    body: Option<Body>,
    arrived: Arc<AtomicU64>,
    /// Whose turn it is.
    next: usize,
}

struct Stream {
    number: u32,
    /// What the target is still to be told.
    command: Option<Body>,
}

impl Pump {
    pub(super) fn new(connection: Connection, sends: bool, arrived: Arc<AtomicU64>) -> Self {
        let protocol = &connection.protocol;
        let body = sends.then(|| protocol.body(pattern::at(0, protocol.packet() as u64)));
        Self {
            connection,
            streams: Vec::new(),
            body,
            arrived,
            next: 0,
        }
    }

    pub(super) fn open(&mut self, number: u32, command: &[u8]) {
        self.connection.open(number);
        let command = Some(self.connection.protocol.body(command));
        self.streams.push(Stream { number, command });
    }

    /// Runs until it is dropped, or the connection breaks.
    pub(super) async fn run(mut self) -> Result<()> {
        loop {
            self.fill();
            let arrived = &self.arrived;
            self.connection
                .step(&mut |_, event| {
                    if let Event::Data(bytes) = event {
                        arrived.fetch_add(bytes.len() as u64, Relaxed);
                    }
                })
                .await?;
        }
    }

    /// Queues what may be sent, each stream in its turn.
    fn fill(&mut self) {
        let mut idle = 0;
        while idle < self.streams.len() && self.connection.queued() < AHEAD {
            let at = self.next;
            self.next = (at + 1) % self.streams.len();
            let stream = &mut self.streams[at];
            let may = self.connection.protocol.credit(stream.number) > 0;
            let body = stream.command.take_if(|_| may).or_else(|| {
                self.body
                    .clone()
                    .filter(|_| may && stream.command.is_none())
            });
            match body {
                Some(body) => {
                    self.connection.send(stream.number, &body);
                    idle = 0;
                }
                None => idle += 1,
            }
        }
    }
}
