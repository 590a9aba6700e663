//! Opens the page in the desktop's browser.
//!
//! The URL holds the token, and everybody on the machine can read the arguments of a process. So the
//! browser is handed a file that only this user can read, and the file leads to the page.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sockscope::{TOKEN_VARIABLE, relay};

/// The file that leads to the page. It is removed when the bridge stops.
#[derive(Debug)]
pub(crate) struct Shortcut {
    folder: PathBuf,
}

impl Drop for Shortcut {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Opens the page where there is a desktop. A failure is told and is no reason to stop: the URL is on
/// stdout.
pub(crate) fn open(url: &str) -> Option<Shortcut> {
    if !has_desktop() {
        tracing::info!("no desktop here: open the URL by hand");
        return None;
    }
    match try_open(url) {
        Ok(shortcut) => Some(shortcut),
        Err(error) => {
            tracing::warn!("cannot open a browser ({error}): open the URL by hand");
            None
        }
    }
}

fn has_desktop() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(any(target_os = "macos", windows)) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn try_open(url: &str) -> io::Result<Shortcut> {
    let folder = env::var_os("XDG_RUNTIME_DIR").map_or_else(env::temp_dir, PathBuf::from);
    let random = getrandom::u64().map_err(io::Error::other)?;
    let folder = folder.join(format!("sockscope-{random:016x}"));
    create_private_folder(&folder)?;
    let shortcut = Shortcut { folder };
    let file = shortcut.folder.join("open.html");
    let mut page = create_private_file(&file)?;
    // The token is letters, digits, '-' and '_', so that nothing needs escaping.
    write!(
        page,
        "<!doctype html><meta charset=utf-8><title>Sockscope</title>\
         <meta http-equiv=refresh content=\"0;url={url}\"><a href=\"{url}\">Sockscope</a>"
    )?;
    page.flush()?;
    launch(file.as_os_str())?;
    Ok(shortcut)
}

fn launch(file: &OsStr) -> io::Result<()> {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        Command::new("explorer")
    } else {
        Command::new("xdg-open")
    };
    let child = command
        .arg(file)
        .env_remove(TOKEN_VARIABLE)
        .env_remove(relay::TOKEN_VARIABLE)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    // Waited for on a thread of its own, because some browsers stay in the foreground.
    std::thread::spawn(move || {
        let mut child = child;
        let _ = child.wait();
    });
    Ok(())
}

#[cfg(unix)]
fn create_private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(unix)]
fn create_private_file(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// The user's temporary folder is private to the user.
#[cfg(not(unix))]
fn create_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

#[cfg(not(unix))]
fn create_private_file(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
}
