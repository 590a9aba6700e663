//! Sessions in files: what is written is read again, and nothing else is.

#![allow(clippy::unwrap_used)]

mod common;

use common::{TCP, UDP, any, at, datagram, welcome};
use proptest::prelude::*;
use sockscope_frontend::model::Entry;
use sockscope_frontend::recording::{Log, Notes, Problem, Reader};
use sockscope_protocol::{
    Data, DataFlags, Event, EventBody, Limits, Platform, Policy, Seq, ServerMessage, SessionKey,
    ViewKey, Welcome,
};

const DOCUMENT: &str = include_str!("../src/recording/RECORDING.md");

fn logged(events: &[Event]) -> Log {
    let mut log = Log::default();
    greet(&mut log, welcome(false, 0));
    for event in events {
        take(&mut log, event);
    }
    log
}

/// As a bridge would say it.
fn greet(log: &mut Log, welcome: Welcome) {
    let text = serde_json::to_string(&ServerMessage::Welcome(welcome.clone())).unwrap();
    log.take(&Entry::Welcome(Box::new(welcome)), Some(&text));
}

/// The first line of a file.
fn first() -> String {
    file(&logged(&[]))
}

/// As a bridge would say it.
fn take(log: &mut Log, event: &Event) {
    let carries = matches!(event.body, EventBody::Sent(_) | EventBody::Received(_));
    let message = ServerMessage::Event(event.clone());
    let text = (!carries).then(|| serde_json::to_string(&message).unwrap());
    log.take(&Entry::Event(event.clone()), text.as_deref());
}

fn file(log: &Log) -> String {
    log.write().concat()
}

fn read(file: &[u8]) -> Result<(Log, Notes), Problem> {
    let mut reader = Reader::default();
    reader.feed(file)?;
    reader.finish()
}

/// What a bridge would send of it: sizes agree with payloads.
fn sound(mut events: Vec<Event>) -> Vec<Event> {
    for event in &mut events {
        let (EventBody::Sent(data) | EventBody::Received(data)) = &mut event.body else {
            continue;
        };
        if !data.flags.omitted && !data.flags.truncated {
            data.size = data.payload.len().try_into().unwrap();
        }
    }
    events
}

fn sample() -> Log {
    let mut session = common::Log::new();
    let (_, conn, client) = session.pair();
    session.sendall(client, "你好, socket\r\n\0".as_bytes());
    session.recv(conn, "你好".as_bytes());
    let udp = session.socket(UDP);
    session.sendto(udp, "127.0.0.1:9999", b"");
    let pending = session.socket(TCP);
    session.recv_called(pending);
    logged(&session.events)
}

proptest! {
    #[test]
    fn every_log_comes_back(events in any::log(), cuts in prop::collection::vec(0_usize..4000, 0..6)) {
        let log = logged(&sound(events));
        let text = file(&log);
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let mut reader = Reader::default();
        for cut in cuts.windows(2) {
            reader.feed(&text.as_bytes()[cut[0]..cut[1]]).unwrap();
        }
        let (again, notes) = reader.finish().unwrap();
        prop_assert_eq!(notes, Notes::default());
        prop_assert!(again.events().eq(log.events()));
        prop_assert_eq!(file(&again), text);
    }

    #[test]
    fn a_file_that_was_cut_short_gives_what_is_whole(events in any::log(), cut in 0_usize..9000) {
        let log = logged(&sound(events));
        let text = file(&log);
        let cut = cut.min(text.len());
        let whole = text.as_bytes()[..cut].iter().filter(|byte| **byte == b'\n').count();
        let inside = !text[..cut].ends_with('\n') && !text[cut..].starts_with('\n');
        match read(&text.as_bytes()[..cut]) {
            Ok((read, notes)) => {
                prop_assert_eq!(notes.cut_off, inside);
                prop_assert!(read.events().len() + 2 >= whole);
                prop_assert!(read.events().eq(log.events().take(read.events().len())));
            }
            Err(problem) => {
                prop_assert_eq!(problem, Problem::NotARecording);
                prop_assert_eq!(whole, 0);
            }
        }
    }

    #[test]
    fn no_file_is_too_strange(mut bytes: Vec<u8>, headed: bool, newline: bool) {
        if headed {
            let mut file = file(&sample()).into_bytes();
            file.append(&mut bytes);
            bytes = file;
        }
        if newline {
            bytes.push(b'\n');
        }
        let _ = read(&bytes);
    }

    #[test]
    fn a_file_with_a_changed_byte_is_read_or_refused(at in 0_usize..6000, byte: u8) {
        let mut bytes = file(&sample()).into_bytes();
        let at = at.min(bytes.len() - 1);
        bytes[at] = byte;
        if let Err(Problem::Line(line, why)) = read(&bytes) {
            let before = bytes[..at].iter().filter(|byte| **byte == b'\n').count();
            // A newline inside of a line spoils that one or the next.
            prop_assert!((before + 1..=before + 2).contains(&line), "{}: {}", line, why);
            prop_assert!(!why.is_empty());
        }
    }
}

