//! Chromium behind a chromedriver of its own.

use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities as _;
use thirtyfour::{BrowserLogEntry, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A window's size in device-independent pixels, and the zoom at which a person looks at the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Window {
    pub width: u32,
    pub height: u32,
    pub zoom_percent: u32,
}

/// A browser window; closed with [`Browser::quit`].
#[derive(Debug)]
pub struct Browser {
    driver: WebDriver,
    // Held for their drop, in this order: the driver process, then the profile that it writes to.
    _process: Child,
    _profile: TempDir,
}

impl Browser {
    /// Opens a window of `width` x `height` CSS pixels.
    ///
    /// # Errors
    /// When chromedriver or Chromium does not start.
    pub async fn open(width: u32, height: u32, language: &str) -> Result<Self> {
        let (process, port) = chromedriver().await?;
        let profile = tempfile::tempdir()?;
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in [
            "--headless=new",
            // Chromium's sandbox does not run as root, as in a container.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--force-color-profile=srgb",
        ] {
            capabilities.add_arg(argument)?;
        }
        capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        capabilities.add_arg(&format!("--lang={language}"))?;
        capabilities.add_experimental_option(
            "prefs",
            serde_json::json!({ "intl.accept_languages": language }),
        )?;
        capabilities.add_experimental_option(
            "mobileEmulation",
            serde_json::json!({ "deviceMetrics":
                { "width": width, "height": height, "pixelRatio": 1.0, "touch": false, "mobile": false } }),
        )?;
        if let Some(binary) = std::env::var_os("SOCKSCOPE_CHROMIUM") {
            capabilities.set_binary(&binary.to_string_lossy())?;
        }
        capabilities.set_logging_prefs("browser", LoggingPrefsLogLevel::All)?;
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities)
            .await
            .context("Chromium does not start")?;
        Ok(Self {
            driver,
            _process: process,
            _profile: profile,
        })
    }

    /// The WebDriver session.
    #[must_use]
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Says to the page whether the person prefers dark (`prefers-color-scheme`).
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn prefer_dark(&self, dark: bool) -> Result<()> {
        let scheme = if dark { "dark" } else { "light" };
        self.prefer(&[("prefers-color-scheme", scheme)]).await
    }

    /// Says to the page what the person prefers: features of CSS media queries, and nothing else.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn prefer(&self, features: &[(&str, &str)]) -> Result<()> {
        let features: Vec<_> = features
            .iter()
            .map(|(name, value)| serde_json::json!({ "name": name, "value": value }))
            .collect();
        self.cdp(
            "Emulation.setEmulatedMedia",
            serde_json::json!({ "features": features }),
        )
        .await
    }

    /// Gives the page a window of another size or zoom.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn resize(&self, window: Window) -> Result<()> {
        // Zoom is fewer CSS pixels of more device pixels each.
        let metrics = serde_json::json!({
            "width": window.width * 100 / window.zoom_percent,
            "height": window.height * 100 / window.zoom_percent,
            "deviceScaleFactor": f64::from(window.zoom_percent) / 100.0,
            "mobile": false,
        });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics)
            .await
    }

    /// Sends a command of the Chrome DevTools Protocol whose answer says nothing.
    ///
    /// # Errors
    /// When the browser does not answer or refuses.
    pub async fn cdp(&self, command: &str, parameters: serde_json::Value) -> Result<()> {
        self.driver.cdp().send_raw(command, parameters).await?;
        Ok(())
    }

    /// What the browser logged since the last time this was asked.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn log(&self) -> Result<Vec<BrowserLogEntry>> {
        Ok(self.driver.browser_log().await?)
    }

    /// Closes the window.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn quit(self) -> Result<()> {
        Ok(self.driver.clone().quit().await?)
    }
}

/// How often chromedriver may choose a port.
const TRIES: u32 = 5;

/// Starts it at a port that it chooses. It chooses for IPv4, and ends where another program has the
/// same port for IPv6: then it may choose again.
async fn chromedriver() -> Result<(Child, u16)> {
    let mut said = Vec::new();
    for _ in 0..TRIES {
        said = match started().await? {
            Ok(started) => return Ok(started),
            Err(said) => said,
        };
        if !said.iter().any(|line| line.contains("port not available")) {
            break;
        }
    }
    bail!("chromedriver ended: {}", said.join(" / "))
}

/// The process and its port, or what it said before it ended.
async fn started() -> Result<std::result::Result<(Child, u16), Vec<String>>> {
    let program = std::env::var_os("SOCKSCOPE_CHROMEDRIVER").unwrap_or("chromedriver".into());
    let mut child = Command::new(program)
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("chromedriver does not start; `cargo xtask setup` installs it")?;
    let stdout = child.stdout.take().context("chromedriver has no stdout")?;
    let mut lines = BufReader::new(stdout).lines();
    let mut said = Vec::new();
    while let Some(line) = lines.next_line().await? {
        let port = line
            .strip_suffix('.')
            .and_then(|line| line.split("started successfully on port ").nth(1))
            .and_then(|port| port.parse().ok());
        if let Some(port) = port {
            // Read on to the end, so that the pipe never fills.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(Ok((child, port)));
        }
        said.push(line);
    }
    Ok(Err(said))
}
