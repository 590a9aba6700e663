//! Whoever does not read is not read from: the memory of a session stays small whatever its peers
//! and its client do.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[path = "common/kernel.rs"]
mod kernel;

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kernel::is_held_back;
use sockscope::policy::Policy;
use sockscope::session::{NotMade, Registry, Session, Settings};
use sockscope_protocol::{
    Call, CallId, Event, EventBody, Family, Limits, Outcome, Payload, RejectReason, Seq, SocketId,
    SocketType,
};

/// What the memory may grow by: the 4 MiB that a log holds, and the gaps between what is held.
const ROOM: u64 = 8 << 20;

/// What the peer and the client would like to move.
const GIBIBYTE: u64 = 1 << 30;

const CHUNK: usize = 256 << 10;

/// The resident set of this process (proc_pid_status(5)).
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1));
    kibibytes.unwrap().parse::<u64>().unwrap() << 10
}

async fn event(session: &Session, fits: impl Fn(&EventBody) -> bool) -> Event {
    let search = async {
        let mut after = Seq(0);
        loop {
            let batch = session.log().read(after, 64 << 10);
            after = batch.events.last().map_or(after, |event| event.seq);
            session.log().tell(after);
            if let Some(event) = batch.events.into_iter().find(|event| fits(&event.body)) {
                return event;
            }
            session.log().changed(after).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), search)
        .await
        .unwrap()
}

/// A session with socket 1 connected to a peer outside.
async fn connected() -> (Arc<Session>, TcpStream) {
    let registry = Registry::new(Settings {
        limits: Limits::default(),
        policy: Arc::new(Policy::loopback()),
    });
    let session = registry.open().unwrap();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let open = Call::Socket {
        family: Family::Inet,
        kind: SocketType::Stream,
    };
    session.call(CallId(1), open).unwrap();
    let connect = Call::Connect {
        socket: SocketId(1),
        address: server.local_addr().unwrap().into(),
    };
    session.call(CallId(2), connect).unwrap();
    let (peer, _) = server.accept().unwrap();
    event(&session, |body| {
        matches!(
            body,
            EventBody::Returned {
                call: CallId(2),
                outcome: Outcome::Ok(_),
                ..
            }
        )
    })
    .await;
    (session, peer)
}

/// Sends as much of a gibibyte as the other side lets through.
fn send_until_held_back(mut peer: TcpStream) -> u64 {
    peer.set_nonblocking(true).unwrap();
    let (own, other) = (peer.local_addr().unwrap(), peer.peer_addr().unwrap());
    let chunk = vec![1; CHUNK];
    let mut sent = 0;
    while sent < GIBIBYTE {
        match peer.write(&chunk) {
            Ok(count) => sent += count as u64,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if is_held_back(own, other) {
                    break;
                }
                wait_for_room(&peer);
            }
            Err(error) => panic!("{error}"),
        }
    }
    sent
}

/// Waits until the kernel takes more, a little while at most.
fn wait_for_room(peer: &TcpStream) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let time = Timespec {
        tv_sec: 0,
        tv_nsec: 20_000_000,
    };
    poll(&mut [PollFd::new(peer, PollFlags::OUT)], Some(&time)).unwrap();
}

// One test, because all tests of a process share its memory.
#[test]
fn memory_stays_small_whoever_does_not_read() {
    sockscope::save_memory();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(nobody_reads());
}

async fn nobody_reads() {
    // All sessions are held to the end, so that none grows into what another one has given back.

    // A client that grants no more credit than a little holds back its peer.
    let (session, peer) = connected().await;
    let before = resident();
    let stream = Call::Stream {
        socket: SocketId(1),
        size: 64 << 10,
        credit: 1 << 20,
    };
    session.call(CallId(3), stream).unwrap();
    let sent = tokio::task::spawn_blocking(move || send_until_held_back(peer))
        .await
        .unwrap();
    let grown = resident().saturating_sub(before);
    println!("no credit: the peer sent {sent} bytes, memory grew by {grown}");
    assert!(sent < GIBIBYTE / 4, "{sent}");
    assert!(grown < ROOM, "{grown}");
    session.end();

    // A client that sends to a peer which never reads is held back itself.
    let (session, peer) = connected().await;
    let before = resident();
    let mut rejected = 0;
    for number in 0..GIBIBYTE / CHUNK as u64 {
        let bytes = Bytes::from(vec![2; CHUNK]);
        match session.send(CallId(10 + number), SocketId(1), &Payload::SendAll, bytes) {
            Ok(()) => {}
            Err(NotMade::Rejected { reason, .. }) => {
                assert!(matches!(
                    reason,
                    RejectReason::PendingBytes | RejectReason::CallRate
                ));
                rejected += 1;
            }
            Err(NotMade::Duplicate) => panic!("the number is new"),
        }
    }
    let grown = resident().saturating_sub(before);
    println!("no reader: {rejected} sends were rejected, memory grew by {grown}");
    assert!(rejected > 3000, "{rejected}");
    assert!(grown < ROOM, "{grown}");
    drop(peer);
    session.end();

    // Very many bytes go through, and the log does not grow with them.
    let (session, mut peer) = connected().await;
    let before = resident();
    let stream = Call::Stream {
        socket: SocketId(1),
        size: 64 << 10,
        credit: u64::MAX,
    };
    session.call(CallId(3), stream).unwrap();
    let sent = tokio::task::spawn_blocking(move || {
        let chunk = vec![3; CHUNK];
        for _ in 0..1024 {
            peer.write_all(&chunk).unwrap();
        }
        peer.shutdown(std::net::Shutdown::Write).unwrap();
        let end = peer.read(&mut [0]);
        drop(end);
        1024 * CHUNK as u64
    });
    let returned = event(&session, |body| {
        matches!(
            body,
            EventBody::Returned {
                call: CallId(3),
                ..
            }
        )
    })
    .await;
    session.end();
    let sent = sent.await.unwrap();
    assert!(matches!(
        returned.body,
        EventBody::Returned { outcome: Outcome::Ok(sockscope_protocol::Value::Count(count)), .. }
        if count == sent
    ));
    let grown = resident().saturating_sub(before);
    println!("through: {sent} bytes, memory grew by {grown}");
    assert!(grown < ROOM, "{grown}");
}
