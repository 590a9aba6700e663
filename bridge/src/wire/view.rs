//! One client that follows one session.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{FutureExt as _, Sink, SinkExt as _, Stream, StreamExt as _};
use sockscope_protocol::{
    CallId, ClientMessage, CloseCode, Event, EventBody, RejectReason, Relay, Seq, ServerMessage,
    decode_payload, encode_data, parse_client_message,
};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::sync::CancellationToken;

use super::budget::Budget;
use super::farewell::{Farewell, LastWords, text};
use super::hello::Accepted;
use crate::session::{Logged, NotMade, Session, ViewGuard};

/// How often a client is asked for a sign of life (a ping, RFC 6455 section 5.5.2).
const PING_EVERY: Duration = Duration::from_secs(20);
/// After how many pings without any sign the client is taken for gone.
const MAX_SILENT_PINGS: u32 = 3;
/// How long a client may take nothing of what is written to it.
const STALLED: Duration = Duration::from_secs(60);
/// How much of the log is written before the client is listened to again.
const BATCH: usize = 256 * 1024;
/// How many messages are read before the log is looked at again.
const MESSAGES: usize = 64;

/// One client that follows one session.
pub(super) struct View<'a, S> {
    socket: &'a mut S,
    guard: ViewGuard,
    may_call: bool,
    /// The last event that was written.
    after: Seq,
    message_bytes: u32,
    /// Where the client keeps what it sends: its calls of this WebSocket that are not told to have
    /// returned.
    kept: Option<HashSet<CallId>>,
    budget: Budget,
    silent_pings: u32,
    /// The door for programs, if it is open.
    door: Option<Arc<crate::relay::Relay>>,
    /// Its streams, where the client watches them, and what it was told last.
    relay: Option<(watch::Receiver<Relay>, Option<Relay>)>,
    stop: CancellationToken,
}

