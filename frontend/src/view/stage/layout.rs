//! Where things stand on the stage: which row a call begins and ends in, and which rows its bytes
//! take. Rows count what happened; [`Scale`](super::scale::Scale) turns them into pixels. The layout
//! grows with the log, and what is in sight of it is found without looking at the rest.

use sockscope_frontend::model::{CallRecord, Direction, Model, Origin, Row, What};
use sockscope_frontend::shared::Queue;
use sockscope_frontend::sorted::Map;
use sockscope_protocol::{Call, CallId, ClosedBy, How, Seq, SocketId, TcpState, Value};

use super::parts::{CallBox, Column, DataLine, Life, Note, NoteKind};
use super::scale::{ROW, zoom_for};
use super::spans::Spans;

/// Rows that the model has forgotten are let go when there are so many.
const LET_GO: usize = 20_000;

/// A copy shares with it all that neither changes.
#[derive(Debug, Default, Clone)]
pub(crate) struct Layout {
    /// The time of each row; it never falls.
    pub(crate) times: Queue<u64>,
    /// The event of each row.
    seqs: Queue<Seq>,
    pub(crate) boxes: Queue<CallBox>,
    spans: Spans,
    pub(crate) notes: Queue<Note>,
    /// All bytes.
    data: Queue<DataLine>,
    lives: Map<Column, Life>,
    /// Whether anything belongs to no socket.
    pub(crate) loose: bool,
    /// The calls that wait: their places in `boxes`.
    pub(crate) waiting: Vec<usize>,
    /// The row in which a socket ended its direction: by `shutdown`, by `close`.
    farewells: Map<SocketId, usize>,
    /// The call whose bytes stand in the last row.
    last_data: Option<CallId>,
    /// Rows of the model that are laid out, those that it has forgotten included.
    pub(super) done: u64,
    /// The event of the last of them.
    at: Seq,
    session: Option<u64>,
    /// The call that returned last.
    pub(crate) newest: Option<CallId>,
    /// Counts how often rows have got other numbers.
    pub(crate) generation: u64,
}

impl Layout {
    /// Whether it is the layout of a beginning of what the model shows.
    pub(crate) fn leads_to(&self, model: &Model) -> bool {
        let session = model.welcome.as_ref().map(|welcome| welcome.epoch_us);
        let Some(rows) = self.done.checked_sub(model.forgotten.rows) else {
            return false;
        };
        let last = rows
            .checked_sub(1)
            .and_then(|last| model.row_at(place(last)));
        session == self.session && (rows == 0 || last.is_some_and(|row| row.seq == self.at))
    }

    /// Takes in what has happened since, `most` rows of it. Returns whether there is more.
    pub(crate) fn update(&mut self, model: &Model, most: usize) -> bool {
        let forgotten = model.forgotten.rows;
        if !self.leads_to(model) {
            *self = Self {
                session: model.welcome.as_ref().map(|welcome| welcome.epoch_us),
                done: forgotten,
                generation: self.generation + 1,
                ..Self::default()
            };
        }
        let from = place(self.done - forgotten);
        let to = model.rows().len().min(from.saturating_add(most));
        for row in (from..to).filter_map(|index| model.row_at(index)) {
            self.row(model, row);
            self.at = row.seq;
        }
        self.done = forgotten + to as u64;
        if let Some(oldest) = model.row_at(0) {
            let gone = self.seqs.partition_point(|seq| *seq < oldest.seq);
            if gone > LET_GO {
                self.let_go(gone);
            }
        }
        to < model.rows().len()
    }

    /// Forgets the first rows.
    pub(super) fn let_go(&mut self, rows: usize) {
        self.generation += 1;
        for _ in 0..rows {
            self.times.pop();
            self.seqs.pop();
        }
        (self.spans, self.waiting) = (Spans::default(), Vec::new());
        let boxes = std::mem::take(&mut self.boxes);
        // The new place of every box; those that are gone have no bytes that are left.
        let mut places = Vec::with_capacity(boxes.len());
        for one in boxes.iter() {
            places.push(self.boxes.len());
            if one.last.is_some_and(|last| last < rows) {
                continue;
            }
            let of = self.boxes.len();
            let moved = |line: DataLine| {
                let row = line.row.checked_sub(rows)?;
                Some(DataLine { row, of, ..line })
            };
            let one = CallBox {
                first: one.first.saturating_sub(rows),
                last: one.last.map(|last| last - rows),
                data: one.data.and_then(|(first, last)| {
                    let last = moved(last)?;
                    Some((moved(first).unwrap_or(last), last))
                }),
                before: one.before.and_then(|row| row.checked_sub(rows)),
                ..*one
            };
            if one.last.is_none() {
                self.waiting.push(of);
            }
            self.boxes.push(one);
            self.spans.cover(&self.boxes, of);
        }
        let notes = std::mem::take(&mut self.notes);
        self.notes = notes
            .from(notes.partition_point(|note| note.row < rows))
            .map(|note| Note {
                row: note.row - rows,
                ..*note
            })
            .collect();
        let data = std::mem::take(&mut self.data);
        self.data = data
            .from(data.partition_point(|line| line.row < rows))
            .map(|line| DataLine {
                row: line.row - rows,
                of: places.get(line.of).copied().unwrap_or(usize::MAX),
                ..*line
            })
            .collect();
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
        self.spans.between(&self.boxes, first, last)
    }

    /// The notes in these rows.
    pub(crate) fn notes_between(&self, first: usize, last: usize) -> impl Iterator<Item = &Note> {
        let from = self.notes.partition_point(|note| note.row < first);
        let to = self.notes.partition_point(|note| note.row <= last);
        self.notes.range(from..to)
    }

    /// The bytes in these rows.
    pub(crate) fn data_between(
        &self,
        first: usize,
        last: usize,
    ) -> impl Iterator<Item = &DataLine> {
        let from = self.data.partition_point(|line| line.row < first);
        let to = self.data.partition_point(|line| line.row <= last);
        self.data.range(from..to)
    }

    /// From which row to which a lane lives.
    pub(crate) fn life(&self, column: Column) -> Option<Life> {
        self.lives.get(&column).copied()
    }

    /// The row in which bytes were sent or received.
    pub(crate) fn data_row(&self, seq: Seq) -> Option<usize> {
        let place = self.data.partition_point(|line| line.seq < seq);
        let line = self.data.get(place).filter(|line| line.seq == seq);
        line.map(|line| line.row)
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
        let steps = self.times.iter().zip(self.times.from(1));
        let steps = steps.map(|(one, other)| other - one);
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
            data: None,
            before: None,
        });
        let newest = self.boxes.len() - 1;
        self.spans.cover(&self.boxes, newest);
        self.waiting.push(newest);
        newest
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
        let Some(one) = self.boxes.get_mut(index) else {
            return;
        };
        one.last = Some(at);
        let column = one
            .column
            .unwrap_or_else(|| row.socket.map_or(Column::Loose, Column::Socket));
        one.column = Some(column);
        let first = one.first;
        self.spans.cover(&self.boxes, index);
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
        let line = DataLine {
            row: at,
            seq: row.seq,
            direction,
            of: index,
        };
        if let Some(one) = self.boxes.get_mut(index) {
            one.before = one.data.map(|(_, last)| last.row);
            one.data = Some((one.data.map_or(line, |(first, _)| first), line));
        }
        self.data.push(line);
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

fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
