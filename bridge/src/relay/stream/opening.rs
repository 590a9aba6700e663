//! From CONNECT to a connection.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sockscope_protocol::Family;

use super::credit::Credit;
use super::queue::Queue;
use super::{Phase, Socket, Stream, Streams};
use crate::relay::connection::Link;
use crate::relay::reactor::{Asker, Context, Owner, Timer};
use crate::relay::wisp::{self, Connect, Reason, Transport};
use crate::socket::address_of;

/// How long a target may take to answer, with the resolver.
const CONNECT: Duration = Duration::from_secs(10);
/// How long one of several addresses may take before the next one is tried.
const ADDRESS: Duration = Duration::from_secs(3);
/// How many streams of a WebSocket wait for the resolver; the others wait for these.
const RESOLVING: usize = 64;

impl Streams {
    /// A client wants a stream.
    pub(in crate::relay) fn open(
        &mut self,
        id: u32,
        connect: &Connect<'_>,
        link: &mut Link,
        context: &mut Context,
    ) {
        if let Some(&key) = self.ids.get(&id) {
            if !matches!(self.all[key].phase, Phase::Lingering { .. }) {
                // The client has lost track of its streams: none goes on under this number.
                self.close(key, Reason::Invalid, link, context);
                return;
            }
            self.finish(key, context);
        }
        if self.all.len() >= context.shared.streams {
            self.linger_less(0, context);
        }
        if self.all.len() >= context.shared.streams {
            self.refuse(id, Reason::Throttled, link, context);
            return;
        }
        if connect.transport == Transport::Udp && !self.udp {
            self.refuse(id, Reason::Invalid, link, context);
            return;
        }
        let address = address_of(connect.host, connect.port, Family::Inet);
        let key = self.insert(id, connect, context);
        match address {
            Some(address) => self.begin(key, vec![address], link, context),
            None => self.ask(key, connect, context),
        }
    }

    /// A client wants a stream that there will not be.
    pub(in crate::relay) fn refuse(
        &mut self,
        id: u32,
        reason: Reason,
        link: &mut Link,
        context: &mut Context,
    ) {
        if let Some(&key) = self.ids.get(&id) {
            return self.close(key, reason, link, context);
        }
        context.counters.streams_opened.add(1);
        context.counters.closed(reason);
        link.close_stream(context, id, reason);
    }

    fn insert(&mut self, id: u32, connect: &Connect<'_>, context: &mut Context) -> usize {
        context.counters.streams_opened.add(1);
        self.serial += 1;
        let span = tracing::debug_span!(
            parent: &self.span,
            "stream",
            id,
            transport = connect.transport.name(),
            peer = tracing::field::Empty
        );
        let key = self.all.insert(Stream {
            id,
            serial: self.serial,
            transport: connect.transport,
            target: format!("{}:{}", connect.host, connect.port).into(),
            phase: Phase::Connecting {
                others: Vec::new(),
                until: context.now + CONNECT,
            },
            socket: None,
            watched: 0,
            readable: false,
            writable: false,
            read_closed: false,
            hung_up: false,
            listed: false,
            held_back: false,
            orphan: false,
            deaf: false,
            bulk: false,
            target_spoke_last: false,
            queue: Queue::default(),
            credit: Credit::new(),
            timer: Timer::default(),
            up: 0,
            down: 0,
            opened: context.now,
            span,
        });
        self.ids.insert(id, key);
        key
    }

    fn ask(&mut self, key: usize, connect: &Connect<'_>, context: &mut Context) {
        let whose = self.whose(key);
        let Some(asker) = self.asker(key) else { return };
        let stream = &mut self.all[key];
        stream.phase = Phase::Resolving {
            host: connect.host.to_owned(),
            port: connect.port,
        };
        let until = context.now + CONNECT;
        context.timers.set(&mut stream.timer, whose, until);
        self.unasked.push_back(asker);
        self.ask_next(context);
    }

    pub(super) fn ask_next(&mut self, context: &mut Context) {
        while self.resolving < RESOLVING
            && let Some(asker) = self.unasked.pop_front()
        {
            let stream = self.all.get(asker.stream);
            let stream = stream.filter(|stream| stream.serial == asker.serial);
            if let Some(stream) = stream
                && let Phase::Resolving { host, port } = &stream.phase
            {
                self.resolving += 1;
                context.resolve(asker, host, *port, stream.transport);
            }
        }
    }

