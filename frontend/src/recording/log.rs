use std::collections::VecDeque;

use bytes::Bytes;
use sockscope_protocol::{Data, Event, EventBody, Seq, Welcome};

use crate::model::{Entry, Model, keep};

/// Events that a log holds. The oldest give way, as the rows of the stage do.
const EVENTS: usize = keep::ROWS;
/// Payload bytes that a log holds. They are shared with the model, which holds as many.
const PAYLOAD_BYTES: u64 = keep::PAYLOAD_BYTES;

/// An event and the text in which it came; none where it came as a binary message.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) event: Event,
    pub(super) text: Option<Box<str>>,
}

/// The entries of a session's log that the page has, bounded. A gap in the numbers of its events
/// stands for events that were missing when they were asked for, or that gave way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Log {
    welcome: Option<Welcome>,
    /// The greeting's text, without its secrets.
    greeting: String,
    lines: VecDeque<Line>,
    payload_bytes: u64,
    /// Events at the front that have lost their payload already.
    emptied: usize,
}

impl Log {
    /// Takes the next entry, as [`Model::apply`] does, and the text in which it came.
    pub fn take(&mut self, entry: &Entry, text: Option<&str>) {
        match entry {
            Entry::Welcome(welcome) => {
                if !welcome.resumed {
                    *self = Self::default();
                }
                self.greet(welcome, text.unwrap_or_default());
            }
            Entry::Event(event) if event.seq > self.last() => {
                self.push(event.clone(), text);
            }
            Entry::Event(_) | Entry::Truncated { .. } => {}
        }
    }

    /// Who wrote it, and under which limits. The secrets of the session stay outside.
    pub(super) fn greet(&mut self, welcome: &Welcome, text: &str) {
        self.greeting = text.replace(['\r', '\n'], " ");
        let session = welcome.session.as_ref().map(|key| ("session", &key.0));
        let view = welcome.view.as_ref().map(|key| ("view", &key.0));
        for (name, secret) in session.into_iter().chain(view) {
            let field = format!("\"{name}\":\"{secret}\",");
            self.greeting = self.greeting.replace(&field, "");
            if self.greeting.contains(secret.as_str()) {
                // Written in some other way: better no file than this one.
                self.greeting.clear();
            }
        }
        self.welcome = Some(Welcome {
            session: None,
            view: None,
            resumed: false,
            ..welcome.clone()
        });
    }

    /// The greeting's text, without the secrets of the session; empty where there is none.
    #[must_use]
    pub fn greeting(&self) -> &str {
        &self.greeting
    }

    pub(super) fn push(&mut self, event: Event, text: Option<&str>) {
        let bytes = data(&event.body).map(|data| data.payload.len() as u64);
        self.payload_bytes += bytes.unwrap_or(0);
        // What carries bytes is written when it is asked for: its payload may give way.
        let text = text.filter(|_| bytes.is_none());
        let text = text.map(|text| {
            if text.bytes().any(|byte| matches!(byte, b'\r' | b'\n')) {
                text.replace(['\r', '\n'], " ").into()
            } else {
                text.into()
            }
        });
        self.lines.push_back(Line { event, text });
        while self.payload_bytes > PAYLOAD_BYTES {
            let Some(line) = self.lines.get_mut(self.emptied) else {
                break;
            };
            self.emptied += 1;
            if let EventBody::Sent(data) | EventBody::Received(data) = &mut line.event.body {
                self.payload_bytes -= data.payload.len() as u64;
                omit(data);
            }
        }
        if self.lines.len() > EVENTS {
            let oldest = self.lines.pop_front();
            self.emptied = self.emptied.saturating_sub(1);
            let bytes = oldest.and_then(|line| Some(data(&line.event.body)?.payload.len()));
            self.payload_bytes -= bytes.unwrap_or(0) as u64;
        }
    }

    /// The greeting of the bridge, without its secrets.
    #[must_use]
    pub fn welcome(&self) -> Option<&Welcome> {
        self.welcome.as_ref()
    }

    pub(super) fn held_after(&self, seq: Seq) -> impl Iterator<Item = &Line> {
        self.lines.range(self.up_to(seq)..)
    }

    pub(super) fn lines_after(&self, seq: Seq) -> impl Iterator<Item = &Line> {
        self.lines.range(self.up_to(seq)..)
    }

    /// The events that are held, the oldest first.
    #[must_use]
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Event> + ExactSizeIterator {
        self.lines.iter().map(|line| &line.event)
    }

    /// The event at a place among them.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Event> {
        self.lines.get(index).map(|line| &line.event)
    }

    /// How many events are at or before a number.
    #[must_use]
    pub fn up_to(&self, seq: Seq) -> usize {
        self.lines.partition_point(|line| line.event.seq <= seq)
    }

    /// How many events are at or before a time.
    #[must_use]
    pub fn until(&self, time: u64) -> usize {
        self.lines.partition_point(|line| line.event.time <= time)
    }

    /// The number of the last event; 0 where there is none.
    #[must_use]
    pub fn last(&self) -> Seq {
        self.lines.back().map_or(Seq(0), |line| line.event.seq)
    }

    /// The time of the last event.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.lines.back().map_or(0, |line| line.event.time)
    }

    /// A model that has seen nothing but the greeting.
    #[must_use]
    pub fn beginning(&self) -> Model {
        let mut model = Model::default();
        if let Some(welcome) = &self.welcome {
            model.apply(Entry::Welcome(Box::new(welcome.clone())));
        }
        model
    }
}

/// What an event carries, when it carries bytes.
pub(super) fn data(body: &EventBody) -> Option<&Data> {
    match body {
        EventBody::Sent(data) | EventBody::Received(data) => Some(data),
        _ => None,
    }
}

/// Lets a payload go, as the bridge's log does.
pub(super) fn omit(data: &mut Data) {
    let held = u32::try_from(data.payload.len()).unwrap_or(u32::MAX);
    data.size = data.size.max(held);
    if held > 0 {
        data.payload = Bytes::new();
        data.flags.omitted = true;
    }
}
