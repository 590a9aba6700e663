//! Where things stand on the stage: which row a call begins and ends in, which rows its bytes take,
//! and what links one lane to another. Rows count events in equal steps; the views turn them into
//! pixels. The layout grows with the log and is built anew only when what it stands on has changed.

use sockscope_frontend::model::{
    CallRecord, Direction, FarEnd, Flow, Model, Origin, Row, Socket, What,
};
use sockscope_protocol::{Call, CallId, ClosedBy, Outcome, Seq, SocketId, TcpState, Value};

use super::parts::{CallBox, Column, DataLine, Life, Link, LinkKind, Note, NoteKind};

#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// The time of each row.
    pub(crate) times: Vec<u64>,
    pub(crate) boxes: Vec<CallBox>,
    pub(crate) notes: Vec<Note>,
    pub(crate) links: Vec<Link>,
    lives: Vec<(Column, Life)>,
    /// Whether anything belongs to no socket.
    pub(crate) loose: bool,
    /// The calls that wait: their places in `boxes`.
    waiting: Vec<usize>,
    /// The rows of `sent` and `received` events, in the order of their numbers.
    rows_by_data: Vec<(Seq, usize)>,
    /// The call whose bytes stand in the last row.
    last_data: Option<CallId>,
    /// Rows of the model that are laid out, those that it has forgotten included.
    done: u64,
    stamp: Stamp,
}

/// What the layout stands on beside the rows: when it changes, older rows look different.
#[derive(Debug, Default, PartialEq, Eq)]
struct Stamp {
    session: Option<u64>,
    paired: usize,
    forgotten: u64,
}

impl Stamp {
    fn of(model: &Model) -> Self {
        Self {
            session: model.welcome.as_ref().map(|welcome| welcome.epoch_us),
            paired: model.sockets().filter(|one| one.pair.is_some()).count(),
            // A thousand rows at a time.
            forgotten: model.forgotten.rows / 1_000,
        }
    }
}

impl Layout {
    /// Takes in what has happened since.
    pub(crate) fn update(&mut self, model: &Model) {
        let stamp = Stamp::of(model);
        let end = model.forgotten.rows + model.rows().len() as u64;
        if stamp != self.stamp || end < self.done {
            *self = Self {
                stamp,
                done: model.forgotten.rows,
                ..Self::default()
            };
        }
        let from = self.done.saturating_sub(model.forgotten.rows);
        for index in from..model.rows().len() as u64 {
            let row = usize::try_from(index)
                .ok()
                .and_then(|index| model.row_at(index));
            if let Some(row) = row {
                self.row(model, row);
            }
        }
        self.done = end;
    }

    fn row(&mut self, model: &Model, row: &Row) {
        match &row.what {
            What::Called(call) => self.called(model, row, *call),
            What::Returned(call) => self.returned(model, row, *call),
            What::Sent(call) => self.data(model, row, *call, Direction::Sent),
            What::Received(call) => self.data(model, row, *call, Direction::Received),
            What::Observed(changes) => {
                // A new socket is CLOSED without anybody having closed it.
                match changes.state {
                    None | Some((None, TcpState::Closed)) => {}
                    Some((_, state)) => self.note(row, NoteKind::State(state)),
                }
            }
            What::PeerGone(how) => self.note(row, NoteKind::PeerGone(*how)),
            What::Closed(by) => self.closed(model, row, *by),
            What::Missing { first, last } => {
                self.note(row, NoteKind::Missing(last.0 - first.0 + 1));
            }
        }
    }

    fn push(&mut self, time: u64) -> usize {
        self.times.push(time);
        self.last_data = None;
        self.times.len() - 1
    }

    fn live(&mut self, column: Column, row: usize) {
        let life = Life {
            first: row,
            last: None,
        };
        if let Err(place) = self.place(column) {
            self.lives.insert(place, (column, life));
        }
    }

    fn place(&self, column: Column) -> Result<usize, usize> {
        self.lives
            .binary_search_by_key(&column, |(column, _)| *column)
    }

    /// From which row to which a lane lives.
    pub(crate) fn life(&self, column: Column) -> Option<Life> {
        let place = self.place(column).ok()?;
        self.lives.get(place).map(|(_, life)| *life)
    }

