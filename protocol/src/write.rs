//! What a client says, as JSON. serde writes the same; what it derives for a browser is several times
//! as long, and the tests hold the two against each other.

use crate::{Call, ClientMessage, Endpoint, OptionValue};

/// An object in the making.
struct Object(String);

fn object() -> Object {
    Object("{".to_owned())
}

impl Object {
    /// A field whose value is JSON already.
    fn is(mut self, name: &str, value: &str) -> Self {
        let before = if self.0.len() > 1 { ",\"" } else { "\"" };
        for piece in [before, name, "\":", value] {
            self.0.push_str(piece);
        }
        self
    }

    fn text(self, name: &str, value: &str) -> Self {
        self.is(name, &quoted(value))
    }

    fn number(self, name: &str, value: u64) -> Self {
        self.is(name, &value.to_string())
    }

    fn done(self) -> String {
        self.0 + "}"
    }
}

/// A text as RFC 8259 has it (section 7).
fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => json.extend(['\\', letter]),
            '\0'..' ' => {
                let digit = |number: u32| char::from_digit(number, 16).unwrap_or('0');
                let code = u32::from(letter);
                json.extend(['\\', 'u', '0', '0', digit(code / 16), digit(code % 16)]);
            }
            letter => json.push(letter),
        }
    }
    json.push('"');
    json
}

impl ClientMessage {
    /// The text message.
    #[must_use]
    pub fn json(&self) -> String {
        let message = |kind| object().text("kind", kind);
        match self {
            Self::Hello(hello) => {
                let mut message = message("hello")
                    .number("version", hello.version.into())
                    .text("token", &hello.token);
                if let Some(session) = &hello.session {
                    message = message.text("session", &session.0);
                }
                if let Some(view) = &hello.view {
                    message = message.text("view", &view.0);
                }
                message = message.number("after", hello.after.0);
                if hello.keeps {
                    message = message.is("keeps", "true");
                }
                message
            }
            Self::Call { call, request } => message("call")
                .number("call", call.0)
                .is("request", &request.json()),
            Self::Cancel { call } => message("cancel").number("call", call.0),
            Self::Credit { call, total } => message("credit")
                .number("call", call.0)
                .number("total", *total),
            Self::Ping { nonce } => message("ping").number("nonce", *nonce),
            Self::WatchRelay { on } => {
                message("watch_relay").is("on", if *on { "true" } else { "false" })
            }
            Self::End => message("end"),
        }
        .done()
    }
}

impl Endpoint {
    fn json(&self) -> String {
        let object = object().text("host", &self.host);
        object.number("port", self.port.into()).done()
    }
}

impl Call {
    fn json(&self) -> String {
        let mut object = object().text("op", self.name());
        if let Some(socket) = self.socket() {
            object = object.number("socket", socket.0.into());
        }
        match self {
            Self::Socket { family, kind } => object
                .text("family", family.name())
                .text("type", kind.name()),
            Self::Bind { address, .. } | Self::Connect { address, .. } => {
                object.is("address", &address.json())
            }
            Self::Listen { backlog, .. } => object.is("backlog", &backlog.to_string()),
            Self::Send { length, .. } | Self::SendAll { length, .. } => {
                object.number("length", (*length).into())
            }
            Self::SendTo {
                address, length, ..
            } => object
                .is("address", &address.json())
                .number("length", (*length).into()),
            Self::Recv { size, flags, .. } | Self::RecvFrom { size, flags, .. } => {
                let object = object.number("size", (*size).into());
                let names: Vec<String> = flags.iter().map(|flag| quoted(flag.name())).collect();
                if names.is_empty() {
                    object
                } else {
                    object.is("flags", &["[", &names.join(","), "]"].concat())
                }
            }
            Self::Stream { size, credit, .. } => object
                .number("size", (*size).into())
                .number("credit", *credit),
            Self::Shutdown { how, .. } => object.text("how", how.name()),
            Self::GetSockOpt { option, .. } => object.text("option", option.name()),
            Self::SetSockOpt { option, value, .. } => object
                .text("option", option.name())
                .is("value", &value.json()),
            Self::SetTimeout { timeout_us, .. } => match timeout_us {
                Some(us) => object.number("timeout_us", *us),
                None => object.is("timeout_us", "null"),
            },
            Self::GetAddrInfo { host, port, family } => {
                let object = object.text("host", host).number("port", (*port).into());
                match family {
                    Some(family) => object.text("family", family.name()),
                    None => object,
                }
            }
            Self::Accept { .. }
            | Self::Close { .. }
            | Self::GetSockName { .. }
            | Self::GetPeerName { .. } => object,
        }
        .done()
    }
}

