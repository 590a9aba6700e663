//! The far end of every stream: it does what the first bytes of a connection tell it to, and keeps
//! account.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use anyhow::{Context as _, Result};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    runtime::{Handle, Runtime},
    sync::Notify,
};

use crate::pattern;

/// The length of a command.
pub(crate) const COMMAND: usize = 16;
const BUFFER: usize = 256 * 1024;
/// What a source gives to the kernel at once.
const WRITE: u64 = 128 * 1024;
/// How long a slow target pauses between reads.
const PAUSE: Duration = Duration::from_millis(1);

/// What a target does on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Deed {
    /// Sends back what comes.
    Echo = 1,
    /// Reads until the end.
    Sink = 2,
    /// As `Sink`, but slower than any relay, and looks at each byte.
    Check = 3,
    /// Sends so many bytes, then closes.
    Source = 4,
    /// Reads nothing, until it is released.
    Stop = 5,
    /// Sends a byte, shuts down its sending side, and reads until the end.
    HalfClose = 6,
}

/// What one connection has come to.
#[derive(Default)]
pub(crate) struct Account {
    /// Bytes that came after the command.
    pub(crate) received: AtomicU64,
    /// Bytes that the kernel took.
    pub(crate) sent: AtomicU64,
    /// Whether they were the right ones, where that was looked at.
    pub(crate) wrong: AtomicBool,
    /// Whether the connection has come to its end.
    pub(crate) ended: AtomicBool,
    changed: Notify,
    released: Notify,
}

impl Account {
    /// Lets a connection go that does nothing.
    pub(crate) fn release(&self) {
        self.released.notify_one();
    }

    fn close(&self) {
        self.ended.store(true, Relaxed);
        self.changed.notify_waiters();
    }

    /// Waits for the connection's end.
    pub(crate) async fn end(&self) {
        loop {
            let changed = self.changed.notified();
            if self.ended.load(Relaxed) {
                return;
            }
            changed.await;
        }
    }
}

/// A listening target; all accounts are its own.
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    books: Arc<Books>,
    /// Threads of its own: who shares a thread with its client answers sooner than any other program.
    threads: Option<Runtime>,
    /// And others for those who send without a pause. A runtime's thread that is busy sending looks
    /// for nothing else meanwhile, and what answers beside would be a program of its own as well.
    sources: Option<Runtime>,
}

#[derive(Default)]
struct Books {
    next: AtomicU32,
    accounts: Mutex<HashMap<u32, Arc<Account>>>,
}

impl Target {
    /// Listens, and serves as long as it lives.
    pub(crate) fn start() -> Result<Self> {
        // As many at once as connect at once.
        const BACKLOG: u32 = 4096;
        let threads = Runtime::new()?;
        let inside = threads.enter();
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let listener = socket.listen(BACKLOG).context("cannot listen")?;
        let address = listener.local_addr()?;
        let books = Arc::<Books>::default();
        let sources = Runtime::new()?;
        let accept = accept(listener, Arc::clone(&books), sources.handle().clone());
        tokio::spawn(accept);
        drop(inside);
        Ok(Self {
            address,
            books,
            threads: Some(threads),
            sources: Some(sources),
        })
    }

    /// A command for a connection, and its account.
    pub(crate) fn command(&self, deed: Deed, bytes: u64) -> ([u8; COMMAND], Arc<Account>) {
        let number = self.books.next.fetch_add(1, Relaxed);
        let account = Arc::<Account>::default();
        self.books.lock().insert(number, Arc::clone(&account));
        let mut command = [0; COMMAND];
        command[0] = deed as u8;
        command[4..8].copy_from_slice(&number.to_le_bytes());
        command[8..].copy_from_slice(&bytes.to_le_bytes());
        (command, account)
    }

    /// A command that nobody keeps account of: always the same.
    pub(crate) fn echo() -> [u8; COMMAND] {
        let mut command = [0; COMMAND];
        command[0] = Deed::Echo as u8;
        command[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        command
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let both = [self.threads.take(), self.sources.take()];
        for threads in both.into_iter().flatten() {
            threads.shutdown_background();
        }
    }
}

impl Books {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u32, Arc<Account>>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, books: Arc<Books>, sources: Handle) {
    loop {
        let Ok((io, _)) = listener.accept().await else {
            // Descriptors are short; those who wait for a connection will say so.
            tokio::task::yield_now().await;
            continue;
        };
        let (books, sources) = (Arc::clone(&books), sources.clone());
        tokio::spawn(async move {
            let _ = serve(io, &books, &sources).await;
        });
    }
}

async fn serve(mut io: TcpStream, books: &Books, sources: &Handle) -> io::Result<()> {
    io.set_nodelay(true)?;
    let mut command = [0; COMMAND];
    io.read_exact(&mut command).await?;
    let [deed, _, _, _, a, b, c, d, rest @ ..] = command;
    let account = books.lock().remove(&u32::from_le_bytes([a, b, c, d]));
    let account = account.unwrap_or_default();
    if deed == Deed::Source as u8 {
        let io = io.into_std()?;
        sources.spawn(async move {
            let done = source(io, &account, u64::from_le_bytes(rest)).await;
            account.close();
            done
        });
        return Ok(());
    }
    let done = perform(&mut io, deed, &account).await;
    account.close();
    done
}

async fn perform(io: &mut TcpStream, deed: u8, account: &Account) -> io::Result<()> {
    match deed {
        1 => {
            echo(io).await?;
            // Ends with RST: of streams that come and go by the ten thousand, none shall occupy its
            // port for a minute (TIME-WAIT, RFC 9293 section 3.3.2), or it is the kernel's search for
            // a free one that is measured.
            io.set_zero_linger()
        }
        2 => sink(io, account).await,
        3 => check(io, account).await,
        5 => {
            account.released.notified().await;
            Ok(())
        }
        6 => {
            io.write_all(b"!").await?;
            io.shutdown().await?;
            sink(io, account).await
        }
        _ => Ok(()),
    }
}

async fn echo(io: &mut TcpStream) -> io::Result<()> {
    // Most streams carry little.
    let mut buffer = vec![0; 4 * 1024];
    loop {
        let count = io.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        io.write_all(&buffer[..count]).await?;
        if count == buffer.len() && count < BUFFER {
            buffer = vec![0; BUFFER];
        }
    }
}

async fn sink(io: &mut TcpStream, account: &Account) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let count = io.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        account.received.fetch_add(count as u64, Relaxed);
    }
}

async fn check(io: &mut TcpStream, account: &Account) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    let mut at = 0;
    loop {
        tokio::time::sleep(PAUSE).await;
        let count = io.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        if !pattern::is_at(at, &buffer[..count]) {
            account.wrong.store(true, Relaxed);
        }
        at += count as u64;
        account.received.store(at, Relaxed);
    }
}

async fn source(io: std::net::TcpStream, account: &Account, bytes: u64) -> io::Result<()> {
    let mut io = TcpStream::from_std(io)?;
    let mut at = 0;
    while at < bytes {
        let part = pattern::at(at, (bytes - at).min(WRITE));
        let count = io.write(part).await?;
        at += count as u64;
        account.sent.store(at, Relaxed);
    }
    Ok(())
}
