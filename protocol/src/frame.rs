use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::{CallId, Data, DataFlags, Event, EventBody, Payload, Seq, SocketId};

/// Bytes of the header that begins every binary message.
pub const HEADER_LEN: usize = 72;

mod kind {
    pub(super) const SEND: u8 = 1;
    pub(super) const SEND_ALL: u8 = 2;
    pub(super) const SEND_TO: u8 = 3;
    pub(super) const SENT: u8 = 16;
    pub(super) const RECEIVED: u8 = 17;
}

mod flag {
    pub(super) const PEEK: u8 = 1;
    pub(super) const TRUNCATED: u8 = 2;
    pub(super) const DATAGRAM: u8 = 4;
    pub(super) const OMITTED: u8 = 8;
    pub(super) const KEPT: u8 = 16;
    pub(super) const ALL: u8 = PEEK | TRUNCATED | DATAGRAM | OMITTED | KEPT;
}

/// A binary message that cannot be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// It ends inside the header.
    #[error("a binary message of {0} bytes is shorter than its header of {HEADER_LEN}")]
    Short(usize),
    /// Its kind is none of this direction's.
    #[error("unknown kind {0} of a binary message")]
    Kind(u8),
    /// Its address family is none of 0, 4 and 6, or `sendto` has no address.
    #[error("unknown or missing address family {0} in a binary message")]
    Family(u8),
    /// A flag is set that this version does not know.
    #[error("unknown flags {0:#04x} in a binary message")]
    Flags(u8),
    /// The payload's length and the header's size contradict each other.
    #[error("a binary message of size {size} carries {payload} bytes")]
    Size {
        /// What the header says.
        size: u32,
        /// What follows it.
        payload: usize,
    },
}

/// The fixed header, field by field as it stands on the wire.
#[derive(Default)]
struct Header {
    kind: u8,
    flags: u8,
    socket: SocketId,
    call: CallId,
    seq: Seq,
    time: u64,
    offset: u64,
    size: u32,
    address: Option<SocketAddr>,
}

impl Header {
    fn put(&self, to: &mut impl BufMut) {
        let (family, ip, port, scope) = match self.address {
            None => (0, [0; 16], 0, 0),
            Some(SocketAddr::V4(v4)) => {
                let mut ip = [0; 16];
                ip[..4].copy_from_slice(&v4.ip().octets());
                (4, ip, v4.port(), 0)
            }
            Some(SocketAddr::V6(v6)) => (6, v6.ip().octets(), v6.port(), v6.scope_id()),
        };
        to.put_u8(self.kind);
        to.put_u8(self.flags);
        to.put_u8(family);
        to.put_u8(0);
        to.put_u32_le(self.socket.0);
        to.put_u64_le(self.call.0);
        to.put_u64_le(self.seq.0);
        to.put_u64_le(self.time);
        to.put_u64_le(self.offset);
        to.put_u32_le(self.size);
        to.put_u16_le(port);
        to.put_u16_le(0);
        to.put_slice(&ip);
        to.put_u32_le(scope);
        to.put_u32_le(0);
    }

    fn take(from: &mut Bytes) -> Result<Self, FrameError> {
        if from.len() < HEADER_LEN {
            return Err(FrameError::Short(from.len()));
        }
        let kind = from.get_u8();
        let flags = from.get_u8();
        let family = from.get_u8();
        from.advance(1);
        let socket = SocketId(from.get_u32_le());
        let call = CallId(from.get_u64_le());
        let seq = Seq(from.get_u64_le());
        let time = from.get_u64_le();
        let offset = from.get_u64_le();
        let size = from.get_u32_le();
        let port = from.get_u16_le();
        from.advance(2);
        let mut ip = [0; 16];
        from.copy_to_slice(&mut ip);
        let scope = from.get_u32_le();
        from.advance(4);
        let address = match family {
            0 => None,
            4 => {
                let [a, b, c, d, ..] = ip;
                Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), port))
            }
            6 => Some(SocketAddr::V6(SocketAddrV6::new(
                Ipv6Addr::from(ip),
                port,
                0,
                scope,
            ))),
            other => return Err(FrameError::Family(other)),
        };
        Ok(Self {
            kind,
            flags,
            socket,
            call,
            seq,
            time,
            offset,
            size,
            address,
        })
    }
}

