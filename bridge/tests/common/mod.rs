//! A bridge to test, a client to test it with, and peers that behave badly.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]

pub mod calls;
pub mod client;
#[cfg(target_os = "linux")]
pub mod kernel;
pub mod peer;
pub mod process;
pub mod proxy;
pub mod python;

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use sockscope::{Config, Token};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use client::Client;

/// No test waits longer than this for anything.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Waits for what must happen.
pub async fn soon<T>(what: &str, happens: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, happens).await {
        Ok(value) => value,
        Err(_) => panic!("waited for {what} for {DEADLINE:?}"),
    }
}

/// A bridge in this process on a port of the kernel's choice. It stops when dropped.
pub struct TestBridge {
    pub address: SocketAddr,
    pub token: String,
    stop: CancellationToken,
    task: JoinHandle<Result<(), sockscope::Error>>,
}

impl TestBridge {
    /// Loopback only, the usual limits.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// As the test wants it.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let token = Token::random().unwrap();
        let text = token.reveal().to_owned();
        let mut config = Config::new(token);
        change(&mut config);
        let stop = CancellationToken::new();
        let task = tokio::spawn(sockscope::serve(listener, config, stop.clone()));
        Self {
            address,
            token: text,
            stop,
            task,
        }
    }

    /// A client with a session of its own.
    pub async fn client(&self) -> Client {
        Client::open(self.address, &self.token).await
    }

    /// Stops the bridge and waits for its end.
    pub async fn stop(mut self) {
        self.stop.cancel();
        soon("the bridge to stop", &mut self.task)
            .await
            .unwrap()
            .unwrap();
    }

    /// Begins to stop the bridge.
    pub fn begin_stop(&self) {
        self.stop.cancel();
    }
}

impl Drop for TestBridge {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Does what sends from `own` to `other` without end, until the kernel says that it is held back.
#[cfg(target_os = "linux")]
pub async fn until_held_back(
    own: SocketAddr,
    other: SocketAddr,
    sending: impl Future<Output = ()>,
) {
    let held = async {
        tokio::select! {
            () = kernel::held_back(own, other) => {}
            () = sending => panic!("nothing held it back"),
        }
    };
    soon("the kernel to hold back what is sent", held).await;
}
