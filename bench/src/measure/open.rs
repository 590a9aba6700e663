//! Opening a stream, one echo on it, and closing it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use anyhow::{Result, bail};
use tokio::task::JoinSet;

use super::{Counted, Figures, SMALL, Scene, ping::SIZE};
use crate::{
    client::{Connection, Event, Link},
    pattern,
    target::Target,
};

/// Streams, on one connection where it carries many.
pub(super) async fn streams(scene: &Scene<'_>, in_flight: u32) -> Result<Figures> {
    if !scene.running.link.is_shared() {
        return connections(scene, in_flight).await;
    }
    let opened = Arc::<AtomicU64>::default();
    let connection = scene.connect(64 * 1024).await?;
    let mut tasks = JoinSet::new();
    tasks.spawn(renew(connection, in_flight, Arc::clone(&opened)));
    finish(scene, tasks, &opened).await
}

/// A connection for each stream.
pub(super) async fn connections(scene: &Scene<'_>, in_flight: u32) -> Result<Figures> {
    let opened = Arc::<AtomicU64>::default();
    let mut tasks = JoinSet::new();
    for _ in 0..in_flight {
        let (link, opened) = (scene.running.link.clone(), Arc::clone(&opened));
        tasks.spawn(reconnect(link, scene.first(), opened));
    }
    finish(scene, tasks, &opened).await
}

async fn finish(
    scene: &Scene<'_>,
    mut tasks: JoinSet<Result<()>>,
    opened: &AtomicU64,
) -> Result<Figures> {
    let Counted {
        amount,
        seconds,
        cpu,
    } = scene.count(|| opened.load(Relaxed)).await;
    if let Some(Ok(Err(error))) = tasks.try_join_next() {
        return Err(error);
    }
    tasks.shutdown().await;
    if amount == 0.0 {
        bail!("no stream came to its end");
    }
    let mut figures = vec![("per_s", amount / seconds)];
    if let Some(cpu) = cpu {
        figures.push(("cpu_us_each", cpu * 1e6 / amount));
    }
    Ok(figures)
}

/// The command and the bytes to be echoed, in one packet.
fn request() -> Vec<u8> {
    [&Target::echo()[..], pattern::at(0, SIZE as u64)].concat()
}

/// Opens a stream for each one that has done its work.
async fn renew(mut connection: Connection, in_flight: u32, opened: Arc<AtomicU64>) -> Result<()> {
    let body = connection.protocol.body(&request());
    // A stream's number, modulo their count, is its slot.
    let mut slots: Vec<(u32, usize)> = (in_flight..2 * in_flight).map(|it| (it, 0)).collect();
    for (stream, _) in &slots {
        connection.open(*stream);
        connection.send(*stream, &body);
    }
    let mut ready = Vec::new();
    loop {
        connection
            .step(&mut |stream, event| {
                let slot = &mut slots[(stream % in_flight) as usize];
                if let (Event::Data(bytes), true) = (event, slot.0 == stream) {
                    slot.1 += bytes.len();
                    if slot.1 == SIZE {
                        ready.push(stream);
                    }
                }
            })
            .await?;
        opened.fetch_add(ready.len() as u64, Relaxed);
        for stream in ready.drain(..) {
            connection.close(stream);
            let next = stream + in_flight;
            slots[(stream % in_flight) as usize] = (next, 0);
            connection.open(next);
            connection.send(next, &body);
        }
    }
}

async fn reconnect(link: Link, stream: u32, opened: Arc<AtomicU64>) -> Result<()> {
    let request = request();
    loop {
        let mut connection = link.connect(SMALL).await?;
        connection.open(stream);
        let body = connection.protocol.body(&request);
        connection.send(stream, &body);
        let mut back = 0;
        while back < SIZE {
            connection
                .step(&mut |_, event| {
                    if let Event::Data(bytes) = event {
                        back += bytes.len();
                    }
                })
                .await?;
        }
        connection.close(stream);
        connection.write().await?;
        opened.fetch_add(1, Relaxed);
    }
}
