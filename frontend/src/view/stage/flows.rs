//! Which bytes of which send arrived in which recv, of what is in sight. A flow whose other end is out
//! of sight is put together with its neighbours into one band, so that a window costs the same
//! whatever lies around it.

use std::ops::Range;

use sockscope_frontend::model::{Chunk, Direction, FarEnd, Fate, Model, Socket};
use sockscope_frontend::sorted::Map;
use sockscope_protocol::{CallId, Seq, SocketId};

use super::layout::Layout;
use super::parts::Column;

/// One end of a band.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct End {
    pub(crate) column: Column,
    pub(crate) row: usize,
    /// The call at whose box it ends; none outside, in the kernel and out of sight.
    pub(crate) call: Option<CallId>,
    /// The whole piece of which the band takes a part: its size, and the part.
    pub(crate) whole: u64,
    pub(crate) part: Range<u64>,
    /// Whether there is room for a thick one.
    pub(crate) roomy: bool,
}

/// What a band stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Bytes of a stream that arrived.
    Stream,
    /// Bytes of a stream that nobody has received yet.
    InKernel,
    /// A datagram, and how many of its bytes were cut off.
    Datagram { cut: u64 },
    /// A datagram that nobody has received, or of which no more is known than that it was sent.
    Underway,
    /// A datagram that was never received, which is known: its receiver was closed, or there was none.
    Lost { refused: bool },
}

/// Bytes between two lanes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Band {
    /// The event at the end in sight, and at the other one where that is in sight too.
    pub(crate) id: (Seq, Seq),
    pub(crate) kind: Kind,
    pub(crate) bytes: u64,
    pub(crate) from: End,
    pub(crate) to: End,
    /// When the later end came about.
    pub(crate) time: u64,
}

impl Band {
    /// Whether it begins or ends at a call.
    pub(crate) fn touches(&self, call: CallId) -> bool {
        self.from.call == Some(call) || self.to.call == Some(call)
    }
}

/// Bytes in sight.
struct Line<'a> {
    id: SocketId,
    row: usize,
    direction: Direction,
    chunk: &'a Chunk,
    roomy: bool,
}

impl Line<'_> {
    /// The end of a band at this piece's box.
    fn end(&self, part: Range<u64>) -> End {
        End {
            column: Column::Socket(self.id),
            row: self.row,
            call: Some(self.chunk.call),
            whole: self.chunk.len(),
            part: part.start - self.chunk.offset..part.end - self.chunk.offset,
            roomy: self.roomy,
        }
    }

    fn range(&self) -> Range<u64> {
        self.chunk.offset..self.chunk.end()
    }
}

/// The end of a band where no box is.
fn bare(column: Column, row: usize, bytes: u64) -> End {
    End {
        column,
        row,
        call: None,
        whole: bytes,
        part: 0..bytes,
        roomy: true,
    }
}

/// What is in sight of one direction of a connection between two sockets of ours.
#[derive(Default)]
struct Stream<'a> {
    sent: Vec<Line<'a>>,
    received: Vec<Line<'a>>,
}

/// The bands that have a part in these rows. `lanes` are the sockets whose lanes are drawn.
pub(crate) fn bands(
    model: &Model,
    layout: &Layout,
    rows: (usize, usize),
    lanes: impl Iterator<Item = SocketId>,
) -> Vec<Band> {
    let mut bands = Vec::new();
    // By who sends.
    let mut streams: Map<SocketId, Stream<'_>> = Map::new();
    let mut datagrams = Vec::new();
    for socket in lanes.filter_map(|id| model.socket(id)) {
        if socket.pair.is_some() {
            streams.insert(socket.id, Stream::default());
        } else if socket.is_datagram() {
            datagrams.push(socket);
        }
    }
    flying(model, layout, &datagrams, rows, &mut bands);
    for line in lines(model, layout, rows) {
        let pair = model.socket(line.id).and_then(|socket| socket.pair);
        match pair {
            Some(pair) if !line.chunk.flags.datagram => {
                let sends = line.direction == Direction::Sent;
                let stream = if sends { line.id } else { pair };
                let stream = streams.get_or_insert_with(stream, Stream::default);
                match line.direction {
                    Direction::Sent => stream.sent.push(line),
                    Direction::Received => stream.received.push(line),
                }
            }
            _ => bands.extend(alone(model, layout, &line, rows)),
        }
    }
    for (from, stream) in streams.iter() {
        join(model, layout, *from, stream, rows, &mut bands);
    }
    bands
}

