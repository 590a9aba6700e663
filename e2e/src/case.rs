//! One test: a bridge, a browser, the page; evidence where it fails.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::{Bridge, Browser, Page};

/// How a test wants its surroundings.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// Names the screenshot.
    pub name: &'a str,
    /// The window, in CSS pixels.
    pub size: (u32, u32),
    /// The browser's language.
    pub language: &'a str,
    /// More arguments of the bridge.
    pub bridge: &'a [&'a str],
    /// Whether the browser's log may speak of connections that broke.
    pub breaks_connections: bool,
}

impl<'a> Case<'a> {
    /// A desktop window in English.
    #[must_use]
    pub fn new(name: &'a str) -> Self {
        Self {
            name,
            size: (1440, 900),
            language: "en",
            bridge: &[],
            breaks_connections: false,
        }
    }
}

/// Runs a test on the freshly opened page, with the bridge it talks to. Fails also when the browser
/// logged an error, a Content-Security-Policy violation among them.
///
/// # Errors
/// The test's, with the path of the screenshot and of the browser's log.
pub async fn case(
    case: Case<'_>,
    test: impl AsyncFnOnce(&Page<'_>, &mut Bridge) -> Result<()>,
) -> Result<()> {
    let mut bridge = Bridge::start(case.bridge).await?;
    let browser = Browser::open(case.size.0, case.size.1, case.language).await?;
    let page = Page::new(&browser);
    let mut result = async {
        page.open(bridge.url()).await?;
        test(&page, &mut bridge).await
    }
    .await;
    if result.is_ok() {
        result = complaints(&browser, case.breaks_connections).await;
    }
    if let Err(error) = result {
        let kept = keep_evidence(&browser, case.name).await;
        result = Err(match kept {
            Ok(path) => error.context(format!("see {} and .log", path.display())),
            Err(lost) => error.context(format!("no screenshot: {lost:#}")),
        });
    }
    browser.quit().await.ok();
    result
}

async fn complaints(browser: &Browser, breaks_connections: bool) -> Result<()> {
    for entry in browser.log().await? {
        let network = entry.message.contains("WebSocket connection to")
            || entry.message.contains("net::ERR_");
        if entry.level == "SEVERE" && !(breaks_connections && network) {
            bail!("the browser logged an error: {}", entry.message);
        }
    }
    Ok(())
}

/// Puts a picture of the page and the browser's log into `target/e2e`.
async fn keep_evidence(browser: &Browser, name: &str) -> Result<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/e2e");
    tokio::fs::create_dir_all(&folder).await?;
    let picture = folder.join(format!("{name}.png"));
    let mut log = String::new();
    for entry in browser.log().await.unwrap_or_default() {
        log += &format!("{} {}\n", entry.level, entry.message);
    }
    tokio::fs::write(folder.join(format!("{name}.log")), log).await?;
    browser
        .driver()
        .screenshot(&picture)
        .await
        .context("the browser makes no screenshot")?;
    Ok(picture.canonicalize().unwrap_or(picture))
}
