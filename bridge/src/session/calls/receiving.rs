//! `recv(2)`, `recvfrom(2)` and `stream`.

use std::io;

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
            some: false,
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
            let receive = patience.io(socket, Direction::Receive, || {
                self.receive_part(slot, socket, size, flags)
            });
            let part = patience.limit(receive).await?;
            if part.end {
                return Ok(Value::Count(received));
            }
            received += part.length as u64;
            used += (HEADER_LEN + part.length) as u64;
            // A peer that sends without a pause must not keep other tasks from running.
            tokio::task::coop::consume_budget().await;
        }
    }

    /// One system call and its event.
    fn receive_part(
        &self,
        slot: &Slot,
        socket: &Socket,
        size: usize,
        flags: ReceiveFlags,
    ) -> io::Result<Part> {
        let _order = lock(&self.session.order);
        let received = socket.receive(size, flags)?;
        let length = received.bytes.len();
        if !received.end {
            let counted = if flags.peek { 0 } else { length as u64 };
            self.session.log.append([EventBody::Received(Data {
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
                payload: received.bytes,
            })]);
        }
        Ok(Part {
            length,
            end: received.end,
        })
    }
}
