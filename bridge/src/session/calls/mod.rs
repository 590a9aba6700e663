//! Making the calls. What moves bytes or makes sockets does so under the session's `order` together
//! with its entry in the log, so that the log tells what happened in the order in which it happened,
//! also between two sockets of the session.

mod closing;
mod connecting;
mod receiving;
mod sending;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sockscope_protocol::{Call, CallId, Endpoint, Family, Outcome, RecvFlag, SocketType, Value};
use tokio::sync::watch;

use super::slot::Slot;
use super::{Session, observe};
use crate::socket::{LOOKUPS, Socket, failure, lookup};

pub(super) use closing::close_at_once;

/// What a call is made with.
pub(super) struct Making {
    pub(super) session: Arc<Session>,
    pub(super) call: CallId,
    /// The socket that the call is about.
    pub(super) slot: Option<Arc<Slot>>,
    /// For `stream`: how much the client is ready to take.
    pub(super) credit: watch::Receiver<u64>,
}

/// An error of the kernel as the outcome of a call.
pub(super) fn errno(error: &io::Error) -> Outcome {
    Outcome::Errno(failure(error))
}

/// Makes a call. `bytes` is what it carries.
pub(super) async fn make(making: Making, request: Call, bytes: Bytes) -> Result<Value, Outcome> {
    match request {
        Call::Socket { family, kind } => making.socket(family, kind),
        Call::GetAddrInfo { host, port, family } => making.getaddrinfo(host, port, family).await,
        Call::Close { .. } => closing::close(&making).await,
        request => {
            let slot = making.slot.clone();
            let slot = slot.ok_or_else(|| Outcome::Internal("no socket was found".to_owned()))?;
            // `close` takes the socket when the calls before it are gone, and none comes after it.
            let socket = slot
                .socket()
                .ok_or_else(|| Outcome::Internal("the socket is closed".to_owned()))?;
            making.on_socket(&slot, &socket, request, bytes).await
        }
    }
}

impl Making {
    async fn on_socket(
        &self,
        slot: &Slot,
        socket: &Arc<Socket>,
        request: Call,
        bytes: Bytes,
    ) -> Result<Value, Outcome> {
        let nothing = |result: io::Result<()>| {
            result
                .map(|()| Value::Nothing)
                .map_err(|error| errno(&error))
        };
        let address =
            |result: io::Result<_>| result.map(Value::Address).map_err(|error| errno(&error));
        match request {
            Call::Bind { address, .. } => self.bind(slot, socket, address).await,
            Call::Listen { backlog, .. } => self.listen(socket, backlog),
            Call::Accept { .. } => self.accept(slot, socket).await,
            Call::Connect { address, .. } => self.connect(slot, socket, address).await,
            Call::Send { .. } => self.send(slot, socket, bytes).await,
            Call::SendAll { .. } => self.sendall(slot, socket, bytes).await,
            Call::SendTo { address, .. } => self.sendto(slot, socket, &address, bytes).await,
            Call::Recv { size, flags, .. } | Call::RecvFrom { size, flags, .. } => {
                let peek = flags.contains(&RecvFlag::Peek);
                let all = flags.contains(&RecvFlag::WaitAll);
                self.receive(slot, socket, size, peek, all).await
            }
            Call::Stream { size, .. } => self.stream(slot, socket, size).await,
            Call::Shutdown { how, .. } => {
                // The state that it ends would not be seen any more.
                observe::look_now(&self.session.log, slot);
                nothing(socket.shutdown(how))
            }
            Call::GetSockOpt { option, .. } => socket
                .option(option)
                .map(Value::Option)
                .map_err(|error| errno(&error)),
            Call::SetSockOpt { option, value, .. } => nothing(socket.set_option(option, &value)),
            Call::SetTimeout { timeout_us, .. } => {
                slot.set_timeout(timeout_us.map(Duration::from_micros));
                Ok(Value::Nothing)
            }
            Call::GetSockName { .. } => address(socket.local_address()),
            Call::GetPeerName { .. } => address(socket.peer_address()),
            Call::Socket { .. } | Call::Close { .. } | Call::GetAddrInfo { .. } => Err(
                Outcome::Internal(format!("{} is not about a socket", request.name())),
            ),
        }
    }

    fn socket(&self, family: Family, kind: SocketType) -> Result<Value, Outcome> {
        let socket = Socket::open(family, kind).map_err(|error| errno(&error))?;
        let fd = socket.descriptor();
        let slot = self.session.add(socket);
        Ok(Value::Socket {
            socket: slot.id,
            fd,
            peer: None,
        })
    }

    async fn getaddrinfo(
        &self,
        host: String,
        port: u16,
        family: Option<Family>,
    ) -> Result<Value, Outcome> {
        let found = self.resolve(host, port, family, SocketType::Stream).await?;
        Ok(Value::Addresses(found))
    }

    /// Asks the resolver, one of a few at a time.
    async fn resolve(
        &self,
        host: String,
        port: u16,
        family: Option<Family>,
        kind: SocketType,
    ) -> Result<Vec<std::net::SocketAddr>, Outcome> {
        let permit = Arc::clone(&self.session.lookups).acquire_owned().await;
        let place = LOOKUPS.place().await.map_err(|error| errno(&error))?;
        let found = place.run(move || {
            // Given back when the resolver is done, not when nobody waits for it any more.
            let _permit = permit;
            lookup(&host, port, family, kind)
        });
        found
            .await
            .map_err(|error| errno(&error))?
            .map_err(|unresolved| match unresolved {
                crate::socket::Unresolved::Resolver(failure) => Outcome::Resolver(failure),
                crate::socket::Unresolved::Errno(failure) => Outcome::Errno(failure),
            })
    }

    /// The addresses that an endpoint stands for, for a socket of this family and kind.
    async fn addresses(
        &self,
        slot: &Slot,
        endpoint: Endpoint,
    ) -> Result<Vec<std::net::SocketAddr>, Outcome> {
        let Endpoint { host, port } = endpoint;
        match crate::socket::address_of(&host, port, slot.family) {
            Some(address) => Ok(vec![address]),
            None => self.resolve(host, port, Some(slot.family), slot.kind).await,
        }
    }
}
