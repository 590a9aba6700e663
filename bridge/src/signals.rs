//! SIGINT and SIGTERM end the bridge in good order.

use std::io;

use tokio_util::sync::CancellationToken;

/// Fires `stop` at the first signal.
#[cfg(unix)]
pub(crate) fn watch(stop: CancellationToken) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => tracing::info!("SIGINT: stopping"),
            _ = terminate.recv() => tracing::info!("SIGTERM: stopping"),
        }
        stop.cancel();
    });
    Ok(())
}

/// Fires `stop` at Ctrl-C.
#[cfg(not(unix))]
pub(crate) fn watch(stop: CancellationToken) -> io::Result<()> {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            tracing::info!("Ctrl-C: stopping");
            stop.cancel();
        }
    });
    Ok(())
}
