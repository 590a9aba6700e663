use std::sync::Arc;

use sockscope_protocol::{
    Call, CallId, Data, Event, EventBody, Family, How, Observation, Outcome, PeerGone, Seq,
    SocketId, SocketType, Value,
};

use super::{
    CallEnd, CallRecord, Cause, Changes, Chunk, Direction, Held, Model, Origin, Row, Socket, What,
    begun_at, lookup::own,
};

impl Model {
    pub(super) fn event(&mut self, Event { seq, time, body }: Event) {
        match body {
            EventBody::Called { call, request } => self.called(seq, time, call, request),
            EventBody::Returned {
                call,
                took_us,
                blocked,
                outcome,
            } => {
                let end = CallEnd {
                    seq,
                    time,
                    took_us,
                    blocked,
                    outcome,
                };
                self.returned(call, end);
            }
            EventBody::Sent(data) => self.data(seq, time, Direction::Sent, data),
            EventBody::Received(data) => self.data(seq, time, Direction::Received, data),
            EventBody::Observed { socket, kernel } => self.observed(seq, time, socket, kernel),
            EventBody::PeerGone { socket, how } => {
                let known = self.socket_mut(socket);
                match how {
                    PeerGone::Fin => known.peer_finished = true,
                    PeerGone::Reset => {
                        known.reset = true;
                        known.path.reset();
                    }
                }
                self.row(seq, time, Some(socket), What::PeerGone(how));
            }
            EventBody::Closed { socket, by } => {
                let known = self.socket_mut(socket);
                if known.closed.is_none() {
                    known.closed = Some((time, by));
                    known.path.closed(time);
                    self.closed.push_back(socket);
                }
                self.shape += 1;
                self.row(seq, time, Some(socket), What::Closed(by));
            }
        }
    }

    fn row(&mut self, seq: Seq, time: u64, socket: Option<SocketId>, what: What) {
        self.rows.push(Row {
            seq,
            time,
            socket,
            what,
        });
    }

    /// The socket of that number; one that is not known yet was made in a gap of the log.
    fn socket_mut(&mut self, id: SocketId) -> &mut Socket {
        let (time, shape) = (self.time, &mut self.shape);
        let socket = self.sockets.get_or_insert_with(id, || {
            *shape += 1;
            Arc::new(Socket::new(id, time, Origin::Unknown))
        });
        own(socket)
    }

    fn call_mut(&mut self, id: CallId, seq: Seq, time: u64) -> &mut CallRecord {
        let began = self.call_index.get_or_insert(id, seq);
        let at = begun_at(&self.calls, began).unwrap_or_else(|| {
            self.waiting.insert(began);
            self.calls.push(CallRecord {
                id,
                request: None,
                socket: None,
                seq,
                started: time,
                end: None,
                moved: 0,
                data: None,
                uncertain: false,
            });
            self.calls.len() - 1
        });
        &mut self.calls[at]
    }

    fn called(&mut self, seq: Seq, time: u64, id: CallId, request: Call) {
        let socket = request.socket();
        if let Call::Connect { socket, address } = &request {
            self.shape += 1;
            let port = address.port;
            let socket = self.socket_mut(*socket);
            socket.target_port = Some(port);
            if socket.kind == Some(SocketType::Stream) && !socket.connected {
                socket.connecting = true;
            }
        }
        self.begins(&request, time);
        let call = self.call_mut(id, seq, time);
        call.socket = socket;
        call.request = Some(request);
        self.row(seq, time, socket, What::Called(id));
    }

    /// A call begins that changes the state of TCP.
    fn begins(&mut self, request: &Call, time: u64) {
        let cause = match request {
            Call::Listen { .. } => Cause::Listen,
            Call::Connect { .. } => Cause::Connect,
            Call::Close { .. } => Cause::Close,
            Call::Shutdown {
                how: How::Write | How::Both,
                ..
            } => Cause::Shutdown,
            _ => return,
        };
        if let Some(id) = request.socket() {
            self.socket_mut(id).path.acts(cause, time);
        }
    }

