//! The sample of `examples/`, and the program that has made it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use sockscope::{Config, Token};
use sockscope_frontend::model::{Direction, Entry, LaneId, Model};
use sockscope_frontend::recording::{Log, Notes, Reader};
use sockscope_protocol::{CallId, EventBody, Outcome};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::{python, soon, tshark};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../examples")
        .join(name)
}

fn open(path: &Path) -> Log {
    let mut reader = Reader::default();
    reader.feed(&std::fs::read(path).unwrap()).unwrap();
    let (log, notes) = reader.finish().unwrap();
    assert_eq!(notes, Notes::default());
    log
}

fn fold(log: &Log) -> Model {
    let mut model = log.beginning();
    for event in log.events() {
        model.apply(Entry::Event(event.clone()));
    }
    model
}

/// The calls, and how they ended.
fn calls(log: &Log) -> Vec<(CallId, &'static str, String)> {
    let model = fold(log);
    let mut calls: Vec<_> = model
        .calls()
        .map(|call| {
            let end = match call.outcome() {
                Some(Outcome::Ok(_)) => "ok",
                Some(Outcome::Errno(failure)) => &failure.name,
                other => panic!("{other:?}"),
            };
            (call.id, call.name().unwrap(), end.to_owned())
        })
        .collect();
    calls.sort();
    calls
}

#[test]
fn the_sample_shows_what_it_promises() {
    let path = example("echo.sockscope.jsonl");
    let log = open(&path);
    let text = std::fs::read_to_string(path).unwrap();
    // It is what the page would save.
    assert!(log.write().concat().lines().eq(text.lines()));
    let model = fold(&log);
    let outside = |lane: &sockscope_frontend::model::Lane| matches!(lane.id, LaneId::Outside(_));
    assert!(!model.lanes().iter().any(outside));
    // Three sends in one recv, and one send in two.
    let mut joined = Vec::new();
    for socket in model.sockets() {
        for chunk in socket.received.chunks() {
            joined.push(model.flows(socket.id, Direction::Received, chunk.seq).len());
        }
    }
    assert_eq!(joined, [1, 1, 1, 3]);
    assert!(calls(&log).iter().any(|(_, _, end)| end == "ECONNRESET"));
    let packets = tshark::read(&log);
    assert!(packets.iter().all(|packet| packet.sound));
    assert!(packets.iter().all(|packet| packet.remarks.is_empty()));
}

#[tokio::test]
async fn the_sample_can_be_made_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let token = Token::random().unwrap();
    let url = format!("http://{address}/#token={}\n", token.reveal());
    let stop = CancellationToken::new();
    let bridge = tokio::spawn(sockscope::serve(listener, Config::new(token), stop.clone()));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("again.jsonl");
    let mut child = Command::new(python::interpreter().await)
        .arg(example("record.py"))
        .arg(&file)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(url.as_bytes()).await.unwrap();
    drop(stdin);
    let output = soon("the example to end", child.wait_with_output()).await;
    let output = output.unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let again = open(&file);
    assert_eq!(
        calls(&again),
        calls(&open(&example("echo.sockscope.jsonl")))
    );
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(again.write().concat().lines().eq(text.lines()));
    let ended = |body: &EventBody| matches!(body, EventBody::Closed { .. });
    assert_eq!(again.events().filter(|event| ended(&event.body)).count(), 5);
    stop.cancel();
    bridge.await.unwrap().unwrap();
}
