//! Every lesson, taken by its button alone, by hand, and off the rails, over a small stand-in for a
//! kernel.

mod kernel;

use kernel::Kernel;
use sockscope_frontend::lesson::{
    ALL, Act, Intent, Lesson, Problem, Role, Run, State, StepState, TCP_CLIENT, TCP_ECHO,
    TCP_SERVER, UDP_ECHO,
};
use sockscope_protocol::{Call, Endpoint, Family, SocketType};

/// Does what the lesson proposes until it has no more to propose. Gives the steps it took.
fn press_on(kernel: &mut Kernel, run: &Run) -> usize {
    for presses in 0..100 {
        match run.progress(&kernel.model).next {
            Some(intent) => kernel.make(intent),
            None => return presses,
        };
    }
    panic!("{} has no end", run.lesson().name);
}

fn state(kernel: &Kernel, run: &Run) -> State {
    run.progress(&kernel.model).state
}

fn current(kernel: &Kernel, run: &Run) -> Act {
    let at = run
        .progress(&kernel.model)
        .current
        .expect("the lesson is not done");
    run.lesson().steps[at].act
}

#[test]
fn every_lesson_is_done_by_its_button_alone() {
    for lesson in ALL {
        let mut kernel = Kernel::default();
        let run = Run::start(lesson, &kernel.model);
        let presses = press_on(&mut kernel, &run);
        assert_eq!(state(&kernel, &run), State::Done, "{}", lesson.name);
        assert_eq!(presses, lesson.steps.len(), "{}", lesson.name);
        assert!(
            kernel.model.sockets().all(|socket| !socket.is_open()),
            "{}",
            lesson.name
        );
    }
}

