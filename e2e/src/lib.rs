//! A real Chromium drives the real page against the real bridge and real Python peers.
//!
//! Every test is a [`case()`]: a bridge and a browser of its own, a screenshot and the browser's log
//! where it fails. The tests name things on the page by their `data-testid`
//! (`frontend/src/view/testid.rs`), so that they hold in every language and layout.
#![deny(missing_docs)]

mod axe;
mod bridge;
mod browser;
mod case;
mod downloads;
mod page;
mod proxy;
mod python;
mod recorded;
mod wait;

pub use axe::Axe;
pub use bridge::Bridge;
pub use browser::{Browser, Window};
pub use case::{Case, case};
pub use downloads::Downloads;
pub use page::{Page, Target};
pub use proxy::Proxy;
pub use python::Python;
pub use recorded::Recorded;
pub use wait::{PATIENCE, reach, until};