fn blocks() -> Vec<&'static str> {
    let blocks = DOCUMENT.split("```").skip(1).step_by(2);
    blocks
        .filter_map(|block| block.strip_prefix("json\n"))
        .collect()
}

#[test]
fn every_example_of_the_document_is_what_is_written() {
    let text = blocks().concat();
    let (log, notes) = read(text.as_bytes()).unwrap();
    assert_eq!(notes, Notes::default());
    let mut lines = text.lines();
    assert_eq!(file(&log).lines().next(), lines.next());
    assert_eq!(log.events().len(), 4);
    let written = file(&logged(&log.events().cloned().collect::<Vec<_>>()));
    for line in written.lines().filter(|line| line.contains("\"event\"")) {
        assert_eq!(line, lines.next().unwrap());
    }
    let gap = lines.next().unwrap();
    let mut later = log.events().next_back().unwrap().clone();
    later.seq = Seq(5001);
    let mut longer = log.clone();
    take(&mut longer, &later);
    assert!(file(&longer).lines().any(|line| line == gap), "{gap}");
}

#[test]
fn no_secret_is_written() {
    let mut log = Log::default();
    greet(
        &mut log,
        Welcome {
            version: 1,
            bridge: "0.1.0".into(),
            session: Some(SessionKey("open sesame".into())),
            view: Some(ViewKey("let me see".into())),
            resumed: false,
            last: Seq(0),
            epoch_us: 5,
            policy: Policy::default(),
            limits: Limits::default(),
            platform: Platform::default(),
            relay: false,
        },
    );
    let text = file(&log);
    assert!(
        !text.contains("sesame") && !text.contains("see\""),
        "{text}"
    );
    // Nor believed, where somebody wrote one in.
    let text = text.replacen("\"kind\"", "\"session\":\"a\",\"view\":\"b\",\"kind\"", 1);
    let (log, _) = read(text.as_bytes()).unwrap();
    assert_eq!(log.welcome().unwrap().session, None);
    assert_eq!(log.welcome().unwrap().view, None);
}

/// A sound first line and these.
fn with(lines: &str) -> Result<(Log, Notes), Problem> {
    read((first() + lines).as_bytes())
}

const CLOSED: &str =
    r#"{"kind":"event","seq":1,"time":1,"event":{"type":"closed","socket":2,"by":"call"}}"#;

#[test]
fn what_later_versions_may_add_is_passed_over() {
    let later = [
        r#"{"kind":"bookmark","text":"here"}"#,
        r#"{"kind":"event","seq":2,"time":3,"event":{"type":"migrated","socket":1}}"#,
        r#"{"kind":"event","seq":3,"time":3,"event":{"type":"called","call":1,"request":{"op":"sendmsg"}}}"#,
        r#"{"kind":"event","seq":4,"time":3,"event":{"type":"spliced","call":1,"socket":1,"offset":0,"size":0,"payload":""}}"#,
        r#"{"kind":"pong","nonce":1}"#,
    ];
    let known = CLOSED.replace("\"by\"", "\"mood\":{\"good\":[]},\"by\"");
    let (log, notes) = with(&format!("{known}\n\r\n{}\n", later.join("\r\n"))).unwrap();
    assert_eq!(log.events().len(), 1);
    assert_eq!((notes.skipped, notes.cut_off), (later.len(), false));
}