    /// Connects to the first of the addresses that answers, if the policy allows all of them: a name
    /// that also stands for a forbidden address is not followed at all.
    pub(super) fn begin(
        &mut self,
        key: usize,
        addresses: Vec<SocketAddr>,
        link: &mut Link,
        context: &mut Context,
    ) {
        for address in &addresses {
            if let Err(refusal) = context.shared.policy.check_connect(*address) {
                tracing::debug!(parent: &self.all[key].span, "{}", refusal.message);
                self.close(key, Reason::Blocked, link, context);
                return;
            }
        }
        let until = self.all[key].opened + CONNECT;
        self.next_address(key, addresses, until, None, link, context);
    }

    fn next_address(
        &mut self,
        key: usize,
        mut addresses: Vec<SocketAddr>,
        until: Instant,
        mut failed: Option<io::Error>,
        link: &mut Link,
        context: &mut Context,
    ) {
        self.drop_socket(key, context);
        while !addresses.is_empty() && context.now < until {
            let address = addresses.remove(0);
            match self.dial(key, address, context) {
                Ok(()) => {
                    let whose = self.whose(key);
                    let stream = &mut self.all[key];
                    stream.span.record("peer", tracing::field::display(address));
                    let patience = if addresses.is_empty() {
                        until
                    } else {
                        until.min(context.now + ADDRESS)
                    };
                    context.timers.set(&mut stream.timer, whose, patience);
                    stream.phase = Phase::Connecting {
                        others: addresses,
                        until,
                    };
                    if stream.transport == Transport::Udp {
                        self.opened(key, link, context);
                    }
                    return;
                }
                Err(error) => failed = Some(error),
            }
        }
        let reason = failed.map_or(Reason::Unreachable, |error| Reason::of_connect(&error));
        self.close(key, reason, link, context);
    }

    fn dial(&mut self, key: usize, address: SocketAddr, context: &mut Context) -> io::Result<()> {
        let stream = &mut self.all[key];
        let mut socket = Socket::connect(stream.transport, address)?;
        let owner = Owner {
            connection: self.connection,
            stream: Some(key),
        };
        stream.watched = context.watch(owner, &mut socket)?;
        stream.socket = Some(socket);
        // It may be there already, on this machine.
        stream.writable = true;
        stream.readable = false;
        stream.read_closed = false;
        stream.hung_up = false;
        Ok(())
    }

    pub(super) fn drop_socket(&mut self, key: usize, context: &mut Context) {
        let stream = &mut self.all[key];
        if stream.socket.take().is_some() {
            context.forget(stream.watched);
        }
    }

    /// Looks whether the connection is made.
    pub(super) fn check(&mut self, key: usize, link: &mut Link, context: &mut Context) {
        let stream = &mut self.all[key];
        let Some(socket) = &stream.socket else { return };
        match socket.is_connected() {
            Ok(true) => self.opened(key, link, context),
            Ok(false) => stream.writable = false,
            Err(error) => self.not_connected(key, error, link, context),
        }
    }

    /// An address did not answer, or not well.
    pub(super) fn not_connected(
        &mut self,
        key: usize,
        error: io::Error,
        link: &mut Link,
        context: &mut Context,
    ) {
        let (others, until) = match &mut self.all[key].phase {
            Phase::Connecting { others, until } => (std::mem::take(others), *until),
            _ => (Vec::new(), context.now),
        };
        self.next_address(key, others, until, Some(error), link, context);
    }

    /// The connection is made.
    pub(super) fn opened(&mut self, key: usize, link: &mut Link, context: &mut Context) {
        let whose = self.whose(key);
        let stream = &mut self.all[key];
        context.timers.stop(&mut stream.timer, whose);
        stream.phase = Phase::Open;
        stream.readable = true;
        tracing::debug!(parent: &stream.span, "open");
        if stream.orphan {
            // The client did not wait for it.
            self.drain(key, context);
            return;
        }
        if self.confirm && stream.transport == Transport::Tcp {
            let packets = stream.credit.renew();
            link.packet(context, &wisp::continue_packet(stream.id, packets));
        }
        self.list(key);
    }

    /// Ends those that linger until no more than `most` do.
    pub(super) fn linger_less(&mut self, most: usize, context: &mut Context) {
        while self.lingering.len() > most
            && let Some(Asker { stream, serial, .. }) = self.lingering.pop_front()
        {
            let lingers = self.all.get(stream).is_some_and(|stream| {
                stream.serial == serial && matches!(stream.phase, Phase::Lingering { .. })
            });
            if lingers {
                self.finish(stream, context);
            }
        }
    }
}
