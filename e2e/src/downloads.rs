//! Files that the browser saves.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::json;
use tempfile::TempDir;

use crate::{Page, until};

/// Where the browser saves files, until this is dropped.
#[derive(Debug)]
pub struct Downloads {
    folder: TempDir,
}

impl Downloads {
    /// Lets the browser save files.
    ///
    /// # Errors
    /// When there is no room for them, or the browser does not answer.
    pub async fn of(page: &Page<'_>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let allow = json!({ "behavior": "allow", "downloadPath": folder.path() });
        page.browser()
            .cdp("Browser.setDownloadBehavior", allow)
            .await?;
        Ok(Self { folder })
    }

    /// The file whose name ends so, once it is there as a whole: the browser writes to another name,
    /// and keeps this one free with an empty file meanwhile.
    ///
    /// # Errors
    /// When none comes.
    pub async fn file(&self, ending: &str) -> Result<PathBuf> {
        until(&format!("a file {ending} to be saved"), async || {
            for file in std::fs::read_dir(&self.folder)? {
                let file = file?;
                let named = file.file_name().to_string_lossy().ends_with(ending);
                if named && file.metadata()?.len() > 0 {
                    return Ok(Some(file.path()));
                }
            }
            Ok(None)
        })
        .await
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}
