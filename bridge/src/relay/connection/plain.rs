//! wsproxy: a WebSocket that is one stream.

use super::batch::Batches;
use super::link::Link;
use crate::relay::reactor::Context;
use crate::relay::stream::Streams;
use crate::relay::websocket::Data;
use crate::relay::wisp::{Connect, MAX_PACKET, Reason, Transport};

/// The number of the stream.
const ONLY: u32 = 0;

/// A WebSocket that is one stream.
#[derive(Debug)]
pub(super) struct Plain {
    transport: Transport,
    /// A datagram that came in parts.
    datagram: Vec<u8>,
}

impl Plain {
    pub(super) fn new(transport: Transport) -> Self {
        Self {
            transport,
            datagram: Vec::new(),
        }
    }

    pub(super) fn open(
        transport: Transport,
        host: &str,
        port: u16,
        streams: &mut Streams,
        link: &mut Link,
        context: &mut Context,
    ) -> Self {
        match Connect::new(transport, host, port) {
            Some(connect) => streams.open(ONLY, &connect, link, context),
            None => streams.refuse(ONLY, Reason::Invalid, link, context),
        }
        Self::new(transport)
    }

    /// A piece of a message.
    pub(super) fn data(
        &mut self,
        data: Data,
        (input, batches): (&[u8], &mut Batches),
        streams: &mut Streams,
        link: &mut Link,
        context: &mut Context,
    ) {
        let Data { range, first, last } = data;
        if self.transport == Transport::Tcp {
            let bytes = (ONLY, &range, None);
            return batches.add(bytes, input, streams, link, context);
        }
        if first && last {
            return streams.send_datagram(ONLY, &input[range], link, context);
        }
        if first {
            self.datagram.clear();
        }
        let room = (MAX_PACKET + 1).saturating_sub(self.datagram.len());
        let end = range.end.min(range.start + room);
        self.datagram.extend_from_slice(&input[range.start..end]);
        if last {
            let datagram = std::mem::take(&mut self.datagram);
            streams.send_datagram(ONLY, &datagram, link, context);
        }
    }
}
