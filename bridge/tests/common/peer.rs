//! Peers on the other end of a socket, most of them ill-behaved.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A TCP server that treats every connection in one way. It ends when dropped.
pub struct Peer {
    pub address: SocketAddr,
    task: JoinHandle<()>,
    /// The addresses of the last connection: its own, then the other's.
    connection: watch::Receiver<Option<(SocketAddr, SocketAddr)>>,
    /// How many bytes the kernel took from it.
    sent: watch::Receiver<u64>,
    total: u64,
}

impl Peer {
    async fn start<F>(treat: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (accepted, connection) = watch::channel(None);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, from)) = listener.accept().await {
                accepted.send_replace(stream.local_addr().ok().map(|own| (own, from)));
                connections.spawn(treat(stream));
            }
        });
        let (_, sent) = watch::channel(0);
        Self {
            address,
            task,
            connection,
            sent,
            total: 0,
        }
    }

    /// Sends back what it gets, and ends its direction when the other ends.
    pub async fn echo() -> Self {
        Self::start(async |mut stream: TcpStream| {
            let (mut read, mut write) = stream.split();
            let _ = tokio::io::copy(&mut read, &mut write).await;
            let _ = write.shutdown().await;
        })
        .await
    }

    /// Neither reads nor writes.
    pub async fn stall() -> Self {
        Self::start(async |stream: TcpStream| {
            std::future::pending::<()>().await;
            drop(stream);
        })
        .await
    }

    /// Sends `bytes`, ends its direction, and reads on.
    pub async fn half_close(bytes: &'static [u8]) -> Self {
        Self::start(move |mut stream: TcpStream| async move {
            let _ = stream.write_all(bytes).await;
            let _ = stream.shutdown().await;
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        })
        .await
    }

    /// Resets the connection once something came.
    pub async fn reset() -> Self {
        Self::start(async |mut stream: TcpStream| {
            let _ = stream.read(&mut [0; 1]).await;
            let _ = stream.set_zero_linger();
        })
        .await
    }

    /// Sends `total` zero bytes as fast as they are taken.
    pub async fn flood(total: u64) -> Self {
        let (counter, sent) = watch::channel(0);
        let counter = Arc::new(counter);
        let peer = Self::start(move |mut stream: TcpStream| {
            let counter = Arc::clone(&counter);
            async move {
                let zeroes = [0; 64 * 1024];
                let mut left = total;
                while left > 0 {
                    let most = usize::try_from(left)
                        .unwrap_or(usize::MAX)
                        .min(zeroes.len());
                    let Ok(taken) = stream.write(&zeroes[..most]).await else {
                        return;
                    };
                    left -= taken as u64;
                    counter.send_replace(total - left);
                }
                let _ = stream.shutdown().await;
                let _ = stream.read(&mut [0; 1]).await;
            }
        })
        .await;
        peer.counting(sent, total)
    }

    /// Waits for a connection; its addresses here and there.
    pub async fn connection(&self) -> (SocketAddr, SocketAddr) {
        let mut connection = self.connection.clone();
        let known = connection.wait_for(Option::is_some).await.unwrap();
        known.unwrap()
    }

    fn counting(mut self, sent: watch::Receiver<u64>, total: u64) -> Self {
        self.sent = sent;
        self.total = total;
        self
    }

    /// Waits until a flood is over. Wakes up for every part that is taken.
    pub async fn sent_all(&self) {
        let mut sent = self.sent.clone();
        while *sent.borrow_and_update() < self.total {
            sent.changed().await.unwrap();
        }
    }

    /// Sends `bytes` and reads on.
    pub async fn send(bytes: Vec<u8>) -> Self {
        let bytes = bytes::Bytes::from(bytes);
        Self::start(move |mut stream: TcpStream| {
            let bytes = bytes.clone();
            async move {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                let _ = stream.read(&mut [0; 1]).await;
            }
        })
        .await
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
