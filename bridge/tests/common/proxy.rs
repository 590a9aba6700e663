//! A TCP connection that breaks at a byte of the test's choice.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Passes on what comes, until it is told to break off.
pub struct Proxy {
    pub address: SocketAddr,
    last: Arc<Mutex<Arc<Connection>>>,
    _stop: DropGuard,
}

/// Which way bytes go.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    /// To the bridge.
    There = 0,
    /// To the client.
    Back = 1,
}

struct Connection {
    /// How many bytes may still pass, each way.
    left: [AtomicU64; 2],
    broken: CancellationToken,
}

impl Connection {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            left: [u64::MAX, u64::MAX].map(AtomicU64::new),
            broken: CancellationToken::new(),
        })
    }

    async fn carry(&self, one: TcpStream, other: TcpStream) {
        let (from_client, to_client) = one.into_split();
        let (from_bridge, to_bridge) = other.into_split();
        tokio::select! {
            () = self.pass(Way::There, from_client, to_bridge) => {}
            () = self.pass(Way::Back, from_bridge, to_client) => {}
        }
        self.broken.cancel();
    }

    /// Returns at the end, and when no more may pass.
    async fn pass(
        &self,
        way: Way,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
    ) {
        let left = &self.left[way as usize];
        let mut buffer = [0; 4096];
        loop {
            let read = tokio::select! {
                read = from.read(&mut buffer) => read.unwrap_or(0),
                () = self.broken.cancelled() => 0,
            };
            let may = left.load(Ordering::SeqCst);
            let passes = usize::try_from(may).unwrap_or(usize::MAX).min(read);
            if passes == 0 || to.write_all(&buffer[..passes]).await.is_err() {
                return;
            }
            if may != u64::MAX {
                left.fetch_sub(passes as u64, Ordering::SeqCst);
            }
        }
    }
}

impl Proxy {
    pub async fn start(bridge: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let last = Arc::new(Mutex::new(Connection::new()));
        let latest = Arc::clone(&last);
        let accept = async move {
            while let Ok((client, _)) = listener.accept().await {
                let bridge = TcpStream::connect(bridge).await.unwrap();
                let connection = Connection::new();
                *latest.lock().unwrap() = Arc::clone(&connection);
                tokio::spawn(async move { connection.carry(client, bridge).await });
            }
        };
        tokio::spawn(stop.clone().run_until_cancelled_owned(accept));
        Self {
            address,
            last,
            _stop: stop.drop_guard(),
        }
    }

    /// Breaks the last connection once so many more bytes have gone that way.
    pub fn break_after(&self, way: Way, bytes: u64) {
        let connection = self.last.lock().unwrap();
        connection.left[way as usize].store(bytes, Ordering::SeqCst);
    }
}
