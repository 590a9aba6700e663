//! System calls that wait in the kernel or in the resolver.

use std::io;

use tokio::sync::oneshot;

/// Runs what blocks on a thread of its own and waits for it. The caller bounds how many there are.
///
/// Not on the runtime's pool: the runtime waits for its pool when it stops, and a resolver or a
/// lingering `close(2)` may take minutes.
pub(crate) async fn on_own_thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let (done, result) = oneshot::channel();
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            // Nobody may be waiting any more.
            let _ = done.send(work());
        })?;
    result
        .await
        .map_err(|_| io::Error::other(format!("the thread for {name} panicked")))
}