/// The bytes in these rows, what was only peeked at left out.
fn lines<'a>(
    model: &'a Model,
    layout: &'a Layout,
    (first, last): (usize, usize),
) -> impl Iterator<Item = Line<'a>> {
    layout.data_between(first, last).filter_map(move |line| {
        let one = layout.boxes.get(line.of)?;
        let Some(Column::Socket(id)) = one.column else {
            return None;
        };
        let chunk = model.chunk(id, line.direction, line.seq)?;
        let roomy = one.roomy() && Some(line.row) == one.last;
        (!chunk.flags.peek).then_some(Line {
            id,
            row: line.row,
            direction: line.direction,
            chunk,
            roomy,
        })
    })
}

/// The bands of a stream: every send in sight with every recv in sight, and what remains of both.
fn join(
    model: &Model,
    layout: &Layout,
    from: SocketId,
    stream: &Stream<'_>,
    rows: (usize, usize),
    bands: &mut Vec<Band>,
) {
    let Some(sender) = model.socket(from) else {
        return;
    };
    let Some(receiver) = sender.pair.and_then(|pair| model.socket(pair)) else {
        return;
    };
    let row_of = |seq: Seq| layout.data_row(seq);
    let ours = [Column::Socket(from), Column::Socket(receiver.id)];
    for sent in &stream.sent {
        let mut rest = sent.range();
        let remain = |part: Range<u64>, bands: &mut Vec<Band>| {
            let arrived = receiver.received.total();
            let there = part.start..part.end.min(arrived.max(part.start));
            if !there.is_empty() {
                let far = receiver.received.overlapping(there.start, there.end).next();
                if let Some(far) = far
                    && let Some(row) = row_of(far.seq)
                {
                    let bytes = there.end - there.start;
                    bands.push(Band {
                        id: (sent.chunk.seq, Seq(0)),
                        kind: Kind::Stream,
                        bytes,
                        from: sent.end(there.clone()),
                        to: bare(ours[1], row, bytes),
                        time: far.time,
                    });
                }
            }
            let here = there.end..part.end;
            if !here.is_empty() && receiver.is_open() {
                let bytes = here.end - here.start;
                bands.push(Band {
                    id: (sent.chunk.seq, Seq(u64::MAX)),
                    kind: Kind::InKernel,
                    bytes,
                    from: sent.end(here),
                    to: bare(ours[1], layout.times.len(), bytes),
                    time: sent.chunk.time,
                });
            }
        };
        for received in &stream.received {
            let (start, end) = (received.chunk.offset, received.chunk.end());
            if end <= rest.start || start >= rest.end {
                continue;
            }
            if start > rest.start {
                remain(rest.start..start, bands);
            }
            let part = start.max(rest.start)..end.min(rest.end);
            bands.push(Band {
                id: (sent.chunk.seq, received.chunk.seq),
                kind: Kind::Stream,
                bytes: part.end - part.start,
                from: sent.end(part.clone()),
                to: received.end(part.clone()),
                time: sent.chunk.time.max(received.chunk.time),
            });
            rest.start = part.end;
        }
        if !rest.is_empty() {
            remain(rest, bands);
        }
    }
    for received in &stream.received {
        let mut rest = received.range();
        let mut remain = |part: Range<u64>| {
            let far = sender.sent.overlapping(part.start, part.end).last();
            let row = far.and_then(|far| row_of(far.seq));
            if let (Some(far), Some(row)) = (far, row) {
                let bytes = part.end - part.start;
                bands.push(Band {
                    id: (Seq(0), received.chunk.seq),
                    kind: Kind::Stream,
                    bytes,
                    from: bare(ours[0], row, bytes),
                    to: received.end(part),
                    time: received.chunk.time.max(far.time),
                });
            }
        };
        for sent in &stream.sent {
            let (start, end) = (sent.chunk.offset, sent.chunk.end());
            if end <= rest.start || start >= rest.end {
                continue;
            }
            if start > rest.start {
                remain(rest.start..start);
            }
            rest.start = end.min(rest.end);
        }
        if !rest.is_empty() {
            remain(rest);
        }
    }
    bands.extend(passing(model, layout, from, rows));
}

