//! Building the page, and how large it is.

use std::{
    fs,
    hash::{DefaultHasher, Hasher as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use zopfli::{Format, Options};

use crate::{
    job::{Job, say},
    place,
    setup::PageTools,
};

/// What a first visit may load: WebAssembly, JavaScript and CSS, each gzipped.
const BUDGET_BYTES: u64 = 300 * 1024;
/// What may be loaded later, when it is first wanted.
const LATER_BUDGET_BYTES: u64 = 110 * 1024;
/// With what the names of the files begin that are loaded later.
const LATER: &str = "sockscope-scribe";
/// What the page is made of.
const INPUTS: [&str; 6] = [
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    "frontend",
    "protocol",
];
/// The page's frame for a build without wasm-opt.
const PLAIN_INDEX: &str = ".index-without-wasm-opt.html";

/// Builds the page for release, unless the one in `dist/` is of the same sources and tools.
pub(crate) fn build(tools: &PageTools) -> Result<()> {
    let stamp_file = place::page_target().join("built");
    let sources = fingerprint(tools)?;
    let is_current = fs::read_to_string(&stamp_file)
        .is_ok_and(|stamp| built().is_ok_and(|page| stamp == format!("{sources} {page}")));
    if is_current {
        return Ok(());
    }
    let mut trunk = tools.command("trunk")?;
    tools.shrink(&mut trunk);
    trunk
        .args(["build", "--release", "--skip-version-check", "--dist"])
        .arg(place::dist())
        // What went wrong is in the messages; Trunk's own backtrace would push them out of sight.
        .env("RUST_BACKTRACE", "0");
    let plain = place::root().join(PLAIN_INDEX);
    if !tools.wasm_opt {
        let index = fs::read_to_string(place::root().join("index.html"))
            .context("cannot read index.html")?;
        fs::write(
            &plain,
            index.replace("data-wasm-opt=\"z\"", "data-wasm-opt=\"0\""),
        )?;
        trunk.args(["--html-output", "index.html"]).arg(&plain);
    }
    let done = Job::new("page", "Building the page")?
        .expect("half a minute; the first time two to four minutes")
        .hint("the compiler's message is above")
        .run(&mut trunk);
    if !tools.wasm_opt {
        fs::remove_file(&plain)?;
    }
    done?;
    pack()?;
    fs::write(&stamp_file, format!("{sources} {}", built()?))
        .with_context(|| format!("cannot write {}", stamp_file.display()))
}

/// Puts beside each file of the page what the bridge sends instead of it.
fn pack() -> Result<()> {
    for file in files(&place::dist())? {
        let packed = packed(&file);
        let bytes = fs::read(&file)?;
        let write = || -> std::io::Result<()> {
            let to = fs::File::create(&packed)?;
            zopfli::compress(Options::default(), Format::Gzip, &*bytes, to)
        };
        write().with_context(|| format!("cannot write {}", packed.display()))?;
    }
    Ok(())
}

/// The name of a file's gzipped form.
fn packed(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".gz");
    name.into()
}

/// Prints what the page weighs, at first and later, and refuses one that is over budget.
pub(crate) fn weigh(enforce: bool) -> Result<()> {
    let (later, first): (Vec<_>, Vec<_>) = files(&place::dist())?.into_iter().partition(|file| {
        let name = file.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(LATER))
    });
    for (what, files, budget) in [
        ("The page", first, BUDGET_BYTES),
        ("What it loads later", later, LATER_BUDGET_BYTES),
    ] {
        let mut total = 0;
        let mut parts = Vec::new();
        for kind in ["wasm", "js", "css"] {
            let mut size = 0;
            for file in &files {
                if file.extension().is_some_and(|extension| extension == kind) {
                    size += fs::metadata(packed(file))?.len();
                }
            }
            total += size;
            parts.push(format!("{kind} {}", kib(size)));
        }
        say(&format!(
            "{what}, gzipped: {} of {} ({})",
            kib(total),
            kib(budget),
            parts.join(", ")
        ));
        if enforce && total > budget {
            let excess = total - budget;
            bail!("{what}: {} over budget", kib(excess));
        }
    }
    Ok(())
}

fn kib(bytes: u64) -> String {
    format!("{:.1} KiB", bytes as f64 / 1024.0)
}

/// A hash over everything that the page is made of.
fn fingerprint(tools: &PageTools) -> Result<String> {
    // Stable for one build of this program, which is all that a stamp needs.
    let mut hasher = DefaultHasher::new();
    hasher.write(tools.compiler().as_bytes());
    hasher.write_u8(tools.wasm_opt.into());
    for input in INPUTS {
        let path = place::root().join(input);
        let found = if path.is_dir() {
            files(&path)?
        } else {
            vec![path]
        };
        for file in found {
            hasher.write(file.as_os_str().as_encoded_bytes());
            let bytes =
                fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            hasher.write_usize(bytes.len());
            hasher.write(&bytes);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// A hash over the page in `dist/`: somebody may have built another one there.
fn built() -> Result<String> {
    let mut hasher = DefaultHasher::new();
    hasher.write(&fs::read(place::dist().join("index.html"))?);
    for file in files(&place::dist())? {
        hasher.write(file.as_os_str().as_encoded_bytes());
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// All files below a folder, sorted.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}
