//! Peers on the other end of a socket, most of them ill-behaved.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A TCP server that treats every connection in one way. It ends when dropped.
pub struct Peer {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Peer {
    async fn start<F>(treat: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(treat(stream));
            }
        });
        Self { address, task }
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
        Self::start(move |mut stream: TcpStream| async move {
            let _ = tokio::io::copy(&mut tokio::io::repeat(0).take(total), &mut stream).await;
            let _ = stream.shutdown().await;
            let _ = stream.read(&mut [0; 1]).await;
        })
        .await
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
