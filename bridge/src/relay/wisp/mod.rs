//! Wisp 1.2 and 2 (draft 6): <https://github.com/MercuryWorkshop/wisp-protocol>.

mod connect;
mod info;
mod packet;
mod reason;

pub(in crate::relay) use connect::{Connect, Transport};
pub(in crate::relay) use info::{Authentication, Rejected, read_info, write_info};
pub(in crate::relay) use packet::{
    HEADER, Kind, MAX_PACKET, Packet, close_packet, continue_packet, header,
};
pub(in crate::relay) use reason::Reason;