/// Writes a call that carries bytes, as a client sends it.
#[must_use]
pub fn encode_payload(call: CallId, socket: SocketId, payload: &Payload, bytes: &[u8]) -> Bytes {
    let (kind, address) = match payload {
        Payload::Send => (kind::SEND, None),
        Payload::SendAll => (kind::SEND_ALL, None),
        Payload::SendTo(address) => (kind::SEND_TO, Some(*address)),
    };
    let mut message = BytesMut::with_capacity(HEADER_LEN + bytes.len());
    let header = Header {
        kind,
        socket,
        call,
        size: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        address,
        ..Header::default()
    };
    header.put(&mut message);
    message.put_slice(bytes);
    message.freeze()
}

/// Reads a client's binary message. The bytes are a view of the message, not a copy.
///
/// # Errors
/// [`FrameError`] when it is not one.
pub fn decode_payload(
    mut message: Bytes,
) -> Result<(CallId, SocketId, Payload, Bytes), FrameError> {
    let header = Header::take(&mut message)?;
    if header.flags != 0 {
        return Err(FrameError::Flags(header.flags));
    }
    let payload = match (header.kind, header.address) {
        (kind::SEND, _) => Payload::Send,
        (kind::SEND_ALL, _) => Payload::SendAll,
        (kind::SEND_TO, Some(address)) => Payload::SendTo(address),
        (kind::SEND_TO, None) => return Err(FrameError::Family(0)),
        (other, _) => return Err(FrameError::Kind(other)),
    };
    if usize::try_from(header.size) != Ok(message.len()) {
        return Err(FrameError::Size {
            size: header.size,
            payload: message.len(),
        });
    }
    Ok((header.call, header.socket, payload, message))
}

/// Writes an event that carries bytes, as the bridge sends it; none for an event that does not.
#[must_use]
pub fn encode_data(event: &Event) -> Option<Bytes> {
    let (EventBody::Sent(data) | EventBody::Received(data)) = &event.body else {
        return None;
    };
    let mut message = BytesMut::with_capacity(HEADER_LEN + data.payload.len());
    data_header(event)?.put(&mut message);
    message.put_slice(&data.payload);
    Some(message.freeze())
}

/// Writes the header of an event that carries bytes into the first [`HEADER_LEN`] bytes of `message`,
/// behind which they stand already. The event's own payload is not looked at.
///
/// An event that carries none, and a message that is too short, stay as they are.
pub fn write_data_header(event: &Event, message: &mut [u8]) {
    if let (Some(header), Some(mut room)) = (data_header(event), message.get_mut(..HEADER_LEN)) {
        header.put(&mut room);
    }
}

fn data_header(event: &Event) -> Option<Header> {
    let (kind, data) = match &event.body {
        EventBody::Sent(data) => (kind::SENT, data),
        EventBody::Received(data) => (kind::RECEIVED, data),
        _ => return None,
    };
    let mut flags = 0;
    for (set, bit) in [
        (data.flags.peek, flag::PEEK),
        (data.flags.truncated, flag::TRUNCATED),
        (data.flags.datagram, flag::DATAGRAM),
        (data.flags.omitted, flag::OMITTED),
        (data.flags.kept, flag::KEPT),
    ] {
        if set {
            flags |= bit;
        }
    }
    Some(Header {
        kind,
        flags,
        socket: data.socket,
        call: data.call,
        seq: event.seq,
        time: event.time,
        offset: data.offset,
        size: data.size,
        address: data.address,
    })
}

/// Reads a binary message of the bridge. The payload is a view of the message, not a copy.
///
/// # Errors
/// [`FrameError`] when it is not one.
pub fn decode_event(mut message: Bytes) -> Result<Event, FrameError> {
    let header = Header::take(&mut message)?;
    if header.flags & !flag::ALL != 0 {
        return Err(FrameError::Flags(header.flags));
    }
    let flags = DataFlags {
        peek: header.flags & flag::PEEK != 0,
        truncated: header.flags & flag::TRUNCATED != 0,
        datagram: header.flags & flag::DATAGRAM != 0,
        omitted: header.flags & flag::OMITTED != 0,
        kept: header.flags & flag::KEPT != 0,
    };
    let payload = message.len();
    let fits = match usize::try_from(header.size) {
        Ok(_) if flags.is_bare() => payload == 0,
        Ok(size) if flags.truncated => size >= payload,
        Ok(size) => size == payload,
        Err(_) => false,
    };
    if !fits {
        return Err(FrameError::Size {
            size: header.size,
            payload,
        });
    }
    let data = Data {
        call: header.call,
        socket: header.socket,
        offset: header.offset,
        flags,
        size: header.size,
        address: header.address,
        payload: message,
    };
    let body = match header.kind {
        kind::SENT => EventBody::Sent(data),
        kind::RECEIVED => EventBody::Received(data),
        other => return Err(FrameError::Kind(other)),
    };
    Ok(Event {
        seq: header.seq,
        time: header.time,
        body,
    })
}
