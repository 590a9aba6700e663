//! The command line.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use clap::{Args, Parser};
use sockscope_protocol::Limits;

use crate::http::{Authority, Origin};
use crate::policy::{Policy, Rule, Unresolved};
use crate::relay::{self, NoToken};
use crate::token::Token;

/// See real sockets from your browser: the bridge between a page and real TCP and UDP sockets.
///
/// Prints one line: the URL to open. It holds the token that lets a client in; hand it to nobody who
/// shall not use this machine's sockets.
#[derive(Debug, Parser)]
#[command(name = "sockscope", version)]
pub struct Options {
    /// The address to listen on for the page. Port 0 takes any free port.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7878")]
    pub listen: SocketAddr,

    /// Opens the page in a browser, where there is a desktop.
    #[arg(long)]
    pub open: bool,

    /// What connect and sendto may reach beside loopback: private, public, multicast, broadcast, a
    /// network (10.0.0.0/8), host:port, a port or a range of ports (8000-8999). May be repeated.
    #[arg(long, value_name = "WHERE", value_delimiter = ',')]
    pub allow_connect: Vec<Rule>,

    /// What bind may take beside loopback: as --allow-connect, and wildcard (0.0.0.0 and ::).
    #[arg(long, value_name = "WHERE", value_delimiter = ',')]
    pub allow_bind: Vec<Rule>,

    /// Another name (or name:port) under which this bridge may be asked for; localhost and IP
    /// addresses need none.
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    pub allow_host: Vec<Authority>,

    /// A page of another origin that may use this bridge, as http://127.0.0.1:8080.
    #[arg(long, value_name = "ORIGIN", value_delimiter = ',')]
    pub allow_origin: Vec<Origin>,

    /// The door for programs.
    #[command(flatten)]
    pub relay: relay::Options,

    /// How much sessions may use.
    #[command(flatten)]
    pub limits: LimitOptions,
}

