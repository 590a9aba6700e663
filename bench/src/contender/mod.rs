//! What is compared.

mod forward;
mod kernel;
mod peers;
mod process;

use std::{
    env,
    ffi::OsString,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result};

pub(crate) use forward::forward;
pub(crate) use process::Process;

use crate::client::{Door, Link};

/// The bridge's tokens in these measurements: chosen here, of no use to anybody else.
const TOKEN: &str = "benchmark-token-of-a-bridge-that-lives-for-minutes";
const RELAY_TOKEN: &str = "benchmark-token-of-the-relay-that-lives-for-minutes";

/// One of those that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contender {
    /// No relay: the limit of the machine.
    Direct,
    /// Bytes passed on, without a WebSocket.
    Forward,
    /// The bridge's Wisp door.
    Wisp,
    /// The bridge's wsproxy door.
    Wsproxy,
    /// A session of the bridge.
    Session,
    WispJs,
    WispPython,
    Websockify,
    Websocat,
}

impl Contender {
    pub(crate) const ALL: [Self; 9] = [
        Self::Direct,
        Self::Forward,
        Self::Wisp,
        Self::Wsproxy,
        Self::Session,
        Self::WispJs,
        Self::WispPython,
        Self::Websockify,
        Self::Websocat,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Forward => "forward",
            Self::Wisp => "wisp",
            Self::Wsproxy => "wsproxy",
            Self::Session => "session",
            Self::WispJs => "wisp-js",
            Self::WispPython => "wisp-python",
            Self::Websockify => "websockify",
            Self::Websocat => "websocat",
        }
    }

    /// As a reader of the table shall see it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Wisp => "**Sockscope**, Wisp",
            Self::Wsproxy => "**Sockscope**, wsproxy",
            Self::Session => "**Sockscope**, session",
            other => other.name(),
        }
    }

    pub(crate) fn is_wisp(self) -> bool {
        matches!(self, Self::Wisp | Self::WispJs | Self::WispPython)
    }
}

/// Where the programs are.
pub(crate) struct Programs {
    pub(crate) bridge: Option<PathBuf>,
    /// What the bridge is told beside.
    pub(crate) bridge_arguments: Vec<OsString>,
    /// The folder into which peers were installed.
    pub(crate) peers: Option<PathBuf>,
}

impl Programs {
    /// Why a contender cannot be measured here, if so.
    pub(crate) fn missing(&self, contender: Contender) -> Option<String> {
        match contender {
            Contender::Direct | Contender::Forward => None,
            Contender::Session if self.bridge.is_some() => None,
            Contender::Wisp | Contender::Wsproxy if self.has_relay() => None,
            Contender::Session | Contender::Wisp | Contender::Wsproxy => {
                Some("there is no bridge with this door: name one with --bridge".into())
            }
            peer => peers::missing(peer, self.peers.as_deref()),
        }
    }

    fn has_relay(&self) -> bool {
        self.bridge.as_deref().is_some_and(|bridge| {
            Command::new(bridge)
                .arg("--help")
                .stderr(Stdio::null())
                .output()
                .is_ok_and(|help| String::from_utf8_lossy(&help.stdout).contains("--relay"))
        })
    }

    /// Starts a contender that passes streams on to `target`.
    pub(crate) async fn start(&self, contender: Contender, target: SocketAddr) -> Result<Running> {
        let mut relay = target;
        let mut process = None;
        if contender != Contender::Direct {
            relay = free()?;
            let mut command = self.command(contender, relay, target)?;
            process = Some(
                Process::start(&mut command, relay)
                    .await
                    .with_context(|| contender.name())?,
            );
        }
        let door = match contender {
            Contender::Direct | Contender::Forward => Door::Plain,
            Contender::Wisp => Door::Wisp(format!("/wisp/{RELAY_TOKEN}/")),
            Contender::Wsproxy => Door::WebSocket(format!("/wsproxy/{RELAY_TOKEN}/{target}")),
            Contender::Session => Door::Session(TOKEN.into()),
            Contender::WispJs | Contender::WispPython => Door::Wisp("/".into()),
            Contender::Websockify | Contender::Websocat => Door::WebSocket("/".into()),
        };
        let link = Link {
            relay,
            target,
            door,
        };
        Ok(Running { link, process })
    }

    fn command(
        &self,
        contender: Contender,
        relay: SocketAddr,
        target: SocketAddr,
    ) -> Result<Command> {
        match contender {
            Contender::Direct | Contender::Forward => {
                let mut command = Command::new(env::current_exe()?);
                command.args(["forward", &relay.to_string(), &target.to_string()]);
                Ok(command)
            }
            Contender::Wisp | Contender::Wsproxy | Contender::Session => {
                let bridge = self.bridge.as_deref().context("no bridge")?;
                let mut command = bridge_command(bridge, relay, contender != Contender::Session);
                command.args(&self.bridge_arguments);
                Ok(command)
            }
            peer => {
                let home = self.peers.as_deref().context("no peers")?;
                peers::command(peer, home, relay, target)
            }
        }
    }
}

/// A contender that runs.
pub(crate) struct Running {
    pub(crate) link: Link,
    /// None for `direct`.
    pub(crate) process: Option<Process>,
}

fn bridge_command(bridge: &Path, listen: SocketAddr, relay: bool) -> Command {
    let mut command = Command::new(bridge);
    command
        .arg("--listen")
        .arg(listen.to_string())
        .env("SOCKSCOPE_TOKEN", TOKEN)
        .env("SOCKSCOPE_RELAY_TOKEN", RELAY_TOKEN)
        .env("RUST_LOG", "warn");
    if relay {
        command.arg("--relay");
    } else {
        // A session's sends are calls, of up to 1 MiB: its usual rate would be what is measured.
        command.args(["--calls-per-second", "100000"]);
    }
    command
}

/// A port that is free, and likely stays so until the relay takes it.
fn free() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?;
    Ok(listener.local_addr()?)
}
