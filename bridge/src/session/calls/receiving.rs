//! `recv(2)`, `recvfrom(2)` and `stream`.

use std::io;
use std::sync::MutexGuard;

use bytes::Bytes;
use sockscope_protocol::{Data, DataFlags, EventBody, HEADER_LEN, Outcome, SocketType, Value};

use super::super::slot::{Slot, lock};
use super::Making;
use crate::socket::{Direction, ReceiveFlags, Socket};

/// What one `recv` of a call brought.
struct Part {
    length: usize,
    /// The end of the stream; an empty datagram is none.
    end: bool,
}

impl Making {
    pub(super) async fn receive(
        &self,
        slot: &Slot,
        socket: &Socket,
        size: u32,
        peek: bool,
        all: bool,
    ) -> Result<Value, Outcome> {
        let patience = slot.patience();
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        // For datagrams MSG_WAITALL has no effect (recv(2)).
        let all = all && slot.kind == SocketType::Stream;
        let flags = ReceiveFlags {
            peek,
            all,
            waits: !patience.is_none(),
            ..ReceiveFlags::default()
        };
        let work = async {
            let mut received = 0;
            loop {
                let part = patience
                    .io(socket, Direction::Receive, || {
                        self.receive_part(slot, socket, size - received, flags)
                    })
                    .await?;
                received += part.length;
                if !all || peek || part.end || received >= size {
                    return Ok(Value::Count(received as u64));
                }
            }
        };
        patience.in_turn(&slot.receiving, work).await
    }

    pub(super) async fn stream(
        &self,
        slot: &Slot,
        socket: &Socket,
        size: u32,
    ) -> Result<Value, Outcome> {
        let patience = slot.patience();
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let mut credit = self.credit.clone();
        let flags = ReceiveFlags {
            waits: !patience.is_none(),
            some: true,
            room: HEADER_LEN,
            ..ReceiveFlags::default()
        };
        // The timeout is that of each `recv`, and does not run while there is no credit.
        let _turn = patience.turn(&slot.receiving).await?;
        let mut used: u64 = 0;
        let mut received: u64 = 0;
        loop {
            let granted = credit.wait_for(|granted| *granted > used).await;
            let left = *granted
                .map_err(|_| Outcome::Internal("credit cannot be raised".to_owned()))?
                - used;
            let size = match slot.kind {
                SocketType::Datagram => size,
                SocketType::Stream => size.min(usize::try_from(left).unwrap_or(usize::MAX)),
            };
            // Nor while whoever makes the calls is behind.
            let log = &self.session.log;
            log.room(size as u64).await;
            let receive = patience.io(socket, Direction::Receive, || {
                self.receive_if_room(slot, socket, size, flags)
            });
            let Some(part) = patience.limit(receive).await? else {
                continue;
            };
            if part.end {
                return Ok(Value::Count(received));
            }
            received += part.length as u64;
            used += (HEADER_LEN + part.length) as u64;
            // A peer that sends without a pause must not keep other tasks from running.
            tokio::task::coop::consume_budget().await;
        }
    }

    /// One system call and its event, if the log still has room for it: another call may have been
    /// quicker.
    fn receive_if_room(
        &self,
        slot: &Slot,
        socket: &Socket,
        size: usize,
        flags: ReceiveFlags,
    ) -> io::Result<Option<Part>> {
        let order = lock(&self.session.order);
        if !self.session.log.has_room(size as u64) {
            return Ok(None);
        }
        self.receive_in_order(&order, slot, socket, size, flags)
            .map(Some)
    }

    /// One system call and its event.
    fn receive_part(
        &self,
        slot: &Slot,
        socket: &Socket,
        size: usize,
        flags: ReceiveFlags,
    ) -> io::Result<Part> {
        let order = lock(&self.session.order);
        self.receive_in_order(&order, slot, socket, size, flags)
    }

    fn receive_in_order(
        &self,
        _order: &MutexGuard<'_, ()>,
        slot: &Slot,
        socket: &Socket,
        size: usize,
        flags: ReceiveFlags,
    ) -> io::Result<Part> {
        let received = socket.receive(size, flags)?;
        let (length, end) = (received.len(), received.end);
        if !end {
            let counted = if flags.peek { 0 } else { length as u64 };
            let mut data = Data {
                call: self.call,
                socket: slot.id,
                offset: slot.count_received(counted),
                flags: DataFlags {
                    peek: flags.peek,
                    truncated: received.true_size > length,
                    datagram: slot.kind == SocketType::Datagram,
                    ..DataFlags::default()
                },
                size: u32::try_from(received.true_size).unwrap_or(u32::MAX),
                address: received.from,
                payload: Bytes::new(),
            };
            let has_room = received.room == HEADER_LEN;
            let bytes = received.into_buffer();
            if has_room {
                self.session.log.append_received(data, bytes);
            } else {
                data.payload = bytes.into();
                self.session.log.append([EventBody::Received(data)]);
            }
        }
        Ok(Part { length, end })
    }
}
