use std::sync::Arc;

use sockscope_protocol::{Call, CallId, Seq, SocketId};

use super::{
    ByteStream, CallRecord, Chunk, Direction, Held, Model, Row, Socket, What, begun_at, keep,
};

impl Model {
    /// A socket.
    #[must_use]
    pub fn socket(&self, id: SocketId) -> Option<&Socket> {
        self.sockets.get(&id).map(Arc::as_ref)
    }

    pub(super) fn socket_known(&mut self, id: SocketId) -> Option<&mut Socket> {
        self.sockets.get_mut(&id).map(own)
    }

    /// All sockets in the order in which they were made.
    #[must_use]
    pub fn sockets(&self) -> impl DoubleEndedIterator<Item = &Socket> + ExactSizeIterator {
        self.sockets.values().map(Arc::as_ref)
    }

    /// A call.
    #[must_use]
    pub fn call(&self, id: CallId) -> Option<&CallRecord> {
        self.begun(self.call_index.get(id)?)
    }

    /// The call that an event began.
    pub(super) fn begun(&self, began: Seq) -> Option<&CallRecord> {
        self.calls.get(begun_at(&self.calls, began)?)
    }

    /// All calls in the order in which they began.
    #[must_use]
    pub fn calls(&self) -> impl DoubleEndedIterator<Item = &CallRecord> + ExactSizeIterator {
        self.calls.iter()
    }

    /// The calls that began after an event.
    pub fn calls_after(&self, seq: Seq) -> impl DoubleEndedIterator<Item = &CallRecord> {
        let first = self.calls.partition_point(|call| call.seq <= seq);
        self.calls.from(first)
    }

    /// The calls that wait, in the order in which they began.
    pub fn waiting(&self) -> impl Iterator<Item = &CallRecord> {
        self.unreturned().filter(|call| call.pending())
    }

    /// The calls that wait, and those that may have returned in a gap of the log.
    pub fn unreturned(&self) -> impl Iterator<Item = &CallRecord> {
        self.waiting.iter().filter_map(|began| self.begun(*began))
    }

    /// How many calls wait, and how many bytes they were given to send.
    #[must_use]
    pub fn load(&self) -> (usize, u64) {
        self.waiting().fold((0, 0), |(calls, bytes), call| {
            let given = match call.request {
                Some(
                    Call::Send { length, .. }
                    | Call::SendAll { length, .. }
                    | Call::SendTo { length, .. },
                ) => u64::from(length),
                _ => 0,
            };
            (calls + 1, bytes + given)
        })
    }

    /// The calls of a socket that wait.
    pub fn pending(&self, socket: SocketId) -> impl Iterator<Item = &CallRecord> {
        self.waiting()
            .filter(move |call| call.socket == Some(socket))
    }

    /// The `stream` call that receives on a socket, when one does.
    #[must_use]
    pub fn streaming(&self, socket: SocketId) -> Option<CallId> {
        self.pending(socket)
            .find(|call| matches!(call.request, Some(Call::Stream { .. })))
            .map(|call| call.id)
    }

    /// What happened, the oldest first.
    #[must_use]
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &Row> + ExactSizeIterator {
        self.rows.iter()
    }

    /// The row at a place, for lists that show a window of the rows.
    #[must_use]
    pub fn row_at(&self, index: usize) -> Option<&Row> {
        self.rows.get(index)
    }

    /// The bytes of a row or a call.
    #[must_use]
    pub fn chunk(&self, socket: SocketId, direction: Direction, seq: Seq) -> Option<&Chunk> {
        self.socket(socket)?.stream(direction).chunk(seq)
    }

    /// A number that stays the same while [`Model::lanes`] does.
    #[must_use]
    pub fn shape(&self) -> u64 {
        self.shape
    }

    /// Payload bytes held by the page.
    #[must_use]
    pub fn payload_bytes(&self) -> u64 {
        self.payload_bytes
    }

    /// Whether everything that the log had when the bridge greeted is here.
    #[must_use]
    pub fn caught_up(&self) -> bool {
        self.welcome
            .as_ref()
            .is_some_and(|welcome| self.last >= welcome.last)
    }

    /// Lets go of the oldest of what is beyond [`keep`].
    pub(super) fn forget(&mut self) {
        while self.payload_bytes > keep::PAYLOAD_BYTES {
            let Some(row) = self.rows.get(self.emptied) else {
                break;
            };
            self.emptied += 1;
            let (seq, data) = (row.seq, row.data());
            let chunk = data.and_then(|(socket, direction)| {
                let socket = self.socket_known(socket)?;
                socket.stream_mut(direction).chunk_mut(seq)
            });
            if let Some(chunk) = chunk.filter(|chunk| chunk.held == Held::Yes) {
                let bytes = chunk.payload.len() as u64;
                chunk.size = chunk
                    .size
                    .max(chunk.payload.len().try_into().unwrap_or(u32::MAX));
                chunk.payload = bytes::Bytes::new();
                chunk.held = Held::LostByPage;
                self.payload_bytes -= bytes;
                self.forgotten.payload_bytes += bytes;
            }
        }
        while self.rows.len() > keep::ROWS {
            self.forget_row();
        }
        while self.closed.len() > keep::CLOSED_SOCKETS {
            self.forget_socket();
        }
    }

    /// Forgets the oldest row, and with it its bytes, or the call that returned there.
    fn forget_row(&mut self) {
        let Some(row) = self.rows.pop() else { return };
        self.emptied = self.emptied.saturating_sub(1);
        self.forgotten.rows += 1;
        if let What::Returned(call) = row.what {
            let began = self.call_index.get(call);
            if let Some(at) = began.and_then(|began| begun_at(&self.calls, began)) {
                self.calls.remove(at);
                self.call_index.remove(call);
                self.forgotten.calls += 1;
            }
        }
        // The bytes of a socket that is itself forgotten are forgotten with it.
        let chunk = row.data().and_then(|(socket, direction)| {
            let stream = self.socket_known(socket)?.stream_mut(direction);
            let oldest = stream.chunks().next()?.seq == row.seq;
            oldest.then(|| stream.pop()).flatten()
        });
        if let Some(chunk) = chunk {
            self.count_forgotten(&chunk);
        }
    }

    fn forget_socket(&mut self) {
        let oldest = self.closed.pop_front();
        if let Some(socket) = oldest.and_then(|id| self.sockets.remove(&id)) {
            self.forgotten.sockets += 1;
            self.shape += 1;
            for chunk in socket.sent.chunks().chain(socket.received.chunks()) {
                self.count_forgotten(chunk);
            }
        }
    }

    fn count_forgotten(&mut self, chunk: &Chunk) {
        let bytes = chunk.payload.len() as u64;
        self.payload_bytes -= bytes;
        self.forgotten.payload_bytes += bytes;
        self.forgotten.chunks += 1;
    }
}

/// A socket that is to be changed, and may be shared with a copy of the model.
#[inline(never)]
pub(super) fn own(socket: &mut Arc<Socket>) -> &mut Socket {
    Arc::make_mut(socket)
}

impl Socket {
    /// What it sent or received.
    #[must_use]
    pub fn stream(&self, direction: Direction) -> &ByteStream {
        match direction {
            Direction::Sent => &self.sent,
            Direction::Received => &self.received,
        }
    }

    pub(super) fn stream_mut(&mut self, direction: Direction) -> &mut ByteStream {
        match direction {
            Direction::Sent => &mut self.sent,
            Direction::Received => &mut self.received,
        }
    }
}
