//! An event as the log holds it.

use bytes::Bytes;
use sockscope_protocol::{
    CallId, Data, DataFlags, Event, EventBody, HEADER_LEN, Seq, SocketId, write_data_header,
};

use super::log::Logged;

/// What a held payload costs beside its bytes (the allocation's own bookkeeping), so that very many
/// very small payloads are bounded as well.
const PAYLOAD_OVERHEAD: u64 = 64;

/// An event without its number, which its place in the log tells.
#[derive(Debug)]
pub(super) struct Entry {
    time: u64,
    what: What,
}

/// Small, because a log holds very many.
#[derive(Debug)]
enum What {
    Whole(Box<EventBody>),
    /// Bytes that a socket received, as the message that they are for everybody.
    Made(Box<Made>),
    /// Bytes of a stream that are not held any more: most of a long log.
    Moved {
        sent: bool,
        peek: bool,
        call: CallId,
        socket: SocketId,
        size: u32,
        offset: u64,
    },
}

#[derive(Debug)]
struct Made {
    /// Its payload is the message's own.
    data: Data,
    message: Bytes,
}

impl Entry {
    /// `received` bytes that stand in `message`, behind room for their header.
    pub(super) fn made(event: Event, mut message: Vec<u8>) -> Self {
        write_data_header(&event, &mut message);
        let message = Bytes::from(message);
        let what = match event.body {
            EventBody::Received(data) if message.len() >= HEADER_LEN => {
                let payload = message.slice(HEADER_LEN..);
                let data = Data { payload, ..data };
                What::Made(Box::new(Made { data, message }))
            }
            body => What::Whole(Box::new(body)),
        };
        let time = event.time;
        Self { time, what }
    }

    pub(super) fn new(time: u64, body: EventBody) -> Self {
        let what = What::Whole(Box::new(body));
        Self { time, what }
    }

    /// The event that it is.
    pub(super) fn event(&self, seq: Seq) -> Event {
        let body = match &self.what {
            What::Whole(body) => EventBody::clone(body),
            What::Made(made) => EventBody::Received(made.data.clone()),
            What::Moved {
                sent,
                peek,
                call,
                socket,
                size,
                offset,
            } => {
                let data = Data {
                    call: *call,
                    socket: *socket,
                    offset: *offset,
                    flags: DataFlags {
                        peek: *peek,
                        omitted: true,
                        ..DataFlags::default()
                    },
                    size: *size,
                    address: None,
                    payload: Bytes::new(),
                };
                if *sent {
                    EventBody::Sent(data)
                } else {
                    EventBody::Received(data)
                }
            }
        };
        let time = self.time;
        Event { seq, time, body }
    }

    /// What is sent of it.
    pub(super) fn logged(&self, seq: Seq) -> Logged {
        match &self.what {
            What::Made(made) => Logged::Message(seq, made.message.clone()),
            _ => Logged::Event(self.event(seq)),
        }
    }

    /// What its payload costs.
    pub(super) fn payload_cost(&self) -> u64 {
        let length = self.payload().map_or(0, |bytes| bytes.len() as u64);
        if length == 0 {
            0
        } else {
            length + PAYLOAD_OVERHEAD
        }
    }

    /// About what it takes as a message.
    pub(super) fn message_cost(&self) -> usize {
        /// A text message of the usual size.
        const TEXT: usize = 256;
        match (&self.what, self.payload()) {
            (What::Moved { .. }, _) => HEADER_LEN,
            (_, Some(payload)) => HEADER_LEN + payload.len(),
            (_, None) => TEXT,
        }
    }

    /// Lets the payload go, if there is one; the event says so from then on.
    pub(super) fn give_way(&mut self) {
        if let What::Made(made) = &self.what {
            self.what = What::Whole(Box::new(EventBody::Received(made.data.clone())));
        }
        let What::Whole(body) = &mut self.what else {
            return;
        };
        let sent = matches!(**body, EventBody::Sent(_));
        let (EventBody::Sent(data) | EventBody::Received(data)) = &mut **body else {
            return;
        };
        if data.payload.is_empty() {
            return;
        }
        data.flags.omitted = true;
        data.payload = Bytes::new();
        if !data.flags.datagram && data.address.is_none() {
            self.what = What::Moved {
                sent,
                peek: data.flags.peek,
                call: data.call,
                socket: data.socket,
                size: data.size,
                offset: data.offset,
            };
        }
    }

    fn payload(&self) -> Option<&Bytes> {
        match &self.what {
            What::Whole(body) => match &**body {
                EventBody::Sent(data) | EventBody::Received(data) => Some(&data.payload),
                _ => None,
            },
            What::Made(made) => Some(&made.data.payload),
            What::Moved { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use sockscope_protocol::encode_data;

    use super::*;

    #[test]
    fn what_is_made_where_it_was_received_is_what_would_be_made_of_the_event() {
        let event = Event {
            seq: Seq(9),
            time: 7,
            body: EventBody::Received(Data {
                call: CallId(1),
                socket: SocketId(2),
                offset: 3,
                flags: DataFlags::default(),
                size: 5,
                address: None,
                payload: Bytes::from_static(b"bytes"),
            }),
        };
        let mut bare = event.clone();
        if let EventBody::Received(data) = &mut bare.body {
            data.payload = Bytes::new();
        }
        let mut entry = Entry::made(bare, [&[0xff; HEADER_LEN][..], b"bytes"].concat());
        assert_eq!(entry.event(Seq(9)), event);
        assert_eq!(entry.payload_cost(), 5 + PAYLOAD_OVERHEAD);
        let message = encode_data(&event).unwrap();
        assert_eq!(entry.logged(Seq(9)), Logged::Message(Seq(9), message));
        entry.give_way();
        let Logged::Event(omitted) = entry.logged(Seq(9)) else {
            panic!("the message is still held");
        };
        assert!(matches!(omitted.body, EventBody::Received(data) if data.flags.omitted));
    }

    #[test]
    fn an_event_is_the_same_but_for_its_payload() {
        assert!(size_of::<Entry>() <= 40, "{}", size_of::<Entry>());
        let address = "127.0.0.1:9".parse().ok();
        for (datagram, address) in [(false, None), (true, None), (true, address)] {
            let data = Data {
                call: CallId(1 << 40),
                socket: SocketId(2),
                offset: 3 << 40,
                flags: DataFlags {
                    peek: true,
                    datagram,
                    ..DataFlags::default()
                },
                size: 5,
                address,
                payload: Bytes::from_static(b"bytes"),
            };
            let mut omitted = data.clone();
            omitted.flags.omitted = true;
            omitted.payload = Bytes::new();
            for of in [EventBody::Sent, EventBody::Received] {
                let mut entry = Entry::new(7, of(data.clone()));
                assert_eq!(entry.payload_cost(), 5 + PAYLOAD_OVERHEAD);
                assert_eq!(entry.event(Seq(9)).body, of(data.clone()));
                entry.give_way();
                assert_eq!(entry.payload_cost(), 0);
                assert_eq!(entry.event(Seq(9)).body, of(omitted.clone()));
            }
        }
    }
}
