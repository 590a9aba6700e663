//! The arguments of calls as a person types them, their sensible defaults, and the calls that come
//! of them. No browser in here.

use std::net::IpAddr;

use sockscope_frontend::model::Op;
use sockscope_frontend::sorted::Map;
use sockscope_protocol::{
    Call, Endpoint, Family, How, Linger, Membership, OptionName, OptionValue, RecvFlag, SocketId,
};

use super::defaults::Defaults;
use crate::i18n::{Calls, Text};
use crate::view::options::{self, Form};
use crate::view::ui::Chosen;

/// An argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Field {
    LocalHost,
    LocalPort,
    PeerHost,
    PeerPort,
    Backlog,
    Size,
    Peek,
    WaitAll,
    How,
    Option,
    Value,
    LingerSeconds,
    Seconds,
    TimeoutMode,
    Group,
    Interface,
    Family,
}

impl Field {
    const ALL: [Self; 17] = [
        Self::LocalHost,
        Self::LocalPort,
        Self::PeerHost,
        Self::PeerPort,
        Self::Backlog,
        Self::Size,
        Self::Peek,
        Self::WaitAll,
        Self::How,
        Self::Option,
        Self::Value,
        Self::LingerSeconds,
        Self::Seconds,
        Self::TimeoutMode,
        Self::Group,
        Self::Interface,
        Self::Family,
    ];

    /// The one that stands at this place among all, as its number in the page's elements.
    pub(super) fn from_number(number: usize) -> Option<Self> {
        Self::ALL.get(number).copied()
    }
}

/// What was typed. What was not has its default.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Arguments(Map<Field, String>);

/// What is wrong with an argument.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wrong {
    pub(super) field: Field,
    pub(super) text: String,
}

impl Arguments {
    pub(super) fn get(&self, field: Field, defaults: &Defaults) -> String {
        if let Some(typed) = self.0.get(&field) {
            return typed.clone();
        }
        let peer = defaults.peer.as_ref();
        match field {
            Field::LocalHost => defaults.loopback().to_owned(),
            Field::LocalPort => defaults.port.to_string(),
            Field::PeerHost => peer
                .map_or(defaults.loopback(), |(host, _)| host)
                .to_owned(),
            Field::PeerPort => peer.map_or(defaults.port, |(_, port)| *port).to_string(),
            Field::Backlog => "1".to_owned(),
            Field::Size => "1024".to_owned(),
            Field::How => "SHUT_WR".to_owned(),
            Field::Option => "SO_REUSEADDR".to_owned(),
            Field::Value => match self.form(defaults) {
                Form::Number => "65536".to_owned(),
                _ => "true".to_owned(),
            },
            Field::LingerSeconds => "0".to_owned(),
            Field::Seconds => "2.5".to_owned(),
            Field::TimeoutMode => "none".to_owned(),
            Field::Group => match self.option(defaults) {
                OptionName::Ipv6JoinGroup | OptionName::Ipv6LeaveGroup => "ff02::fb",
                _ => "224.0.0.251",
            }
            .to_owned(),
            Field::Peek | Field::WaitAll | Field::Interface | Field::Family => String::new(),
        }
    }

    /// What was typed, fields before those that depend on them.
    pub(super) fn typed(&self) -> impl Iterator<Item = (Field, &str)> {
        self.0.iter().map(|(field, typed)| (*field, typed.as_str()))
    }

    /// The same arguments with one of them typed anew.
    pub(super) fn with(&self, field: Field, typed: String) -> Self {
        let mut all = self.clone();
        if field == Field::Option {
            all.0.remove(&Field::Value);
            all.0.remove(&Field::Group);
        }
        all.0.insert(field, typed);
        all
    }

    pub(super) fn option(&self, defaults: &Defaults) -> OptionName {
        let known = options::by_name(&self.get(Field::Option, defaults));
        known.map_or(OptionName::SoReuseaddr, |known| known.option)
    }

    pub(super) fn form(&self, defaults: &Defaults) -> Form {
        let known = options::by_name(&self.get(Field::Option, defaults));
        known.map_or(Form::None, |known| known.form)
    }

