//! A client that drives a session through its public face and reads what came of it from the log.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use sockscope::policy::Policy;
use sockscope::session::{NotMade, Registry, Session, Settings, ViewGuard};
use sockscope_protocol::{
    Call, CallId, Data, Endpoint, Event, EventBody, Family, How, Limits, Linger, Observation,
    OptionName, OptionValue, Outcome, Payload, RecvFlag, RejectReason, Seq, SocketId, SocketType,
    Value,
};

/// How long something that is bound to happen may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(20);

/// Waits for something that is bound to happen.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what} did not happen within {DEADLINE:?}"),
    }
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Returned {
    pub(crate) outcome: Outcome,
    pub(crate) blocked: bool,
    pub(crate) took_us: u64,
}

impl Returned {
    /// The POSIX or `EAI_` name of the error.
    pub(crate) fn error(&self) -> &str {
        match &self.outcome {
            Outcome::Errno(failure) | Outcome::Resolver(failure) => &failure.name,
            other => panic!("an error was expected, not {other:?}"),
        }
    }

    pub(crate) fn count(&self) -> u64 {
        match self.outcome {
            Outcome::Ok(Value::Count(count)) => count,
            ref other => panic!("a count was expected, not {other:?}"),
        }
    }
}

/// One session and its calls.
pub(crate) struct Client {
    pub(crate) registry: Arc<Registry>,
    pub(crate) session: Arc<Session>,
    _view: ViewGuard,
    last_call: AtomicU64,
}

impl Client {
    pub(crate) fn new() -> Self {
        Self::with(Limits::default(), Policy::loopback())
    }

    pub(crate) fn with_limits(limits: Limits) -> Self {
        Self::with(limits, Policy::loopback())
    }

    pub(crate) fn with(limits: Limits, policy: Policy) -> Self {
        let registry = Registry::new(Settings {
            limits,
            policy: Arc::new(policy),
        });
        let session = registry.open().unwrap();
        let view = session.attach().unwrap();
        Self {
            registry,
            session,
            _view: view,
            last_call: AtomicU64::new(0),
        }
    }

    pub(crate) fn next(&self) -> CallId {
        CallId(self.last_call.fetch_add(1, Ordering::SeqCst) + 1)
    }

    /// Makes a call and does not wait for it.
    pub(crate) fn start(&self, request: Call) -> CallId {
        self.try_start(request).unwrap()
    }

    pub(crate) fn try_start(&self, request: Call) -> Result<CallId, NotMade> {
        let call = self.next();
        self.session.call(call, request).map(|()| call)
    }

    /// Makes a call with bytes and does not wait for it.
    pub(crate) fn start_send(&self, socket: SocketId, payload: &Payload, bytes: &[u8]) -> CallId {
        let call = self.next();
        let bytes = Bytes::copy_from_slice(bytes);
        self.session.send(call, socket, payload, bytes).unwrap();
        call
    }

    /// Makes a call and waits until it has returned.
    pub(crate) async fn call(&self, request: Call) -> Returned {
        self.returned(self.start(request)).await
    }

    /// Makes a call that must succeed.
    pub(crate) async fn ok(&self, request: Call) -> Value {
        match self.call(request.clone()).await.outcome {
            Outcome::Ok(value) => value,
            other => panic!("{request:?}: {other:?}"),
        }
    }

    /// Waits until a call has returned.
    pub(crate) async fn returned(&self, id: CallId) -> Returned {
        let body = self
            .event(
                &format!("the return of call {id}"),
                |body| matches!(body, EventBody::Returned { call, .. } if *call == id),
            )
            .await
            .body;
        match body {
            EventBody::Returned {
                outcome,
                blocked,
                took_us,
                ..
            } => Returned {
                outcome,
                blocked,
                took_us,
            },
            other => panic!("{other:?}"),
        }
    }

