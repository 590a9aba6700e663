//! What a page has of its session: the recording that it would save.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::Page;

const SAVED: &str = r#"
const done = arguments[arguments.length - 1];
(async () => {
  const saved = new Promise(resolve => {
    const create = URL.createObjectURL;
    URL.createObjectURL = blob => { resolve(blob); URL.createObjectURL = create; return create.call(URL, blob); };
  });
  document.querySelector('[data-testid="menu-save"]').click();
  done(await (await saved).text());
})().catch(error => done(String(error)));
"#;

/// A session's events, as the page would save them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded(Vec<String>);

impl Recorded {
    /// Those of the session that the page shows.
    ///
    /// # Errors
    /// When the page saves none.
    pub async fn by(page: &Page<'_>) -> Result<Self> {
        let text = page.driver().execute_async(SAVED, vec![]).await?;
        let text = text.json().as_str().context("a recording")?;
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        ensure!(
            first.starts_with(r#"{"format":"sockscope-recording""#),
            "{first}"
        );
        Ok(Self(lines.map(str::to_owned).collect()))
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Demands that no event and no byte is missing, from the session's beginning on.
    ///
    /// # Errors
    /// When one is.
    pub fn is_whole(&self) -> Result<()> {
        for (seq, line) in (1_u64..).zip(&self.0) {
            let event: Value = serde_json::from_str(line)?;
            ensure!(event["seq"] == seq, "{line} where event {seq} should be");
            let flags = event["event"]["flags"].to_string();
            ensure!(!flags.contains("omitted"), "the bytes are gone of {line}");
        }
        Ok(())
    }

    /// Demands that a later recording begins with all of this one.
    ///
    /// # Errors
    /// When it does not.
    pub fn begins(&self, later: &Self) -> Result<()> {
        ensure!(
            later.0.starts_with(&self.0),
            "{} lines were there, and are not the first of these {}",
            self.len(),
            later.len()
        );
        Ok(())
    }
}
