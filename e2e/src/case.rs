//! One test: a bridge, a browser, the page; evidence where it fails.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use futures_util::FutureExt as _;
use tokio::time::timeout;

use crate::{Bridge, Browser, Page};

/// The longest a test may take: a hang shows as a failure with a picture, not as a run without end.
const LIMIT: Duration = Duration::from_secs(300);

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
    let work = async {
        page.open(bridge.url()).await?;
        test(&page, &mut bridge).await
    };
    // Whatever happens, the browser is closed: it would outlive its driver.
    let mut result = match timeout(LIMIT, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(anyhow!("the test panicked; its words are above")),
        Err(_) => Err(anyhow!("the test did not end within {LIMIT:?}")),
    };
    if result.is_ok() {
        result = complaints(&browser, case.breaks_connections).await;
    }
    if let Err(error) = result {
        let kept = keep_evidence(&browser, &bridge, case.name).await;
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

/// Puts a picture of the page, what it is made of, and everybody's log into `target/e2e`.
async fn keep_evidence(browser: &Browser, bridge: &Bridge, name: &str) -> Result<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/e2e");
    tokio::fs::create_dir_all(&folder).await?;
    let picture = folder.join(format!("{name}.png"));
    let mut log = String::from("The browser:\n");
    for entry in browser.log().await.unwrap_or_default() {
        log += &format!("{} {}\n", entry.level, entry.message);
    }
    log += &format!("\nThe bridge:\n{}", bridge.log());
    let source = browser.driver().source().await.unwrap_or_default();
    log += &format!("\nThe page:\n{source}\n");
    tokio::fs::write(folder.join(format!("{name}.log")), log).await?;
    Page::new(browser).picture(&picture).await?;
    Ok(picture.canonicalize().unwrap_or(picture))
}
