//! The messages, as they are read.

use bytes::Bytes;

use super::{Json, Read, Wrong, field, field_or};
use crate::{
    AcceptQueue, Call, CallId, ClientMessage, Data, DataFlags, Endpoint, Event, EventBody, Failure,
    Hello, Holder, Limits, Linger, Membership, Observation, OptionValue, Outcome, Platform, Policy,
    Refusal, Relay, RelayStream, Seq, ServerMessage, SessionKey, SocketId, TcpInfo, Value, ViewKey,
    Welcome, base64,
};

macro_rules! newtypes {
    ($($name:ident),*) => {
        $(impl Read for $name {
            fn read(json: &Json<'_>) -> Result<Self, Wrong> {
                Read::read(json).map(Self)
            }
        })*
    };
}

newtypes!(SocketId, CallId, Seq, SessionKey, ViewKey);

/// Objects: each field and its name on the wire.
macro_rules! objects {
    ($($type:ident { $($field:ident $name:literal $(or $default:expr)?),* $(,)? })*) => {
        $(impl Read for $type {
            fn read(json: &Json<'_>) -> Result<Self, Wrong> {
                Ok(Self { $($field: objects!(@ json $name $(or $default)?)),* })
            }
        })*
    };
    (@ $json:ident $name:literal) => { field($json, $name)? };
    (@ $json:ident $name:literal or $default:expr) => { field_or($json, $name, $default)? };
}

objects! {
    Endpoint { host "host", port "port" }
    Linger { on "on", seconds "seconds" }
    Membership { group "group", interface "interface", index "index" or 0 }
    Event { seq "seq", time "time", body "event" }
    Failure { number "number", name "name", message "message", held_by "held_by" }
    Holder { kernel "kernel", pid "pid", program "program" }
    Refusal { address "address", kind "kind", message "message", allow "allow" }
    Observation {
        local "local",
        peer "peer",
        state "state",
        recv_queue "recv_queue",
        send_queue "send_queue",
        accept_queue "accept_queue",
        tcp "tcp",
        ends_in_ms "ends_in_ms",
    }
    AcceptQueue { length "length", backlog "backlog" }
    TcpInfo {
        rtt_us "rtt_us",
        rtt_var_us "rtt_var_us",
        retransmits "retransmits",
        congestion_window "congestion_window",
        mss "mss",
        receive_window "receive_window",
        send_window "send_window",
    }
    Hello {
        version "version",
        token "token",
        session "session",
        view "view",
        after "after" or Seq(0),
        keeps "keeps" or false,
    }
    Welcome {
        version "version",
        bridge "bridge",
        session "session",
        view "view",
        resumed "resumed",
        last "last",
        epoch_us "epoch_us",
        policy "policy",
        limits "limits",
        platform "platform",
        relay "relay" or false,
    }
    Relay { open "open", streams "streams" }
    RelayStream {
        websocket "websocket",
        stream "stream",
        protocol "protocol",
        kind "type",
        target "target",
        state "state",
        reason "reason",
        up "up",
        down "down",
    }
    Policy { connect "connect", bind "bind" }
    Platform { os "os", queues "queues", tcp_info "tcp_info", after_close "after_close" or false }
    Limits {
        sessions "sessions",
        views "views",
        sockets "sockets",
        pending_calls "pending_calls",
        pending_bytes "pending_bytes",
        message_bytes "message_bytes",
        log_bytes "log_bytes",
        log_events "log_events",
        calls_per_second "calls_per_second",
        linger_seconds "linger_seconds",
    }
}

/// The field that says what an object is.
fn tag<'a>(json: &'a Json<'_>, name: &'static str) -> Result<&'a str, Wrong> {
    match json.get(name) {
        Some(tag) => tag.text().map_err(|wrong| wrong.within(name)),
        None => Err(super::missing(json, name)),
    }
}

