use sockscope_protocol::{Call, CallId, Seq, SocketId};

use super::find::Finder;
use super::{Act, Intent, Lesson, Role, Skip, intent};
use crate::model::Model;
use crate::sorted::Map;

/// A lesson that somebody takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    lesson: &'static Lesson,
    /// Only what happened after this event counts.
    since: Seq,
    port: u16,
    own_server: bool,
}

/// How far a lesson is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The steps, as the lesson has them.
    pub steps: Vec<StepState>,
    /// The step to do now; none at the end.
    pub current: Option<usize>,
    /// How it stands.
    pub state: State,
    /// The call that does the current step; none when there is nothing to do but wait.
    pub next: Option<Intent>,
    /// What is in the way.
    pub problem: Option<Problem>,
    /// Whose socket is which.
    pub roles: Map<Role, SocketId>,
}

/// How a lesson stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The current step can be done.
    Ready,
    /// The current step was begun, or waits for somebody outside.
    Waiting,
    /// The lesson cannot go on: a socket that it needs is closed.
    OffRails,
    /// All is done.
    Done,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// It was done, by this call where one call did it.
    Done(Option<CallId>),
    /// There is no need for it.
    Skipped,
    /// It is the one to do now.
    Current,
    /// It comes later.
    Ahead,
}

/// What is in the way of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// `bind` found the port taken (EADDRINUSE).
    PortTaken {
        /// The call.
        call: CallId,
        /// The socket of this session that has it, where it is one.
        holder: Option<SocketId>,
    },
    /// The step's call failed; it can be made again.
    Failed {
        /// The call.
        call: CallId,
    },
    /// A socket that the step needs is closed.
    SocketClosed {
        /// Whose.
        role: Role,
    },
    /// The step needs a connection that nobody has made yet.
    NobodyCalled,
}

impl Run {
    /// Begins a lesson: what happened until now does not count.
    #[must_use]
    pub fn start(lesson: &'static Lesson, model: &Model) -> Self {
        Self {
            lesson,
            since: model.last,
            port: lesson.port,
            own_server: false,
        }
    }

    /// The lesson.
    #[must_use]
    pub fn lesson(&self) -> &'static Lesson {
        self.lesson
    }

    /// The event after which things count. With [`Self::port`] and [`Self::has_own_server`] all that
    /// there is to store of a run.
    #[must_use]
    pub fn since(&self) -> Seq {
        self.since
    }

    /// The port that the lesson's calls name.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the person said that a server of their own is there.
    #[must_use]
    pub fn has_own_server(&self) -> bool {
        self.own_server
    }

    /// The same lesson as it was stored.
    #[must_use]
    pub fn restored(lesson: &'static Lesson, since: Seq, port: u16, own_server: bool) -> Self {
        Self {
            lesson,
            since,
            port,
            own_server,
        }
    }

    /// Goes on with another port: 0 lets the kernel choose.
    #[must_use]
    pub fn with_port(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// Goes on with the person's own server: Sockscope plays none.
    #[must_use]
    pub fn with_own_server(self) -> Self {
        Self {
            own_server: true,
            ..self
        }
    }

    /// How far the lesson is by what the model shows.
    #[must_use]
    pub fn progress(&self, model: &Model) -> Progress {
        let mut finder = Finder::new(model, self.since);
        let steps = self.lesson.steps;
        let mut states = Vec::with_capacity(steps.len());
        for step in steps {
            let state = if self.skips(step.skip, &finder) {
                StepState::Skipped
            } else {
                match finder.done(step) {
                    Some(call) => StepState::Done(call),
                    None => break,
                }
            };
            states.push(state);
        }
        let current = (states.len() < steps.len()).then_some(states.len());
        let (state, next, problem) = match current.and_then(|at| steps.get(at)) {
            None => (State::Done, None, None),
            Some(step) => {
                let problem = finder.problem(step);
                let state = match problem {
                    Some(Problem::SocketClosed { .. }) => State::OffRails,
                    Some(Problem::NobodyCalled) => State::Waiting,
                    _ if finder.waits(step) => State::Waiting,
                    _ => State::Ready,
                };
                let next = (state == State::Ready)
                    .then(|| intent::of(step.act, step.role, &finder, self.target(&finder)))
                    .flatten();
                // A step whose call cannot be put together yet waits for what it needs.
                let state = match (state, &next) {
                    (State::Ready, None) => State::Waiting,
                    (state, _) => state,
                };
                (state, next, problem)
            }
        };
        if let Some(at) = current {
            states.push(StepState::Current);
            states.resize(steps.len(), StepState::Ahead);
            debug_assert_eq!(states.get(at), Some(&StepState::Current));
        }
        Progress {
            steps: states,
            current,
            state,
            next,
            problem,
            roles: finder.roles().clone(),
        }
    }

    /// The port to bind, and the one to call: what the server really got, where it has one.
    fn target(&self, finder: &Finder<'_>) -> (u16, u16) {
        let served = finder.server_port().unwrap_or(self.port);
        (self.port, served)
    }

    fn skips(&self, skip: Skip, finder: &Finder<'_>) -> bool {
        match skip {
            Skip::Never => false,
            Skip::OtherCaller => finder.called_from_outside(),
            Skip::OtherServer => self.own_server || finder.served_from_outside(),
        }
    }
}

impl Act {
    /// Whether a call does this.
    pub(super) fn is(self, call: &Call) -> bool {
        use sockscope_protocol::SocketType::{Datagram, Stream};
        match (self, call) {
            (Self::TcpSocket, Call::Socket { kind, .. }) => *kind == Stream,
            (Self::UdpSocket, Call::Socket { kind, .. }) => *kind == Datagram,
            (Self::Bind, Call::Bind { .. })
            | (Self::Listen, Call::Listen { .. })
            | (Self::Accept, Call::Accept { .. })
            | (Self::Connect, Call::Connect { .. })
            | (Self::Greet | Self::Echo, Call::Send { .. } | Call::SendAll { .. })
            | (
                Self::Recv | Self::RecvEnd | Self::RecvFrom,
                Call::Recv { .. } | Call::RecvFrom { .. } | Call::Stream { .. },
            )
            | (Self::GreetTo | Self::EchoTo, Call::SendTo { .. } | Call::Send { .. })
            | (Self::Close, Call::Close { .. }) => true,
            _ => false,
        }
    }

    /// Whether its call makes the socket that plays the role.
    pub(super) fn makes_socket(self) -> bool {
        matches!(self, Self::TcpSocket | Self::UdpSocket)
    }
}
