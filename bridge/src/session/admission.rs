//! Which calls are made: the limits, and what a session counts to keep them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use sockscope_protocol::{Call, CallId, HEADER_LEN, Limits, RejectReason, SocketId};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::NotMade;
use super::numbers::Numbers;
use super::rate::Rate;
use super::slot::Slot;
use crate::socket::{Socket, check_option, check_readable};

/// The longest host name (RFC 1035 section 2.3.4 allows 253 letters; a zone may follow an address).
const MAX_HOST: usize = 255;

/// How many flags there are for `recv`.
const RECV_FLAGS: usize = 2;

/// What a session counts.
#[derive(Debug)]
pub(super) struct State {
    numbers: Numbers,
    rate: Rate,
    pending: HashMap<CallId, Pending>,
    pending_bytes: u64,
    sockets: BTreeMap<SocketId, Arc<Slot>>,
    /// Places for the sockets that pending calls may make.
    reserved: usize,
    last_socket: u32,
    /// No call is made any more.
    pub(super) ended: bool,
}

#[derive(Debug)]
struct Pending {
    cancel: CancellationToken,
    /// For `stream`.
    credit: watch::Sender<u64>,
    bytes: u64,
    reserves: bool,
}

/// A call that is to be made.
pub(super) struct Admitted {
    pub(super) slot: Option<Arc<Slot>>,
    /// The client ends the wait.
    pub(super) cancel: CancellationToken,
    /// How much the client is ready to take.
    pub(super) credit: watch::Receiver<u64>,
}

impl State {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            numbers: Numbers::default(),
            rate: Rate::new(limits.calls_per_second, Instant::now()),
            pending: HashMap::new(),
            pending_bytes: 0,
            sockets: BTreeMap::new(),
            reserved: 0,
            last_socket: 0,
            ended: false,
        }
    }

    /// Lets a call through, or says why not. `bytes` is what it carries.
    pub(super) fn admit(
        &mut self,
        limits: &Limits,
        call: CallId,
        request: &Call,
        bytes: u64,
    ) -> Result<Admitted, NotMade> {
        use RejectReason as R;
        if self.numbers.contains(call) {
            return Err(NotMade::Duplicate);
        }
        if self.ended {
            return Err(rejected(R::NoSuchSocket, "this session has ended"));
        }
        let slot = match request.socket() {
            None => None,
            Some(id) => Some(self.sockets.get(&id).cloned().ok_or_else(|| {
                rejected(
                    R::NoSuchSocket,
                    format!("this session has no open socket {id}"),
                )
            })?),
        };
        check_arguments(limits, request)?;
        let reserves = matches!(request, Call::Socket { .. } | Call::Accept { .. });
        let places = self.sockets.len() + self.reserved;
        if reserves && (places >= size(limits.sockets) || self.last_socket == u32::MAX) {
            return Err(rejected(
                R::Sockets,
                format!(
                    "a session may have {} sockets, those that pending accepts may make included: close one",
                    limits.sockets
                ),
            ));
        }
        if self.pending.len() >= size(limits.pending_calls) {
            return Err(rejected(
                R::PendingCalls,
                format!("{} calls wait already: cancel one", limits.pending_calls),
            ));
        }
        if self.pending_bytes + bytes > limits.pending_bytes {
            return Err(rejected(
                R::PendingBytes,
                format!(
                    "{} bytes wait to be sent and at most {} may: wait until a call returns",
                    self.pending_bytes, limits.pending_bytes
                ),
            ));
        }
        if !self.rate.allows(Instant::now()) {
            return Err(rejected(
                R::CallRate,
                format!(
                    "a session may make {} calls per second",
                    limits.calls_per_second
                ),
            ));
        }
        if self.numbers.insert(call).is_err() {
            return Err(rejected(
                R::CallNumbers,
                "the numbers of this session's calls are scattered too widely: count upwards",
            ));
        }
        self.rate.spend();
        self.pending_bytes += bytes;
        self.reserved += usize::from(reserves);
        // The socket is taken off the list at once: no call is let through to it any more.
        if let Call::Close { socket } = request {
            self.sockets.remove(socket);
        }
        let granted = match request {
            Call::Stream { credit, .. } => *credit,
            _ => 0,
        };
        let (credit, receiver) = watch::channel(granted);
        let cancel = CancellationToken::new();
        self.pending.insert(
            call,
            Pending {
                cancel: cancel.clone(),
                credit,
                bytes,
                reserves,
            },
        );
        Ok(Admitted {
            slot,
            cancel,
            credit: receiver,
        })
    }

    /// A call is about to return.
    pub(super) fn release(&mut self, call: CallId) {
        if let Some(pending) = self.pending.remove(&call) {
            self.pending_bytes -= pending.bytes;
            self.reserved -= usize::from(pending.reserves);
        }
    }

    pub(super) fn cancel(&self, call: CallId) {
        if let Some(pending) = self.pending.get(&call) {
            pending.cancel.cancel();
        }
    }

    pub(super) fn credit(&self, call: CallId, total: u64) {
        if let Some(pending) = self.pending.get(&call) {
            pending.credit.send_if_modified(|credit| {
                let raised = total > *credit;
                *credit = total.max(*credit);
                raised
            });
        }
    }

    /// Gives a new socket its number. Its place was reserved by the call that made it.
    pub(super) fn add(&mut self, socket: Socket) -> Arc<Slot> {
        self.last_socket += 1;
        let id = SocketId(self.last_socket);
        let slot = Arc::new(Slot::new(id, socket));
        self.sockets.insert(id, Arc::clone(&slot));
        slot
    }

    pub(super) fn socket(&self, id: SocketId) -> Option<Arc<Slot>> {
        self.sockets.get(&id).cloned()
    }

    pub(super) fn sockets(&self) -> Vec<Arc<Slot>> {
        self.sockets.values().cloned().collect()
    }

    pub(super) fn take_sockets(&mut self) -> Vec<Arc<Slot>> {
        std::mem::take(&mut self.sockets).into_values().collect()
    }
}

