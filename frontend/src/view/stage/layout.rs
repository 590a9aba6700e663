//! Where things stand on the stage: which row a call begins and ends in, and which rows its bytes
//! take. Rows count what happened; [`Scale`](super::scale::Scale) turns them into pixels. The layout
//! grows with the log, and what is in sight of it is found without looking at the rest.

use sockscope_frontend::model::{CallRecord, Direction, Model, Origin, Row, What};
use sockscope_frontend::sorted::Map;
use sockscope_protocol::{Call, CallId, ClosedBy, How, Seq, SocketId, TcpState, Value};

use super::parts::{CallBox, Column, DataLine, Life, Note, NoteKind};
use super::scale::{ROW, zoom_for};
use super::spans::{OPEN, Spans};

/// Rows that the model has forgotten are let go when there are so many.
const LET_GO: usize = 20_000;

#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// The time of each row; it never falls.
    pub(crate) times: Vec<u64>,
    /// The event of each row.
    seqs: Vec<Seq>,
    pub(crate) boxes: Vec<CallBox>,
    spans: Spans,
    pub(crate) notes: Vec<Note>,
    lives: Map<Column, Life>,
    /// Whether anything belongs to no socket.
    pub(crate) loose: bool,
    /// The calls that wait: their places in `boxes`.
    pub(crate) waiting: Vec<usize>,
    /// The rows of `sent` and `received` events, in the order of their numbers.
    rows_by_data: Vec<(Seq, usize)>,
    /// The row in which a socket ended its direction: by `shutdown`, by `close`.
    farewells: Map<SocketId, usize>,
    /// The call whose bytes stand in the last row.
    last_data: Option<CallId>,
    /// Rows of the model that are laid out, those that it has forgotten included.
    done: u64,
    session: Option<u64>,
    /// The call that returned last.
    pub(crate) newest: Option<CallId>,
    /// Counts how often rows have got other numbers.
    pub(crate) generation: u64,
}

impl Layout {
    /// Takes in what has happened since.
    pub(crate) fn update(&mut self, model: &Model) {
        let session = model.welcome.as_ref().map(|welcome| welcome.epoch_us);
        let forgotten = model.forgotten.rows;
        let end = forgotten + model.rows().len() as u64;
        if session != self.session || end < self.done || forgotten > self.done {
            *self = Self {
                session,
                done: forgotten,
                generation: self.generation + 1,
                ..Self::default()
            };
        }
        for index in self.done - forgotten..model.rows().len() as u64 {
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            if let Some(row) = model.row_at(index) {
                self.row(model, row);
            }
        }
        self.done = end;
        if let Some(oldest) = model.row_at(0) {
            let gone = self.seqs.partition_point(|seq| *seq < oldest.seq);
            if gone > LET_GO {
                self.let_go(gone);
            }
        }
    }

    /// Forgets the first rows.
    pub(super) fn let_go(&mut self, rows: usize) {
        self.generation += 1;
        self.times.drain(..rows);
        self.seqs.drain(..rows);
        self.boxes
            .retain(|one| one.last.is_none_or(|last| last >= rows));
        (self.spans, self.waiting) = (Spans::default(), Vec::new());
        for (index, one) in self.boxes.iter_mut().enumerate() {
            one.first = one.first.saturating_sub(rows);
            one.last = one.last.map(|last| last - rows);
            one.data.retain(|line| line.row >= rows);
            for line in &mut one.data {
                line.row -= rows;
            }
            self.spans.push(one.first, one.last.unwrap_or(OPEN));
            if one.last.is_none() {
                self.waiting.push(index);
            }
        }
        self.notes.retain(|note| note.row >= rows);
        for note in &mut self.notes {
            note.row -= rows;
        }
        self.rows_by_data.retain(|(_, row)| *row >= rows);
        for (_, row) in &mut self.rows_by_data {
            *row -= rows;
        }
        for (_, life) in self.lives.iter_mut() {
            life.first = life.first.saturating_sub(rows);
            life.last = life.last.map(|last| last.saturating_sub(rows));
        }
        for (_, row) in self.farewells.iter_mut() {
            *row = row.saturating_sub(rows);
        }
    }

    /// The calls that reach into these rows, in the order in which they began.
    pub(crate) fn boxes_between(
        &self,
        first: usize,
        last: usize,
    ) -> impl Iterator<Item = &CallBox> {
        let numbers = self.spans.between(first, last);
        numbers.filter_map(|number| self.boxes.get(number))
    }

    /// The notes in these rows.
    pub(crate) fn notes_between(&self, first: usize, last: usize) -> &[Note] {
        let from = self.notes.partition_point(|note| note.row < first);
        let to = self.notes.partition_point(|note| note.row <= last);
        self.notes.get(from..to).unwrap_or_default()
    }

    /// From which row to which a lane lives.
    pub(crate) fn life(&self, column: Column) -> Option<Life> {
        self.lives.get(&column).copied()
    }

