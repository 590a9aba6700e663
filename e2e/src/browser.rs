//! Chromium behind a chromedriver of its own.

use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities as _;
use thirtyfour::{BrowserLogEntry, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

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
        let media = serde_json::json!({
            "features": [{ "name": "prefers-color-scheme", "value": scheme }]
        });
        let cdp = self.driver.cdp();
        cdp.send_raw("Emulation.setEmulatedMedia", media).await?;
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

async fn chromedriver() -> Result<(Child, u16)> {
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
    while let Some(line) = lines.next_line().await? {
        let port = line
            .strip_suffix('.')
            .and_then(|line| line.split("started successfully on port ").nth(1))
            .and_then(|port| port.parse().ok());
        if let Some(port) = port {
            // Read on to the end, so that the pipe never fills.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok((child, port));
        }
    }
    bail!("chromedriver ended without naming its port")
}
