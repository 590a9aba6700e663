//! A TCP proxy whose connections a test can cut, as a bad network does.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A proxy in front of a bridge.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    target: Arc<Mutex<String>>,
    open: Arc<AtomicBool>,
    cuts: watch::Sender<u64>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a port of the kernel's choice and passes connections on to `target`.
    ///
    /// # Errors
    /// When it cannot listen.
    pub async fn start(target: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let open = Arc::new(AtomicBool::new(true));
        let (cuts, cut) = watch::channel(0);
        let target = Arc::new(Mutex::new(target.to_owned()));
        let task = tokio::spawn({
            let (open, target) = (Arc::clone(&open), Arc::clone(&target));
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    if open.load(Ordering::SeqCst) {
                        let mut cut = cut.clone();
                        cut.mark_unchanged();
                        let target = target.lock().unwrap_or_else(PoisonError::into_inner);
                        tokio::spawn(pass(client, target.clone(), cut));
                    }
                }
            }
        });
        Ok(Self {
            address,
            target,
            open,
            cuts,
            task,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Passes new connections on to another target, as when a bridge is started again at its port.
    pub fn redirect(&self, target: &str) {
        let mut current = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        target.clone_into(&mut current);
    }

    /// Drops every connection; new ones are let in at once.
    pub fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Drops every connection and lets no new one in until [`Self::restore`].
    pub fn sever(&self) {
        self.open.store(false, Ordering::SeqCst);
        self.cut();
    }

    /// Lets connections in again.
    pub fn restore(&self) {
        self.open.store(true, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(mut client: TcpStream, target: String, mut cut: watch::Receiver<u64>) {
    let Ok(mut bridge) = TcpStream::connect(target).await else {
        return;
    };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut bridge) => {}
        _ = cut.changed() => {}
    }
}