impl Read for Call {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        let length = || field(json, "length");
        let size = || field(json, "size");
        let flags = || field_or(json, "flags", Vec::new());
        let address = || field(json, "address");
        let option = || field(json, "option");
        let socket = field(json, "socket");
        Ok(match tag(json, "op")? {
            "socket" => Self::Socket {
                family: field(json, "family")?,
                kind: field(json, "type")?,
            },
            "bind" => Self::Bind {
                socket: socket?,
                address: address()?,
            },
            "listen" => Self::Listen {
                socket: socket?,
                backlog: field(json, "backlog")?,
            },
            "accept" => Self::Accept { socket: socket? },
            "connect" => Self::Connect {
                socket: socket?,
                address: address()?,
            },
            "send" => Self::Send {
                socket: socket?,
                length: length()?,
            },
            "sendall" => Self::SendAll {
                socket: socket?,
                length: length()?,
            },
            "sendto" => Self::SendTo {
                socket: socket?,
                address: address()?,
                length: length()?,
            },
            "recv" => Self::Recv {
                socket: socket?,
                size: size()?,
                flags: flags()?,
            },
            "recvfrom" => Self::RecvFrom {
                socket: socket?,
                size: size()?,
                flags: flags()?,
            },
            "stream" => Self::Stream {
                socket: socket?,
                size: size()?,
                credit: field(json, "credit")?,
            },
            "shutdown" => Self::Shutdown {
                socket: socket?,
                how: field(json, "how")?,
            },
            "close" => Self::Close { socket: socket? },
            "getsockopt" => Self::GetSockOpt {
                socket: socket?,
                option: option()?,
            },
            "setsockopt" => Self::SetSockOpt {
                socket: socket?,
                option: option()?,
                value: field(json, "value")?,
            },
            "settimeout" => Self::SetTimeout {
                socket: socket?,
                timeout_us: field(json, "timeout_us")?,
            },
            "getsockname" => Self::GetSockName { socket: socket? },
            "getpeername" => Self::GetPeerName { socket: socket? },
            "getaddrinfo" => Self::GetAddrInfo {
                host: field(json, "host")?,
                port: field(json, "port")?,
                family: field(json, "family")?,
            },
            other => return Err(Wrong::unknown("call", other)),
        })
    }
}

impl Read for OptionValue {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        Ok(match json {
            Json::Null => Self::Errno(None),
            Json::Bool(on) => Self::Bool(*on),
            Json::Text(text) => match text.parse() {
                Ok(address) => Self::Interface(address),
                Err(_) => Self::Errno(Some(text.to_string())),
            },
            Json::Object(_) if json.get("on").is_some() => Self::Linger(Read::read(json)?),
            Json::Object(_) => Self::Membership(Read::read(json)?),
            number => Self::Int(Read::read(number)?),
        })
    }
}

impl Read for EventBody {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        let call = || field(json, "call");
        let socket = || field(json, "socket");
        Ok(match tag(json, "type")? {
            "called" => Self::Called {
                call: call()?,
                request: field(json, "request")?,
            },
            "returned" => Self::Returned {
                call: call()?,
                took_us: field(json, "took_us")?,
                blocked: field(json, "blocked")?,
                outcome: field(json, "outcome")?,
            },
            "sent" => Self::Sent(Read::read(json)?),
            "received" => Self::Received(Read::read(json)?),
            "observed" => Self::Observed {
                socket: socket()?,
                kernel: field(json, "kernel")?,
            },
            "peer_gone" => Self::PeerGone {
                socket: socket()?,
                how: field(json, "how")?,
            },
            "closed" => Self::Closed {
                socket: socket()?,
                by: field(json, "by")?,
            },
            other => return Err(Wrong::unknown("event", other)),
        })
    }
}

