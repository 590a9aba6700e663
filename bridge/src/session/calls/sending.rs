//! `send(2)`, `sendto(2)` and Python's `sendall`.

use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use sockscope_protocol::{Data, DataFlags, Endpoint, EventBody, Outcome, SocketType, Value};

use super::super::slot::{Slot, lock};
use super::{Making, errno};
use crate::socket::{Direction, Socket, address_of};

impl Making {
    pub(super) async fn send(
        &self,
        slot: &Slot,
        socket: &Socket,
        bytes: Bytes,
    ) -> Result<Value, Outcome> {
        self.send_once(slot, socket, bytes, None).await
    }

    pub(super) async fn sendto(
        &self,
        slot: &Slot,
        socket: &Socket,
        endpoint: &Endpoint,
        bytes: Bytes,
    ) -> Result<Value, Outcome> {
        let to = address_of(&endpoint.host, endpoint.port, slot.family)
            .ok_or_else(|| Outcome::Internal("sendto takes an IP address".to_owned()))?;
        let policy = &self.session.settings.policy;
        policy.check_connect(to).map_err(Outcome::Refused)?;
        self.send_once(slot, socket, bytes, Some(to)).await
    }

    async fn send_once(
        &self,
        slot: &Slot,
        socket: &Socket,
        bytes: Bytes,
        to: Option<SocketAddr>,
    ) -> Result<Value, Outcome> {
        let patience = slot.patience();
        let work = async {
            let sent = patience
                .io(socket, Direction::Send, || {
                    self.send_part(slot, socket, &bytes, to)
                })
                .await?;
            Ok(Value::Count(sent as u64))
        };
        patience.in_turn(&slot.sending, work).await
    }

    pub(super) async fn sendall(
        &self,
        slot: &Slot,
        socket: &Socket,
        bytes: Bytes,
    ) -> Result<Value, Outcome> {
        let patience = slot.patience();
        let work = async {
            let total = bytes.len() as u64;
            let mut rest = bytes;
            loop {
                let sent = patience
                    .io(socket, Direction::Send, || {
                        self.send_part(slot, socket, &rest, None)
                    })
                    .await?;
                let _ = rest.split_to(sent.min(rest.len()));
                if rest.is_empty() {
                    return Ok(Value::Count(total));
                }
                if sent == 0 {
                    return Err(errno(&io::ErrorKind::WriteZero.into()));
                }
            }
        };
        patience.in_turn(&slot.sending, work).await
    }

    /// One system call and its event.
    fn send_part(
        &self,
        slot: &Slot,
        socket: &Socket,
        bytes: &Bytes,
        to: Option<SocketAddr>,
    ) -> io::Result<usize> {
        let _order = lock(&self.session.order);
        let sent = socket.send(bytes, to)?;
        let datagram = slot.kind == SocketType::Datagram;
        if sent > 0 || datagram {
            // A part is copied, or the log would hold on to the whole.
            let payload = if sent == bytes.len() {
                bytes.clone()
            } else {
                Bytes::copy_from_slice(&bytes[..sent])
            };
            let address = datagram.then(|| to.or_else(|| socket.peer_address().ok()));
            self.session.log.append([EventBody::Sent(Data {
                call: self.call,
                socket: slot.id,
                offset: slot.count_sent(sent as u64),
                flags: DataFlags {
                    datagram,
                    ..DataFlags::default()
                },
                size: u32::try_from(sent).unwrap_or(u32::MAX),
                address: address.flatten(),
                payload,
            })]);
        }
        Ok(sent)
    }
}