    /// Whether a call has returned already.
    pub(crate) fn has_returned(&self, id: CallId) -> bool {
        self.events()
            .iter()
            .any(|event| matches!(event.body, EventBody::Returned { call, .. } if call == id))
    }

    /// Waits for the first event of the log that fits.
    pub(crate) async fn event(&self, what: &str, fits: impl Fn(&EventBody) -> bool) -> Event {
        soon(what, async {
            let mut after = Seq(0);
            loop {
                let batch = self.session.log().read(after, usize::MAX);
                after = batch.events.last().map_or(after, |event| event.seq);
                if let Some(event) = batch.events.into_iter().find(|event| fits(&event.body)) {
                    return event;
                }
                self.session.log().changed(after).await;
            }
        })
        .await
    }

    /// Waits until what the kernel shows of a socket fits.
    pub(crate) async fn observed(
        &self,
        id: SocketId,
        what: &str,
        fits: impl Fn(&Observation) -> bool,
    ) -> Observation {
        let event = self
            .event(what, |body| {
                matches!(body, EventBody::Observed { socket, kernel } if *socket == id && fits(kernel))
            })
            .await;
        match event.body {
            EventBody::Observed { kernel, .. } => kernel,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.session.log().read(Seq(0), usize::MAX).events
    }

    /// The `received` events of a call.
    pub(crate) fn received(&self, id: CallId) -> Vec<Data> {
        let received = self
            .events()
            .into_iter()
            .filter_map(|event| match event.body {
                EventBody::Received(data) if data.call == id => Some(data),
                _ => None,
            });
        received.collect()
    }

    /// The `sent` events of a call.
    pub(crate) fn sent(&self, id: CallId) -> Vec<Data> {
        let sent = self
            .events()
            .into_iter()
            .filter_map(|event| match event.body {
                EventBody::Sent(data) if data.call == id => Some(data),
                _ => None,
            });
        sent.collect()
    }

    pub(crate) async fn socket(&self, family: Family, kind: SocketType) -> SocketId {
        match self.ok(Call::Socket { family, kind }).await {
            Value::Socket { socket, .. } => socket,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn tcp(&self) -> SocketId {
        self.socket(Family::Inet, SocketType::Stream).await
    }

    pub(crate) async fn udp(&self) -> SocketId {
        self.socket(Family::Inet, SocketType::Datagram).await
    }

    /// A UDP socket that is bound to a port of the kernel's choice.
    pub(crate) async fn bound_udp(&self) -> (SocketId, SocketAddr) {
        let socket = self.udp().await;
        self.ok(bind(socket, "127.0.0.1", 0)).await;
        (socket, self.name(socket).await)
    }

    pub(crate) async fn name(&self, socket: SocketId) -> SocketAddr {
        match self.ok(Call::GetSockName { socket }).await {
            Value::Address(address) => address,
            other => panic!("{other:?}"),
        }
    }

    /// A listening socket on a port of the kernel's choice.
    pub(crate) async fn listener(&self, backlog: i32) -> (SocketId, SocketAddr) {
        let socket = self.tcp().await;
        self.ok(bind(socket, "127.0.0.1", 0)).await;
        self.ok(Call::Listen { socket, backlog }).await;
        (socket, self.name(socket).await)
    }

    pub(crate) async fn accept(&self, socket: SocketId) -> SocketId {
        match self.ok(Call::Accept { socket }).await {
            Value::Socket { socket, .. } => socket,
            other => panic!("{other:?}"),
        }
    }

    /// A TCP socket that is connected to `peer`.
    pub(crate) async fn connected(&self, peer: SocketAddr) -> SocketId {
        let socket = self.tcp().await;
        self.ok(connect(socket, peer)).await;
        socket
    }

    /// Both ends of a TCP connection: the one that connected and the one that was accepted.
    pub(crate) async fn pair(&self) -> (SocketId, SocketId) {
        let (listener, address) = self.listener(1).await;
        let client = self.connected(address).await;
        let server = self.accept(listener).await;
        (client, server)
    }

    pub(crate) async fn send(&self, socket: SocketId, bytes: &[u8]) -> Returned {
        let call = self.start_send(socket, &Payload::Send, bytes);
        self.returned(call).await
    }

    pub(crate) async fn sendto(&self, socket: SocketId, to: SocketAddr, bytes: &[u8]) -> Returned {
        let call = self.start_send(socket, &Payload::SendTo(to), bytes);
        self.returned(call).await
    }

    /// Receives and returns the bytes, however the log got them.
    pub(crate) async fn recv(&self, socket: SocketId, size: u32) -> Vec<u8> {
        let call = self.start(recv(socket, size));
        let returned = self.returned(call).await;
        let bytes: Vec<u8> = self
            .received(call)
            .iter()
            .flat_map(|data| data.payload.to_vec())
            .collect();
        assert_eq!(returned.count(), bytes.len() as u64);
        bytes
    }

    pub(crate) async fn close(&self, socket: SocketId) {
        self.ok(Call::Close { socket }).await;
    }

    /// Closes a connection so that the peer sees a reset.
    pub(crate) async fn reset(&self, socket: SocketId) {
        let value = OptionValue::Linger(Linger {
            on: true,
            seconds: 0,
        });
        self.set(socket, OptionName::SoLinger, value).await;
        self.close(socket).await;
    }

    pub(crate) async fn set(&self, socket: SocketId, option: OptionName, value: OptionValue) {
        self.ok(Call::SetSockOpt {
            socket,
            option,
            value,
        })
        .await;
    }

    pub(crate) async fn get(&self, socket: SocketId, option: OptionName) -> OptionValue {
        match self.ok(Call::GetSockOpt { socket, option }).await {
            Value::Option(value) => value,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn timeout(&self, socket: SocketId, timeout: Option<Duration>) {
        let timeout_us = timeout.map(|timeout| u64::try_from(timeout.as_micros()).unwrap());
        self.ok(Call::SetTimeout { socket, timeout_us }).await;
    }
}

pub(crate) fn bind(socket: SocketId, host: &str, port: u16) -> Call {
    Call::Bind {
        socket,
        address: Endpoint {
            host: host.to_owned(),
            port,
        },
    }
}

pub(crate) fn connect(socket: SocketId, peer: SocketAddr) -> Call {
    Call::Connect {
        socket,
        address: peer.into(),
    }
}

pub(crate) fn recv(socket: SocketId, size: u32) -> Call {
    recv_flags(socket, size, &[])
}

pub(crate) fn recv_flags(socket: SocketId, size: u32, flags: &[RecvFlag]) -> Call {
    Call::Recv {
        socket,
        size,
        flags: flags.to_vec(),
    }
}

pub(crate) fn recvfrom(socket: SocketId, size: u32) -> Call {
    Call::RecvFrom {
        socket,
        size,
        flags: Vec::new(),
    }
}

pub(crate) fn shutdown(socket: SocketId, how: How) -> Call {
    Call::Shutdown { socket, how }
}

/// Sends to a peer that does not read, in chunks, until the kernel takes no more; returns how much it took.
pub(crate) async fn fill(client: &Client, socket: SocketId, chunk: usize) -> u64 {
    let chunk = vec![7; chunk];
    client.timeout(socket, Some(Duration::ZERO)).await;
    let mut sent = 0;
    loop {
        match client.send(socket, &chunk).await.outcome {
            Outcome::Ok(Value::Count(count)) => sent += count,
            Outcome::Errno(failure) => {
                assert_eq!(failure.name, "EAGAIN");
                return sent;
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Why a call was not made.
pub(crate) fn rejection(result: Result<CallId, NotMade>) -> RejectReason {
    match result {
        Err(NotMade::Rejected { reason, message }) => {
            assert!(!message.is_empty());
            reason
        }
        other => panic!("a rejection was expected, not {other:?}"),
    }
}
