//! `bind(2)`, `listen(2)`, `accept(2)`, `connect(2)`: the calls that the policy judges.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use sockscope_protocol::{Endpoint, Outcome, Refusal, Value};

use super::super::observe;
use super::super::slot::{Slot, lock};
use super::{Making, errno};
use crate::socket::{Direction, Socket, failure};

impl Making {
    pub(super) async fn bind(
        &self,
        slot: &Slot,
        socket: &Socket,
        endpoint: Endpoint,
    ) -> Result<Value, Outcome> {
        let policy = &self.session.settings.policy;
        let addresses = self.addresses(slot, endpoint).await?;
        let address = judged(&addresses, |address| policy.check_bind(address))?;
        socket
            .bind(address)
            .map(|()| Value::Nothing)
            .map_err(|error| self.taken(socket, &error, Some(address)))
    }

    pub(super) fn listen(&self, socket: &Socket, backlog: i32) -> Result<Value, Outcome> {
        let policy = &self.session.settings.policy;
        socket
            .listen(backlog, |address| policy.check_bind(address))
            .map_err(Outcome::Refused)?
            .map(|()| Value::Nothing)
            .map_err(|error| self.taken(socket, &error, socket.local_address().ok()))
    }

    /// The error of a call that needs a port, with who has it. That takes longer than other calls,
    /// and is left out when it is asked for again and again.
    fn taken(&self, socket: &Socket, error: &io::Error, address: Option<SocketAddr>) -> Outcome {
        let mut failure = failure(error);
        if error.kind() == io::ErrorKind::AddrInUse {
            let mut searches = lock(&self.session.searches);
            if searches.allows(Instant::now()) {
                searches.spend();
                let holder = address.and_then(|address| socket.holder(error, address));
                failure.held_by = holder.map(Box::new);
            }
        }
        Outcome::Errno(failure)
    }

    pub(super) async fn accept(&self, slot: &Slot, socket: &Arc<Socket>) -> Result<Value, Outcome> {
        let patience = slot.patience();
        let accept = || {
            let _order = lock(&self.session.order);
            let (connection, peer) = socket.accept()?;
            let fd = connection.descriptor();
            let slot = self.session.add(connection);
            lock(&slot.seen).connected = true;
            Ok(Value::Socket {
                socket: slot.id,
                fd,
                peer,
            })
        };
        let work = patience.io(socket, Direction::Receive, accept);
        patience.in_turn(&slot.accepting, work).await
    }

    pub(super) async fn connect(
        &self,
        slot: &Slot,
        socket: &Socket,
        endpoint: Endpoint,
    ) -> Result<Value, Outcome> {
        let policy = &self.session.settings.policy;
        let patience = slot.patience();
        patience
            .limit(async {
                let addresses = self.addresses(slot, endpoint).await?;
                let address = judged(&addresses, |address| policy.check_connect(address))?;
                let (life, result) = socket.connect(address);
                match result {
                    Err(error) if Socket::is_in_progress(&error) && !patience.is_none() => {
                        observe::look_now(&self.session.log, slot);
                        socket.connected(address, life).await
                    }
                    result => result,
                }
                .map_err(|error| errno(&error))?;
                lock(&slot.seen).connected = true;
                Ok(Value::Nothing)
            })
            .await
    }
}

/// The first of the addresses, if the policy allows all of them: a name that also stands for a
/// forbidden address is not followed at all.
fn judged(
    addresses: &[SocketAddr],
    check: impl Fn(SocketAddr) -> Result<(), Refusal>,
) -> Result<SocketAddr, Outcome> {
    for address in addresses {
        check(*address).map_err(Outcome::Refused)?;
    }
    addresses
        .first()
        .copied()
        .ok_or_else(|| Outcome::Internal("the resolver gave no address and no error".to_owned()))
}

#[cfg(test)]
mod tests {
    use sockscope_protocol::Outcome;

    use super::judged;
    use crate::policy::Policy;

    #[test]
    fn one_forbidden_address_forbids_the_name() {
        let policy = Policy::loopback();
        let here = "127.0.0.1:80".parse().unwrap();
        let elsewhere = "10.0.0.7:80".parse().unwrap();
        let judge = |addresses: &[_]| judged(addresses, |address| policy.check_connect(address));
        assert_eq!(judge(&[here, here]), Ok(here));
        for addresses in [[here, elsewhere], [elsewhere, here]] {
            assert!(matches!(judge(&addresses), Err(Outcome::Refused(_))));
        }
    }
}