/// Flags that cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum BadOptions {
    /// A name in a rule has no address.
    #[error(transparent)]
    Unresolved(#[from] Unresolved),
    /// The relay has no token.
    #[error(transparent)]
    NoToken(#[from] NoToken),
}

macro_rules! limit_options {
    ($($(#[$doc:meta])* $field:ident: $type:ty, $range:expr;)*) => {
        /// One flag for each field of [`Limits`].
        #[derive(Debug, Clone, Args)]
        #[command(next_help_heading = "Limits")]
        pub struct LimitOptions {
            $(
                $(#[$doc])*
                #[arg(
                    long,
                    value_name = "N",
                    default_value_t = Limits::default().$field,
                    value_parser = clap::value_parser!($type).range($range)
                )]
                pub $field: $type,
            )*
        }

        impl From<LimitOptions> for Limits {
            fn from(options: LimitOptions) -> Self {
                Self { $($field: options.$field,)* }
            }
        }
    };
}

limit_options! {
    /// Sessions at the same time
    sessions: u32, 1..;
    /// WebSockets that follow one session
    views: u32, 1..;
    /// Open sockets in a session
    sockets: u32, 1..;
    /// Calls of a session that have not returned
    pending_calls: u32, 1..;
    /// Bytes that a session holds for send calls that have not returned
    pending_bytes: u64, 1..;
    /// Bytes of one WebSocket message; recv takes at most a header less
    message_bytes: u32, 1024..=MAX_MESSAGE;
    /// Bytes of payload that a session's log holds; the oldest give way
    log_bytes: u64, 1..;
    /// Events that a session's log holds; the oldest give way
    log_events: u32, 1..;
    /// Calls per second that a session may start, averaged
    calls_per_second: u32, 1..;
    /// Seconds that a session outlives its last WebSocket
    linger_seconds: u32, 0..;
}

/// Messages are held in memory as a whole.
const MAX_MESSAGE: i64 = 64 << 20;

/// What a bridge is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Lets clients in.
    pub token: Token,
    /// What sessions may reach and bind.
    pub policy: Policy,
    /// How much they may use.
    pub limits: Limits,
    /// Names beside `localhost` and IP addresses.
    pub hosts: Vec<Authority>,
    /// Pages of other origins that are let in.
    pub origins: Vec<Origin>,
    /// The door for programs, if it is open.
    pub relay: Option<relay::Config>,
}

impl Config {
    /// Loopback only, the usual limits.
    #[must_use]
    pub fn new(token: Token) -> Self {
        Self {
            token,
            policy: Policy::loopback(),
            limits: Limits::default(),
            hosts: Vec::new(),
            origins: Vec::new(),
            relay: None,
        }
    }
}

impl Options {
    /// What the flags mean. Names in `--allow-connect` and `--allow-bind` are looked up.
    ///
    /// # Errors
    /// [`BadOptions`] when one of these names has no address, or the relay no token.
    pub fn config(&self, token: Token) -> Result<Config, BadOptions> {
        Ok(Config {
            token,
            policy: Policy::new(self.allow_connect.clone(), self.allow_bind.clone())?,
            limits: self.limits.clone().into(),
            hosts: self.allow_host.clone(),
            origins: self.allow_origin.clone(),
            relay: self.relay.config()?,
        })
    }
}

/// The URL of the page of a bridge that listens on `address`. The token stands in the fragment, which
/// browsers do not send.
#[must_use]
pub fn url(address: SocketAddr, token: &Token) -> String {
    let address = SocketAddr::new(reachable(address.ip()), address.port());
    format!("http://{address}/#token={}", token.reveal())
}

/// An address that a browser can open: the wildcard address is none.
pub(crate) fn reachable(ip: IpAddr) -> IpAddr {
    /// Stands for any address outside (RFC 5737); nothing is sent there.
    const OUTSIDE: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);
    if !ip.is_unspecified() {
        return ip;
    }
    // Connecting a UDP socket only looks up the route, and so this machine's address on it.
    let routed = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| {
        socket.connect(OUTSIDE)?;
        socket.local_addr()
    });
    match routed {
        Ok(address) if !address.ip().is_unspecified() => address.ip(),
        _ => Ipv4Addr::LOCALHOST.into(),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};
    use sockscope_protocol::Limits;

    use super::{Options, url};
    use crate::token::Token;

    #[test]
    fn the_command_line_is_sound() {
        Options::command().debug_assert();
    }

    #[test]
    fn without_flags_everything_is_closed() {
        let options = Options::parse_from(["sockscope"]);
        assert_eq!(options.listen.to_string(), "127.0.0.1:7878");
        let config = options.config(Token::random().unwrap()).unwrap();
        assert_eq!(config.limits, Limits::default());
        assert_eq!(config.policy.describe().connect, ["loopback"]);
        assert_eq!(config.policy.describe().bind, ["loopback"]);
    }

    #[test]
    fn flags_may_be_repeated_and_hold_lists() {
        let options = Options::parse_from([
            "sockscope",
            "--allow-connect",
            "private,8000-8999",
            "--allow-connect",
            "public",
            "--allow-bind=wildcard",
            "--allow-origin",
            "http://localhost:8080",
            "--sockets",
            "5",
        ]);
        let config = options.config(Token::random().unwrap()).unwrap();
        assert_eq!(
            config.policy.describe().connect,
            ["loopback", "private", "8000-8999", "public"]
        );
        assert_eq!(config.limits.sockets, 5);
        assert_eq!(config.origins.len(), 1);
        for wrong in [
            ["--allow-connect", "privat"],
            ["--allow-origin", "localhost"],
            ["--sockets", "0"],
        ] {
            let parsed = Options::try_parse_from(["sockscope", wrong[0], wrong[1]]);
            assert!(parsed.is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_url_can_be_opened() {
        let token = Token::new("t".repeat(32)).unwrap();
        assert_eq!(
            url("[::1]:80".parse().unwrap(), &token),
            format!("http://[::1]:80/#token={}", "t".repeat(32))
        );
        assert!(!url("0.0.0.0:80".parse().unwrap(), &token).contains("//0.0.0.0"));
        assert!(!url("[::]:80".parse().unwrap(), &token).contains("[::]"));
    }
}