    fn life_mut(&mut self, column: Column) -> Option<&mut Life> {
        let place = self.place(column).ok()?;
        self.lives.get_mut(place).map(|(_, life)| life)
    }

    fn note(&mut self, row: &Row, kind: NoteKind) {
        let at = self.push(row.time);
        let column = row.socket.map(Column::Socket);
        if let Some(column) = column {
            self.live(column, at);
        }
        self.notes.push(Note {
            row: at,
            seq: row.seq,
            column,
            kind,
        });
    }

    fn called(&mut self, model: &Model, row: &Row, call: CallId) {
        let record = model.call(call);
        let column = match record.and_then(|record| record.request.as_ref()) {
            Some(Call::Socket { .. }) => None,
            _ => Some(row.socket.map_or(Column::Loose, Column::Socket)),
        };
        let at = self.push(row.time);
        self.open(call, column, at);
    }

    /// Begins a call's box. It stands inside of those of its lane that wait already.
    fn open(&mut self, call: CallId, column: Option<Column>, at: usize) -> usize {
        let waiting = self
            .waiting
            .iter()
            .filter_map(|index| self.boxes.get(*index));
        let around = waiting.filter(|one| column.is_some() && one.column == column);
        let taken: Vec<usize> = around.map(|one| one.depth).collect();
        let depth = (0..).find(|depth| !taken.contains(depth)).unwrap_or(0);
        if let Some(column) = column {
            self.loose |= column == Column::Loose;
            self.live(column, at);
            self.end(column, None);
        }
        self.boxes.push(CallBox {
            call,
            column,
            depth,
            first: at,
            last: None,
            data: Vec::new(),
        });
        self.waiting.push(self.boxes.len() - 1);
        self.boxes.len() - 1
    }

    /// The box of a call that waits; it is begun here when its beginning is in a gap of the log.
    fn opened(&mut self, row: &Row, call: CallId, at: usize) -> usize {
        let mut waiting = self.waiting.iter();
        let known = waiting.find(|index| {
            let one = self.boxes.get(**index);
            one.is_some_and(|one| one.call == call)
        });
        match known {
            Some(index) => *index,
            None => self.open(
                call,
                Some(row.socket.map_or(Column::Loose, Column::Socket)),
                at,
            ),
        }
    }

    /// What belongs to no socket has a lane from its first call to its last.
    fn end(&mut self, column: Column, at: Option<usize>) {
        if let (Column::Loose, Some(life)) = (column, self.life_mut(column)) {
            life.last = at;
        }
    }

    fn returned(&mut self, model: &Model, row: &Row, call: CallId) {
        let at = if self.last_data == Some(call) {
            self.times.len() - 1
        } else {
            self.push(row.time)
        };
        self.last_data = None;
        let index = self.opened(row, call, at);
        self.waiting.retain(|waiting| *waiting != index);
        let Some(one) = self.boxes.get_mut(index) else {
            return;
        };
        one.last = Some(at);
        let column = one
            .column
            .unwrap_or_else(|| row.socket.map_or(Column::Loose, Column::Socket));
        one.column = Some(column);
        let first = one.first;
        self.loose |= column == Column::Loose;
        self.live(column, first);
        self.end(column, Some(at));
        if let Some(record) = model.call(call) {
            self.came_about(model, record, row.seq, at);
        }
    }

    /// The links of a connection that a returned call brought about.
    fn came_about(&mut self, model: &Model, record: &CallRecord, seq: Seq, at: usize) {
        let Some(Outcome::Ok(value)) = record.outcome() else {
            return;
        };
        match (&record.request, value) {
            (Some(Call::Accept { socket: listener }), Value::Socket { socket, .. }) => {
                let made = Column::Socket(*socket);
                self.live(made, at);
                self.link(
                    (record.seq, seq),
                    LinkKind::Accepted,
                    (Column::Socket(*listener), at),
                    (made, at),
                );
                match model.far_end(*socket) {
                    FarEnd::Own(pair) => {
                        let begun = self.connect_row(model, pair).unwrap_or(at);
                        let from = (Column::Socket(pair), begun);
                        self.link((seq, seq), LinkKind::Handshake, from, (made, at));
                    }
                    FarEnd::Outside(address) => {
                        let outside = Column::Outside(address);
                        self.live(outside, at);
                        self.link((seq, seq), LinkKind::Handshake, (outside, at), (made, at));
                    }
                    FarEnd::Queued(_) | FarEnd::Unknown => {}
                }
            }
            (Some(Call::Connect { socket, .. }), _) => {
                let tcp = model.socket(*socket).is_some_and(Socket::is_stream);
                if let (true, FarEnd::Outside(address)) = (tcp, model.far_end(*socket)) {
                    let outside = Column::Outside(address);
                    self.live(outside, at);
                    let from = (Column::Socket(*socket), at);
                    self.link((seq, seq), LinkKind::Handshake, from, (outside, at));
                }
            }
            _ => {}
        }
    }

