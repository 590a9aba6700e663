#![doc = include_str!("../SPECIFICATION.md")]
#![deny(missing_docs)]

pub mod base64;
mod call;
mod close;
mod event;
mod frame;
mod id;
mod limits;
mod message;
mod names;
mod observation;
mod read;
mod relay;
mod write;

pub use call::{
    Call, Endpoint, Family, How, Linger, Membership, OptionName, OptionValue, Payload, RecvFlag,
    SocketType,
};
pub use close::CloseCode;
pub use event::{
    AddressKind, CancelledBy, ClosedBy, Data, DataFlags, Event, EventBody, Failure, Holder,
    Outcome, PeerGone, Refusal, Value,
};
pub use frame::{
    FrameError, HEADER_LEN, decode_event, decode_payload, encode_data, encode_payload,
    write_data_header,
};
pub use id::{CallId, Seq, SessionKey, SocketId, ViewKey};
pub use limits::Limits;
pub use message::{
    ClientMessage, Hello, Malformed, Platform, Policy, RejectReason, ServerMessage, Welcome,
    parse_client_message, parse_server_message,
};
pub use observation::{AcceptQueue, Observation, TcpInfo, TcpState};
pub use relay::{Relay, RelayProtocol, RelayState, RelayStream};

/// The WebSocket subprotocol (RFC 6455 section 1.9) that both sides name in the handshake.
pub const SUBPROTOCOL: &str = "sockscope.v1";

/// The version spoken, as named in [`Hello`] and [`Welcome`].
pub const VERSION: u32 = 1;

/// The path of the WebSocket on the bridge.
pub const WS_PATH: &str = "/ws";