/// What can be said about a call's arguments without the kernel.
fn check_arguments(limits: &Limits, request: &Call) -> Result<(), NotMade> {
    let largest = size(limits.message_bytes).saturating_sub(HEADER_LEN);
    let length = |length: u32| {
        if size(length) > largest {
            Err(format!("at most {largest} bytes fit into a message"))
        } else {
            Ok(())
        }
    };
    let host = |host: &str| {
        if host.len() > MAX_HOST || host.contains('\0') {
            Err(format!(
                "a host has at most {MAX_HOST} bytes and none of them is NUL"
            ))
        } else {
            Ok(())
        }
    };
    match request {
        Call::Bind { address, .. } | Call::Connect { address, .. } => host(&address.host),
        Call::GetAddrInfo { host: name, .. } => host(name),
        Call::Send { length: bytes, .. }
        | Call::SendAll { length: bytes, .. }
        | Call::SendTo { length: bytes, .. } => length(*bytes),
        // The log keeps the list as it is, so that it must not be long.
        Call::Recv { flags, .. } | Call::RecvFrom { flags, .. } if flags.len() > RECV_FLAGS => {
            Err("each flag is given once".to_owned())
        }
        Call::Recv { size, .. } | Call::RecvFrom { size, .. } => length(*size),
        Call::Stream { size: 0, .. } => {
            Err("a stream needs a buffer of at least 1 byte".to_owned())
        }
        Call::Stream { size, .. } => length(*size),
        Call::SetSockOpt { option, value, .. } => check_option(*option, value),
        Call::GetSockOpt { option, .. } => check_readable(*option),
        _ => Ok(()),
    }
    .map_err(|message| rejected(RejectReason::Malformed, message))
}

pub(super) fn rejected(reason: RejectReason, message: impl Into<String>) -> NotMade {
    NotMade::Rejected {
        reason,
        message: message.into(),
    }
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
