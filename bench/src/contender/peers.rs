//! Published relays, as `cargo xtask bench relay --peers` installs them.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

use super::Contender;

/// Why a peer cannot be measured, if so.
pub(super) fn missing(peer: Contender, home: Option<&Path>) -> Option<String> {
    let Some(home) = home else {
        return Some("peers take part with --peers".into());
    };
    let program = program(peer, home);
    (!program.exists()).then(|| format!("there is no {}", program.display()))
}

fn program(peer: Contender, home: &Path) -> PathBuf {
    home.join(match peer {
        Contender::WispJs => "npm/node_modules/@mercuryworkshop/wisp-js/src/bin/server_cli.mjs",
        Contender::Websocat => "cargo/bin/websocat",
        Contender::WispPython => "python/bin/python",
        _ => "python/bin/websockify",
    })
}

/// The command that makes a peer listen at `relay`.
pub(super) fn command(
    peer: Contender,
    home: &Path,
    relay: SocketAddr,
    target: SocketAddr,
) -> Result<Command> {
    let program = program(peer, home);
    let (host, port) = (relay.ip().to_string(), relay.port().to_string());
    let (relay, target) = (relay.to_string(), target.to_string());
    let mut command = Command::new(&program);
    match peer {
        Contender::WispJs => {
            // This peer refuses loopback unless told otherwise.
            const OPTIONS: &str = r#"{"allow_loopback_ips":true,"allow_private_ips":true}"#;
            command = Command::new("node");
            command
                .arg(program)
                .args(["--host", &host, "--port", &port]);
            command.args(["--logging", "NONE", "--options", OPTIONS]);
        }
        Contender::WispPython => {
            command.args(["-m", "wisp.server", "--host", &host, "--port", &port]);
            command.args([
                "--allow-loopback",
                "--allow-private",
                "--log-level",
                "critical",
            ]);
        }
        Contender::Websockify => {
            command.args([&relay, &target]);
        }
        Contender::Websocat => {
            let (listen, connect) = (format!("ws-l:{relay}"), format!("tcp:{target}"));
            command.args(["--binary", "--buffer-size", "65536", &listen, &connect]);
        }
        other => bail!("{} is no peer", other.name()),
    }
    Ok(command)
}
