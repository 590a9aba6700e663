//! The scribe, as the page talks to it: what it is told in pieces, it writes as if it had seen the
//! session.

#![allow(clippy::unwrap_used, reason = "a mistake in a test is to stop it")]

mod common;

use bytes::Bytes;
use common::{UDP, welcome};
use sockscope_frontend::code::{Language, Words, programs};
use sockscope_frontend::model::{Entry, Model};
use sockscope_frontend::recording::Log;
use sockscope_frontend::scribe::{Answer, Listings, Scribe, Tongue, Wish};
use sockscope_protocol::{Event, EventBody, Seq, ServerMessage};

/// More bytes than a program holds itself, and no pattern that it could repeat.
fn large() -> Vec<u8> {
    (0..100_000_u32)
        .flat_map(|at| at.wrapping_mul(at).to_le_bytes())
        .collect()
}

fn session() -> Vec<Event> {
    let mut log = common::Log::new();
    let (server, conn, client) = log.pair();
    log.sendall(client, "你好 | > world\n".as_bytes());
    log.recv(conn, "你好 | > world\n".as_bytes());
    log.sendall(conn, &large());
    log.close(client);
    log.close(conn);
    log.close(server);
    let udp = log.socket(UDP);
    log.sendto(udp, "127.0.0.1:9999", b"hello");
    log.events
}

/// The page's log, as a bridge fills it.
fn logged(events: &[Event]) -> Log {
    let mut log = Log::default();
    let hello = welcome(false, 0);
    let text = serde_json::to_string(&ServerMessage::Welcome(hello.clone())).unwrap();
    log.take(&Entry::Welcome(Box::new(hello)), Some(&text));
    for event in events {
        take(&mut log, event);
    }
    log
}

fn take(log: &mut Log, event: &Event) {
    let carries = matches!(event.body, EventBody::Sent(_) | EventBody::Received(_));
    let message = ServerMessage::Event(event.clone());
    let text = (!carries).then(|| serde_json::to_string(&message).unwrap());
    log.take(&Entry::Event(event.clone()), text.as_deref());
}

/// Tells what has come since, and returns up to where that is.
fn tell(scribe: &mut Scribe, log: &Log, mut told: Option<Seq>) -> Option<Seq> {
    while let Some((piece, last)) = log.piece(told) {
        assert_eq!(scribe.hear(&piece), Ok(Answer::Taken));
        told = Some(last);
    }
    told
}

fn listings(scribe: &mut Scribe, upto: Seq, tongue: Tongue) -> Listings {
    match scribe.hear(&Wish::Listings(upto, tongue).write()) {
        Ok(Answer::Listings(text)) => Listings::read(&text),
        other => panic!("{other:?}"),
    }
}

fn sheets(scribe: &mut Scribe, wish: &Wish) -> Vec<(String, Vec<u8>)> {
    match scribe.hear(&wish.write()) {
        Ok(Answer::Sheets(sheets)) => sheets
            .into_iter()
            .map(|(name, pieces)| (name, pieces.concat()))
            .collect(),
        other => panic!("{other:?}"),
    }
}

/// What the page wrote while it did so itself.
fn assert_same(listings: &Listings, events: &[Event], upto: Seq, tongue: Tongue) {
    let mut model = Model::default();
    model.apply(Entry::Welcome(Box::new(welcome(false, 0))));
    for event in events.iter().filter(|event| event.seq <= upto) {
        model.apply(Entry::Event(event.clone()));
    }
    let session = programs(&model);
    let words = if tongue.chinese { Words::ZH } else { Words::EN };
    assert_eq!(listings.more, session.more);
    assert_eq!(listings.programs.len(), session.programs.len());
    for (listing, program) in listings.programs.iter().zip(&session.programs) {
        assert_eq!(listing.name, program.name);
        assert_eq!(listing.file, program.file(tongue.language));
        assert_eq!(listing.calls, program.calls());
        assert_eq!(listing.lines, program.lines(tongue.language, &words));
        assert_eq!(listing.text(), program.text(tongue.language, &words));
    }
}

#[test]
fn what_is_told_event_by_event_is_written_at_any_moment_in_any_language() {
    let events = session();
    let mut log = logged(&[]);
    let mut scribe = Scribe::default();
    let mut told = tell(&mut scribe, &log, None);
    let mut tongues = [false, true].into_iter().flat_map(|chinese| {
        let all = Language::ALL.into_iter();
        all.map(move |language| Tongue { language, chinese })
    });
    let tongues: Vec<Tongue> = tongues.by_ref().collect();
    for (event, tongue) in events.iter().zip(tongues.iter().cycle()) {
        take(&mut log, event);
        told = tell(&mut scribe, &log, told);
        assert_eq!(told, Some(event.seq));
        let here = listings(&mut scribe, event.seq, *tongue);
        assert_same(&here, &events, event.seq, *tongue);
    }
    // Back, as in a film, and to the end again.
    let last = events.last().unwrap().seq;
    for upto in [Seq(last.0 / 2), Seq(0), last] {
        for tongue in &tongues {
            let here = listings(&mut scribe, upto, *tongue);
            assert_same(&here, &events, upto, *tongue);
        }
    }
}

#[test]
fn a_program_is_saved_with_the_files_that_it_reads() {
    let log = logged(&session());
    let mut scribe = Scribe::default();
    tell(&mut scribe, &log, None);
    let tongue = Tongue {
        language: Language::C,
        chinese: false,
    };
    let shown = listings(&mut scribe, log.last(), tongue);
    let server = &shown.programs[0];
    let wish = Wish::Program(log.last(), tongue, server.file.clone());
    let [(name, text), (data, bytes)] = &sheets(&mut scribe, &wish)[..] else {
        panic!("two files");
    };
    assert_eq!((name.as_str(), data.ends_with(".bin")), ("server.c", true));
    assert_eq!(String::from_utf8_lossy(text), server.text());
    assert!(server.text().contains(data));
    assert_eq!(*bytes, large());
    let nobody = Wish::Program(log.last(), tongue, "nobody.c".to_owned());
    assert!(sheets(&mut scribe, &nobody).is_empty());
}

#[test]
fn the_session_is_saved_as_text() {
    let log = logged(&session());
    let mut scribe = Scribe::default();
    tell(&mut scribe, &log, None);
    let text = log.text().concat();
    let expected = vec![(".txt".to_owned(), text.into_bytes())];
    assert_eq!(sheets(&mut scribe, &Wish::Text), expected);
}

#[test]
fn another_first_line_is_another_session() {
    let events = session();
    let mut scribe = Scribe::default();
    tell(&mut scribe, &logged(&events), None);
    let other = logged(&events[..4]);
    tell(&mut scribe, &other, None);
    let text = other.text().concat();
    let saved = sheets(&mut scribe, &Wish::Text);
    assert_eq!(saved, [(".txt".to_owned(), text.into_bytes())]);
}

#[test]
fn what_it_does_not_understand_it_says() {
    let mut scribe = Scribe::default();
    for said in [
        "",
        "poem",
        "code",
        "code x python en ",
        "code 1 cobol en ",
        "{}\n",
    ] {
        assert!(scribe.hear(said).is_err(), "{said}");
    }
    // It goes on.
    let log = logged(&session());
    assert!(tell(&mut Scribe::default(), &log, None).is_some());
    let nothing: Vec<Bytes> = vec![Bytes::new()];
    let answer = Answer::Sheets(vec![(".txt".to_owned(), nothing)]);
    assert_eq!(Scribe::default().hear("text"), Ok(answer));
}
