//! The page, as a person uses it: look, click, type.

use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use thirtyfour::prelude::*;

use crate::{Browser, until};

/// Something on the page: a `data-testid`, and attributes that narrow it down.
#[derive(Debug, Clone)]
pub struct Target(String);

impl Target {
    /// Everything with this `data-testid`.
    #[must_use]
    pub fn id(testid: &str) -> Self {
        Self(format!("[data-testid=\"{testid}\"]"))
    }

    /// A call on the stage.
    #[must_use]
    pub fn row(op: &str, state: &str) -> Self {
        Self::id("row")
            .with("data-op", op)
            .with("data-state", state)
    }

    /// Only those whose attribute has this value.
    #[must_use]
    pub fn with(self, attribute: &str, value: impl fmt::Display) -> Self {
        Self(format!("{}[{attribute}=\"{value}\"]", self.0))
    }

    /// What is in it and matches a selector.
    #[must_use]
    pub fn with_in(self, selector: &str) -> Self {
        Self(format!("{} {selector}", self.0))
    }
}

impl From<&str> for Target {
    fn from(testid: &str) -> Self {
        Self::id(testid)
    }
}

impl From<String> for Target {
    fn from(testid: String) -> Self {
        Self::id(&testid)
    }
}

/// The page in a browser.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    browser: &'a Browser,
}

impl<'a> Page<'a> {
    /// The page that will be opened in `browser`.
    #[must_use]
    pub fn new(browser: &'a Browser) -> Self {
        Self { browser }
    }

    /// The WebDriver session, for what has no method here.
    #[must_use]
    pub fn driver(&self) -> &WebDriver {
        self.browser.driver()
    }

    /// The window that shows it.
    #[must_use]
    pub fn browser(&self) -> &Browser {
        self.browser
    }

    /// Saves a picture of the window.
    ///
    /// # Errors
    /// When the browser makes none, or the file cannot be written.
    pub async fn picture(&self, path: &Path) -> Result<()> {
        let picture = self.driver().screenshot_as_png().await;
        tokio::fs::write(path, picture.context("the browser makes no picture")?)
            .await
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Opens the page and waits until it is connected to its bridge.
    ///
    /// # Errors
    /// When it does not connect.
    pub async fn open(&self, url: &str) -> Result<()> {
        self.driver().goto(url).await?;
        self.connected().await
    }

    /// Waits until the page says that it is connected.
    ///
    /// # Errors
    /// When it does not.
    pub async fn connected(&self) -> Result<()> {
        self.see(Target::id("bridge-state").with("data-state", "open"))
            .await
    }

    /// Waits until something is there.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn see(&self, target: impl Into<Target>) -> Result<()> {
        let target = target.into();
        until(&format!("{} to be seen", target.0), async || {
            Ok(self.count(target.clone()).await?.ge(&1).then_some(()))
        })
        .await
    }

    /// Waits until nothing of the kind is there.
    ///
    /// # Errors
    /// When it stays.
    pub async fn see_none(&self, target: impl Into<Target>) -> Result<()> {
        let target = target.into();
        until(&format!("{} to be gone", target.0), async || {
            Ok(self.count(target.clone()).await?.eq(&0).then_some(()))
        })
        .await
    }

