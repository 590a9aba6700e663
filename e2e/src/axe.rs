//! axe-core looks through the page for what shuts somebody out.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::Page;

/// The WebDriver's scripts are no part of the page: its Content-Security-Policy does not hold them up.
const LOOK: &str = r#"
const [rules, done] = arguments;
const frame = () => new Promise(requestAnimationFrame);
(async () => {
  await frame();
  await frame();
  const found = await axe.run(document, { resultTypes: ['violations'], rules });
  done(found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary.replaceAll(/\s+/g, ' ')}`)));
})().catch(error => done(String(error)));
"#;

/// axe-core, to be run in a page.
#[derive(Debug)]
pub struct Axe {
    script: String,
}

impl Axe {
    /// Reads the script that `SOCKSCOPE_AXE` names.
    ///
    /// # Errors
    /// When there is none.
    pub fn load() -> Result<Self> {
        let path = std::env::var_os("SOCKSCOPE_AXE")
            .context("SOCKSCOPE_AXE does not say where axe-core is; `cargo xtask test` does")?;
        let script = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self { script })
    }

    /// Everything that breaks one of axe's rules on the page as it stands: the rule, where, why. Beside
    /// the rules that axe has switched on, `more` are looked at.
    ///
    /// # Errors
    /// When the script does not run.
    pub async fn violations(&self, page: &Page<'_>, more: &[&str]) -> Result<Vec<String>> {
        let is_there = page.js("return 'axe' in window", vec![]).await?;
        if is_there != true {
            page.js(&self.script, vec![]).await?;
        }
        let rules: Value = more
            .iter()
            .map(|rule| ((*rule).to_owned(), json!({ "enabled": true })))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let found = page.driver().execute_async(LOOK, vec![rules]).await?;
        match found.json() {
            Value::Array(found) => Ok(found
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()),
            other => bail!("axe-core failed: {other}"),
        }
    }
}
