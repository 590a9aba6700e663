//! The server's half of RFC 6455, for messages that nobody holds in memory.
//!
//! The libraries there are hand out whole messages, each in memory of its own. Here the payload of a
//! message is passed on while it still arrives: it is unmasked where the kernel put it and written
//! from there, and what is sent is read from a target straight behind room for the head of its frame.

mod head;
mod mask;
mod reader;
#[cfg(test)]
mod tests;

pub(in crate::relay) use head::{MAX_CONTROL, MAX_SERVER_HEAD, Opcode, write_head};
pub(in crate::relay) use reader::{Data, Piece, Reader};

/// Status codes of a close frame (RFC 6455 section 7.4.1).
pub(in crate::relay) mod code {
    pub(in crate::relay) const NORMAL: u16 = 1000;
    pub(in crate::relay) const GOING_AWAY: u16 = 1001;
    pub(in crate::relay) const PROTOCOL: u16 = 1002;
    pub(in crate::relay) const UNSUPPORTED: u16 = 1003;
    pub(in crate::relay) const POLICY: u16 = 1008;
    pub(in crate::relay) const ERROR: u16 = 1011;
}
