//! Who may talk to the bridge: the `Host` and `Origin` of every request.
//!
//! A page of another site can make a browser send requests here, and a name of its own can be made
//! to resolve to this machine (DNS rebinding). The browser then tells in `Host` which name it was,
//! and in `Origin` whose page it is. Programs that are no browsers may send what they like; what
//! keeps them out is the token.

use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};

use super::authority::{Authority, Host, Origin};

/// The hosts and origins that are answered.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    /// The port that is listened on.
    port: u16,
    hosts: Vec<Authority>,
    origins: Vec<Origin>,
}

/// Why a request is not answered.
pub(super) type Refused = (StatusCode, String);

impl Guard {
    pub(super) fn new(port: u16, hosts: Vec<Authority>, origins: Vec<Origin>) -> Self {
        Self {
            port,
            hosts,
            origins,
        }
    }

    /// The host that a request is for, if it may be answered.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<Authority, Refused> {
        let host =
            only(headers, &header::HOST)?.ok_or_else(|| bad("a request needs a Host header"))?;
        let host: Authority = host
            .parse()
            .map_err(|error| bad(format!("Host: {error}")))?;
        if !self.is_ours(&host) {
            return Err(forbidden(format!(
                "this bridge does not answer to the host {host}; start it with --allow-host {host} \
                 if it should"
            )));
        }
        // A target in absolute form overrides `Host` (RFC 9112 section 3.2.2).
        let target = uri.authority().map(|authority| authority.as_str().parse());
        if target.is_some_and(|target| target.as_ref() != Ok(&host)) {
            return Err(bad("this bridge is no proxy"));
        }
        if let Some(text) = only(headers, &header::ORIGIN)? {
            let origin = text.parse::<Origin>();
            let allowed =
                |origin: &Origin| *origin == host.http_origin() || self.origins.contains(origin);
            if !origin.as_ref().is_ok_and(allowed) {
                return Err(forbidden(
                    "this bridge does not answer pages of other sites; start it with \
                     --allow-origin and the page's origin if it should",
                ));
            }
        }
        Ok(host)
    }

    /// Whether nobody else can have made a browser believe that this host is here: `localhost` and
    /// IP addresses are not looked up, and the operator vouches for the rest.
    fn is_ours(&self, host: &Authority) -> bool {
        let plain = match &host.host {
            Host::Ip(_) => true,
            Host::Name(name) => name == "localhost",
        };
        // Some proxies leave the port out.
        let here = host.port.is_none_or(|port| port == self.port);
        let vouched = |allowed: &Authority| {
            let port = allowed.port.is_none_or(|port| port == host.http_port());
            allowed.host == host.host && port
        };
        plain && here || self.hosts.iter().any(vouched)
    }
}

/// The value of a header that must not be there twice.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Refused> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(bad(format!("more than one {name} header")));
    }
    first
        .map(|value| {
            value
                .to_str()
                .map_err(|_| bad(format!("{name} is not text")))
        })
        .transpose()
}

fn bad(message: impl Into<String>) -> Refused {
    (StatusCode::BAD_REQUEST, message.into())
}

fn forbidden(message: impl Into<String>) -> Refused {
    (StatusCode::FORBIDDEN, message.into())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, StatusCode, Uri, header};

    use super::Guard;

    fn status(guard: &Guard, target: &str, host: Option<&str>, origin: Option<&str>) -> u16 {
        let mut headers = HeaderMap::new();
        for (name, value) in [(header::HOST, host), (header::ORIGIN, origin)] {
            if let Some(value) = value {
                headers.insert(name, value.parse().unwrap());
            }
        }
        let uri: Uri = target.parse().unwrap();
        let checked = guard.check(&uri, &headers);
        checked
            .map_or_else(|(status, _)| status, |_| StatusCode::OK)
            .as_u16()
    }

    #[test]
    fn hosts_that_cannot_be_rebound_are_answered() {
        let guard = Guard::new(
            7878,
            vec!["pi.lan".parse().unwrap(), "x.example:9000".parse().unwrap()],
            Vec::new(),
        );
        for (host, expected) in [
            ("localhost:7878", 200),
            ("LocalHost:7878", 200),
            ("127.0.0.1:7878", 200),
            ("[::1]:7878", 200),
            ("192.168.1.5:7878", 200),
            ("127.0.0.1", 200),
            ("pi.lan", 200),
            ("pi.lan:1234", 200),
            ("x.example:9000", 200),
            ("x.example", 403),
            ("localhost:80", 403),
            ("127.0.0.1:7879", 403),
            ("evil.example:7878", 403),
            ("localhost.evil.example:7878", 403),
            ("127.0.0.1.evil.example:7878", 403),
            ("a@localhost:7878", 400),
            ("localhost:7878/", 400),
            ("", 400),
        ] {
            assert_eq!(status(&guard, "/", Some(host), None), expected, "{host}");
        }
        assert_eq!(status(&guard, "/", None, None), 400);
        assert_eq!(
            status(&guard, "http://evil.example/", Some("localhost:7878"), None),
            400
        );
        assert_eq!(
            status(
                &guard,
                "http://localhost:7878/",
                Some("localhost:7878"),
                None
            ),
            200
        );
    }

    #[test]
    fn pages_of_other_sites_are_not_answered() {
        let guard = Guard::new(
            7878,
            Vec::new(),
            vec!["http://127.0.0.1:8080".parse().unwrap()],
        );
        for (origin, expected) in [
            ("http://localhost:7878", 200),
            ("http://LOCALHOST:7878", 200),
            ("http://127.0.0.1:8080", 200),
            ("http://127.0.0.1:7878", 403),
            ("https://localhost:7878", 403),
            ("http://localhost", 403),
            ("http://localhost:8080", 403),
            ("http://evil.example", 403),
            ("null", 403),
            ("", 403),
            ("http://localhost:7878.evil.example", 403),
            ("http://localhost:78780", 403),
        ] {
            assert_eq!(
                status(&guard, "/ws", Some("localhost:7878"), Some(origin)),
                expected,
                "{origin}"
            );
        }
    }

    #[test]
    fn a_header_must_not_be_there_twice() {
        let guard = Guard::new(80, Vec::new(), Vec::new());
        let mut headers = HeaderMap::new();
        headers.append(header::HOST, "localhost".parse().unwrap());
        headers.append(header::HOST, "evil.example".parse().unwrap());
        let refused = guard.check(&Uri::from_static("/"), &headers).unwrap_err();
        assert_eq!(refused.0, StatusCode::BAD_REQUEST);
    }
}
