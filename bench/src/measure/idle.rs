//! What it costs to hold what nobody uses at the moment.

use anyhow::{Result, bail};

use super::{
    Figures, LARGE, SMALL, Scene,
    ping::{Pinger, SIZE},
};
use crate::{client::Event, pattern, target::Target};

/// How many streams are opened before the client waits for them.
const BATCH: u32 = 100;

/// What a process has open beside the streams.
const OTHERS: u32 = 200;

/// Streams that have echoed once.
pub(super) async fn streams(scene: &Scene<'_>, count: u32) -> Result<Figures> {
    let count = affordable(scene, count);
    if !scene.running.link.is_shared() {
        return connections(scene, count).await;
    }
    // What the first stream costs is the relay's own business.
    let mut warm = Pinger::open(scene.connect(LARGE).await?, 1).await?;
    warm.once().await?;
    let before = scene.memory()?;
    let connection = &mut warm.connection;
    let request = [&Target::echo()[..], pattern::at(0, SIZE as u64)].concat();
    let body = connection.protocol.body(&request);
    let mut opened = 1;
    while opened <= count {
        let batch = BATCH.min(count + 1 - opened);
        let (mut back, mut refused) = (0, false);
        for stream in (opened + 1..).take(batch as usize) {
            connection.open(stream);
            connection.send(stream, &body);
        }
        while back < SIZE * batch as usize {
            connection
                .step(&mut |_, event| match event {
                    Event::Data(bytes) => back += bytes.len(),
                    Event::Closed => refused = true,
                })
                .await?;
            if refused {
                bail!("the relay refused a stream after {opened}");
            }
        }
        opened += batch;
    }
    each(scene, before, count)
}

/// Connections, each with a stream that has echoed once.
async fn connections(scene: &Scene<'_>, count: u32) -> Result<Figures> {
    let mut held = vec![Pinger::open(scene.connect(SMALL).await?, 0).await?];
    let before = scene.memory()?;
    for _ in 0..count {
        held.push(Pinger::open(scene.connect(SMALL).await?, 0).await?);
    }
    each(scene, before, count)
}

/// WebSockets: without a stream where they can be, else with one.
pub(super) async fn sockets(scene: &Scene<'_>, count: u32) -> Result<Figures> {
    let count = affordable(scene, count);
    if !scene.running.link.is_shared() {
        return connections(scene, count).await;
    }
    let mut held = vec![scene.connect(SMALL).await?];
    let before = scene.memory()?;
    for _ in 0..count {
        held.push(scene.connect(SMALL).await?);
    }
    each(scene, before, count)
}

/// As many as there are descriptors for. A stream that has a connection of its own takes two of this
/// process, whose target is, and two of the relay.
fn affordable(scene: &Scene<'_>, count: u32) -> u32 {
    let each = if scene.running.link.is_shared() { 1 } else { 2 };
    let most = scene.settings.descriptors.saturating_sub(OTHERS) / each;
    if most < count {
        eprintln!("bench: descriptors (ulimit -n) are short: {most} instead of {count}");
    }
    count.min(most)
}

fn each(scene: &Scene<'_>, before: u64, count: u32) -> Result<Figures> {
    let grown = scene.memory()?.saturating_sub(before);
    Ok(vec![
        ("kib_each", grown as f64 / 1024.0 / f64::from(count)),
        ("count", f64::from(count)),
    ])
}
