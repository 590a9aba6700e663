//! Waiting for a condition, never for time alone.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

/// How long a condition may take to come true. Far above what any step needs: a machine under load
/// must not fail a test, and a test that fails may take its time.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How often a condition is looked at.
const INTERVAL: Duration = Duration::from_millis(25);

/// Looks at a condition until it gives a value. An error counts as "not yet": a page that is being
/// drawn answers with errors now and then. The last one is told when patience ends.
///
/// # Errors
/// When the condition gives no value within [`PATIENCE`].
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let seen = look().await;
        if let Ok(Some(value)) = seen {
            return Ok(value);
        }
        if Instant::now() > deadline {
            let last = match seen {
                Err(error) => format!(": {error:#}"),
                Ok(_) => String::new(),
            };
            return Err(anyhow!("waited {PATIENCE:?} in vain for {what}{last}"));
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Looks at a number until it has reached a goal. It may take its time as long as it grows: patience
/// ends where it stands still.
///
/// # Errors
/// When the number stands still for [`PATIENCE`].
pub async fn reach(
    what: &str,
    goal: u64,
    mut look: impl AsyncFnMut() -> Result<u64>,
) -> Result<()> {
    let mut seen = 0;
    while seen < goal {
        seen = until(&format!("{what}, now {seen} of {goal}"), async || {
            Ok(Some(look().await?).filter(|number| *number > seen))
        })
        .await?;
    }
    Ok(())
}
