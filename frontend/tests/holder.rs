//! Who has a port that is taken.

mod common;

use common::{Log, TCP, at, endpoint};
use sockscope_frontend::model::Holder as Shown;
use sockscope_protocol::{
    Call, CallId, EventBody, Failure, Holder, Observation, OptionName, OptionValue, Outcome,
    SocketId, TcpState, Value,
};

fn bind(log: &mut Log, socket: SocketId, outcome: Outcome) -> CallId {
    let call = log.called(Call::Bind {
        socket,
        address: endpoint("127.0.0.1:8888"),
    });
    log.returned(call, outcome);
    call
}

fn taken(held_by: Option<Holder>) -> Outcome {
    Outcome::Errno(Failure {
        number: 98,
        name: "EADDRINUSE".into(),
        message: "Address already in use".into(),
        held_by: held_by.map(Box::new),
    })
}

fn shows(log: &mut Log, socket: SocketId, state: TcpState, peer: Option<&str>) {
    log.event(EventBody::Observed {
        socket,
        kernel: kernel(state, peer),
    });
}

fn kernel(state: TcpState, peer: Option<&str>) -> Observation {
    Observation {
        local: Some(at("127.0.0.1:8888")),
        peer: peer.map(at),
        state: Some(state),
        ..Observation::default()
    }
}

fn holder(log: &Log, call: CallId) -> Option<Shown> {
    log.model.holder(log.model.call(call)?)
}

#[test]
fn a_socket_of_ours_is_named_also_when_it_is_closed_later() {
    let mut log = Log::new();
    let first = log.socket(TCP);
    bind(&mut log, first, Outcome::Ok(Value::Nothing));
    shows(&mut log, first, TcpState::Closed, None);
    let second = log.socket(TCP);
    let call = bind(&mut log, second, taken(None));
    assert_eq!(holder(&log, call), Some(Shown::Own(first)));
    log.close(first);
    assert_eq!(holder(&log, call), Some(Shown::Own(first)));
}

#[test]
fn what_a_connection_left_behind_is_no_program() {
    for reuses in [false, true] {
        let mut log = Log::new();
        let first = log.socket(TCP);
        if reuses {
            let call = log.called(Call::SetSockOpt {
                socket: first,
                option: OptionName::SoReuseaddr,
                value: OptionValue::Bool(true),
            });
            log.returned(call, Outcome::Ok(Value::Nothing));
        }
        shows(
            &mut log,
            first,
            TcpState::Established,
            Some("127.0.0.1:50000"),
        );
        log.close(first);
        shows(&mut log, first, TcpState::TimeWait, Some("127.0.0.1:50000"));
        let second = log.socket(TCP);
        let held = Holder {
            kernel: kernel(TcpState::TimeWait, Some("127.0.0.1:50000")),
            ..Holder::default()
        };
        let call = bind(&mut log, second, taken(Some(held)));
        assert_eq!(
            holder(&log, call),
            Some(Shown::Remnant {
                state: TcpState::TimeWait,
                peer: Some(at("127.0.0.1:50000")),
                stubborn: !reuses,
            })
        );
    }
}

#[test]
fn another_program_is_named_where_the_kernel_tells() {
    let mut log = Log::new();
    let socket = log.socket(TCP);
    let held = Holder {
        kernel: kernel(TcpState::Listen, None),
        pid: Some(4711),
        program: Some("python3".into()),
    };
    let call = bind(&mut log, socket, taken(Some(held)));
    let program = Shown::Program {
        name: "python3".into(),
        pid: 4711,
    };
    assert_eq!(holder(&log, call), Some(program));
    let unknown = bind(&mut log, socket, taken(None));
    assert_eq!(holder(&log, unknown), Some(Shown::Unknown));
    let fine = bind(&mut log, socket, Outcome::Ok(Value::Nothing));
    assert_eq!(holder(&log, fine), None);
}