    fn returned(&mut self, id: CallId, end: CallEnd) {
        let (seq, time) = (end.seq, end.time);
        let outcome = end.outcome.clone();
        let call = self.call_mut(id, seq, time.saturating_sub(end.took_us));
        call.uncertain = false;
        let began = call.seq;
        call.end = Some(end);
        let request = call.request.clone();
        if let Outcome::Ok(Value::Socket { socket, fd, peer }) = outcome {
            self.made(socket, id, request.as_ref(), time);
            let made = self.socket_mut(socket);
            made.fd = Some(fd);
            made.peer = peer.or(made.peer);
            self.pair(socket);
        } else if let Some(request) = request {
            self.took_effect(&request, &outcome, time);
        }
        self.waiting.remove(&began);
        let socket = self.begun(began).and_then(|call| call.socket);
        self.row(seq, time, socket, What::Returned(id));
    }

    fn made(&mut self, id: SocketId, call: CallId, request: Option<&Call>, time: u64) {
        self.shape += 1;
        let accepted = |listener| Origin::Accepted { call, listener };
        let (origin, family, kind) = match request {
            Some(Call::Socket { family, kind }) => {
                (Origin::Created { call }, Some(*family), Some(*kind))
            }
            Some(Call::Accept { socket }) => {
                let family = self.sockets.get(socket).and_then(|known| known.family);
                (accepted(Some(*socket)), family, Some(SocketType::Stream))
            }
            _ => (Origin::Unknown, None, None),
        };
        if let (Origin::Created { .. }, Some(call)) = (origin, self.record_mut(call)) {
            call.socket = Some(id);
        }
        let socket = self
            .sockets
            .get_or_insert_with(id, || Arc::new(Socket::new(id, time, origin)));
        let socket = own(socket);
        socket.origin = origin;
        socket.family = family;
        socket.kind = kind;
        if let Origin::Accepted { .. } = origin {
            socket.path.accepted(time);
            socket.join();
        }
    }

    fn record_mut(&mut self, id: CallId) -> Option<&mut CallRecord> {
        let at = begun_at(&self.calls, self.call_index.get(id)?)?;
        self.calls.get_mut(at)
    }

    /// What a call's result says about its socket.
    fn took_effect(&mut self, request: &Call, outcome: &Outcome, time: u64) {
        let Some(id) = request.socket() else { return };
        self.shape += u64::from(!moves_data(request));
        if matches!(outcome, Outcome::Errno(error) if error.name == "ECONNREFUSED") {
            self.refused(id);
        }
        let socket = self.socket_mut(id);
        let ok = matches!(outcome, Outcome::Ok(_));
        match (request, outcome) {
            (Call::Connect { .. }, outcome) => match outcome {
                Outcome::Ok(_) => socket.join(),
                Outcome::Errno(error) => match error.name.as_str() {
                    "EINPROGRESS" | "EALREADY" => socket.connecting = true,
                    "EISCONN" => socket.join(),
                    name => {
                        match name {
                            "ECONNREFUSED" => socket.path.failed(Cause::Reset, time),
                            "ETIMEDOUT" => socket.path.failed(Cause::Timeout, time),
                            _ => {}
                        }
                        socket.gave_up();
                    }
                },
                // The kernel goes on with what it had begun.
                Outcome::Timeout | Outcome::Cancelled(_) => {}
                Outcome::Resolver(_) | Outcome::Refused(_) | Outcome::Internal(_) => {
                    socket.gave_up();
                }
            },
            (
                Call::Recv { size, .. } | Call::RecvFrom { size, .. },
                Outcome::Ok(Value::Count(0)),
            ) if *size > 0 && socket.is_stream() => {
                socket.peer_finished = true;
            }
            (Call::Stream { .. }, Outcome::Ok(_)) if socket.is_stream() => {
                socket.peer_finished = true;
            }
            (_, Outcome::Errno(error)) if error.name == "ECONNRESET" && socket.is_stream() => {
                socket.reset = true;
            }
            (_, Outcome::Ok(Value::Option(value))) => {
                if let Call::GetSockOpt { option, .. } = request {
                    socket.set_option(*option, value.clone());
                }
            }
            (Call::GetSockName { .. }, Outcome::Ok(Value::Address(address))) => {
                socket.local = Some(*address);
            }
            (Call::GetPeerName { .. }, Outcome::Ok(Value::Address(address))) => {
                socket.peer = Some(*address);
            }
            _ if !ok => {}
            (Call::Bind { .. }, _) => socket.bound = true,
            (Call::Listen { backlog, .. }, _) => socket.listening = Some(*backlog),
            (Call::Shutdown { how, .. }, _) => {
                socket.shut_rd |= matches!(how, How::Read | How::Both);
                socket.shut_wr |= matches!(how, How::Write | How::Both);
            }
            (Call::SetSockOpt { option, value, .. }, _) => {
                socket.set_option(*option, value.clone());
            }
            (Call::SetTimeout { timeout_us, .. }, _) => socket.timeout_us = *timeout_us,
            _ => {}
        }
        self.pair(id);
    }