    /// The row in which bytes were sent or received.
    pub(crate) fn data_row(&self, seq: Seq) -> Option<usize> {
        let rows = &self.rows_by_data;
        let place = rows.binary_search_by_key(&seq, |(seq, _)| *seq).ok()?;
        rows.get(place).map(|(_, row)| *row)
    }

    /// The row in which a socket said that it will send no more.
    pub(crate) fn farewell(&self, socket: SocketId) -> Option<usize> {
        self.farewells.get(&socket).copied()
    }

    /// The event of a row; of one after the last, that of the last.
    pub(crate) fn seq(&self, row: usize) -> Option<Seq> {
        self.seqs.get(row).or(self.seqs.last()).copied()
    }

    /// The box of a call, looked for from the newest on.
    pub(crate) fn find(&self, call: CallId) -> Option<usize> {
        self.boxes.iter().rposition(|one| one.call == call)
    }

    /// A zoom at which steps between events can mostly be told apart: three of four are no higher than a
    /// few rows.
    pub(crate) fn fitting(&self) -> i32 {
        let steps = self.times.windows(2).map(|pair| match pair {
            [one, other] => other - one,
            _ => 0,
        });
        let mut steps: Vec<u64> = steps.filter(|step| *step > 0).collect();
        steps.sort_unstable();
        let usual = steps.get(steps.len() * 3 / 4).copied();
        zoom_for(usual.unwrap_or(1_000_000), 3 * ROW)
    }

    fn row(&mut self, model: &Model, row: &Row) {
        match &row.what {
            What::Called(call) => self.called(model, row, *call),
            What::Returned(call) => self.returned(model, row, *call),
            What::Sent(call) => self.data(row, *call, Direction::Sent),
            What::Received(call) => self.data(row, *call, Direction::Received),
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

    fn push(&mut self, row: &Row) -> usize {
        let before = self.times.last().copied().unwrap_or_default();
        self.times.push(row.time.max(before));
        self.seqs.push(row.seq);
        self.last_data = None;
        self.times.len() - 1
    }

    fn live(&mut self, column: Column, row: usize) -> &mut Life {
        self.lives.get_or_insert_with(column, || Life {
            first: row,
            last: None,
        })
    }

    fn note(&mut self, row: &Row, kind: NoteKind) {
        let at = self.push(row);
        let column = row.socket.map(Column::Socket);
        if let Some(column) = column {
            let life = self.live(column, at);
            // The kernel may hold a connection longer than its descriptor is open.
            if let (NoteKind::State(_), Some(last)) = (kind, &mut life.last) {
                *last = at;
            }
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
        let at = self.push(row);
        self.open(call, column, at);
    }

    /// Begins a call's box. It stands inside of those of its lane that wait already.
    fn open(&mut self, call: CallId, column: Option<Column>, at: usize) -> usize {
        let waiting = self.waiting.iter();
        let around = waiting
            .filter_map(|index| self.boxes.get(*index))
            .filter(|one| column.is_some() && one.column == column);
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
        self.spans.push(at, OPEN);
        self.waiting.push(self.boxes.len() - 1);
        self.boxes.len() - 1
    }

    /// The box of a call that waits; it is begun here when its beginning is in a gap of the log.
    fn opened(&mut self, row: &Row, call: CallId, at: usize) -> usize {
        let mut waiting = self.waiting.iter().rev();
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
        if column == Column::Loose
            && let Some(life) = self.lives.get_mut(&column)
        {
            life.last = at;
        }
    }

    fn returned(&mut self, model: &Model, row: &Row, call: CallId) {
        let at = if self.last_data == Some(call) {
            self.times.len() - 1
        } else {
            self.push(row)
        };
        self.last_data = None;
        self.newest = Some(call);
        let index = self.opened(row, call, at);
        self.waiting.retain(|waiting| *waiting != index);
        self.spans.end(index, at);
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
            self.took_effect(record, at);
        }
    }

    fn took_effect(&mut self, record: &CallRecord, at: usize) {
        match (&record.request, record.value()) {
            (Some(Call::Accept { .. }), Some(Value::Socket { socket, .. })) => {
                self.live(Column::Socket(*socket), at);
            }
            (
                Some(Call::Shutdown {
                    socket,
                    how: How::Write | How::Both,
                }),
                Some(_),
            ) => {
                self.farewells.get_or_insert_with(*socket, || at);
            }
            _ => {}
        }
    }

    fn data(&mut self, row: &Row, call: CallId, direction: Direction) {
        let at = self.push(row);
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
    }

    fn closed(&mut self, model: &Model, row: &Row, by: ClosedBy) {
        let Some(id) = row.socket else { return };
        let column = Column::Socket(id);
        // `close` stands in the lane itself; what closes with the session says so.
        let by_call = by == ClosedBy::Call
            && model
                .socket(id)
                .is_some_and(|socket| socket.origin != Origin::Unknown);
        if !by_call {
            self.note(row, NoteKind::Closed(by));
        }
        let at = self.times.len().saturating_sub(1);
        self.live(column, at).last = Some(at + usize::from(by_call));
        self.farewells
            .get_or_insert_with(id, || at + usize::from(by_call));
    }
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
