//! The bridge's binary: reads the command line, starts the bridge, prints the URL.

mod browser;
mod descriptors;
mod signals;

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser as _;
use sockscope::config::{Options, url};
use sockscope::{Error, TOKEN_VARIABLE, Token, relay};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{EnvFilter, fmt};

/// How long threads that wait for the resolver may hold up the end.
const THREADS: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    sockscope::save_memory();
    let options = Options::parse();
    match start_log().and_then(|()| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sockscope: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Writes the log to stderr, as much of it as `RUST_LOG` says.
fn start_log() -> anyhow::Result<()> {
    let filter = EnvFilter::builder()
        .with_default_directive(tracing::Level::INFO.into())
        .from_env()
        .context("RUST_LOG")?;
    let stderr = fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let log = tracing_subscriber::registry().with(filter).with(stderr);
    // Not `init`, which would also take in what the WebSocket library has to say through the crate
    // `log`: at its most talkative it writes down whole messages, and so the token.
    tracing::subscriber::set_global_default(log).context("the log was started before")
}

fn run(options: &Options) -> anyhow::Result<()> {
    let token = match env::var(TOKEN_VARIABLE) {
        Ok(token) => Token::new(token).context(TOKEN_VARIABLE)?,
        Err(_) => Token::random().context("no randomness for the token")?,
    };
    let config = options.config(token.clone())?;
    descriptors::raise_limit();
    let runtime = Runtime::new().context("cannot start the runtime")?;
    let result = runtime.block_on(async {
        let listener = TcpListener::bind(options.listen)
            .await
            .map_err(|error| Error::listen(options.listen, error))?;
        let address = listener.local_addr().map_err(Error::Address)?;
        let stop = CancellationToken::new();
        signals::watch(stop.clone()).context("cannot watch for signals")?;
        if !address.ip().is_loopback() {
            tracing::warn!(
                "listening on {address}: whoever reaches it and has the URL can use this machine's sockets"
            );
        }
        let url = url(address, &token);
        // The reader of stdout may have gone; the bridge is of use all the same.
        let _ = writeln!(io::stdout(), "{url}");
        if let Some(relay) = &config.relay {
            // Not a line of the log, which may be kept.
            let _ = writeln!(io::stderr(), "relay: {}", relay::url(address, &relay.token));
        }
        let shortcut = options.open.then(|| browser::open(&url)).flatten();
        tracing::info!("listening on {address}");
        let served = sockscope::serve(listener, config, stop).await;
        drop(shortcut);
        served.map_err(anyhow::Error::from)
    });
    runtime.shutdown_timeout(THREADS);
    result
}
