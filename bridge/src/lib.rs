//! The bridge.

#![deny(missing_docs)]

pub mod policy;
pub mod session;
