//! How tagged messages are read: one flat object first, in which every field may be missing, then
//! what its tag makes of it.
//!
//! What serde derives for tagged enums keeps the whole object in memory, reads it again for the
//! variant, and generates that for each of them: in the page it was a fifth of the WebAssembly.

use std::fmt;
use std::net::IpAddr;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use crate::{
    Call, CallId, ClosedBy, Endpoint, Event, EventBody, Family, How, Limits, Linger, Membership,
    Observation, OptionName, OptionValue, Outcome, PeerGone, Platform, Policy, RecvFlag,
    RejectReason, Seq, ServerMessage, SessionKey, SocketId, SocketType, ViewKey, Welcome,
};

/// A field that a message of its kind must have.
#[derive(Debug, thiserror::Error)]
#[error("missing field `{0}`")]
pub(crate) struct Missing(&'static str);

fn need<T>(field: Option<T>, name: &'static str) -> Result<T, Missing> {
    field.ok_or(Missing(name))
}

/// A field whose `null` is a value.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Op {
    Socket,
    Bind,
    Listen,
    Accept,
    Connect,
    Send,
    SendAll,
    SendTo,
    Recv,
    RecvFrom,
    Stream,
    Shutdown,
    Close,
    GetSockOpt,
    SetSockOpt,
    SetTimeout,
    GetSockName,
    GetPeerName,
    GetAddrInfo,
}

/// A [`Call`] as it is read.
#[derive(Deserialize)]
pub(crate) struct CallFields {
    op: Op,
    socket: Option<SocketId>,
    family: Option<Family>,
    #[serde(rename = "type")]
    kind: Option<SocketType>,
    address: Option<Endpoint>,
    backlog: Option<i32>,
    length: Option<u32>,
    size: Option<u32>,
    #[serde(default)]
    flags: Vec<RecvFlag>,
    credit: Option<u64>,
    how: Option<How>,
    option: Option<OptionName>,
    #[serde(default, deserialize_with = "present")]
    value: Option<OptionValue>,
    timeout_us: Option<u64>,
    host: Option<String>,
    port: Option<u16>,
}

impl TryFrom<CallFields> for Call {
    type Error = Missing;

    fn try_from(fields: CallFields) -> Result<Self, Missing> {
        let socket = need(fields.socket, "socket");
        let address = need(fields.address, "address");
        let length = need(fields.length, "length");
        let size = need(fields.size, "size");
        let option = need(fields.option, "option");
        let flags = fields.flags;
        Ok(match fields.op {
            Op::Socket => Self::Socket {
                family: need(fields.family, "family")?,
                kind: need(fields.kind, "type")?,
            },
            Op::Bind => Self::Bind {
                socket: socket?,
                address: address?,
            },
            Op::Listen => Self::Listen {
                socket: socket?,
                backlog: need(fields.backlog, "backlog")?,
            },
            Op::Accept => Self::Accept { socket: socket? },
            Op::Connect => Self::Connect {
                socket: socket?,
                address: address?,
            },
            Op::Send => Self::Send {
                socket: socket?,
                length: length?,
            },
            Op::SendAll => Self::SendAll {
                socket: socket?,
                length: length?,
            },
            Op::SendTo => Self::SendTo {
                socket: socket?,
                address: address?,
                length: length?,
            },
            Op::Recv => Self::Recv {
                socket: socket?,
                size: size?,
                flags,
            },
            Op::RecvFrom => Self::RecvFrom {
                socket: socket?,
                size: size?,
                flags,
            },
            Op::Stream => Self::Stream {
                socket: socket?,
                size: size?,
                credit: need(fields.credit, "credit")?,
            },
            Op::Shutdown => Self::Shutdown {
                socket: socket?,
                how: need(fields.how, "how")?,
            },
            Op::Close => Self::Close { socket: socket? },
            Op::GetSockOpt => Self::GetSockOpt {
                socket: socket?,
                option: option?,
            },
            Op::SetSockOpt => Self::SetSockOpt {
                socket: socket?,
                option: option?,
                value: need(fields.value, "value")?,
            },
            Op::SetTimeout => Self::SetTimeout {
                socket: socket?,
                timeout_us: fields.timeout_us,
            },
            Op::GetSockName => Self::GetSockName { socket: socket? },
            Op::GetPeerName => Self::GetPeerName { socket: socket? },
            Op::GetAddrInfo => Self::GetAddrInfo {
                host: need(fields.host, "host")?,
                port: need(fields.port, "port")?,
                family: fields.family,
            },
        })
    }
}

/// `SO_LINGER` and groups, whose fields tell them apart.
#[derive(Deserialize)]
struct OptionFields {
    on: Option<bool>,
    seconds: Option<u16>,
    group: Option<IpAddr>,
    interface: Option<IpAddr>,
    #[serde(default)]
    index: u32,
}

impl<'de> Deserialize<'de> for OptionValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OptionVisitor)
    }
}

struct OptionVisitor;