    /// The row in which the last `connect` of a socket began.
    fn connect_row(&self, model: &Model, id: SocketId) -> Option<usize> {
        self.boxes
            .iter()
            .rev()
            .filter(|one| one.column == Some(Column::Socket(id)))
            .find(|one| {
                let record = model.call(one.call);
                matches!(
                    record.and_then(|record| record.request.as_ref()),
                    Some(Call::Connect { .. })
                )
            })
            .map(|one| one.first)
    }

    fn data(&mut self, model: &Model, row: &Row, call: CallId, direction: Direction) {
        let at = self.push(row.time);
        self.last_data = Some(call);
        let index = self.opened(row, call, at);
        if let Some(one) = self.boxes.get_mut(index) {
            one.data.push(DataLine {
                row: at,
                seq: row.seq,
                direction,
            });
        }
        self.rows_by_data.push((row.seq, at));
        let Some(id) = row.socket else { return };
        for flow in model.flows(id, direction, row.seq) {
            self.flow(model, &flow);
        }
        let Some(chunk) = model.chunk(id, direction, row.seq) else {
            return;
        };
        if chunk.flags.peek {
            return;
        }
        if let FarEnd::Outside(address) = model.far_end_of(id, chunk) {
            let outside = Column::Outside(address);
            self.live(outside, at);
            let here = (Column::Socket(id), at);
            let there = (outside, at);
            let (from, to) = match direction {
                Direction::Sent => (here, there),
                Direction::Received => (there, here),
            };
            let kind = LinkKind::Bytes {
                bytes: chunk.len(),
                datagram: chunk.flags.datagram,
            };
            self.link((row.seq, row.seq), kind, from, to);
        }
    }

    fn flow(&mut self, model: &Model, flow: &Flow) {
        // What comes later of both finds the other one, so that each flow is linked once.
        let rows = (self.data_row(flow.sent), self.data_row(flow.received));
        if let (Some(sent), Some(received)) = rows {
            let kind = LinkKind::Bytes {
                bytes: flow.bytes.end - flow.bytes.start,
                datagram: model.socket(flow.from).is_some_and(Socket::is_datagram),
            };
            self.link(
                (flow.sent, flow.received),
                kind,
                (Column::Socket(flow.from), sent),
                (Column::Socket(flow.to), received),
            );
        }
    }

    fn data_row(&self, seq: Seq) -> Option<usize> {
        let rows = &self.rows_by_data;
        let place = rows.binary_search_by_key(&seq, |(seq, _)| *seq).ok()?;
        rows.get(place).map(|(_, row)| *row)
    }

    fn link(&mut self, id: (Seq, Seq), kind: LinkKind, from: (Column, usize), to: (Column, usize)) {
        self.links.push(Link { id, kind, from, to });
    }

    fn closed(&mut self, model: &Model, row: &Row, by: ClosedBy) {
        let Some(id) = row.socket else { return };
        let column = Column::Socket(id);
        // `close` stands in the lane itself; what closes with the session says so.
        let by_call = by == ClosedBy::Call
            && model
                .socket(id)
                .is_some_and(|socket| socket.origin != Origin::Unknown);
        if by_call {
            let at = self.times.len().saturating_sub(1);
            self.live(column, at);
        } else {
            self.note(row, NoteKind::Closed(by));
        }
        let at = self.times.len().saturating_sub(1);
        if let Some(life) = self.life_mut(column) {
            life.last = Some(at + usize::from(by_call));
        }
    }
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
