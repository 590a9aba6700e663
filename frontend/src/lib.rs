//! Sockscope's page. What the bridge logged is folded into the [`model`], and the views show the
//! model.

pub mod model;
