use super::*;
use crate::i18n::Lang;

const SOCKET: SocketId = SocketId(1);

fn defaults() -> Defaults {
    Defaults {
        family: Family::Inet,
        port: 8888,
        peer: None,
        most: 1 << 20,
    }
}

fn call(arguments: &Arguments, op: Op) -> Result<Option<Call>, Wrong> {
    let t = &Lang::En.messages().calls;
    arguments.call(Chosen::Op(op), SOCKET, &defaults(), t)
}

#[test]
fn what_was_not_typed_has_its_default() {
    let bind = call(&Arguments::default(), Op::Bind);
    let address = Endpoint {
        host: "127.0.0.1".to_owned(),
        port: 8888,
    };
    assert_eq!(
        bind,
        Ok(Some(Call::Bind {
            socket: SOCKET,
            address
        }))
    );
    let recv = call(&Arguments::default(), Op::Recv);
    assert_eq!(
        recv,
        Ok(Some(Call::Recv {
            socket: SOCKET,
            size: 1024,
            flags: vec![]
        }))
    );
}

#[test]
fn what_is_wrong_names_its_field() {
    let arguments = Arguments::default()
        .with(Field::LocalPort, "65536".to_owned())
        .with(Field::Size, "-1".to_owned())
        .with(Field::TimeoutMode, "seconds".to_owned())
        .with(Field::Seconds, "soon".to_owned());
    for (op, field) in [
        (Op::Bind, Field::LocalPort),
        (Op::Recv, Field::Size),
        (Op::SetTimeout, Field::Seconds),
    ] {
        assert_eq!(call(&arguments, op).unwrap_err().field, field);
    }
}

#[test]
fn seconds_are_read_to_the_microsecond() {
    let cases = [
        ("2.5", Some(2_500_000)),
        ("0", Some(0)),
        ("0.000001", Some(1)),
        ("0.0000001", None),
        ("1e3", None),
        ("-1", None),
        (".", None),
        ("", None),
        ("99999999999999999999", None),
    ];
    for (typed, expected) in cases {
        assert_eq!(microseconds(typed), expected, "{typed}");
    }
}

#[test]
fn seconds_become_microseconds() {
    let arguments = Arguments::default()
        .with(Field::TimeoutMode, "seconds".to_owned())
        .with(Field::Seconds, "2.5".to_owned());
    assert_eq!(
        call(&arguments, Op::SetTimeout),
        Ok(Some(Call::SetTimeout {
            socket: SOCKET,
            timeout_us: Some(2_500_000)
        }))
    );
}

#[test]
fn every_option_has_a_value_of_its_form() {
    let t = &Lang::En.messages().calls;
    for options::SocketOption { option, name, form } in options::OPTIONS {
        let arguments = Arguments::default()
            .with(Field::Option, name.to_owned())
            .with(Field::Interface, "1".to_owned());
        let arguments = match form {
            Form::Interface => arguments.with(Field::Interface, "127.0.0.1".to_owned()),
            Form::Membership => arguments.with(Field::Interface, String::new()),
            _ => arguments,
        };
        assert_eq!(arguments.option(&defaults()), option);
        let made = arguments.call(Chosen::Op(Op::SetSockOpt), SOCKET, &defaults(), t);
        let Ok(Some(Call::SetSockOpt { value, .. })) = made else {
            panic!("{option:?} makes no call: {made:?}");
        };
        let fits = match form {
            Form::Switch | Form::None => matches!(value, OptionValue::Bool(_)),
            Form::Number => matches!(value, OptionValue::Int(_)),
            Form::Linger => matches!(value, OptionValue::Linger(_)),
            Form::Membership => matches!(value, OptionValue::Membership(_)),
            Form::Interface => matches!(value, OptionValue::Interface(_)),
        };
        assert!(fits, "{option:?} has {value:?}");
    }
}
