//! INFO: the handshake of Wisp 2.

use crate::token::Token;

use super::packet::{Kind, header};
use super::reason::Reason;

const MAJOR: u8 = 2;
const MINOR: u8 = 0;

const UDP: u8 = 0x01;
const PASSWORD: u8 = 0x02;
const MOTD: u8 = 0x04;
const CONFIRMATION: u8 = 0x05;

/// How a client is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) enum Authentication {
    /// The path brought the token.
    Path,
    /// The password will be the token.
    Password,
}

/// What both sides understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::relay) struct Extensions {
    pub(in crate::relay) udp: bool,
    /// CONTINUE is sent once a stream is open.
    pub(in crate::relay) confirmation: bool,
}

/// Why a client is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) enum Rejected {
    /// The packet makes no sense.
    Malformed,
    /// It brought no password, or a wrong one.
    Password(Reason),
}

/// The server's INFO packet; `motd` says in words what may be reached.
pub(in crate::relay) fn write_info(authentication: Authentication, motd: &str) -> Vec<u8> {
    let mut packet = header(Kind::Info, 0).to_vec();
    packet.extend([MAJOR, MINOR]);
    let mut extension = |id: u8, payload: &[u8]| {
        let length = u32::try_from(payload.len()).unwrap_or(0);
        packet.push(id);
        packet.extend(length.to_le_bytes());
        packet.extend(payload);
    };
    extension(UDP, &[]);
    if authentication == Authentication::Password {
        extension(PASSWORD, &[1]);
    }
    extension(MOTD, motd.as_bytes());
    extension(CONFIRMATION, &[]);
    packet
}

/// Reads the payload of a client's INFO packet.
pub(in crate::relay) fn read_info(
    payload: &[u8],
    authentication: Authentication,
    token: &Token,
) -> Result<Extensions, Rejected> {
    let (_version, mut rest) = payload
        .split_first_chunk::<2>()
        .ok_or(Rejected::Malformed)?;
    let mut extensions = Extensions::default();
    let mut password = Err(Rejected::Password(Reason::NoPassword));
    while let Some((&[id, a, b, c, d], after)) = rest.split_first_chunk::<5>() {
        let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        let (metadata, after) = after.split_at_checked(length).ok_or(Rejected::Malformed)?;
        rest = after;
        match id {
            UDP => extensions.udp = true,
            CONFIRMATION => extensions.confirmation = true,
            PASSWORD if authentication == Authentication::Password => {
                password = check(metadata, token);
            }
            _ => {}
        }
    }
    if !rest.is_empty() {
        return Err(Rejected::Malformed);
    }
    match authentication {
        Authentication::Path => Ok(extensions),
        Authentication::Password => password.map(|()| extensions),
    }
}

/// Any user name, and the token as the password.
fn check(metadata: &[u8], token: &Token) -> Result<(), Rejected> {
    let (length, rest) = metadata.split_first().ok_or(Rejected::Malformed)?;
    let (_user, password) = rest
        .split_at_checked((*length).into())
        .ok_or(Rejected::Malformed)?;
    match std::str::from_utf8(password) {
        Ok(password) if token.is(password) => Ok(()),
        _ => Err(Rejected::Password(Reason::BadPassword)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token() -> Token {
        Token::new("t".repeat(32)).unwrap()
    }

    fn extension(id: u8, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap();
        [&[id][..], &length.to_le_bytes(), payload].concat()
    }

    #[test]
    fn what_we_say_we_understand() {
        let packet = write_info(Authentication::Path, "hello");
        assert_eq!(packet[..7], [5, 0, 0, 0, 0, 2, 0]);
        let read = read_info(&packet[5..], Authentication::Path, &token()).unwrap();
        assert!(read.udp && read.confirmation);
    }

    #[test]
    fn the_token_is_the_password() {
        let info = |password: &str| {
            let login = [&[4][..], b"user", password.as_bytes()].concat();
            [
                &[2, 0][..],
                &extension(UDP, &[]),
                &extension(PASSWORD, &login),
            ]
            .concat()
        };
        let read = |payload: &[u8]| read_info(payload, Authentication::Password, &token());
        assert!(read(&info(&"t".repeat(32))).unwrap().udp);
        let bad = Err(Rejected::Password(Reason::BadPassword));
        assert_eq!(read(&info("wrong")), bad);
        assert_eq!(read(&info("")), bad);
        let none = Err(Rejected::Password(Reason::NoPassword));
        assert_eq!(read(&[2, 0]), none);
        assert_eq!(read(&[2]), Err(Rejected::Malformed));
        assert_eq!(read(&[2, 0, 1, 1, 0, 0, 0]), Err(Rejected::Malformed));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = read_info(&bytes, Authentication::Password, &token());
        }
    }
}
