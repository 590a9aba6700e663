//! `cargo xtask dev`: Trunk serves the page and rebuilds it on change; the bridge runs beside it and
//! is rebuilt and started again on change, under the same token.

use std::{
    ffi::OsString,
    fs,
    net::{Ipv4Addr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    bridge::{self, Profile},
    job::{say, words},
    place, setup,
};

const POLL: Duration = Duration::from_millis(500);
/// How long the two may take to stop by themselves: the bridge says goodbye to its pages.
const GRACE: Duration = Duration::from_secs(5);

/// Serves the page on `port` until Ctrl-C, with the bridge on `bridge_port`.
pub(crate) fn dev(port: u16, bridge_port: u16, arguments: &[OsString]) -> Result<()> {
    let tools = setup::page()?;
    let interrupted = interrupts()?;
    let token = token()?;
    // The bridge reads the page from here; this one is served by Trunk, but the folder must be there.
    fs::create_dir_all(place::dist())?;
    let served = place::page_target().join("dev");
    fs::create_dir_all(&served)?;
    let mut children = Children::default();
    let mut trunk = tools.command("trunk")?;
    trunk
        .args([
            "serve",
            "--skip-version-check",
            "--port",
            &port.to_string(),
            "--dist",
        ])
        .arg(served)
        .stdout(std::io::stderr());
    children.trunk = Some(trunk.spawn().context("cannot start trunk")?);
    let start = || -> Result<Child> {
        let binary = bridge::build(Profile::Dev)?;
        let mut command = Command::new(binary);
        command
            .args(["--listen", &format!("127.0.0.1:{bridge_port}")])
            .args(["--allow-origin", &format!("http://127.0.0.1:{port}")])
            .args(["--allow-origin", &format!("http://localhost:{port}")])
            .args(arguments)
            .env("SOCKSCOPE_TOKEN", &token)
            // The page's address is the one below, not the bridge's.
            .stdout(Stdio::null());
        command.spawn().context("cannot start the bridge")
    };
    children.bridge = Some(start()?);
    let mut seen = newest_source()?;
    let mut url = Some(format!(
        "http://127.0.0.1:{port}/#token={token}&bridge=127.0.0.1:{bridge_port}"
    ));
    loop {
        // Trunk listens once it has built the page.
        let is_served = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        if let Some(url) = url.take_if(|_| is_served()) {
            println!("{url}");
        }
        match interrupted.recv_timeout(POLL) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        children.check()?;
        let newest = newest_source()?;
        if newest != seen {
            seen = newest;
            say("The bridge's sources changed");
            stop(children.bridge.take(), "the bridge");
            match start() {
                Ok(child) => children.bridge = Some(child),
                Err(error) => say(&format!("{error:#}; waiting for the next change")),
            }
        }
    }
    Ok(())
}

/// Both processes; none outlives this value.
#[derive(Default)]
struct Children {
    trunk: Option<Child>,
    bridge: Option<Child>,
}

impl Children {
    /// Fails when one has ended by itself.
    fn check(&mut self) -> Result<()> {
        for (child, name) in [(&mut self.trunk, "trunk"), (&mut self.bridge, "the bridge")] {
            if let Some(running) = child
                && let Some(status) = running.try_wait()?
            {
                bail!("{name} ended ({status}); its last words are above");
            }
        }
        Ok(())
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        stop(self.bridge.take(), "the bridge");
        stop(self.trunk.take(), "trunk");
    }
}

/// Asks a process to stop, then insists.
fn stop(child: Option<Child>, name: &str) {
    let Some(mut child) = child else { return };
    ask_to_stop(&child);
    let began = Instant::now();
    while matches!(child.try_wait(), Ok(None)) {
        if began.elapsed() > GRACE {
            say(&format!(
                "{name} did not stop within {}: ending it",
                words(GRACE)
            ));
            // It has ended meanwhile, or it ends now.
            let _ = child.kill();
            let _ = child.wait();
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(unix)]
fn ask_to_stop(child: &Child) {
    // A process that is gone already needs no asking.
    let _ = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .stderr(Stdio::null())
        .status();
}

#[cfg(not(unix))]
fn ask_to_stop(_: &Child) {
    // The console's Ctrl-C has reached it already.
}

fn interrupts() -> Result<Receiver<()>> {
    let (sender, receiver) = mpsc::sync_channel(1);
    ctrlc::set_handler(move || {
        // A second Ctrl-C finds the channel full: one is enough.
        let _ = sender.try_send(());
    })
    .context("cannot catch Ctrl-C")?;
    Ok(receiver)
}

fn token() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).context("the system has no random numbers")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// When the youngest source of the bridge was written.
fn newest_source() -> Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for folder in ["bridge/src", "protocol/src"] {
        look_into(&place::root().join(folder), &mut newest)?;
    }
    Ok(newest)
}

fn look_into(folder: &Path, newest: &mut SystemTime) -> Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let entry = entry?;
        // An editor's file may be gone between the two looks.
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if metadata.is_dir() {
            look_into(&entry.path(), newest)?;
        } else {
            *newest = (*newest).max(metadata.modified()?);
        }
    }
    Ok(())
}
