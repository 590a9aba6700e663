//! One side stands still: is the other held back, or does the relay hoard?

use std::{
    sync::atomic::Ordering::Relaxed,
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::time::timeout;

use super::{Figures, LARGE, MIB, Scene, ping::Pinger};
use crate::{client::Event, pattern, target::Deed};

/// How often the relay's memory is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// What is offered to a target that never reads, at most.
const OFFER: u64 = 1 << 30;
/// A stream beside a stuck one that takes longer is stuck itself.
const STUCK: Duration = Duration::from_secs(2);

/// A client that reads a little, then nothing.
pub(super) async fn reader(scene: &Scene<'_>) -> Result<Figures> {
    let mut pinger = Pinger::open(scene.connect(LARGE).await?, scene.first()).await?;
    let before = scene.memory()?;
    let (command, account) = scene.target.command(Deed::Source, u64::MAX);
    let mut other;
    let connection = if scene.running.link.is_shared() {
        &mut pinger.connection
    } else {
        other = scene.connect(LARGE).await?;
        &mut other
    };
    let stream = scene.first() * 2;
    connection.open(stream);
    let command = connection.protocol.body(&command);
    connection.send(stream, &command);
    let mut read = 0;
    while read == 0 {
        connection
            .step(&mut |_, event| {
                if let Event::Data(bytes) = event {
                    read += bytes.len();
                }
            })
            .await?;
    }
    let began = Instant::now();
    let mut most = before;
    while began.elapsed() < scene.settings.stop {
        tokio::time::sleep(LOOK).await;
        most = most.max(scene.memory()?);
    }
    Ok(vec![
        ("grown_mib", (most - before) as f64 / MIB),
        ("passed_mib", account.sent.load(Relaxed) as f64 / MIB),
    ])
}

/// A target that reads nothing, beside one that echoes.
pub(super) async fn target(scene: &Scene<'_>) -> Result<Figures> {
    let mut pinger = Pinger::open(scene.connect(LARGE).await?, scene.first()).await?;
    let before = scene.memory()?;
    let (command, account) = scene.target.command(Deed::Stop, 0);
    let stream = scene.first() * 2;
    let mut other = scene.connect(LARGE).await?;
    let connection = if scene.running.link.is_shared() {
        &mut pinger.connection
    } else {
        &mut other
    };
    connection.open(stream);
    let command = connection.protocol.body(&command);
    connection.send(stream, &command);
    let packet = connection.protocol.packet();
    let body = connection.protocol.body(pattern::at(0, packet as u64));
    let (mut offered, mut most) = (0, before);
    let began = Instant::now();
    let mut looked = began;
    while offered < OFFER && began.elapsed() < scene.settings.stop {
        while connection.queued() < packet && connection.protocol.credit(stream) > 0 {
            connection.send(stream, &body);
            offered += packet as u64;
        }
        if let Ok(turned) = timeout(LOOK, connection.step(&mut |_, _| {})).await {
            turned?;
        }
        if looked.elapsed() >= LOOK {
            looked = Instant::now();
            most = most.max(scene.memory()?);
        }
    }
    let taken = offered - connection.queued() as u64;
    let mut figures = vec![
        ("grown_mib", (most - before) as f64 / MIB),
        ("passed_mib", taken as f64 / MIB),
    ];
    if scene.running.link.is_shared() {
        let beside = match timeout(STUCK, pinger.once()).await {
            Ok(took) => took?,
            Err(_) => STUCK,
        };
        figures.push(("beside_ms", beside.as_secs_f64() * 1e3));
    }
    account.release();
    Ok(figures)
}
