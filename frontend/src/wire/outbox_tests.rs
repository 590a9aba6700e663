use proptest::prelude::*;
use sockscope_protocol::{Family, SocketType};

use super::*;

fn socket_call() -> Call {
    Call::Socket {
        family: Family::Inet,
        kind: SocketType::Stream,
    }
}

fn drain(outbox: &mut Outbox) -> Vec<Outgoing> {
    std::iter::from_fn(|| outbox.next_message()).collect()
}

fn call_of(message: &Outgoing) -> Option<CallId> {
    match message {
        Outgoing::Text(ClientMessage::Call { call, .. }) => Some(*call),
        _ => None,
    }
}

#[test]
fn what_the_log_does_not_show_is_said_again_under_its_number() {
    let limits = Limits::default();
    let mut outbox = Outbox::new(1 << 20);
    let ids: Vec<CallId> = (0..3)
        .map(|_| outbox.call(socket_call(), 0, &limits).unwrap())
        .collect();
    assert_eq!(drain(&mut outbox).len(), 3);
    outbox.begun(ids[0]);
    outbox.resend();
    let again: Vec<_> = drain(&mut outbox).iter().filter_map(call_of).collect();
    assert_eq!(again, ids[1..]);
    outbox.begun(ids[1]);
    outbox.rejected(ids[2], Some(RejectReason::Sockets), "too many".into());
    outbox.resend();
    assert_eq!(drain(&mut outbox), []);
    assert_eq!(outbox.rejections().next().unwrap().message, "too many");
}

#[test]
fn a_call_that_was_not_written_is_cancelled_on_the_spot() {
    let limits = Limits::default();
    let mut outbox = Outbox::new(1);
    let call = outbox.call(socket_call(), 0, &limits).unwrap();
    assert!(outbox.cancel(call));
    assert_eq!(drain(&mut outbox), []);
    let call = outbox.call(socket_call(), 0, &limits).unwrap();
    drain(&mut outbox);
    assert!(!outbox.cancel(call));
    assert_eq!(
        drain(&mut outbox),
        [Outgoing::Text(ClientMessage::Cancel { call })]
    );
}

#[test]
fn limits_are_kept_before_the_bridge_has_to() {
    let limits = Limits {
        message_bytes: 172,
        pending_bytes: 150,
        pending_calls: 3,
        ..Limits::default()
    };
    let mut outbox = Outbox::new(1);
    let mut send = |len: usize, waiting_bytes| {
        outbox.send(
            SocketId(1),
            Payload::Send,
            Bytes::from(vec![0; len]),
            (0, waiting_bytes),
            &limits,
        )
    };
    assert_eq!(send(101, 0), Err(NotSent::TooLong { limit: 100 }));
    assert!(send(100, 0).is_ok());
    assert_eq!(
        send(51, 0),
        Err(NotSent::TooManyBytesWaiting { limit: 150 })
    );
    assert_eq!(
        send(50, 1),
        Err(NotSent::TooManyBytesWaiting { limit: 150 })
    );
    assert!(send(50, 0).is_ok());
    assert_eq!(
        outbox.call(socket_call(), 1, &limits),
        Err(NotSent::TooManyCallsWaiting { limit: 3 })
    );
}

#[test]
fn the_end_of_a_session_leaves_nothing_on_its_way() {
    let limits = Limits::default();
    let mut outbox = Outbox::new(1);
    let call = outbox.call(socket_call(), 0, &limits).unwrap();
    outbox.cancel(CallId(900));
    outbox.session_over();
    outbox.resend();
    assert_eq!(drain(&mut outbox), []);
    let rejection = outbox.rejections().next().unwrap();
    assert_eq!((rejection.id, rejection.reason), (call, None));
    outbox.dismiss(call);
    assert_eq!(outbox.rejections().len(), 0);
}

proptest! {
    /// A connection that breaks after any number of messages, a bridge that has begun any number of
    /// those it got: in the end every call was begun exactly once, in order.
    #[test]
    fn no_call_is_lost_or_made_twice(
        cuts in prop::collection::vec((0_usize..6, 0_usize..6), 0..20),
        calls in 1_usize..40,
    ) {
        let limits = Limits::default();
        let mut outbox = Outbox::new(1);
        for _ in 0..calls {
            outbox.call(socket_call(), 0, &limits).unwrap();
        }
        let mut made: Vec<CallId> = Vec::new();
        let mut shown = 0;
        for (written, seen) in cuts.into_iter().chain([(calls, 0)]) {
            for _ in 0..written {
                let Some(message) = outbox.next_message() else { break };
                let call = call_of(&message).unwrap();
                if !made.contains(&call) {
                    made.push(call);
                }
            }
            for call in made.iter().skip(shown).take(seen) {
                outbox.begun(*call);
                shown += 1;
            }
            // The next connection replays the log before anything is said again.
            for call in &made[shown..] {
                outbox.begun(*call);
            }
            shown = made.len();
            outbox.resend();
        }
        let all: Vec<CallId> = (1..=calls as u64).map(CallId).collect();
        prop_assert_eq!(made, all);
        prop_assert_eq!(outbox.requests().len(), 0);
    }
}
