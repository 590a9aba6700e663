//! Sockscope's page. The data's way is the module names: what the bridge logged comes in through
//! [`wire`], is folded into the [`model`] and shown by the views; what a person does goes through
//! the [`store`] and [`wire`] out again.

pub mod bytes;
pub mod code;
pub mod lesson;
pub mod model;
pub mod recording;
pub mod scribe;
pub mod shared;
pub mod sorted;
pub mod store;
pub mod wire;
