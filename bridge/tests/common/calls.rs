//! Calls that tests make all the time.

use std::net::SocketAddr;

use sockscope_protocol::{
    Call, CallId, ClientMessage, Endpoint, Event, EventBody, Family, HEADER_LEN, Outcome, Payload,
    SocketId, SocketType, Value,
};

use super::client::{Client, Incoming};

impl Client {
    /// A new socket.
    pub async fn new_socket(&mut self, family: Family, kind: SocketType) -> SocketId {
        match self.ok(Call::Socket { family, kind }).await {
            Value::Socket { socket, .. } => socket,
            other => panic!("socket returned {other:?}"),
        }
    }

    /// A new TCP socket over IPv4.
    pub async fn tcp(&mut self) -> SocketId {
        self.new_socket(Family::Inet, SocketType::Stream).await
    }

    /// A new UDP socket over IPv4.
    pub async fn udp(&mut self) -> SocketId {
        self.new_socket(Family::Inet, SocketType::Datagram).await
    }

    /// A new TCP socket that is connected to a peer.
    pub async fn connected(&mut self, peer: SocketAddr) -> SocketId {
        let socket = self.tcp().await;
        let address = peer.into();
        assert_eq!(
            self.ok(Call::Connect { socket, address }).await,
            Value::Nothing
        );
        socket
    }

    /// A new TCP socket that listens, and its address.
    pub async fn listening(&mut self) -> (SocketId, SocketAddr) {
        let socket = self.tcp().await;
        self.ok(Call::Bind {
            socket,
            address: endpoint("127.0.0.1", 0),
        })
        .await;
        self.ok(Call::Listen { socket, backlog: 5 }).await;
        (socket, self.local(socket).await)
    }

    /// The local address of a socket.
    pub async fn local(&mut self, socket: SocketId) -> SocketAddr {
        match self.ok(Call::GetSockName { socket }).await {
            Value::Address(address) => address,
            other => panic!("getsockname returned {other:?}"),
        }
    }

    /// Sends all of the bytes.
    pub async fn send_all(&mut self, socket: SocketId, bytes: &[u8]) {
        let call = self.begin_send(socket, Payload::SendAll, bytes).await;
        let count = Value::Count(bytes.len() as u64);
        assert_eq!(self.outcome(call).await, Outcome::Ok(count));
    }

    /// Receives what is there.
    pub async fn recv(&mut self, socket: SocketId, size: u32) -> Vec<u8> {
        let flags = Vec::new();
        let call = self
            .begin(Call::Recv {
                socket,
                size,
                flags,
            })
            .await;
        match self.outcome(call).await {
            Outcome::Ok(Value::Count(_)) => self.take_received(call),
            other => panic!("recv: {other:?}"),
        }
    }

    /// Receives until the stream ends, with a window of 1 MiB. Returns the call and how many bytes
    /// came; none may have given way in the log.
    pub async fn drain(&mut self, socket: SocketId) -> (CallId, usize) {
        const WINDOW: u64 = 1 << 20;
        let call = self
            .begin(Call::Stream {
                socket,
                size: 65536,
                credit: WINDOW,
            })
            .await;
        let mut received = 0;
        let mut used = 0;
        let mut said = WINDOW;
        while !self.returned.contains_key(&call) {
            let Incoming::Event(Event {
                body: EventBody::Received(data),
                ..
            }) = self.next().await
            else {
                continue;
            };
            assert!(!data.flags.omitted, "the log lost a payload");
            received += data.payload.len();
            used += (HEADER_LEN + data.payload.len()) as u64;
            if used + WINDOW / 2 > said {
                said = used + WINDOW;
                self.say(&ClientMessage::Credit { call, total: said }).await;
            }
        }
        (call, received)
    }
}

/// A host and a port.
pub fn endpoint(host: &str, port: u16) -> Endpoint {
    Endpoint {
        host: host.to_owned(),
        port,
    }
}
