//! Debian's and Ubuntu's packages.

use std::{process::Command, sync::Once, time::Duration};

use anyhow::{Result, bail};

use crate::job::{self, Job};

/// Longer than any package here takes on a slow line; a mirror that hangs is given up.
const LIMIT: Duration = Duration::from_secs(20 * 60);

/// Whether this machine installs packages with apt.
pub(crate) fn is_here() -> bool {
    cfg!(target_os = "linux") && job::find("apt-get").is_some()
}

/// Installs packages, as root or where sudo asks for no password; `why` begins the sentence that
/// tells what they are for.
pub(crate) fn install(packages: &[&str], why: &str, expect: &'static str) -> Result<()> {
    let list = packages.join(" ");
    let advice = format!("run `sudo apt-get install {list}` and start again");
    let Some(prefix) = as_root() else {
        bail!("{why} needs the packages {list}, and installing them needs root: {advice}");
    };
    static LISTS: Once = Once::new();
    let mut listed = Ok(String::new());
    LISTS.call_once(|| {
        listed = Job::new("apt-update", "Reading Debian's package lists").and_then(|job| {
            job.expect("half a minute")
                .limit(LIMIT)
                .hint("see whether `apt-get update` works")
                .run(apt_get(prefix).arg("update"))
        });
    });
    listed?;
    Job::new("apt-install", format!("Installing Debian packages: {list}"))?
        .expect(expect)
        .limit(LIMIT)
        .hint(advice)
        .run(
            apt_get(prefix)
                // A package that would push out another one is a decision for a person.
                .args(["install", "--yes", "--no-install-recommends", "--no-remove"])
                .args(packages),
        )?;
    Ok(())
}

/// The words before `apt-get` that make it run as root.
fn as_root() -> Option<&'static [&'static str]> {
    if job::first_line(Command::new("id").arg("-u")).is_some_and(|id| id == "0") {
        return Some(&["env"]);
    }
    let sudo = Command::new("sudo").args(["-n", "true"]).output();
    sudo.is_ok_and(|output| output.status.success())
        .then_some(&["sudo", "-n", "env"])
}

fn apt_get(prefix: &[&str]) -> Command {
    let mut command = Command::new(prefix[0]);
    command
        .args(&prefix[1..])
        .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
        // Another apt may be at work.
        .args(["-o", "DPkg::Lock::Timeout=120"]);
    command
}
