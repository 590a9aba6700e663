//! Guided lessons: what to do next on real sockets, and whether it was done.
//!
//! A lesson is data ([`Lesson`]: roles and steps). A [`Run`] reads the [`Model`](crate::model::Model)
//! and finds out how far the lesson is, from what really happened: it does not matter whether a call
//! was made by the lesson's button or by hand, nor what else was done in between.

mod find;
mod intent;
mod run;
mod script;
mod step;

pub use intent::Intent;
pub use run::{Problem, Progress, Run, State, StepState};
pub use script::{ALL, TCP_CLIENT, TCP_ECHO, TCP_SERVER, UDP_ECHO};
pub use step::{Act, Lesson, Role, Say, Skip, Step, Until};
