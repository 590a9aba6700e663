//! Wisp: many streams on one WebSocket.

use super::batch::Batches;
use super::link::Link;
use crate::relay::reactor::Context;
use crate::relay::stream::{INITIAL_CREDIT, Streams};
use crate::relay::websocket::{Data, code};
use crate::relay::wisp::{
    Authentication, Connect, HEADER, Kind, MAX_PACKET, Packet, Reason, Rejected, Transport,
    close_packet, continue_packet, read_info, write_info,
};

/// Where a client's packets are.
#[derive(Debug)]
pub(super) struct Wisp {
    /// How the client is let in, while it is not.
    handshake: Option<Authentication>,
    header: [u8; HEADER],
    header_len: usize,
    packet: Packet,
    /// How much of its payload has come.
    length: usize,
    /// The payload is passed on as it comes.
    flows: bool,
    /// The payload of a packet that came in parts.
    whole: Vec<u8>,
}

/// What follows from a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    GoOn,
    /// The handshake is done.
    LetIn,
    /// The WebSocket cannot go on.
    Leave(u16, &'static str),
}

impl Wisp {
    /// Version 1: credit, and off.
    pub(super) fn first(link: &mut Link, context: &mut Context) -> Self {
        link.packet(context, &continue_packet(0, INITIAL_CREDIT));
        Self::new(None)
    }

    /// Version 2: a handshake comes before.
    pub(super) fn second(
        authentication: Authentication,
        link: &mut Link,
        context: &mut Context,
    ) -> Self {
        let info = write_info(authentication, &context.shared.motd);
        link.packet(context, &info);
        Self::new(Some(authentication))
    }

    fn new(handshake: Option<Authentication>) -> Self {
        Self {
            handshake,
            header: [0; HEADER],
            header_len: 0,
            packet: Packet {
                kind: Kind::Unknown(0),
                stream: 0,
            },
            length: 0,
            flows: false,
            whole: Vec::new(),
        }
    }

    /// A piece of a message.
    pub(super) fn data(
        &mut self,
        data: Data,
        (input, batches): (&[u8], &mut Batches),
        streams: &mut Streams,
        link: &mut Link,
        context: &mut Context,
    ) -> After {
        let Data {
            mut range,
            first,
            last,
        } = data;
        if first {
            self.header_len = 0;
        }
        if self.header_len < HEADER {
            let more = range.len().min(HEADER - self.header_len);
            let (start, end) = (self.header_len, self.header_len + more);
            self.header[start..end].copy_from_slice(&input[range.start..range.start + more]);
            self.header_len = end;
            range.start += more;
            if self.header_len < HEADER {
                if last {
                    context.counters.packets_ignored.add(1);
                }
                return After::GoOn;
            }
            self.begin(streams);
        }
        self.length += range.len();
        let stream = self.packet.stream;
        if self.flows {
            let bytes = (stream, &range, last.then_some(self.length));
            batches.add(bytes, input, streams, link, context);
            return After::GoOn;
        }
        // Other packets are about what came before.
        batches.settle(input, streams, link, context);
        let payload = if last && self.whole.is_empty() {
            &input[range]
        } else {
            let room = MAX_PACKET.saturating_sub(self.whole.len());
            let end = range.end.min(range.start + room);
            self.whole.extend_from_slice(&input[range.start..end]);
            if !last {
                return After::GoOn;
            }
            &std::mem::take(&mut self.whole)
        };
        if self.length > MAX_PACKET {
            context.counters.packets_ignored.add(1);
            return After::GoOn;
        }
        let packet = self.packet;
        match self.handshake {
            Some(authentication) => {
                self.greet(authentication, packet, payload, streams, link, context)
            }
            None => {
                obey(packet, payload, streams, link, context);
                After::GoOn
            }
        }
    }

    /// The header is there.
    fn begin(&mut self, streams: &Streams) {
        self.packet = Packet::read(&self.header);
        self.length = 0;
        self.whole = Vec::new();
        self.flows = self.packet.kind == Kind::Data
            && self.handshake.is_none()
            && streams.transport(self.packet.stream) == Some(Transport::Tcp);
    }

    fn greet(
        &mut self,
        authentication: Authentication,
        packet: Packet,
        payload: &[u8],
        streams: &mut Streams,
        link: &mut Link,
        context: &mut Context,
    ) -> After {
        match packet.kind {
            Kind::Info if packet.stream == 0 => {}
            Kind::Close if packet.stream == 0 => {
                return After::Leave(code::NORMAL, "");
            }
            _ => return After::Leave(code::PROTOCOL, "the first packet must be INFO"),
        }
        match read_info(payload, authentication, &context.shared.token) {
            Ok(extensions) => {
                self.handshake = None;
                streams.udp = extensions.udp;
                streams.confirm = extensions.confirmation;
                link.packet(context, &continue_packet(0, INITIAL_CREDIT));
                After::LetIn
            }
            Err(Rejected::Malformed) => After::Leave(code::PROTOCOL, "INFO makes no sense"),
            Err(Rejected::Password(reason)) => {
                tracing::info!("relay: a client came without the right password");
                link.packet(context, &close_packet(0, reason));
                After::Leave(code::POLICY, "the password is the relay's token")
            }
        }
    }
}

/// Does what a packet says. What means nothing is ignored: Wisp has no answer to it, and a stream of
/// that number may have ended here while the packet was on its way.
fn obey(
    packet: Packet,
    payload: &[u8],
    streams: &mut Streams,
    link: &mut Link,
    context: &mut Context,
) {
    let Packet { kind, stream } = packet;
    match kind {
        Kind::Connect => match Connect::read(payload) {
            // Number 0 is the connection's own.
            Some(connect) if stream != 0 => streams.open(stream, &connect, link, context),
            _ => streams.refuse(stream, Reason::Invalid, link, context),
        },
        Kind::Data if streams.transport(stream) == Some(Transport::Udp) => {
            streams.send_datagram(stream, payload, link, context);
        }
        Kind::Close => streams.closed_by_client(stream, context),
        Kind::Data | Kind::Continue | Kind::Info | Kind::Unknown(_) => {
            context.counters.packets_ignored.add(1);
        }
    }
}
