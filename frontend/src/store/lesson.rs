use bytes::Bytes;
use sockscope_protocol::{CallId, Seq};

use super::{State, Store, storage};
use crate::lesson::{ALL, Intent, Lesson, Progress, Run};
use crate::wire::NotSent;

impl State {
    /// The lesson that is taken and how far it is.
    #[must_use]
    pub fn lesson(&self) -> Option<(&'static Lesson, Progress)> {
        let run = self.run.as_ref()?;
        Some((run.lesson(), run.progress(self.live())))
    }

    /// The port that the lesson's calls name; 0 lets the kernel choose.
    #[must_use]
    pub fn lesson_port(&self) -> Option<u16> {
        self.run.as_ref().map(Run::port)
    }
}

impl Store {
    /// Begins a lesson, or begins it anew. Sockets that are there already stay and do not count.
    pub fn start_lesson(&self, lesson: &'static Lesson) {
        let run = Run::start(lesson, self.state().live());
        self.set_run(Some(run));
    }

    /// Leaves the lesson. Its sockets stay.
    pub fn stop_lesson(&self) {
        self.set_run(None);
    }

    /// Makes the call of the lesson's current step, when there is one to make. One that is on its way
    /// is not made again.
    ///
    /// # Errors
    /// [`NotSent`] when there is no session, or its limits would not let it through.
    pub fn lesson_step(&self) -> Result<Option<CallId>, NotSent> {
        let next = {
            let state = self.state();
            let on_its_way = state.run_call.is_some_and(|call| state.outbox.has(call));
            state
                .lesson()
                .and_then(|(_, progress)| progress.next)
                .filter(|_| !on_its_way)
        };
        let Some(intent) = next else {
            return Ok(None);
        };
        let call = self.make(intent)?;
        self.change(|state| state.run_call = Some(call));
        Ok(Some(call))
    }

    /// Goes on with another port, after one that was taken; 0 lets the kernel choose.
    pub fn lesson_other_port(&self, port: u16) {
        let run = self.state().run.clone();
        self.set_run(run.map(|run| run.with_port(port)));
    }

    /// Goes on with a server that the person runs.
    pub fn lesson_own_server(&self) {
        let run = self.state().run.clone();
        self.set_run(run.map(Run::with_own_server));
    }

    fn make(&self, intent: Intent) -> Result<CallId, NotSent> {
        match intent {
            Intent::Call(call) => self.call(call),
            Intent::Send {
                socket,
                payload,
                bytes,
            } => self.send(socket, payload, Bytes::from(bytes)),
        }
    }

    fn set_run(&self, run: Option<Run>) {
        storage::set_lesson(run.as_ref().map(text).as_deref());
        self.change(|state| {
            state.run = run;
            state.run_call = None;
        });
    }

    /// The session is another one: what a lesson counted from is not in it.
    pub(super) fn forget_lesson(&self) {
        if self.state().run.is_some() {
            self.set_run(None);
        }
    }
}

/// The lesson that this tab took before it was loaded again.
pub(super) fn stored() -> Option<Run> {
    parse(&storage::lesson()?)
}

/// A run as it is kept over a reload.
fn text(run: &Run) -> String {
    let own = if run.has_own_server() { " own" } else { "" };
    format!("{} {} {}{own}", run.lesson().name, run.since(), run.port())
}

fn parse(text: &str) -> Option<Run> {
    let mut words = text.split(' ');
    let name = words.next()?;
    let lesson = ALL.into_iter().find(|lesson| lesson.name == name)?;
    let since = Seq(words.next()?.parse().ok()?);
    let port = words.next()?.parse().ok()?;
    Some(Run::restored(lesson, since, port, words.next().is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    #[test]
    fn a_run_survives_a_reload() {
        for lesson in ALL {
            let run = Run::start(lesson, &Model::default()).with_port(0);
            assert_eq!(parse(&text(&run)), Some(run.clone()));
            let own = run.with_own_server();
            assert_eq!(parse(&text(&own)), Some(own));
        }
        for strange in ["", "tcp-echo", "tcp-echo x 1", "dance 1 2"] {
            assert_eq!(parse(strange), None, "{strange}");
        }
    }
}