impl<'a, S> View<'a, S>
where
    S: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin,
{
    pub(super) fn new(
        socket: &'a mut S,
        accepted: Accepted,
        door: Option<Arc<crate::relay::Relay>>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            socket,
            guard: accepted.guard,
            may_call: accepted.may_call,
            after: accepted.after,
            message_bytes: accepted.message_bytes,
            kept: accepted.keeps.then(HashSet::new),
            budget: Budget::new(accepted.calls_per_second, Instant::now()),
            silent_pings: 0,
            door,
            relay: None,
            stop,
        }
    }

    /// Serves the client until one side has enough.
    pub(super) async fn run(mut self) -> LastWords {
        let mut pings =
            tokio::time::interval_at(tokio::time::Instant::now() + PING_EVERY, PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if let Err(last_words) = self.step(&mut pings).await {
                return last_words;
            }
        }
    }

    async fn step(&mut self, pings: &mut Interval) -> Result<(), LastWords> {
        let session = self.guard.session();
        let ended = session.ended();
        // Without order, so that neither a log that never rests nor a client that never rests keeps
        // the other waiting.
        tokio::select! {
            () = self.stop.cancelled() => Err(Some(Farewell::stopping())),
            () = session.log().changed(self.after) => {
                self.write_batch().await?;
                // Credit may have come meanwhile, and whoever waits for it has the next batch ready.
                match self.socket.next().now_or_never() {
                    Some(message) => self.read(message).await,
                    None => Ok(()),
                }
            }
            message = self.socket.next() => self.read(message).await,
            _ = pings.tick() => self.ping().await,
            relay = news(&mut self.relay) => self.tell(relay).await,
            () = ended.cancelled() => self.finish().await,
        }
    }

    /// Tells the session's last events, then its end.
    async fn finish(&mut self) -> Result<(), LastWords> {
        while self.guard.session().log().last() > self.after {
            self.write_batch().await?;
        }
        // A stopping bridge ends its sessions, too.
        Err(Some(if self.stop.is_cancelled() {
            Farewell::stopping()
        } else {
            Farewell::new(CloseCode::SessionEnded, "the session was ended")
        }))
    }

    /// Writes a piece of the log.
    async fn write_batch(&mut self) -> Result<(), LastWords> {
        let log = self.guard.session().log();
        let batch = log.read_to_send(self.after, BATCH);
        if let Some((first, last)) = batch.truncated {
            self.put(text(&ServerMessage::Truncated { first, last }))
                .await?;
            self.after = last;
            // Their ends may be among what is missing. From here on all bytes come.
            if let Some(kept) = &mut self.kept {
                kept.clear();
            }
        }
        for logged in batch.events {
            let (seq, message) = match logged {
                Logged::Message(seq, message) => (seq, Message::Binary(message)),
                Logged::Event(mut event) => {
                    self.spare(&mut event);
                    (event.seq, encode(event))
                }
            };
            self.put(message).await?;
            self.after = seq;
        }
        self.flush().await?;
        if self.may_call {
            self.guard.session().log().tell(self.after);
        }
        Ok(())
    }

    /// Leaves out what the client has.
    fn spare(&mut self, event: &mut Event) {
        let Some(kept) = &mut self.kept else { return };
        match &mut event.body {
            EventBody::Sent(data) if kept.contains(&data.call) => {
                data.flags.kept = true;
                data.payload = Bytes::new();
            }
            EventBody::Returned { call, .. } => {
                kept.remove(call);
            }
            _ => {}
        }
    }

    /// Reads a message, and those that are there already.
    async fn read(&mut self, first: Option<Result<Message, Error>>) -> Result<(), LastWords> {
        let mut message = first;
        for more in (0..MESSAGES).rev() {
            // `None` is the end of the connection.
            let read = message.ok_or(None)?;
            let read = read.map_err(|error| Farewell::for_error(error, self.message_bytes))?;
            self.silent_pings = 0;
            if let Some(answer) = self.take(read)? {
                self.put(text(&answer)).await?;
            }
            match (more > 0)
                .then(|| self.socket.next().now_or_never())
                .flatten()
            {
                Some(next) => message = next,
                None => break,
            }
        }
        self.flush().await
    }

    /// Tells of the relay's streams.
    async fn tell(&mut self, relay: Relay) -> Result<(), LastWords> {
        self.put(text(&ServerMessage::Relay(relay))).await?;
        self.flush().await
    }

    async fn ping(&mut self) -> Result<(), LastWords> {
        if self.silent_pings >= MAX_SILENT_PINGS {
            tracing::info!("no sign of life after {MAX_SILENT_PINGS} pings");
            return Err(None);
        }
        self.silent_pings += 1;
        self.put(Message::Ping(Bytes::new())).await?;
        self.flush().await
    }

    /// What a message asks for is done; the answer is what does not come through the log.
    fn take(&mut self, message: Message) -> Result<Option<ServerMessage>, LastWords> {
        match message {
            Message::Text(text) => match parse_client_message(&text) {
                Ok(message) => self.obey(message),
                Err(error) => self.misunderstood(error.call, error.message),
            },
            Message::Binary(bytes) => match decode_payload(bytes) {
                Ok((call, socket, payload, bytes)) => {
                    // A copy, because the bytes are a view of the buffer that the WebSocket was read
                    // into, and would hold all of it for as long as the log holds them.
                    let bytes = Bytes::copy_from_slice(&bytes);
                    let answer =
                        self.call(call, |session| session.send(call, socket, &payload, bytes))?;
                    if let (Some(kept), None) = (&mut self.kept, &answer) {
                        kept.insert(call);
                    }
                    Ok(answer)
                }
                Err(error) => self.misunderstood(None, error.to_string()),
            },
            // Frames alone are never read.
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(None),
            Message::Close(_) => Err(None),
        }
    }

    fn obey(&mut self, message: ClientMessage) -> Result<Option<ServerMessage>, LastWords> {
        match message {
            ClientMessage::Call { call, request } => {
                self.call(call, |session| session.call(call, request))
            }
            // Never rejected: it lets bytes through, and asks for no answer.
            ClientMessage::Credit { call, total } if self.may_call => {
                self.guard.session().credit(call, total);
                Ok(None)
            }
            ClientMessage::Cancel { call } if self.may_call => {
                self.budget.request(Instant::now())?;
                self.guard.session().cancel(call);
                Ok(None)
            }
            ClientMessage::End if self.may_call => {
                self.guard.session().end();
                Ok(None)
            }
            ClientMessage::WatchRelay { on } if self.may_call => {
                self.budget.request(Instant::now())?;
                let door = self.door.as_ref().filter(|_| on);
                self.relay = door.map(|door| (door.watch(), None));
                Ok((on && self.relay.is_none()).then(|| ServerMessage::Error {
                    message: "the relay is not open: start the bridge with --relay".to_owned(),
                }))
            }
            ClientMessage::Ping { nonce } => {
                self.budget.request(Instant::now())?;
                Ok(Some(ServerMessage::Pong { nonce }))
            }
            ClientMessage::Hello(_) => self.misunderstood(None, "hello was said before".to_owned()),
            ClientMessage::Credit { .. }
            | ClientMessage::Cancel { .. }
            | ClientMessage::WatchRelay { .. }
            | ClientMessage::End => self.misunderstood(None, VIEW_ONLY.to_owned()),
        }
    }

    fn call(
        &mut self,
        call: CallId,
        make: impl FnOnce(&Arc<Session>) -> Result<(), NotMade>,
    ) -> Result<Option<ServerMessage>, LastWords> {
        self.budget.request(Instant::now())?;
        if !self.may_call {
            return Ok(Some(ServerMessage::Rejected {
                call,
                reason: RejectReason::ViewOnly,
                message: VIEW_ONLY.to_owned(),
            }));
        }
        Ok(match make(self.guard.session()) {
            Ok(()) => None,
            Err(NotMade::Duplicate) => Some(ServerMessage::Duplicate { call }),
            Err(NotMade::Rejected { reason, message }) => Some(ServerMessage::Rejected {
                call,
                reason,
                message,
            }),
        })
    }

    fn misunderstood(
        &mut self,
        call: Option<CallId>,
        message: String,
    ) -> Result<Option<ServerMessage>, LastWords> {
        self.budget.bad_message()?;
        Ok(Some(match call {
            Some(call) => ServerMessage::Rejected {
                call,
                reason: RejectReason::Malformed,
                message,
            },
            None => ServerMessage::Error { message },
        }))
    }

    async fn put(&mut self, message: Message) -> Result<(), LastWords> {
        unless_stalled(self.socket.feed(message), &self.stop).await
    }

    async fn flush(&mut self) -> Result<(), LastWords> {
        unless_stalled(self.socket.flush(), &self.stop).await
    }
}

/// What a client that may only look is told.
const VIEW_ONLY: &str = "this WebSocket may only look";

/// Waits for something new about the relay; never where nobody watches it.
async fn news(relay: &mut Option<(watch::Receiver<Relay>, Option<Relay>)>) -> Relay {
    if let Some((relay, told)) = relay {
        while relay.changed().await.is_ok() {
            let now = relay.borrow_and_update().clone();
            if told.as_ref() != Some(&now) {
                *told = Some(now.clone());
                return now;
            }
        }
    }
    std::future::pending().await
}

/// Waits for a write, but not for ever.
async fn unless_stalled(
    write: impl Future<Output = Result<(), Error>>,
    stop: &CancellationToken,
) -> Result<(), LastWords> {
    tokio::select! {
        biased;
        written = write => written.map_err(|_| None),
        () = stop.cancelled() => Err(Some(Farewell::stopping())),
        () = tokio::time::sleep(STALLED) => {
            tracing::info!("the client took nothing for {STALLED:?}");
            Err(None)
        }
    }
}

fn encode(event: Event) -> Message {
    match encode_data(&event) {
        Some(bytes) => Message::Binary(bytes),
        None => text(&ServerMessage::Event(event)),
    }
}
