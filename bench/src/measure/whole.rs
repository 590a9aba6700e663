//! Does all arrive that was sent before an end?

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use anyhow::Result;
use tokio::time::timeout;

use super::{Figures, LARGE, Scene};
use crate::{
    client::{Body, Connection, Event},
    pattern,
    target::{Account, Deed},
};

/// How long the rest of what was sent may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a relay may take to pass on an end.
const MOMENT: Duration = Duration::from_millis(100);
/// What is sent after the target's shutdown: within what any relay lets a new stream send.
const LATE: u64 = 512 * 1024;

/// The client sends, and closes at once.
pub(super) async fn sent_and_closed(scene: &Scene<'_>) -> Result<Figures> {
    let mut whole = 0;
    let mut bodies = Vec::new();
    for _ in 0..scene.settings.tries {
        let mut connection = scene.connect(LARGE).await?;
        if bodies.is_empty() {
            bodies = parts(&connection, scene.settings.whole);
        }
        let account = begin(scene, &mut connection, Deed::Check, 0);
        send(&mut connection, scene.first(), &bodies).await;
        end(scene, &mut connection).await;
        wait(&mut connection, &account).await;
        let right = !account.wrong.load(Relaxed);
        whole += u32::from(right && account.received.load(Relaxed) == scene.settings.whole);
    }
    Ok(of_tries(scene, whole))
}

/// The target sends, and closes at once; the client reads a little later.
pub(super) async fn last_bytes(scene: &Scene<'_>) -> Result<Figures> {
    let mut whole = 0;
    for _ in 0..scene.settings.tries {
        let mut connection = scene.connect(LARGE).await?;
        begin(scene, &mut connection, Deed::Source, scene.settings.whole);
        connection.write().await?;
        tokio::time::sleep(MOMENT).await;
        let (mut arrived, mut wrong, mut closed) = (0, false, false);
        let reading = async {
            while !closed && !connection.has_ended() {
                let turned = connection
                    .turn(&mut |_, event| match event {
                        Event::Data(bytes) => {
                            wrong |= !pattern::is_at(arrived, bytes);
                            arrived += bytes.len() as u64;
                        }
                        Event::Closed => closed = true,
                    })
                    .await;
                if turned.is_err() {
                    break;
                }
            }
        };
        let _ = timeout(PATIENCE, reading).await;
        whole += u32::from(!wrong && arrived == scene.settings.whole);
    }
    Ok(of_tries(scene, whole))
}

/// The client goes on sending after the target's end of stream.
pub(super) async fn half_closed(scene: &Scene<'_>) -> Result<Figures> {
    let mut connection = scene.connect(LARGE).await?;
    let bodies = parts(&connection, LATE);
    let account = begin(scene, &mut connection, Deed::HalfClose, 0);
    // Whatever the relay makes of the target's end, it has the time to tell.
    let _ = timeout(MOMENT, async {
        while connection.turn(&mut |_, _| {}).await.is_ok() && !connection.has_ended() {}
    })
    .await;
    send(&mut connection, scene.first(), &bodies).await;
    end(scene, &mut connection).await;
    wait(&mut connection, &account).await;
    let received = account.received.load(Relaxed) as f64;
    Ok(vec![
        ("delivered_kib", received / 1024.0),
        ("sent_kib", LATE as f64 / 1024.0),
        ("share", received / LATE as f64),
    ])
}

fn of_tries(scene: &Scene<'_>, whole: u32) -> Figures {
    let (whole, tries) = (f64::from(whole), f64::from(scene.settings.tries));
    vec![("whole", whole), ("tries", tries), ("share", whole / tries)]
}

/// So many bytes of the pattern, as packets.
fn parts(connection: &Connection, bytes: u64) -> Vec<Body> {
    let packet = connection.protocol.packet();
    (0..bytes)
        .step_by(packet)
        .map(|at| {
            let part = pattern::at(at, (bytes - at).min(packet as u64));
            connection.protocol.body(part)
        })
        .collect()
}

fn begin(scene: &Scene<'_>, connection: &mut Connection, deed: Deed, bytes: u64) -> Arc<Account> {
    let (command, account) = scene.target.command(deed, bytes);
    connection.open(scene.first());
    let command = connection.protocol.body(&command);
    connection.send(scene.first(), &command);
    account
}

/// Sends as credit allows; gives up when none comes.
async fn send(connection: &mut Connection, stream: u32, bodies: &[Body]) {
    for body in bodies {
        while connection.protocol.credit(stream) == 0 || connection.queued() > LARGE {
            let turned = timeout(PATIENCE, connection.turn(&mut |_, _| {})).await;
            let stuck = connection.has_ended() && connection.protocol.credit(stream) == 0;
            if stuck || !matches!(turned, Ok(Ok(()))) {
                return;
            }
        }
        connection.send(stream, body);
    }
}

async fn end(scene: &Scene<'_>, connection: &mut Connection) {
    connection.close(scene.first());
    if scene.is_plain() {
        let _ = timeout(PATIENCE, connection.finish()).await;
    }
}

/// Keeps the connection up until the target has come to its end.
async fn wait(connection: &mut Connection, account: &Account) {
    let turning = async {
        while connection.turn(&mut |_, _| {}).await.is_ok() && !connection.has_ended() {}
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = turning => {}
        () = account.end() => {}
        () = tokio::time::sleep(PATIENCE) => {}
    }
}