    /// The fields that a call's form shows.
    pub(super) fn fields(&self, chosen: Chosen, defaults: &Defaults) -> Vec<Field> {
        match chosen {
            Chosen::Op(Op::Bind) => vec![Field::LocalHost, Field::LocalPort],
            Chosen::Op(Op::Connect | Op::SendTo) => vec![Field::PeerHost, Field::PeerPort],
            Chosen::Op(Op::Listen) => vec![Field::Backlog],
            Chosen::Op(Op::Recv | Op::RecvFrom) => vec![Field::Size, Field::Peek, Field::WaitAll],
            Chosen::Op(Op::Shutdown) => vec![Field::How],
            Chosen::Op(Op::GetSockOpt) => vec![Field::Option],
            Chosen::Op(Op::SetSockOpt) => {
                let mut fields = vec![Field::Option];
                fields.extend(match self.form(defaults) {
                    Form::Switch | Form::Number => vec![Field::Value],
                    Form::Linger => vec![Field::Value, Field::LingerSeconds],
                    Form::Membership => vec![Field::Group, Field::Interface],
                    Form::Interface => vec![Field::Interface],
                    Form::None => vec![],
                });
                fields
            }
            Chosen::Op(Op::SetTimeout) => {
                let mut fields = vec![Field::TimeoutMode];
                if self.get(Field::TimeoutMode, defaults) == "seconds" {
                    fields.push(Field::Seconds);
                }
                fields
            }
            Chosen::GetAddrInfo => vec![Field::PeerHost, Field::PeerPort, Field::Family],
            Chosen::Op(
                Op::Accept | Op::Send | Op::SendAll | Op::Close | Op::GetSockName | Op::GetPeerName,
            ) => vec![],
        }
    }

    /// The call, as far as the arguments make one; none for the calls that carry bytes.
    ///
    /// # Errors
    /// The first argument that is wrong.
    pub(super) fn call(
        &self,
        chosen: Chosen,
        socket: SocketId,
        defaults: &Defaults,
        t: &Calls,
    ) -> Result<Option<Call>, Wrong> {
        let reader = Reader {
            typed: self,
            defaults,
            t,
        };
        Ok(Some(match chosen {
            Chosen::Op(Op::Bind) => Call::Bind {
                socket,
                address: reader.address(Field::LocalHost, Field::LocalPort)?,
            },
            Chosen::Op(Op::Listen) => Call::Listen {
                socket,
                backlog: reader.number(Field::Backlog)?,
            },
            Chosen::Op(Op::Accept) => Call::Accept { socket },
            Chosen::Op(Op::Connect) => Call::Connect {
                socket,
                address: reader.peer()?,
            },
            Chosen::Op(Op::Send | Op::SendAll) => return Ok(None),
            Chosen::Op(Op::SendTo) => {
                reader.peer()?;
                return Ok(None);
            }
            Chosen::Op(Op::Recv) => Call::Recv {
                socket,
                size: reader.size()?,
                flags: reader.flags(),
            },
            Chosen::Op(Op::RecvFrom) => Call::RecvFrom {
                socket,
                size: reader.size()?,
                flags: reader.flags(),
            },
            Chosen::Op(Op::Shutdown) => Call::Shutdown {
                socket,
                how: match reader.get(Field::How).as_str() {
                    "SHUT_RD" => How::Read,
                    "SHUT_RDWR" => How::Both,
                    _ => How::Write,
                },
            },
            Chosen::Op(Op::Close) => Call::Close { socket },
            Chosen::Op(Op::GetSockOpt) => Call::GetSockOpt {
                socket,
                option: self.option(defaults),
            },
            Chosen::Op(Op::SetSockOpt) => Call::SetSockOpt {
                socket,
                option: self.option(defaults),
                value: reader.value()?,
            },
            Chosen::Op(Op::SetTimeout) => Call::SetTimeout {
                socket,
                timeout_us: match reader.get(Field::TimeoutMode).as_str() {
                    "seconds" => Some(reader.seconds()?),
                    "zero" => Some(0),
                    _ => None,
                },
            },
            Chosen::Op(Op::GetSockName) => Call::GetSockName { socket },
            Chosen::Op(Op::GetPeerName) => Call::GetPeerName { socket },
            Chosen::GetAddrInfo => {
                let Endpoint { host, port } = reader.peer()?;
                let family = match reader.get(Field::Family).as_str() {
                    "AF_INET" => Some(Family::Inet),
                    "AF_INET6" => Some(Family::Inet6),
                    _ => None,
                };
                Call::GetAddrInfo { host, port, family }
            }
        }))
    }

