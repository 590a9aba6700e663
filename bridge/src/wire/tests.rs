//! What takes too long to wait for in a test from outside: clients that are gone without a word.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{Sink, Stream};
use sockscope_protocol::{Call, CallId, Family, Limits, Seq, SocketType};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::sync::CancellationToken;

use super::farewell::Farewell;
use super::hello::Accepted;
use super::view::View;
use crate::policy::Policy;
use crate::session::{Registry, Settings};

/// A WebSocket at whose other end nobody is.
struct Silence {
    /// Whether the kernel still takes what is written.
    takes: bool,
    /// Nothing more can be read: what came last was an error.
    ended: bool,
    written: Vec<Message>,
}

impl Stream for Silence {
    type Item = Result<Message, Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    }
}

impl Sink<Message> for Silence {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_flush(context)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Error> {
        self.written.push(message);
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.takes {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_flush(context)
    }
}

/// How long a view holds on to `silence`, in a session where something happened.
async fn held_on(silence: &mut Silence) -> Duration {
    let limits = Limits::default();
    let registry = Registry::new(Settings {
        limits: limits.clone(),
        policy: Arc::new(Policy::loopback()),
    });
    let session = registry.open().unwrap();
    let request = Call::Socket {
        family: Family::Inet,
        kind: SocketType::Stream,
    };
    session.call(CallId(1), request).unwrap();
    let accepted = Accepted {
        guard: session.attach().unwrap(),
        may_call: true,
        after: Seq(0),
        message_bytes: limits.message_bytes,
        calls_per_second: limits.calls_per_second,
        keeps: false,
    };
    let start = Instant::now();
    let last_words = View::new(silence, accepted, None, CancellationToken::new())
        .run()
        .await;
    assert_eq!(last_words, None, "nobody is there to hear last words");
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_no_ping_is_given_up() {
    let mut silence = Silence {
        takes: true,
        ended: false,
        written: Vec::new(),
    };
    let held = held_on(&mut silence).await;
    assert_eq!(held.as_secs(), 80);
    let pings = silence
        .written
        .iter()
        .filter(|message| matches!(message, Message::Ping(_)));
    assert_eq!(pings.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_is_given_up() {
    let mut silence = Silence {
        takes: false,
        ended: false,
        written: Vec::new(),
    };
    assert_eq!(held_on(&mut silence).await.as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_was_not_read_to_its_end_has_time_to_read_why() {
    let mut silence = Silence {
        takes: true,
        ended: true,
        written: Vec::new(),
    };
    let start = Instant::now();
    Farewell::stopping().say(&mut silence).await;
    assert_eq!(start.elapsed().as_millis(), 500);
    assert!(matches!(silence.written.last(), Some(Message::Close(_))));
}
