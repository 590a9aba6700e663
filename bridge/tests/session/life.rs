//! How sessions begin, go on without anybody, come back and end.

use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use sockscope::policy::Policy;
use sockscope::session::{NotMade, Registry, Settings};
use sockscope_protocol::{
    Call, CallId, CancelledBy, ClosedBy, EventBody, Limits, Outcome, RejectReason, SessionKey,
    ViewKey,
};

use crate::client::{Client, recv, rejection, soon};

fn registry(limits: Limits) -> Arc<Registry> {
    Registry::new(Settings {
        limits,
        policy: Arc::new(Policy::loopback()),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_found_by_its_secrets_only() {
    let registry = registry(Limits::default());
    let session = registry.open().unwrap();
    let other = registry.open().unwrap();
    assert_ne!(session.key(), other.key());
    assert_eq!(session.key().0.len(), 32);
    let found = registry.resume(session.key()).unwrap();
    assert!(Arc::ptr_eq(&found, &session));
    let seen = registry.view(session.view_key()).unwrap();
    assert!(Arc::ptr_eq(&seen, &session));
    assert!(
        registry
            .resume(&SessionKey(session.view_key().0.clone()))
            .is_none()
    );
    assert!(registry.view(&ViewKey(session.key().0.clone())).is_none());
    assert!(!format!("{session:?}").contains(&session.key().0));
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_views_are_counted() {
    let registry = registry(Limits {
        sessions: 2,
        views: 2,
        ..Limits::default()
    });
    let session = registry.open().unwrap();
    let second = registry.open().unwrap();
    let error = registry.open().unwrap_err().to_string();
    assert_eq!(error, "too many sessions: 2 are allowed at the same time");
    second.end();
    soon("the end", second.ended().cancelled()).await;
    registry.open().unwrap();

    let view = session.attach().unwrap();
    let _other = session.attach().unwrap();
    assert!(session.attach().is_err());
    drop(view);
    session.attach().unwrap();
}

#[tokio::test]
async fn who_only_looks_leaves_room_for_who_comes_back() {
    let registry = registry(Limits {
        views: 3,
        ..Limits::default()
    });
    let session = registry.open().unwrap();
    let _first = session.attach_onlooker().unwrap();
    let second = session.attach_onlooker().unwrap();
    assert!(session.attach_onlooker().is_err());
    let client = session.attach().unwrap();
    assert!(session.attach().is_err());
    drop((second, client));
    let _clients = [session.attach().unwrap(), session.attach().unwrap()];
    assert!(session.attach_onlooker().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_while_nobody_looks_and_is_taken_up_again() {
    let registry = registry(Limits::default());
    let session = registry.open().unwrap();
    let view = session.attach().unwrap();
    let key = session.key().clone();
    let call = Call::Socket {
        family: sockscope_protocol::Family::Inet,
        kind: sockscope_protocol::SocketType::Datagram,
    };
    session.call(CallId(1), call).unwrap();
    session
        .call(CallId(2), recv(sockscope_protocol::SocketId(1), 16))
        .unwrap();
    let last = session.log().last();
    drop((view, session));

    let session = registry.resume(&key).unwrap();
    let _view = session.attach().unwrap();
    assert_eq!(session.log().last(), last);
    let again = session.call(CallId(2), recv(sockscope_protocol::SocketId(1), 16));
    assert_eq!(again, Err(NotMade::Duplicate));
    session.cancel(CallId(2));
    soon("the return", session.log().changed(last)).await;
}

#[tokio::test(start_paused = true)]
async fn it_ends_when_nobody_comes_back_in_time() {
    let registry = registry(Limits {
        linger_seconds: 60,
        ..Limits::default()
    });
    let session = registry.open().unwrap();
    let view = session.attach().unwrap();
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(!session.ended().is_cancelled());
    drop(view);
    tokio::time::sleep(Duration::from_secs(59)).await;
    assert!(!session.ended().is_cancelled());
    let view = session.attach().unwrap();
    tokio::time::sleep(Duration::from_secs(600)).await;
    drop(view);
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert!(session.ended().is_cancelled());
    assert!(registry.resume(session.key()).is_none());
    assert!(registry.view(session.view_key()).is_none());
    assert!(registry.is_empty());

    // Nor does one stay to which nobody ever came.
    let session = registry.open().unwrap();
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert!(session.ended().is_cancelled());
}

/// With `linger_seconds` 0 as well, a session is there for the one who begins it.
#[tokio::test(start_paused = true)]
async fn it_waits_for_the_one_who_begins_it() {
    let registry = registry(Limits {
        linger_seconds: 0,
        ..Limits::default()
    });
    let session = registry.open().unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let view = session.attach().unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!session.ended().is_cancelled());
    drop(view);
    soon("the end", session.ended().cancelled()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_end_cancels_calls_and_closes_sockets() {
    let client = Client::new();
    let (listener, address) = client.listener(1).await;
    let accept = client.start(Call::Accept { socket: listener });
    client.session.end();
    soon("the end", client.session.ended().cancelled()).await;
    let ended = client.returned(accept).await.outcome;
    assert_eq!(ended, Outcome::Cancelled(CancelledBy::SessionEnd));
    let last = client.events().pop().unwrap().body;
    let closed = EventBody::Closed {
        socket: listener,
        by: ClosedBy::SessionEnd,
    };
    assert_eq!(last, closed);
    assert!(TcpStream::connect(address).is_err());
    let result = client.try_start(recv(listener, 1));
    assert_eq!(rejection(result), RejectReason::NoSuchSocket);
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_ends_all_sessions_and_opens_no_more() {
    let client = Client::new();
    let other = client.registry.open().unwrap();
    let (_listener, address) = client.listener(1).await;
    soon("the shutdown", client.registry.shutdown()).await;
    assert!(client.session.ended().is_cancelled());
    assert!(other.ended().is_cancelled());
    assert!(TcpStream::connect(address).is_err());
    assert!(client.registry.open().is_err());
    assert!(client.registry.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_session_does_not_see_the_sockets_of_another() {
    let client = Client::new();
    let socket = client.tcp().await;
    let other = client.registry.open().unwrap();
    let result = other
        .call(CallId(1), Call::GetSockName { socket })
        .map(|()| CallId(1));
    assert_eq!(rejection(result), RejectReason::NoSuchSocket);
}