#[test]
fn a_lesson_can_be_taken_twice() {
    let mut kernel = Kernel::default();
    let first = Run::start(&TCP_ECHO, &kernel.model);
    press_on(&mut kernel, &first);
    let second = Run::start(&TCP_ECHO, &kernel.model);
    assert_eq!(second.progress(&kernel.model).current, Some(0));
    press_on(&mut kernel, &second);
    assert_eq!(state(&kernel, &second), State::Done);
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = ALL.iter().map(|lesson| lesson.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
}

#[test]
fn what_is_done_by_hand_counts() {
    let mut kernel = Kernel::default();
    let run = Run::start(&UDP_ECHO, &kernel.model);
    let server = kernel.socket(SocketType::Datagram);
    kernel.make(Intent::Call(Call::GetSockName { socket: server }));
    kernel.make(Intent::Call(Call::Bind {
        socket: server,
        address: Endpoint {
            host: "127.0.0.1".to_owned(),
            port: 9999,
        },
    }));
    let progress = run.progress(&kernel.model);
    assert_eq!(progress.current, Some(2));
    assert_eq!(progress.roles.get(&Role::Server), Some(&server));
    press_on(&mut kernel, &run);
    assert_eq!(state(&kernel, &run), State::Done);
}

#[test]
fn another_client_may_call_the_server() {
    let mut kernel = Kernel::default();
    let run = Run::start(&TCP_SERVER, &kernel.model);
    for _ in 0..4 {
        let next = run.progress(&kernel.model).next.expect("a call");
        kernel.make(next);
    }
    kernel.call_from_outside(8888, b"hello from afar");
    let progress = run.progress(&kernel.model);
    assert_eq!(progress.steps[4], StepState::Skipped);
    assert_eq!(progress.steps[5], StepState::Skipped);
    assert_eq!(current(&kernel, &run), Act::Recv);
    press_on(&mut kernel, &run);
    assert_eq!(state(&kernel, &run), State::Done);
    assert_eq!(kernel.sent_outside, b"hello from afar");
}

#[test]
fn a_server_of_ones_own_needs_no_other() {
    let mut kernel = Kernel::default();
    kernel.listen_outside(8888);
    let run = Run::start(&TCP_CLIENT, &kernel.model).with_own_server();
    press_on(&mut kernel, &run);
    // The server outside has not answered yet: recv waits.
    assert_eq!(state(&kernel, &run), State::Waiting);
    assert_eq!(current(&kernel, &run), Act::Recv);
    kernel.answer_from_outside(b"welcome");
    press_on(&mut kernel, &run);
    assert_eq!(state(&kernel, &run), State::Done);
    let skipped = run.progress(&kernel.model).steps;
    assert_eq!(
        skipped
            .iter()
            .filter(|state| **state == StepState::Skipped)
            .count(),
        8
    );
}

#[test]
fn a_taken_port_is_a_problem_with_a_way_on() {
    for lesson in [&TCP_ECHO, &UDP_ECHO] {
        let mut kernel = Kernel::default();
        let kind = if lesson == &UDP_ECHO {
            SocketType::Datagram
        } else {
            SocketType::Stream
        };
        let holder = kernel.socket(kind);
        kernel.make(Intent::Call(Call::Bind {
            socket: holder,
            address: Endpoint {
                host: "localhost".to_owned(),
                port: lesson.port,
            },
        }));
        let run = Run::start(lesson, &kernel.model);
        for _ in 0..2 {
            let next = run.progress(&kernel.model).next.expect("a call");
            kernel.make(next);
        }
        let progress = run.progress(&kernel.model);
        assert!(
            matches!(progress.problem, Some(Problem::PortTaken { holder: Some(by), .. }) if by == holder),
            "{:?}",
            progress.problem
        );
        // The same call can be made again, or another port be taken.
        assert_eq!(progress.state, State::Ready);
        let run = run.with_port(0);
        press_on(&mut kernel, &run);
        assert_eq!(state(&kernel, &run), State::Done, "{}", lesson.name);
    }
}

#[test]
fn a_closed_socket_derails() {
    let mut kernel = Kernel::default();
    let run = Run::start(&TCP_ECHO, &kernel.model);
    for _ in 0..3 {
        let next = run.progress(&kernel.model).next.expect("a call");
        kernel.make(next);
    }
    let server = *run
        .progress(&kernel.model)
        .roles
        .get(&Role::Server)
        .unwrap();
    kernel.make(Intent::Call(Call::Close { socket: server }));
    let progress = run.progress(&kernel.model);
    assert_eq!(progress.state, State::OffRails);
    assert_eq!(
        progress.problem,
        Some(Problem::SocketClosed { role: Role::Server })
    );
    assert_eq!(progress.next, None);
}

#[test]
fn a_call_that_failed_can_be_made_again() {
    let mut kernel = Kernel::default();
    let run = Run::start(&TCP_CLIENT, &kernel.model).with_own_server();
    for _ in 0..2 {
        let next = run.progress(&kernel.model).next.expect("a call");
        kernel.make(next);
    }
    assert!(matches!(
        run.progress(&kernel.model).problem,
        Some(Problem::Failed { .. })
    ));
    kernel.listen_outside(8888);
    let next = run
        .progress(&kernel.model)
        .next
        .expect("the call once more");
    kernel.make(next);
    assert_eq!(current(&kernel, &run), Act::Greet);
}

#[test]
fn other_sockets_do_not_disturb() {
    let mut kernel = Kernel::default();
    let run = Run::start(&TCP_ECHO, &kernel.model);
    let next = run.progress(&kernel.model).next.expect("a call");
    kernel.make(next);
    let stranger = kernel.socket(SocketType::Datagram);
    kernel.make(Intent::Call(Call::Bind {
        socket: stranger,
        address: Endpoint {
            host: "localhost".to_owned(),
            port: 7000,
        },
    }));
    assert_eq!(current(&kernel, &run), Act::Bind);
    press_on(&mut kernel, &run);
    assert_eq!(state(&kernel, &run), State::Done);
}

#[test]
fn a_run_is_stored_in_three_numbers() {
    let mut kernel = Kernel::default();
    kernel.make(Intent::Call(Call::Socket {
        family: Family::Inet,
        kind: SocketType::Stream,
    }));
    let lesson: &'static Lesson = &TCP_CLIENT;
    let run = Run::start(lesson, &kernel.model)
        .with_port(4000)
        .with_own_server();
    assert_eq!(
        Run::restored(lesson, run.since(), run.port(), run.has_own_server()),
        run
    );
}