#[test]
fn what_is_no_recording_is_refused_by_what_is_wrong() {
    for strange in [
        "",
        "\n",
        "{}",
        "[]",
        "GIF89a",
        "{\"format\":\"har\",\"format_version\":1}",
    ] {
        assert_eq!(
            read(strange.as_bytes()),
            Err(Problem::NotARecording),
            "{strange}"
        );
    }
    let newer = first().replace("_version\":1", "_version\":2");
    assert_eq!(read(newer.as_bytes()), Err(Problem::Version(2)));
    let data = r#"{"kind":"event","seq":2,"time":1,"event":{"type":"sent","call":1,"socket":1,"offset":0,"size":3,"payload":"Zm9v"}}"#;
    assert!(with(data).is_ok());
    for (lines, number) in [
        (format!("{CLOSED}\n{{\"kind\":\n"), 3),
        (format!("{CLOSED}\n{CLOSED}\n"), 3),
        (format!("{data}\n\n{CLOSED}\n"), 4),
        (data.replace("Zm9v", "Zm9") + "\n", 2),
        (data.replace("Zm9v", "Zm9vZm9v") + "\n", 2),
        (data.replace("\"socket\":1,", "") + "\n", 2),
        (
            data.replace("\"time\":1", "\"time\":2")
                + "\n"
                + &CLOSED.replace(":1,\"time", ":9,\"time")
                + "\n",
            3,
        ),
        (CLOSED.replace("\"socket\":2,", "") + "\n", 2),
    ] {
        match with(&lines) {
            Err(Problem::Line(line, why)) => assert_eq!(line, number, "{why} in {lines}"),
            other => panic!("{other:?} for {lines}"),
        }
    }
    let endless = vec![b'x'; 17 << 20];
    let mut reader = Reader::default();
    reader.feed(first().as_bytes()).unwrap();
    assert_eq!(reader.feed(&endless), Err(Problem::Long(2)));
}

#[test]
fn what_a_page_holds_is_bounded_and_the_oldest_gives_way() {
    let payload = bytes::Bytes::from(vec![7; 1 << 20]);
    let event = |seq: u64, flags| Event {
        seq: Seq(seq),
        time: seq,
        body: EventBody::Received(Data {
            call: sockscope_protocol::CallId(1),
            socket: sockscope_protocol::SocketId(1),
            offset: 0,
            flags,
            size: 1 << 20,
            address: Some(at("127.0.0.1:1")),
            payload: payload.clone(),
        }),
    };
    let mut log = logged(&[]);
    for seq in 1..=300 {
        take(&mut log, &event(seq, datagram()));
    }
    let held = |event: &&Event| matches!(&event.body, EventBody::Received(data) if data.payload.len() == 1 << 20);
    assert_eq!(log.events().len(), 300);
    assert_eq!(log.events().filter(held).count(), 128);
    assert!(log.events().rev().take(128).all(|event| held(&event)));
    let omitted = DataFlags {
        omitted: true,
        ..datagram()
    };
    let first = log.get(0).unwrap();
    assert!(
        matches!(&first.body, EventBody::Received(data) if data.flags == omitted && data.size == 1 << 20)
    );
    let mut log = logged(&[]);
    for seq in 1..=200_010 {
        let body = EventBody::Closed {
            socket: sockscope_protocol::SocketId(1),
            by: sockscope_protocol::ClosedBy::Call,
        };
        log.take(
            &Entry::Event(Event {
                seq: Seq(seq),
                time: seq,
                body,
            }),
            None,
        );
    }
    assert_eq!(log.events().len(), 200_000);
    assert!(
        file(&log)
            .lines()
            .nth(1)
            .unwrap()
            .starts_with(r#"{"kind":"truncated","first":1,"last":10}"#)
    );
}

#[test]
fn a_text_tells_every_event_in_a_line() {
    let log = sample();
    let text = log.text().concat();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), log.events().len(), "{text}");
    let tells = |what: &str| {
        assert!(
            lines.iter().any(|line| line.ends_with(what)),
            "{what}\n{text}"
        );
    };
    assert_eq!(
        lines[0],
        "     0.000100      1  call 1  socket(AF_INET, SOCK_STREAM)"
    );
    tells("call 1  -> socket 1 after 50 us");
    tells("bind(socket 1, 127.0.0.1 8888)");
    tells("-> socket 3 from 127.0.0.1:50000 after 50 us");
    tells(r#"sent 17 bytes at 0 in call 7: "你好, socket\r\n\0""#);
    tells("sent 0 bytes to 127.0.0.1:9999 in call 10");
    tells("kernel: ESTABLISHED local 127.0.0.1:8888 peer 127.0.0.1:50000");
}

#[test]
fn a_text_says_what_is_missing_and_shortens_what_is_long() {
    let mut session = common::Log::new();
    let (_, conn, client) = session.pair();
    session.sendall(client, &[b'a'; 2000]);
    session.fails(sockscope_protocol::Call::Accept { socket: conn }, "EINVAL");
    session.events.remove(3);
    let text = logged(&session.events).text().concat();
    assert!(text.contains("\n# missing: events 4 to 4\n"), "{text}");
    assert!(text.contains("a\" and 1744 bytes more\n"), "{text}");
    assert!(text.contains("-> EINVAL ("), "{text}");
}
