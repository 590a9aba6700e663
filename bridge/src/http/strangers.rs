//! Places for clients that have not shown a token: the page is fetched without one, and whoever
//! reaches the bridge can open connections and say nothing.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use socket2::SockRef;
use tokio::net::TcpStream;

/// Clients that have not shown a token. There is always room for one more: the one from whose address
/// most have come, and of these the one that has been silent the longest, has to go.
#[derive(Debug)]
pub(super) struct Strangers {
    max: usize,
    crowd: Mutex<Crowd>,
}

#[derive(Debug, Default)]
struct Crowd {
    /// Counts what was heard, so that it tells who was heard first.
    heard: u64,
    /// By when they were heard last.
    all: BTreeMap<u64, Stranger>,
}

#[derive(Debug)]
struct Stranger {
    address: IpAddr,
    /// A duplicate of the connection's descriptor: whoever serves it is told by the kernel that it
    /// is over, in whatever it is waiting for.
    line: socket2::Socket,
}

/// A client's place among the strangers, while it is one.
#[derive(Debug)]
pub(super) struct Stay {
    strangers: Arc<Strangers>,
    /// When it was heard last.
    heard: Mutex<u64>,
}

impl Strangers {
    pub(super) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self {
            max,
            crowd: Mutex::default(),
        })
    }

    /// Takes one in.
    pub(super) fn admit(
        self: &Arc<Self>,
        stream: &TcpStream,
        client: SocketAddr,
    ) -> io::Result<Stay> {
        let stranger = Stranger {
            address: client.ip().to_canonical(),
            line: SockRef::from(stream).try_clone()?,
        };
        let mut crowd = lock(&self.crowd);
        while crowd.all.len() >= self.max {
            let Some(stranger) = crowd.hindmost().and_then(|heard| crowd.all.remove(&heard)) else {
                break;
            };
            tracing::info!(
                address = %stranger.address,
                "a client that has shown no token makes room for another"
            );
            // It may have gone by itself.
            let _ = stranger.line.shutdown(Shutdown::Both);
        }
        let heard = Mutex::new(crowd.enter(stranger));
        drop(crowd);
        Ok(Stay {
            strangers: Arc::clone(self),
            heard,
        })
    }
}

impl Crowd {
    fn enter(&mut self, stranger: Stranger) -> u64 {
        self.heard += 1;
        self.all.insert(self.heard, stranger);
        self.heard
    }

    /// Who is the next to go.
    fn hindmost(&self) -> Option<u64> {
        let mut crowds = HashMap::<_, usize>::new();
        for stranger in self.all.values() {
            *crowds.entry(stranger.address).or_default() += 1;
        }
        let most = crowds.values().max()?;
        let of_most = |(_, stranger): &(_, &Stranger)| crowds.get(&stranger.address) == Some(most);
        self.all.iter().find(of_most).map(|(heard, _)| *heard)
    }
}

impl Stay {
    /// It says something.
    pub(super) fn speaks(&self) {
        let mut heard = lock(&self.heard);
        let mut crowd = lock(&self.strangers.crowd);
        if let Some(stranger) = crowd.all.remove(&heard) {
            *heard = crowd.enter(stranger);
        }
    }

    /// It is no stranger any more.
    pub(super) fn end(&self) {
        let heard = lock(&self.heard);
        lock(&self.strangers.crowd).all.remove(&heard);
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.end();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