    fn observed(&mut self, seq: Seq, time: u64, id: SocketId, kernel: Observation) {
        let socket = self.socket_mut(id);
        let changes = Changes::between(&socket.kernel, &kernel);
        if socket.family.is_none() {
            let known = kernel.local.or(kernel.peer);
            socket.family = known.map(|address| match address {
                std::net::SocketAddr::V4(_) => Family::Inet,
                std::net::SocketAddr::V6(_) => Family::Inet6,
            });
        }
        if kernel.state.is_some() {
            socket.kind = Some(SocketType::Stream);
        }
        socket.observe(kernel, time);
        self.shape +=
            u64::from(changes.local.is_some() || changes.peer.is_some() || changes.state.is_some());
        self.pair(id);
        if !changes.is_empty() {
            self.row(seq, time, Some(id), What::Observed(Box::new(changes)));
        }
    }

    fn data(&mut self, seq: Seq, time: u64, direction: Direction, data: Data) {
        let call = self.call_mut(data.call, seq, time);
        call.moved += data.payload.len().max(if data.flags.omitted {
            data.size as usize
        } else {
            0
        }) as u64;
        call.socket = Some(data.socket);
        call.data = Some((call.data.map_or(seq, |(first, _)| first), seq));
        let held = if data.flags.omitted {
            Held::LostByBridge
        } else {
            Held::Yes
        };
        self.payload_bytes += data.payload.len() as u64;
        let chunk = Chunk {
            seq,
            time,
            call: data.call,
            offset: data.offset,
            size: data.size,
            flags: data.flags,
            address: data.address,
            payload: data.payload,
            held,
            matched: None,
        };
        let datagram = chunk.flags.datagram && !chunk.flags.peek;
        let mut strange = 0;
        let socket = self.socket_mut(data.socket);
        if chunk.flags.datagram {
            socket.kind = Some(SocketType::Datagram);
            if let Some(address) = chunk.address
                && socket.met(address, time)
            {
                strange = 1;
            }
        }
        match direction {
            Direction::Sent => socket.sent.push(chunk),
            Direction::Received => socket.received.push(chunk),
        }
        self.shape += strange;
        if datagram {
            self.match_datagram(data.socket, direction, seq);
        }
        let what = match direction {
            Direction::Sent => What::Sent(data.call),
            Direction::Received => What::Received(data.call),
        };
        self.row(seq, time, Some(data.socket), what);
    }
}

/// Whether a call moves bytes and nothing else.
fn moves_data(request: &Call) -> bool {
    matches!(
        request,
        Call::Send { .. }
            | Call::SendAll { .. }
            | Call::SendTo { .. }
            | Call::Recv { .. }
            | Call::RecvFrom { .. }
            | Call::Stream { .. }
    )
}
