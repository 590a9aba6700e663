//! How long 64 bytes take to the target and back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;

use super::{Figures, LARGE, MIB, Scene, settle, throughput::Pump};
use crate::{
    client::{Body, Connection, Event},
    pattern,
    target::{Deed, Target},
};

/// The bytes of a ping.
pub(super) const SIZE: usize = 64;

pub(super) async fn ping(scene: &Scene<'_>, beside: bool) -> Result<Figures> {
    let arrived = Arc::<AtomicU64>::default();
    let mut accounts = Vec::new();
    let mut downloads = JoinSet::new();
    let mut pinger = Pinger::open(scene.connect(LARGE).await?, scene.first()).await?;
    if beside {
        let (command, account) = scene.target.command(Deed::Source, u64::MAX);
        accounts.push(account);
        if scene.running.link.is_shared() {
            pinger.download(&command);
        } else {
            let connection = scene.connect(LARGE).await?;
            let mut pump = Pump::new(connection, false, Arc::clone(&arrived));
            pump.open(scene.first(), &command);
            downloads.spawn(pump.run());
        }
    }
    pinger.run(scene.settings.warm_up).await?;
    let elsewhere = arrived.load(Relaxed);
    pinger.arrived = 0;
    let began = Instant::now();
    let mut times = pinger.run(scene.settings.window).await?;
    let seconds = began.elapsed().as_secs_f64();
    let downloaded = pinger.arrived + (arrived.load(Relaxed) - elsewhere);
    downloads.shutdown().await;
    drop(pinger);
    settle(&accounts).await;
    times.sort_unstable();
    let mut figures = vec![
        ("p50_us", percentile(&times, 50)),
        ("p99_us", percentile(&times, 99)),
        ("pings", times.len() as f64),
    ];
    if beside {
        figures.push(("download_mib_per_s", downloaded as f64 / MIB / seconds));
    }
    Ok(figures)
}

fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted
        .get(at)
        .map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
}

/// A stream that echoes, on a connection that may have another one.
pub(super) struct Pinger {
    pub(super) connection: Connection,
    stream: u32,
    body: Body,
    /// What other streams brought.
    arrived: u64,
}

impl Pinger {
    pub(super) async fn open(mut connection: Connection, stream: u32) -> Result<Self> {
        connection.open(stream);
        let command = connection.protocol.body(&Target::echo());
        connection.send(stream, &command);
        let body = connection.protocol.body(pattern::at(0, SIZE as u64));
        let mut pinger = Self {
            connection,
            stream,
            body,
            arrived: 0,
        };
        pinger.once().await.context("no echo")?;
        Ok(pinger)
    }

    fn download(&mut self, command: &[u8]) {
        let stream = self.stream + 1;
        self.connection.open(stream);
        let command = self.connection.protocol.body(command);
        self.connection.send(stream, &command);
    }

    async fn run(&mut self, window: Duration) -> Result<Vec<Duration>> {
        let began = Instant::now();
        let mut times = Vec::new();
        while began.elapsed() < window {
            times.push(self.once().await?);
        }
        Ok(times)
    }

    /// Sends a ping, and waits until all of it is back.
    pub(super) async fn once(&mut self) -> Result<Duration> {
        let began = Instant::now();
        self.connection.send(self.stream, &self.body);
        let mut back = 0;
        while back < SIZE {
            let (stream, arrived) = (self.stream, &mut self.arrived);
            self.connection
                .step(&mut |from, event| match event {
                    Event::Data(bytes) if from == stream => back += bytes.len(),
                    Event::Data(bytes) => *arrived += bytes.len() as u64,
                    Event::Closed => {}
                })
                .await?;
        }
        Ok(began.elapsed())
    }
}
