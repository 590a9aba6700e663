//! `cargo xtask shots`: pictures of the page, to look at.

use anyhow::Result;

use crate::{example, job::Job, place, setup::fonts};

/// Sets up, builds what has changed, and takes the pictures.
pub(crate) fn shots() -> Result<()> {
    fonts::provide()?;
    let mut command = example::command("shots", &place::target().join("shots"))?;
    Job::new("shots", "Taking pictures")?
        .expect("a minute or two")
        .echo()
        .run(&mut command)?;
    Ok(())
}
