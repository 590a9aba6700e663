//! What programs look like: short sessions, written out under `golden/`. With
//! `SOCKSCOPE_WRITE_GOLDEN=1` in the environment, the files are written anew.
#![allow(clippy::unwrap_used, reason = "a mistake in a test is to stop it")]

mod common;

use std::path::Path;

use common::{Log, UDP, endpoint};
use sockscope_frontend::code::{Language, MOST_CALLS, Words, programs};
use sockscope_protocol::{Call, How, Linger, OptionName, OptionValue};

fn tcp_echo() -> Log {
    let mut log = Log::new();
    let (server, conn, client) = log.pair();
    log.sendall(client, "你好, world\n".as_bytes());
    log.recv(conn, "你好, world\n".as_bytes());
    log.sendall(conn, "你好, world\n".as_bytes());
    log.recv(client, "你好, world\n".as_bytes());
    log.close(client);
    log.recv(conn, b"");
    log.close(conn);
    log.close(server);
    log
}

fn udp_echo() -> Log {
    let mut log = Log::new();
    let server = log.socket(UDP);
    log.bind(server, "127.0.0.1:9999");
    let client = log.socket(UDP);
    log.sendto(client, "127.0.0.1:9999", b"hello");
    log.observe(client, Some("127.0.0.1:50000"), None, None);
    log.recvfrom(server, "127.0.0.1:50000", b"hello");
    log.sendto(server, "127.0.0.1:50000", b"hello");
    log.recvfrom(client, "127.0.0.1:9999", b"hello");
    log.close(client);
    log.close(server);
    log
}

/// Options, half-close, bytes that are no text, an error that was expected.
fn reset() -> Log {
    let mut log = Log::new();
    let (server, conn, client) = log.pair();
    let value = OptionValue::Linger(Linger {
        on: true,
        seconds: 0,
    });
    log.done(Call::SetSockOpt {
        socket: conn,
        option: OptionName::SoLinger,
        value,
    });
    let how = How::Write;
    log.done(Call::Shutdown {
        socket: client,
        how,
    });
    log.recv(conn, b"");
    log.sendall(conn, b"\x00\xff?");
    log.recv(client, b"\x00\xff?");
    log.close(conn);
    let call = Call::Recv {
        socket: client,
        size: 64,
        flags: Vec::new(),
    };
    log.fails(call, "ECONNRESET");
    log.close(client);
    log.close(server);
    log
}

#[test]
fn programs_look_like_this() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let write = std::env::var_os("SOCKSCOPE_WRITE_GOLDEN").is_some();
    let sessions = [
        ("tcp_echo", tcp_echo(), Words::EN),
        ("udp_echo", udp_echo(), Words::ZH),
        ("reset", reset(), Words::EN),
    ];
    for (name, log, words) in sessions {
        for program in programs(&log.model).programs {
            for language in Language::ALL {
                let folder = golden
                    .join(name)
                    .join(format!("{language:?}").to_lowercase());
                let file = folder.join(program.file(language));
                let text = program.text(language, &words);
                if write {
                    std::fs::create_dir_all(&folder).unwrap();
                    std::fs::write(&file, &text).unwrap();
                }
                let known = std::fs::read_to_string(&file).unwrap();
                assert_eq!(text, known, "{}", file.display());
            }
        }
    }
}

#[test]
fn every_call_has_its_line() {
    for log in [tcp_echo(), udp_echo(), reset()] {
        let session = programs(&log.model);
        for call in log.model.calls() {
            let mut programs = session.programs.iter();
            let program = programs
                .find(|program| program.calls().contains(&call.id))
                .unwrap();
            for language in Language::ALL {
                let lines = program.lines(language, &Words::EN);
                let lit = lines.iter().any(|line| line.calls.contains(&call.id));
                assert!(lit, "{:?} has no line in {language:?}", call.request);
            }
        }
    }
}

#[test]
fn a_program_grows_with_its_session() {
    let mut log = Log::new();
    assert!(programs(&log.model).programs.is_empty());
    let server = log.listener("127.0.0.1:8888");
    let text = |log: &Log| programs(&log.model).programs[0].text(Language::Python, &Words::EN);
    let before = text(&log);
    assert!(before.ends_with("server.listen(5)\n"), "{before}");
    log.called(Call::Accept { socket: server });
    let after = text(&log);
    assert_eq!(after, before + "server.accept()  # still waits\n");
}

#[test]
fn what_repeats_is_written_once() {
    let mut log = Log::new();
    let (_, _, client) = log.pair();
    for _ in 0..1_000 {
        log.sendall(client, b"tick");
    }
    log.sendall(client, &b"ab".repeat(5_000));
    let session = programs(&log.model);
    let program = session
        .programs
        .iter()
        .find(|one| one.name == "client")
        .unwrap();
    let text = program.text(Language::Python, &Words::EN);
    assert!(
        text.contains("for _ in range(1000):\n    client.sendall(b\"tick\")\n"),
        "{text}"
    );
    assert!(text.contains("client.sendall(b\"ab\" * 5000)"), "{text}");
    let c = program.text(Language::C, &Words::EN);
    assert!(
        c.contains("send_all(client, repeat(\"ab\", 2, 5000), 10000)"),
        "{c}"
    );
}

#[test]
fn a_payload_cannot_leave_its_quotes() {
    let mut log = Log::new();
    let (_, _, client) = log.pair();
    let evil = b"\");$s$c\\\n??/\"; import os #";
    log.sendall(client, evil);
    let session = programs(&log.model);
    let program = session
        .programs
        .iter()
        .find(|one| one.name == "client")
        .unwrap();
    for language in Language::ALL {
        let text = program.text(language, &Words::EN);
        assert!(text.contains(r#"\");$s$c\\\n?"#), "{text}");
    }
}

#[test]
fn a_long_session_is_cut_and_says_so() {
    let mut log = Log::new();
    let socket = log.socket(UDP);
    for _ in 0..MOST_CALLS {
        log.done(Call::Bind {
            socket,
            address: endpoint("127.0.0.1:9"),
        });
    }
    let session = programs(&log.model);
    assert_eq!(session.more, 1);
    let text = session.programs[0].text(Language::Rust, &Words::EN);
    assert!(text.contains("1 more calls"), "{}", &text[..500]);
}