/// What was sent above the window and is received below it, as one band.
fn passing(
    model: &Model,
    layout: &Layout,
    from: SocketId,
    (first, last): (usize, usize),
) -> Option<Band> {
    let sender = model.socket(from)?;
    let receiver = model.socket(sender.pair?)?;
    let (above, below) = (layout.seq(first)?, layout.seq(last)?.next());
    let sent = sender.sent.reached(above);
    let received = receiver
        .received
        .reached(below)
        .max(receiver.received.reached(above));
    let bytes = sent.checked_sub(received).filter(|bytes| *bytes > 0)?;
    let start = sender.sent.overlapping(received, sent).last()?;
    let end = receiver.received.overlapping(received, sent).next();
    if end.is_none() && !receiver.is_open() {
        return None;
    }
    let row = end.map_or(Some(layout.times.len()), |end| layout.data_row(end.seq))?;
    Some(Band {
        id: (Seq(0), Seq(u64::from(from.0))),
        kind: if end.is_some() {
            Kind::Stream
        } else {
            Kind::InKernel
        },
        bytes,
        from: bare(Column::Socket(from), layout.data_row(start.seq)?, bytes),
        to: bare(Column::Socket(receiver.id), row, bytes),
        time: start.time,
    })
}

/// How far from the window datagrams are looked for that pass it. They are received in the order in
/// which they were sent, and lines of more of them would run into each other.
const NEAREST: usize = 64;

/// Datagrams that were sent above the window and are received below it.
fn flying(
    model: &Model,
    layout: &Layout,
    lanes: &[&Socket],
    (first, last): (usize, usize),
    bands: &mut Vec<Band>,
) {
    let (Some(above), Some(below)) = (layout.seq(first), layout.seq(last)) else {
        return;
    };
    let mut fly = |(from, sent): (SocketId, Seq), (to, received): (SocketId, Seq)| {
        let (start, end) = (layout.data_row(sent)?, layout.data_row(received)?);
        let sent = model.chunk(from, Direction::Sent, sent)?;
        let got = model.chunk(to, Direction::Received, received)?;
        if start < first && last < end {
            bands.push(Band {
                id: (sent.seq, received),
                kind: datagram(got),
                bytes: sent.len().max(got.len()),
                from: bare(Column::Socket(from), start, sent.len()),
                to: bare(Column::Socket(to), end, got.len()),
                time: sent.time.max(got.time),
            });
        }
        Some(())
    };
    for one in lanes {
        for sent in one.sent.before(above).rev().take(NEAREST) {
            if let Some(received) = sent.matched {
                fly((one.id, sent.seq), received);
            }
        }
        for received in one.received.after(below).take(NEAREST) {
            // What was sent from a lane in sight has been looked at.
            if let Some(sent) = received.matched
                && lanes.iter().all(|lane| lane.id != sent.0)
            {
                fly(sent, (one.id, received.seq));
            }
        }
    }
}

fn datagram(received: &Chunk) -> Kind {
    Kind::Datagram {
        cut: u64::from(received.size).saturating_sub(received.len()),
    }
}

/// The band of a datagram, or of bytes whose other end is not a socket of ours.
fn alone(model: &Model, layout: &Layout, line: &Line<'_>, rows: (usize, usize)) -> Option<Band> {
    let chunk = line.chunk;
    let here = line.end(line.range());
    let sends = line.direction == Direction::Sent;
    let mut band = Band {
        id: (chunk.seq, Seq(0)),
        kind: if chunk.flags.datagram {
            datagram(chunk)
        } else {
            Kind::Stream
        },
        bytes: chunk.len(),
        from: here.clone(),
        to: here,
        time: chunk.time,
    };
    let other = if let Some((other, far)) = chunk.matched {
        let row = layout.data_row(far)?;
        let seen = rows.0 <= row && row <= rows.1;
        if sends && seen {
            // It is drawn from where it was received.
            return None;
        }
        let far = model.chunk(other, line.direction.opposite(), far)?;
        band.bytes = band.bytes.max(far.len());
        band.time = band.time.max(far.time);
        End {
            call: seen.then_some(far.call),
            ..bare(Column::Socket(other), row, far.len())
        }
    } else {
        let column = match model.far_end_of(line.id, chunk) {
            FarEnd::Outside(address) => Column::Outside(address),
            FarEnd::Own(other) | FarEnd::Queued(other) if sends => Column::Socket(other),
            _ => return None,
        };
        let mut row = line.row;
        if sends && chunk.flags.datagram {
            band.kind = match model.fate(line.id, chunk) {
                Fate::Received | Fate::Unknown => band.kind,
                Fate::Refused => Kind::Lost { refused: true },
                Fate::Unread(_) => Kind::Lost { refused: false },
                Fate::Open(_) => Kind::Underway,
            };
        } else if let Column::Socket(_) = column {
            // It waits in the queue of a listening socket with its connection.
            band.kind = Kind::InKernel;
            row = layout.times.len();
        }
        bare(column, row, chunk.len())
    };
    *(if sends { &mut band.to } else { &mut band.from }) = other;
    Some(band)
}

#[cfg(test)]
#[path = "flows_tests.rs"]
mod tests;
