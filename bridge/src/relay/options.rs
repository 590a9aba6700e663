//! The command line of this door.

use std::env;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::config::reachable;
use crate::token::{BadToken, Token};

/// The environment variable that may bring the relay's token.
pub const TOKEN_VARIABLE: &str = "SOCKSCOPE_RELAY_TOKEN";

/// WebSockets of this door at the same time.
const WEBSOCKETS: u32 = 2048;
/// Streams of one WebSocket.
const STREAMS: u32 = 16384;

/// The flags of this door.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Relay")]
#[group(id = "relay-options")]
pub struct Options {
    /// Opens a door for programs that speak Wisp (/wisp/TOKEN/) or wsproxy (/wsproxy/TOKEN/host:port).
    /// It has a token of its own, because the request line carries it. The URL is printed on stderr.
    #[arg(long)]
    pub relay: bool,

    /// A file with the relay's token. Without it, SOCKSCOPE_RELAY_TOKEN in the environment brings the
    /// token, or else each start has a new one.
    #[arg(long, value_name = "PATH", requires = "relay")]
    pub relay_token_file: Option<PathBuf>,

    /// WebSockets of the relay at the same time
    #[arg(long, value_name = "N", default_value_t = WEBSOCKETS, requires = "relay",
        value_parser = clap::value_parser!(u32).range(1..))]
    pub relay_websockets: u32,

    /// Streams of one of the relay's WebSockets
    #[arg(long, value_name = "N", default_value_t = STREAMS, requires = "relay",
        value_parser = clap::value_parser!(u32).range(1..))]
    pub relay_streams: u32,
}

/// What the relay is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Lets clients in; not the page's.
    pub token: Token,
    /// WebSockets at the same time.
    pub websockets: u32,
    /// Streams of one WebSocket.
    pub streams: u32,
}

/// Why there is no token for the relay.
#[derive(Debug, thiserror::Error)]
pub enum NoToken {
    /// The file of `--relay-token-file` cannot be read.
    #[error("--relay-token-file {}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The kernel's answer.
        error: std::io::Error,
    },
    /// What was found is no token.
    #[error("{0}: {1}")]
    Bad(String, BadToken),
    /// The operating system has no randomness to give.
    #[error("no randomness for the relay's token: {0}")]
    Random(getrandom::Error),
}

impl Config {
    /// The usual limits.
    #[must_use]
    pub fn new(token: Token) -> Self {
        Self {
            token,
            websockets: WEBSOCKETS,
            streams: STREAMS,
        }
    }
}

impl Options {
    /// What the flags mean; nothing when this door stays closed.
    ///
    /// # Errors
    /// [`NoToken`] when the file or the environment brings none, or a bad one.
    pub fn config(&self) -> Result<Option<Config>, NoToken> {
        if !self.relay {
            return Ok(None);
        }
        Ok(Some(Config {
            token: self.token()?,
            websockets: self.relay_websockets,
            streams: self.relay_streams,
        }))
    }

    fn token(&self) -> Result<Token, NoToken> {
        let (text, place) = if let Some(path) = &self.relay_token_file {
            let path = path.clone();
            match fs::read_to_string(&path) {
                Ok(text) => (text, format!("--relay-token-file {}", path.display())),
                Err(error) => return Err(NoToken::File { path, error }),
            }
        } else if let Ok(text) = env::var(TOKEN_VARIABLE) {
            (text, TOKEN_VARIABLE.to_owned())
        } else {
            return Token::random().map_err(NoToken::Random);
        };
        Token::new(text.trim_end().to_owned()).map_err(|error| NoToken::Bad(place, error))
    }
}

/// The URL of the Wisp door of a bridge that listens on `address`.
#[must_use]
pub fn url(address: SocketAddr, token: &Token) -> String {
    let address = SocketAddr::new(reachable(address.ip()), address.port());
    format!("ws://{address}/wisp/{}/", token.reveal())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use crate::config::Options;

    #[test]
    fn the_relay_is_closed_unless_it_is_asked_for() {
        let options = Options::parse_from(["sockscope"]);
        assert!(options.relay.config().unwrap().is_none());
        assert!(Options::try_parse_from(["sockscope", "--relay-streams", "5"]).is_err());
        let options = Options::parse_from(["sockscope", "--relay", "--relay-streams", "5"]);
        assert_eq!(options.relay.config().unwrap().unwrap().streams, 5);
    }

    #[test]
    fn a_token_comes_from_a_file() {
        let directory = std::env::temp_dir();
        let path = directory.join(format!("sockscope-token-{}", std::process::id()));
        std::fs::write(&path, format!("{}\n", "t".repeat(32))).unwrap();
        let flag = path.to_str().unwrap();
        let options = Options::parse_from(["sockscope", "--relay", "--relay-token-file", flag]);
        let token = options.relay.config().unwrap().unwrap().token;
        assert_eq!(token.reveal(), "t".repeat(32));
        std::fs::write(&path, "short").unwrap();
        let error = options.relay.config().unwrap_err().to_string();
        assert!(error.contains(flag) && !error.contains("short"), "{error}");
        std::fs::remove_file(&path).unwrap();
        assert!(options.relay.config().is_err());
    }
}
