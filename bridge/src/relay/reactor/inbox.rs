//! What reaches a thread from outside.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use mio::Waker;
use tokio::sync::oneshot;

use super::context::Asker;
use crate::relay::connection::Newcomer;
use crate::relay::report::Report;

/// What reaches a thread from outside.
#[derive(Debug)]
pub(in crate::relay) enum Message {
    /// A WebSocket, from the handshake on.
    Opened(Box<Newcomer>),
    /// The resolver's answer; no addresses when there are none.
    Resolved(Asker, Vec<SocketAddr>),
    /// Tell of all streams.
    Tell(oneshot::Sender<Report>),
    /// Take leave of everybody.
    Stop,
}

/// A mailbox that wakes its thread.
#[derive(Debug)]
pub(in crate::relay) struct Inbox {
    messages: Mutex<Vec<Message>>,
    waker: Waker,
}

impl Inbox {
    pub(super) fn new(waker: Waker) -> Self {
        Self {
            messages: Mutex::default(),
            waker,
        }
    }

    pub(in crate::relay) fn put(&self, message: Message) {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.push(message);
        drop(messages);
        if let Err(error) = self.waker.wake() {
            tracing::error!("cannot wake the relay: {error}");
        }
    }

    pub(super) fn take(&self) -> Vec<Message> {
        std::mem::take(&mut *self.messages.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