impl<'de> Visitor<'de> for OptionVisitor {
    type Value = OptionValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value of a socket option")
    }

    fn visit_bool<E>(self, on: bool) -> Result<OptionValue, E> {
        Ok(OptionValue::Bool(on))
    }

    fn visit_i64<E>(self, number: i64) -> Result<OptionValue, E> {
        Ok(OptionValue::Int(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<OptionValue, E> {
        i64::try_from(number)
            .map(OptionValue::Int)
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_str<E>(self, text: &str) -> Result<OptionValue, E> {
        Ok(match text.parse() {
            Ok(address) => OptionValue::Interface(address),
            Err(_) => OptionValue::Errno(Some(text.to_owned())),
        })
    }

    fn visit_unit<E>(self) -> Result<OptionValue, E> {
        Ok(OptionValue::Errno(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OptionValue, A::Error> {
        let fields = OptionFields::deserialize(MapAccessDeserializer::new(map))?;
        match fields.on {
            Some(on) => need(fields.seconds, "seconds")
                .map(|seconds| OptionValue::Linger(Linger { on, seconds })),
            None => need(fields.group, "group").map(|group| {
                OptionValue::Membership(Membership {
                    group,
                    interface: fields.interface,
                    index: fields.index,
                })
            }),
        }
        .map_err(de::Error::custom)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum BodyType {
    Called,
    Returned,
    Observed,
    PeerGone,
    Closed,
}

/// An [`EventBody`] as it is read.
#[derive(Deserialize)]
pub(crate) struct BodyFields {
    #[serde(rename = "type")]
    kind: BodyType,
    call: Option<CallId>,
    request: Option<Call>,
    took_us: Option<u64>,
    blocked: Option<bool>,
    outcome: Option<Outcome>,
    socket: Option<SocketId>,
    kernel: Option<Observation>,
    how: Option<PeerGone>,
    by: Option<ClosedBy>,
}

impl TryFrom<BodyFields> for EventBody {
    type Error = Missing;

    fn try_from(fields: BodyFields) -> Result<Self, Missing> {
        let call = need(fields.call, "call");
        let socket = need(fields.socket, "socket");
        Ok(match fields.kind {
            BodyType::Called => Self::Called {
                call: call?,
                request: need(fields.request, "request")?,
            },
            BodyType::Returned => Self::Returned {
                call: call?,
                took_us: need(fields.took_us, "took_us")?,
                blocked: need(fields.blocked, "blocked")?,
                outcome: need(fields.outcome, "outcome")?,
            },
            BodyType::Observed => Self::Observed {
                socket: socket?,
                kernel: need(fields.kernel, "kernel")?,
            },
            BodyType::PeerGone => Self::PeerGone {
                socket: socket?,
                how: need(fields.how, "how")?,
            },
            BodyType::Closed => Self::Closed {
                socket: socket?,
                by: need(fields.by, "by")?,
            },
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ServerKind {
    Welcome,
    Event,
    Truncated,
    Rejected,
    Duplicate,
    Pong,
    Error,
    Goodbye,
}

/// A [`ServerMessage`] as it is read.
#[derive(Deserialize)]
pub(crate) struct ServerFields {
    kind: ServerKind,
    version: Option<u32>,
    bridge: Option<String>,
    session: Option<SessionKey>,
    view: Option<ViewKey>,
    resumed: Option<bool>,
    first: Option<Seq>,
    last: Option<Seq>,
    epoch_us: Option<u64>,
    policy: Option<Policy>,
    limits: Option<Limits>,
    platform: Option<Platform>,
    seq: Option<Seq>,
    time: Option<u64>,
    event: Option<EventBody>,
    call: Option<CallId>,
    reason: Option<RejectReason>,
    message: Option<String>,
    nonce: Option<u64>,
}

impl TryFrom<ServerFields> for ServerMessage {
    type Error = Missing;

    fn try_from(fields: ServerFields) -> Result<Self, Missing> {
        let call = need(fields.call, "call");
        let last = need(fields.last, "last");
        let message = need(fields.message, "message");
        Ok(match fields.kind {
            ServerKind::Welcome => Self::Welcome(Welcome {
                version: need(fields.version, "version")?,
                bridge: need(fields.bridge, "bridge")?,
                session: fields.session,
                view: fields.view,
                resumed: need(fields.resumed, "resumed")?,
                last: last?,
                epoch_us: need(fields.epoch_us, "epoch_us")?,
                policy: need(fields.policy, "policy")?,
                limits: need(fields.limits, "limits")?,
                platform: need(fields.platform, "platform")?,
            }),
            ServerKind::Event => Self::Event(Event {
                seq: need(fields.seq, "seq")?,
                time: need(fields.time, "time")?,
                body: need(fields.event, "event")?,
            }),
            ServerKind::Truncated => Self::Truncated {
                first: need(fields.first, "first")?,
                last: last?,
            },
            ServerKind::Rejected => Self::Rejected {
                call: call?,
                reason: need(fields.reason, "reason")?,
                message: message?,
            },
            ServerKind::Duplicate => Self::Duplicate { call: call? },
            ServerKind::Pong => Self::Pong {
                nonce: need(fields.nonce, "nonce")?,
            },
            ServerKind::Error => Self::Error { message: message? },
            ServerKind::Goodbye => Self::Goodbye { message: message? },
        })
    }
}