impl Read for Data {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        let marks: Vec<String> = field_or(json, "flags", Vec::new())?;
        let mark = |name: &str| marks.iter().any(|mark| mark == name);
        let [peek, truncated, datagram, omitted, kept] = DataFlags::NAMES.map(mark);
        let flags = DataFlags {
            peek,
            truncated,
            datagram,
            omitted,
            kept,
        };
        let size: u32 = field(json, "size")?;
        let Payload(payload) = field(json, "payload")?;
        let (whole, held) = (size as usize, payload.len());
        let fits = match (flags.is_bare(), truncated) {
            (true, _) => held == 0,
            (_, true) => held <= whole,
            _ => held == whole,
        };
        if !fits {
            return Err(Wrong::new(format!("size {size} with {held} bytes")));
        }
        Ok(Self {
            call: field(json, "call")?,
            socket: field(json, "socket")?,
            offset: field(json, "offset")?,
            flags,
            size,
            address: field(json, "address")?,
            payload,
        })
    }
}

struct Payload(Bytes);

impl Read for Payload {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        let bytes = base64::decode(json.text()?);
        let bytes = bytes.ok_or_else(|| json.is_no("base64"))?;
        Ok(Self(bytes.into()))
    }
}

impl Read for Outcome {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        let (name, value) = json.variant()?;
        Ok(match name {
            "ok" => Self::Ok(Read::read(value)?),
            "errno" => Self::Errno(Read::read(value)?),
            "resolver" => Self::Resolver(Read::read(value)?),
            "timeout" => Self::Timeout,
            "cancelled" => Self::Cancelled(Read::read(value)?),
            "refused" => Self::Refused(Read::read(value)?),
            "internal" => Self::Internal(Read::read(value)?),
            other => return Err(Wrong::unknown("outcome", other)),
        })
    }
}

impl Read for Value {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        let (name, value) = json.variant()?;
        Ok(match name {
            "nothing" => Self::Nothing,
            "count" => Self::Count(Read::read(value)?),
            "socket" => Self::Socket {
                socket: field(value, "socket")?,
                fd: field(value, "fd")?,
                peer: field(value, "peer")?,
            },
            "address" => Self::Address(Read::read(value)?),
            "addresses" => Self::Addresses(Read::read(value)?),
            "option" => Self::Option(Read::read(value)?),
            other => return Err(Wrong::unknown("value", other)),
        })
    }
}

impl Read for ClientMessage {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        let call = || field(json, "call");
        Ok(match tag(json, "kind")? {
            "hello" => Self::Hello(Read::read(json)?),
            "call" => Self::Call {
                call: call()?,
                request: field(json, "request")?,
            },
            "cancel" => Self::Cancel { call: call()? },
            "credit" => Self::Credit {
                call: call()?,
                total: field(json, "total")?,
            },
            "ping" => Self::Ping {
                nonce: field(json, "nonce")?,
            },
            "watch_relay" => Self::WatchRelay {
                on: field(json, "on")?,
            },
            "end" => Self::End,
            other => return Err(Wrong::unknown("kind", other)),
        })
    }
}

impl Read for ServerMessage {
    fn read(json: &Json<'_>) -> Result<Self, Wrong> {
        let call = || field(json, "call");
        let message = || field(json, "message");
        Ok(match tag(json, "kind")? {
            "welcome" => Self::Welcome(Read::read(json)?),
            "event" => Self::Event(Read::read(json)?),
            "truncated" => Self::Truncated {
                first: field(json, "first")?,
                last: field(json, "last")?,
            },
            "rejected" => Self::Rejected {
                call: call()?,
                reason: field(json, "reason")?,
                message: message()?,
            },
            "duplicate" => Self::Duplicate { call: call()? },
            "pong" => Self::Pong {
                nonce: field(json, "nonce")?,
            },
            "relay" => Self::Relay(Read::read(json)?),
            "error" => Self::Error {
                message: message()?,
            },
            "goodbye" => Self::Goodbye {
                message: message()?,
            },
            other => return Err(Wrong::unknown("kind", other)),
        })
    }
}