impl OptionValue {
    /// Its JSON.
    #[must_use]
    pub fn json(&self) -> String {
        match self {
            Self::Bool(true) => "true".to_owned(),
            Self::Bool(false) => "false".to_owned(),
            Self::Int(number) => number.to_string(),
            Self::Linger(linger) => object()
                .is("on", if linger.on { "true" } else { "false" })
                .number("seconds", linger.seconds.into())
                .done(),
            Self::Membership(membership) => {
                let mut object = object().text("group", &membership.group.to_string());
                if let Some(interface) = membership.interface {
                    object = object.text("interface", &interface.to_string());
                }
                object.number("index", membership.index.into()).done()
            }
            Self::Interface(address) => quoted(&address.to_string()),
            Self::Errno(Some(name)) => quoted(name),
            Self::Errno(None) => "null".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use proptest::prelude::*;

    use crate::{
        Call, CallId, ClientMessage, Endpoint, Family, Hello, How, Linger, Membership, OptionName,
        OptionValue, RecvFlag, Seq, SessionKey, SocketId, SocketType, ViewKey,
    };

    fn option() -> impl Strategy<Value = OptionValue> {
        prop_oneof![
            any::<bool>().prop_map(OptionValue::Bool),
            any::<i64>().prop_map(OptionValue::Int),
            (any::<bool>(), any::<u16>())
                .prop_map(|(on, seconds)| OptionValue::Linger(Linger { on, seconds })),
            (any::<IpAddr>(), any::<Option<IpAddr>>(), any::<u32>()).prop_map(
                |(group, interface, index)| {
                    OptionValue::Membership(Membership {
                        group,
                        interface,
                        index,
                    })
                }
            ),
            any::<IpAddr>().prop_map(OptionValue::Interface),
            any::<Option<String>>().prop_map(OptionValue::Errno),
        ]
    }

    fn request() -> impl Strategy<Value = Call> {
        let endpoint =
            || (any::<String>(), any::<u16>()).prop_map(|(host, port)| Endpoint { host, port });
        let socket = || any::<u32>().prop_map(SocketId);
        let family = prop_oneof![Just(Family::Inet), Just(Family::Inet6)];
        let flags = || {
            let flag = prop_oneof![Just(RecvFlag::Peek), Just(RecvFlag::WaitAll)];
            prop::collection::vec(flag, 0..3)
        };
        prop_oneof![
            family.clone().prop_map(|family| Call::Socket {
                family,
                kind: SocketType::Datagram
            }),
            (socket(), endpoint()).prop_map(|(socket, address)| Call::Bind { socket, address }),
            (socket(), endpoint()).prop_map(|(socket, address)| Call::Connect { socket, address }),
            (socket(), any::<i32>()).prop_map(|(socket, backlog)| Call::Listen { socket, backlog }),
            socket().prop_map(|socket| Call::Accept { socket }),
            (socket(), any::<u32>()).prop_map(|(socket, length)| Call::Send { socket, length }),
            (socket(), any::<u32>()).prop_map(|(socket, length)| Call::SendAll { socket, length }),
            (socket(), endpoint(), any::<u32>()).prop_map(|(socket, address, length)| {
                Call::SendTo {
                    socket,
                    address,
                    length,
                }
            }),
            (socket(), any::<u32>(), flags()).prop_map(|(socket, size, flags)| Call::Recv {
                socket,
                size,
                flags
            }),
            (socket(), any::<u32>(), flags()).prop_map(|(socket, size, flags)| Call::RecvFrom {
                socket,
                size,
                flags
            }),
            (socket(), any::<u32>(), any::<u64>()).prop_map(|(socket, size, credit)| {
                Call::Stream {
                    socket,
                    size,
                    credit,
                }
            }),
            (socket(), prop_oneof![Just(How::Read), Just(How::Both)])
                .prop_map(|(socket, how)| Call::Shutdown { socket, how }),
            socket().prop_map(|socket| Call::Close { socket }),
            socket().prop_map(|socket| Call::GetSockOpt {
                socket,
                option: OptionName::SoError
            }),
            (socket(), option()).prop_map(|(socket, value)| Call::SetSockOpt {
                socket,
                option: OptionName::IpTtl,
                value
            }),
            (socket(), any::<Option<u64>>())
                .prop_map(|(socket, timeout_us)| Call::SetTimeout { socket, timeout_us }),
            socket().prop_map(|socket| Call::GetSockName { socket }),
            socket().prop_map(|socket| Call::GetPeerName { socket }),
            (any::<String>(), any::<u16>(), prop::option::of(family))
                .prop_map(|(host, port, family)| Call::GetAddrInfo { host, port, family }),
        ]
    }

    fn message() -> impl Strategy<Value = ClientMessage> {
        let call = || any::<u64>().prop_map(CallId);
        let hello = (
            any::<String>(),
            any::<Option<String>>(),
            any::<Option<String>>(),
            any::<u64>(),
            any::<bool>(),
        );
        prop_oneof![
            hello.prop_map(
                |(token, session, view, after, keeps)| ClientMessage::Hello(Hello {
                    version: 1,
                    token,
                    session: session.map(SessionKey),
                    view: view.map(ViewKey),
                    after: Seq(after),
                    keeps,
                })
            ),
            (call(), request()).prop_map(|(call, request)| ClientMessage::Call { call, request }),
            call().prop_map(|call| ClientMessage::Cancel { call }),
            (call(), any::<u64>()).prop_map(|(call, total)| ClientMessage::Credit { call, total }),
            any::<u64>().prop_map(|nonce| ClientMessage::Ping { nonce }),
            any::<bool>().prop_map(|on| ClientMessage::WatchRelay { on }),
            Just(ClientMessage::End),
        ]
    }

    proptest! {
        #[test]
        fn it_writes_what_serde_writes(message in message()) {
            let ours: serde_json::Value = serde_json::from_str(&message.json()).unwrap();
            prop_assert_eq!(ours, serde_json::to_value(&message).unwrap());
        }
    }
}