    /// Where `sendto` goes.
    ///
    /// # Errors
    /// The argument that is wrong.
    pub(super) fn peer(&self, defaults: &Defaults, t: &Calls) -> Result<Endpoint, Wrong> {
        let typed = self;
        Reader { typed, defaults, t }.peer()
    }
}

struct Reader<'a> {
    typed: &'a Arguments,
    defaults: &'a Defaults,
    t: &'a Calls,
}

impl Reader<'_> {
    fn get(&self, field: Field) -> String {
        self.typed.get(field, self.defaults).trim().to_owned()
    }

    fn parse<T: std::str::FromStr>(&self, field: Field, text: Text) -> Result<T, Wrong> {
        let text = text.to_owned();
        self.get(field).parse().map_err(|_| Wrong { field, text })
    }

    fn address(&self, host: Field, port: Field) -> Result<Endpoint, Wrong> {
        Ok(Endpoint {
            host: self.get(host),
            port: self.parse(port, self.t.bad_port)?,
        })
    }

    fn peer(&self) -> Result<Endpoint, Wrong> {
        self.address(Field::PeerHost, Field::PeerPort)
    }

    fn number(&self, field: Field) -> Result<i32, Wrong> {
        self.parse(field, self.t.bad_number)
    }

    fn size(&self) -> Result<u32, Wrong> {
        let most = self.defaults.most;
        let wrong = || Wrong {
            field: Field::Size,
            text: (self.t.bad_size)(most),
        };
        let size = self.get(Field::Size).parse().map_err(|_| wrong())?;
        if size <= most { Ok(size) } else { Err(wrong()) }
    }

    fn flags(&self) -> Vec<RecvFlag> {
        [
            (Field::Peek, RecvFlag::Peek),
            (Field::WaitAll, RecvFlag::WaitAll),
        ]
        .into_iter()
        .filter(|(field, _)| self.get(*field) == "true")
        .map(|(_, flag)| flag)
        .collect()
    }

    fn seconds(&self) -> Result<u64, Wrong> {
        let wrong = || Wrong {
            field: Field::Seconds,
            text: self.t.bad_seconds.to_owned(),
        };
        microseconds(&self.get(Field::Seconds)).ok_or_else(wrong)
    }

    fn value(&self) -> Result<OptionValue, Wrong> {
        let ip = |field| self.parse::<IpAddr>(field, self.t.bad_address);
        let on = self.get(Field::Value) != "false";
        Ok(match self.typed.form(self.defaults) {
            Form::Switch | Form::None => OptionValue::Bool(on),
            Form::Number => OptionValue::Int(self.parse(Field::Value, self.t.bad_number)?),
            Form::Linger => OptionValue::Linger(Linger {
                on,
                seconds: self.parse(Field::LingerSeconds, self.t.bad_number)?,
            }),
            Form::Interface => OptionValue::Interface(ip(Field::Interface)?),
            Form::Membership => {
                let group = ip(Field::Group)?;
                let named = self.get(Field::Interface);
                let (interface, index) = match (named.is_empty(), group) {
                    (true, _) => (None, 0),
                    (false, IpAddr::V4(_)) => (Some(ip(Field::Interface)?), 0),
                    (false, IpAddr::V6(_)) => {
                        (None, self.parse(Field::Interface, self.t.bad_number)?)
                    }
                };
                OptionValue::Membership(Membership {
                    group,
                    interface,
                    index,
                })
            }
        })
    }
}

/// Seconds with up to six decimals as microseconds; at most a year, which is as good as for ever.
fn microseconds(seconds: &str) -> Option<u64> {
    const YEAR: u64 = 365 * 24 * 3_600;
    let (whole, decimals) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 6 {
        return None;
    }
    let whole: u64 = whole.parse().ok().filter(|whole| *whole <= YEAR)?;
    let decimals: u64 = format!("{decimals:0<6}").parse().ok()?;
    Some(whole * 1_000_000 + decimals)
}

#[cfg(test)]
#[path = "arguments_tests.rs"]
mod tests;
