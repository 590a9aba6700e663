//! `Host` and `Origin`, parsed before they are compared.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The host of a URL: an IP address, or a name in lower case without the final dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// An IP address.
    Ip(IpAddr),
    /// A name.
    Name(String),
}

/// `host` or `host:port` (RFC 3986 section 3.2, without user information), as in a `Host` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// The host.
    pub host: Host,
    /// The port, where one is written.
    pub port: Option<u16>,
}

/// A web origin (RFC 6454): scheme, host and port, the port's default filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    secure: bool,
    host: Host,
    port: u16,
}

/// Text that is no authority or no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAuthority {
    /// Not `host` or `host:port`.
    #[error("it is not of the form host or host:port")]
    Authority,
    /// Not `scheme://host` or `scheme://host:port`.
    #[error("it is not of the form http://host:port or https://host:port")]
    Origin,
}

/// The port of `http` where none is written.
const HTTP: u16 = 80;
/// The port of `https` where none is written.
const HTTPS: u16 = 443;

impl Authority {
    /// The port, `http`'s default where none is written.
    pub(super) fn http_port(&self) -> u16 {
        self.port.unwrap_or(HTTP)
    }

    /// The origin of a page that was loaded from here over `http`.
    pub(super) fn http_origin(&self) -> Origin {
        Origin {
            secure: false,
            host: self.host.clone(),
            port: self.http_port(),
        }
    }
}

impl FromStr for Host {
    type Err = BadAuthority;

    fn from_str(text: &str) -> Result<Self, BadAuthority> {
        if let Some(inner) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            let ip: Ipv6Addr = inner.parse().map_err(|_| BadAuthority::Authority)?;
            return Ok(Self::Ip(ip.into()));
        }
        if let Ok(ip) = text.parse::<Ipv4Addr>() {
            return Ok(Self::Ip(ip.into()));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if name.is_empty() || !name.bytes().all(fits) {
            return Err(BadAuthority::Authority);
        }
        Ok(Self::Name(name.to_ascii_lowercase()))
    }
}

impl FromStr for Authority {
    type Err = BadAuthority;

    fn from_str(text: &str) -> Result<Self, BadAuthority> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => {
                let plain = port.bytes().all(|byte| byte.is_ascii_digit());
                let port = plain.then(|| port.parse().ok()).flatten();
                (host, Some(port.ok_or(BadAuthority::Authority)?))
            }
            _ => (text, None),
        };
        Ok(Self {
            host: host.parse()?,
            port,
        })
    }
}

impl FromStr for Origin {
    type Err = BadAuthority;

    fn from_str(text: &str) -> Result<Self, BadAuthority> {
        let (scheme, rest) = text.split_once("://").ok_or(BadAuthority::Origin)?;
        let (secure, default) = match scheme {
            "http" => (false, HTTP),
            "https" => (true, HTTPS),
            _ => return Err(BadAuthority::Origin),
        };
        let authority: Authority = rest.parse().map_err(|_| BadAuthority::Origin)?;
        Ok(Self {
            secure,
            host: authority.host,
            port: authority.port.unwrap_or(default),
        })
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(IpAddr::V4(v4)) => v4.fmt(f),
            Self::Ip(IpAddr::V6(v6)) => write!(f, "[{v6}]"),
            Self::Name(name) => name.fmt(f),
        }
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.host),
            None => self.host.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Authority, Origin};

    fn same(one: &str, other: &str) -> bool {
        one.parse::<Origin>().unwrap() == other.parse::<Origin>().unwrap()
    }

    #[test]
    fn origins_are_compared_by_what_they_mean() {
        assert!(same("http://localhost", "http://LOCALHOST.:80"));
        assert!(same("https://a.example", "https://a.example:443"));
        assert!(same("http://[::1]:80", "http://[0:0::1]"));
        assert!(!same("http://localhost", "https://localhost"));
        assert!(!same("http://localhost:8080", "http://localhost:8081"));
        assert!(!same("http://a.example", "http://a.example.evil.example"));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "null",
            "localhost",
            "http://",
            "http://a/",
            "http://a@b",
            "http://a:b",
            "http://a:+80",
            "file://a",
            "http://[::1",
            "http://a:80:80",
            "http://a b",
            "http://a?x",
            "http://ü",
            "http://[fe80::1%251]",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_what_is_read_is_written_alike(text in ".{0,30}") {
            if let Ok(read) = text.parse::<Authority>() {
                prop_assert_eq!(read.to_string().parse::<Authority>(), Ok(read));
            }
        }
    }
}
