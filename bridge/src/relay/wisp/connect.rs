//! CONNECT: the transport, the port, the host.

/// What a stream runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) enum Transport {
    Tcp,
    Udp,
}

impl Transport {
    pub(in crate::relay) fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// Where a client wants to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) struct Connect<'a> {
    pub(in crate::relay) transport: Transport,
    pub(in crate::relay) port: u16,
    pub(in crate::relay) host: &'a str,
}

/// The longest name that the domain name system has (RFC 1035 section 2.3.4), with some room for an
/// IPv6 address and its zone, which are shorter.
const MAX_HOST: usize = 255;

impl<'a> Connect<'a> {
    /// Reads the payload of a CONNECT packet; `None` when it means nothing.
    pub(in crate::relay) fn read(payload: &'a [u8]) -> Option<Self> {
        let (&[kind, low, high], host) = payload.split_first_chunk()?;
        let transport = match kind {
            1 => Transport::Tcp,
            2 => Transport::Udp,
            _ => return None,
        };
        Self::new(
            transport,
            std::str::from_utf8(host).ok()?,
            u16::from_le_bytes([low, high]),
        )
    }

    /// `None` for a host or a port that nothing can have.
    pub(in crate::relay) fn new(transport: Transport, host: &'a str, port: u16) -> Option<Self> {
        // As in a URL.
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        let fits = !host.is_empty() && host.len() <= MAX_HOST && !host.contains('\0');
        (fits && port != 0).then_some(Self {
            transport,
            port,
            host,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_host_and_a_port_make_a_target() {
        let read = Connect::read(b"\x01\x50\x00localhost").unwrap();
        assert_eq!(read, Connect::new(Transport::Tcp, "localhost", 80).unwrap());
        let read = Connect::read(b"\x02\x35\x00[::1]").unwrap();
        assert_eq!((read.transport, read.host), (Transport::Udp, "::1"));
        for wrong in [
            &b""[..],
            b"\x01",
            b"\x01\x50\x00",
            b"\x01\x00\x00localhost",
            b"\x03\x50\x00localhost",
            b"\x01\x50\x00local\xff",
            b"\x01\x50\x00local\0host",
        ] {
            assert_eq!(Connect::read(wrong), None, "{wrong:?}");
        }
        let long = format!("\x01\x50\x00{}", "a".repeat(256));
        assert_eq!(Connect::read(long.as_bytes()), None);
    }
}
