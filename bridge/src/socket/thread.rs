//! System calls that wait in the kernel or in the resolver.

use std::io;

use tokio::sync::{Semaphore, SemaphorePermit, oneshot};

/// How many threads of one sort there may be in the process; further work waits for one. A session
/// bounds its own, but what it began goes on when it ends, and sessions come and go.
pub(crate) struct Threads {
    name: &'static str,
    places: Semaphore,
}

/// Threads that wait for the resolver.
pub(crate) static LOOKUPS: Threads = Threads::new("getaddrinfo", 256);

/// Threads that wait in `close(2)` (`SO_LINGER`). Others than those for the resolver, because they
/// may take as long as the peer likes.
pub(crate) static LINGERING: Threads = Threads::new("close", 256);

/// Room for one thread.
pub(crate) struct Place {
    name: &'static str,
    permit: SemaphorePermit<'static>,
}

impl Threads {
    const fn new(name: &'static str, places: usize) -> Self {
        Self {
            name,
            places: Semaphore::const_new(places),
        }
    }

    /// Waits for room for one more.
    pub(crate) async fn place(&'static self) -> io::Result<Place> {
        let permit = self.places.acquire().await.map_err(io::Error::other)?;
        Ok(Place {
            name: self.name,
            permit,
        })
    }
}

impl Place {
    /// Runs what blocks on a thread of its own and waits for it.
    ///
    /// Not on the runtime's pool: the runtime waits for its pool when it stops, and a resolver or a
    /// lingering `close(2)` may take minutes.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let Self { name, permit } = self;
        let (done, result) = oneshot::channel();
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                // Given back when the work is done, not when nobody waits for it any more.
                let _permit = permit;
                // Nobody may be waiting any more.
                let _ = done.send(work());
            })?;
        result
            .await
            .map_err(|_| io::Error::other(format!("the thread for {name} panicked")))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::FutureExt as _;

    use super::Threads;

    #[tokio::test]
    async fn a_thread_that_nobody_waits_for_still_takes_its_place() {
        static ONE: Threads = Threads::new("test", 1);
        let (release, released) = mpsc::channel::<()>();
        let work = ONE.place().await.unwrap().run(move || released.recv());
        assert!(work.now_or_never().is_none());
        assert!(ONE.place().now_or_never().is_none());
        release.send(()).unwrap();
        let place = ONE.place().await.unwrap();
        assert_eq!(place.run(|| 2).await.unwrap(), 2);
    }
}