    /// How many there are now.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn count(&self, target: impl Into<Target>) -> Result<u64> {
        let found = self
            .js(
                "return document.querySelectorAll(arguments[0]).length",
                vec![target.into().0.into()],
            )
            .await?;
        found.as_u64().context("a number of elements")
    }

    /// Clicks it, once it is there and can be clicked.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn click(&self, target: impl Into<Target>) -> Result<()> {
        let target = target.into();
        until(&format!("{} to be clicked", target.0), async || {
            let element = self.driver().find(By::Css(target.0.as_str())).await?;
            ensure!(element.is_enabled().await?, "it is disabled");
            element.click().await?;
            Ok(Some(()))
        })
        .await
    }

    /// Replaces what stands in a field.
    ///
    /// # Errors
    /// When it cannot be typed into.
    pub async fn fill(&self, target: impl Into<Target>, text: &str) -> Result<()> {
        let target = target.into();
        until(&format!("{} to be filled", target.0), async || {
            let element = self.driver().find(By::Css(target.0.as_str())).await?;
            element.send_keys(Key::Control + "a").await?;
            element.send_keys(Key::Delete + "").await?;
            element.send_keys(text).await?;
            let value = element.prop("value").await?;
            ensure!(value.as_deref() == Some(text), "it holds {value:?}");
            Ok(Some(()))
        })
        .await
    }

    /// Chooses an option of a `<select>` by its value.
    ///
    /// # Errors
    /// When there is no such option.
    pub async fn choose(&self, target: impl Into<Target>, value: &str) -> Result<()> {
        let option = Target(format!("{} option[value=\"{value}\"]", target.into().0));
        self.click(option).await
    }

    /// The text of it now, of all that match, one line each.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn text(&self, target: impl Into<Target>) -> Result<String> {
        let text = self
            .js(
                "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent).join('\\n')",
                vec![target.into().0.into()],
            )
            .await?;
        Ok(text.as_str().context("a text")?.to_owned())
    }

    /// The number that its text gives, grouped or not, with a unit or without.
    ///
    /// # Errors
    /// When there are no digits.
    pub async fn number(&self, target: impl Into<Target>) -> Result<u64> {
        let text = self.text(target).await?;
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits
            .parse()
            .with_context(|| format!("a number: {text:?}"))
    }

    /// Waits until its text contains something.
    ///
    /// # Errors
    /// When it does not.
    pub async fn read(&self, target: impl Into<Target>, expected: &str) -> Result<()> {
        let target = target.into();
        until(&format!("{} to say {expected:?}", target.0), async || {
            let text = self.text(target.clone()).await?;
            ensure!(text.contains(expected), "it says {text:?}");
            Ok(Some(()))
        })
        .await
    }

    /// An attribute of the first that matches.
    ///
    /// # Errors
    /// When it is not there or has no such attribute.
    pub async fn attribute(&self, target: impl Into<Target>, name: &str) -> Result<String> {
        let target = target.into();
        until(&format!("{} to have {name}", target.0), async || {
            let value = self
                .js(
                    "return document.querySelector(arguments[0])?.getAttribute(arguments[1])",
                    vec![target.0.clone().into(), name.into()],
                )
                .await?;
            Ok(value.as_str().map(str::to_owned))
        })
        .await
    }

    /// Scrolls until it is in sight.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn show(&self, target: impl Into<Target>) -> Result<()> {
        let target = target.into();
        self.see(target.clone()).await?;
        let script = "document.querySelector(arguments[0])?.scrollIntoView()";
        self.js(script, vec![target.0.into()]).await?;
        Ok(())
    }

    /// Runs a script on the page.
    ///
    /// # Errors
    /// The script's.
    pub async fn js(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self
            .driver()
            .execute(script, arguments)
            .await?
            .json()
            .clone())
    }

    /// Makes a call from the inspector of the selected socket: chooses it, fills in its arguments,
    /// makes it (by force, where the page advises against it).
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn call(&self, op: &str, arguments: &[(&str, &str)]) -> Result<()> {
        self.click(format!("call-{op}")).await?;
        self.see(Target::id("call-form").with("data-op", op))
            .await?;
        for (argument, value) in arguments {
            self.fill(*argument, value).await?;
        }
        self.click(Target(format!(
            "{}, {}",
            Target::id("do-call").0,
            Target::id("force-call").0
        )))
        .await
    }

    /// Opens a new socket and waits until it is selected. Gives its number.
    ///
    /// # Errors
    /// When none comes.
    pub async fn new_socket(&self, button: &str) -> Result<String> {
        let before = self.sockets().await?;
        self.click(button).await?;
        until("a new socket", async || {
            let after = self.sockets().await?;
            Ok(after.into_iter().find(|id| !before.contains(id)))
        })
        .await
    }

    /// Makes a connection whose two ends are both on the page. Gives the socket that `accept` gave, which
    /// the list shows last, and the client; the listening one is selected.
    ///
    /// # Errors
    /// When one of the calls fails.
    pub async fn pair(&self) -> Result<(String, String)> {
        let server = self.new_socket("new-tcp").await?;
        self.call("bind", &[("arg-host", "127.0.0.1"), ("arg-port", "0")])
            .await?;
        self.see(Target::row("bind", "ok")).await?;
        self.call("listen", &[]).await?;
        self.see(Target::row("listen", "ok")).await?;
        let port = self.local_port().await?;
        let client = self.new_socket("new-tcp").await?;
        self.call("connect", &[("arg-host", "127.0.0.1"), ("arg-port", &port)])
            .await?;
        self.see(Target::row("connect", "ok")).await?;
        self.select(&server).await?;
        self.call("accept", &[]).await?;
        self.see(Target::row("accept", "ok")).await?;
        let sockets = self.sockets().await?;
        let accepted = sockets
            .into_iter()
            .find(|id| *id != server && *id != client)
            .context("accept gives a third socket")?;
        Ok((accepted, client))
    }

    /// Chooses a socket in the list, which the inspector then shows.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn select(&self, socket: &str) -> Result<()> {
        self.click(format!("socket-{socket}")).await?;
        self.see(Target::id("inspector").with("data-socket", socket))
            .await
    }

    /// The port at which the selected socket is bound.
    ///
    /// # Errors
    /// When it is not bound.
    pub async fn local_port(&self) -> Result<String> {
        until("the socket's local address", async || {
            let local = self.text("inspector-local").await?;
            let port = local.trim().rsplit(':').next().unwrap_or_default();
            let bound = port.parse::<u16>().is_ok_and(|port| port != 0);
            Ok(bound.then(|| port.to_owned()))
        })
        .await
    }

    /// The numbers of the sockets in the list.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn sockets(&self) -> Result<Vec<String>> {
        let found = self
            .js(
                "return [...document.querySelectorAll('[data-testid^=\"socket-\"]')]\
                 .map(e => e.dataset.testid.slice(7)).filter(id => /^[0-9]+$/.test(id))",
                vec![],
            )
            .await?;
        let found = found.as_array().context("a list of sockets")?;
        Ok(found
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect())
    }
}
