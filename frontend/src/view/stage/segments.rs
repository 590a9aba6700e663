//! Segments that nobody saw, but that follow from what was observed (RFC 9293): SYN, SYN+ACK and ACK of
//! a `connect` that succeeded, FIN and RST. They are drawn dashed, and called inferred.

use std::net::SocketAddr;

use sockscope_frontend::model::{CallRecord, FarEnd, Model, Socket};
use sockscope_protocol::{Call, How, OptionName, OptionValue, Outcome, PeerGone, SocketId, Value};
use yew::prelude::*;

use super::layout::Layout;
use super::parts::{CallBox, Column, Note, NoteKind};
use super::scene::Scene;
use super::shapes::{Point, arrow, middle, point};
use crate::view::element::{Element, element};
use crate::view::testid;

pub(super) fn draw(scene: &Scene<'_>) -> Html {
    let calls = scene.boxes.iter().filter_map(|one| {
        let record = scene.model.call(one.call)?;
        match (&record.request, record.outcome()) {
            (Some(Call::Connect { socket, .. }), _) => connect(scene, one, record, *socket),
            (Some(Call::Accept { .. }), Some(Outcome::Ok(Value::Socket { socket, .. }))) => {
                accept(scene, one, *socket)
            }
            (
                Some(
                    Call::Close { socket }
                    | Call::Shutdown {
                        socket,
                        how: How::Write | How::Both,
                    },
                ),
                Some(Outcome::Ok(_)),
            ) => farewell(scene, one, *socket),
            _ => None,
        }
    });
    let (first, last) = scene.rows;
    let notes = scene.layout.notes_between(first, last);
    calls
        .chain(notes.filter_map(|note| gone(scene, note)))
        .collect()
}

/// The handshake of a `connect`, as far as it went.
fn connect(scene: &Scene<'_>, one: &CallBox, record: &CallRecord, id: SocketId) -> Option<Html> {
    let socket = scene.model.socket(id).filter(|socket| socket.is_stream())?;
    let client = scene.place(one.column?)?;
    // The kernel shakes hands for the listening socket, before any `accept`.
    let server = match scene.model.far_end(id) {
        FarEnd::Own(pair) => {
            let pair = scene.model.socket(pair)?;
            Some(Column::Socket(pair.listener().unwrap_or(pair.id)))
        }
        FarEnd::Queued(listener) => Some(Column::Socket(listener)),
        FarEnd::Outside(address) => Some(Column::Outside(address)),
        FarEnd::Unknown => None,
    };
    let server = server.and_then(|column| scene.place(column));
    let answer = answer(socket, record)?;
    let (top, bottom) = (scene.top(one) + 3, scene.bottom(one) - 3);
    let step = ((bottom - top) / 3).clamp(1, 13);
    let arrows = match answer {
        Answer::Yes => vec![
            ("SYN", true, top, top + step - 2),
            ("SYN+ACK", false, bottom - 2 * step, bottom - step - 2),
            ("ACK", true, bottom - step, bottom - 2),
        ],
        Answer::Reset => vec![
            ("SYN", true, top, top + step - 2),
            ("RST", false, bottom - step, bottom - 2),
        ],
        Answer::None => vec![("SYN", true, top, top + step - 2)],
    };
    let label = step >= 10;
    let side = server.unwrap_or(client + 1);
    let near = scene.geometry.edge(client, side);
    let far = |y: i32| match server {
        Some(server) => scene.edge(server, client, scene.scale.row_at(y)),
        None => scene.geometry.beyond(client),
    };
    if server.is_some_and(|server| !scene.geometry.shows(client, server)) {
        return None;
    }
    let drawn = arrows.into_iter().map(|(name, forth, from, to)| {
        let (near, far) = (
            point(near, if forth { from } else { to }),
            point(far(to), if forth { to } else { from }),
        );
        let text = if label { name } else { "" };
        // The one that comes back is named at its other end: side by side they would not fit.
        if forth {
            line(scene, (name, text), (near, far), near)
        } else {
            line(scene, (name, text), (far, near), far)
        }
    });
    let class = match scene.lit {
        Some(lit) if lit == one.call => "segments lit",
        _ => "segments",
    };
    let group = element("g", class).key(format!("connect-{}", one.call));
    Some(drawn.fold(group, Element::child).done())
}

/// How a SYN was answered.
enum Answer {
    Yes,
    Reset,
    None,
}

fn answer(socket: &Socket, record: &CallRecord) -> Option<Answer> {
    match record.outcome() {
        Some(Outcome::Ok(_)) => Some(Answer::Yes),
        Some(Outcome::Errno(error)) => match error.name.as_str() {
            "ECONNREFUSED" => Some(Answer::Reset),
            "ETIMEDOUT" | "EINPROGRESS" | "EHOSTUNREACH" => Some(Answer::None),
            _ => None,
        },
        None | Some(Outcome::Timeout | Outcome::Cancelled(_)) if socket.backlog().is_none() => {
            Some(Answer::None)
        }
        _ => None,
    }
}

/// The segments that are drawn at a call, by name.
pub(super) fn names(
    model: &Model,
    layout: &Layout,
    one: &CallBox,
    record: &CallRecord,
) -> Option<&'static str> {
    const HANDSHAKE: &str = "SYN, SYN+ACK, ACK";
    match (record.request.as_ref()?, record.outcome()) {
        (Call::Connect { socket, .. }, _) => {
            let socket = model.socket(*socket).filter(|socket| socket.is_stream())?;
            Some(match answer(socket, record)? {
                Answer::Yes => HANDSHAKE,
                Answer::Reset => "SYN, RST",
                Answer::None => "SYN",
            })
        }
        (Call::Accept { .. }, Some(Outcome::Ok(Value::Socket { socket, .. }))) => {
            matches!(model.far_end(*socket), FarEnd::Outside(_)).then_some(HANDSHAKE)
        }
        (Call::Close { socket } | Call::Shutdown { socket, .. }, Some(Outcome::Ok(_))) => {
            parting(model, layout, one, *socket).map(|(name, _)| name)
        }
        _ => None,
    }
}

/// `accept` takes a connection out of the queue; who made it outside did so some time before.
fn accept(scene: &Scene<'_>, one: &CallBox, made: SocketId) -> Option<Html> {
    let listener = scene.place(one.column?)?;
    let row = one.last?;
    let y = scene.scale.middle(row);
    let connection = scene.place(Column::Socket(made));
    let taken = connection.map(|place| {
        let from = scene.geometry.edge(listener, place);
        let to = scene.geometry.center(place);
        let path = element("path", "made").with("d", format!("M{from} {y}H{to}"));
        let end = element("circle", "made").numbers(&[("cx", to), ("cy", y), ("r", 4)]);
        element("g", "").child(path).child(end)
    });
    let outside = match scene.model.far_end(made) {
        FarEnd::Outside(address) => scene.place(Column::Outside(address)),
        _ => None,
    };
    let shaken = outside.map(|place| {
        let y = y - if scene.scale.steps.is_equal() { 14 } else { 6 };
        let from = point(scene.geometry.center(place), y);
        let to = point(scene.geometry.edge(listener, place), y);
        line(
            scene,
            ("SYN", scene.t.diagram.handshake),
            (from, to),
            middle(from, to),
        )
    });
    let group = element("g", "segments").maybe(taken).maybe(shaken);
    Some(group.key(format!("accept-{}", one.call)).done())
}

/// What a call says to somebody outside when it ends a direction: its name, and to whom.
fn parting(
    model: &Model,
    layout: &Layout,
    one: &CallBox,
    id: SocketId,
) -> Option<(&'static str, SocketAddr)> {
    let socket = model.socket(id).filter(|socket| socket.is_stream())?;
    let FarEnd::Outside(address) = model.far_end(id) else {
        return None;
    };
    // Only once: what `shutdown` has ended, `close` does not end again.
    if one.last.is_none() || layout.farewell(id) != one.last || socket.reset {
        return None;
    }
    let close = matches!(model.call(one.call)?.request, Some(Call::Close { .. }));
    let reset = close && resets(socket);
    Some((if reset { "RST" } else { "FIN" }, address))
}

/// FIN or RST that went to somebody outside.
fn farewell(scene: &Scene<'_>, one: &CallBox, id: SocketId) -> Option<Html> {
    let (name, address) = parting(scene.model, scene.layout, one, id)?;
    let (here, there) = (
        scene.place(one.column?)?,
        scene.place(Column::Outside(address))?,
    );
    let y = scene.scale.middle(one.last?);
    let from = point(scene.geometry.edge(here, there), y);
    let to = point(scene.geometry.center(there), y + 6);
    let group = element("g", "segments").child(line(scene, (name, name), (from, to), from));
    Some(group.key(format!("end-{}", one.call)).done())
}

/// Whether `close` ends a connection with RST: `SO_LINGER` of 0 seconds, or bytes that nobody read.
fn resets(socket: &Socket) -> bool {
    let unread = socket.kernel.recv_queue.is_some_and(|bytes| bytes > 0);
    let linger = match socket.option(OptionName::SoLinger) {
        Some(OptionValue::Linger(linger)) => linger.on && linger.seconds == 0,
        _ => false,
    };
    unread || linger
}

/// FIN or RST that a socket of ours was seen to get.
fn gone(scene: &Scene<'_>, note: &Note) -> Option<Html> {
    let (NoteKind::PeerGone(how), Some(Column::Socket(id))) = (note.kind, note.column) else {
        return None;
    };
    let place = scene.place(Column::Socket(id))?;
    let y = scene.scale.middle(note.row);
    let (other, row): (Column, usize) = match scene.model.far_end(id) {
        FarEnd::Own(pair) => {
            let said = scene.layout.farewell(pair).filter(|row| *row <= note.row);
            (Column::Socket(pair), said.unwrap_or(note.row))
        }
        FarEnd::Outside(address) => (Column::Outside(address), note.row),
        FarEnd::Queued(_) | FarEnd::Unknown => return None,
    };
    let there = scene.place(other)?;
    let name = match how {
        PeerGone::Fin => "FIN",
        PeerGone::Reset => "RST",
    };
    let from = point(scene.edge(there, place, row), scene.scale.middle(row));
    let to = point(scene.geometry.edge(place, there), y);
    let class = match how {
        PeerGone::Fin => "segments",
        PeerGone::Reset => "segments reset",
    };
    let group = element("g", class).child(line(scene, (name, name), (from, to), to));
    Some(group.key(format!("gone-{}", note.seq)).done())
}

/// An inferred segment, with its name and what is written at it.
fn line(
    scene: &Scene<'_>,
    (name, label): (&'static str, &'static str),
    (from, to): (Point, Point),
    near: Point,
) -> Element {
    let (path, head) = arrow(from, to);
    // On the line, between the boxes.
    let far = if near == from { to } else { from };
    let along = f64::from(scene.geometry.gutter) / (far.x - near.x).abs().max(1.0);
    let share = if near == from || near == to {
        along.min(0.5)
    } else {
        0.0
    };
    #[expect(clippy::cast_possible_truncation, reason = "pixels of a screen")]
    let (x, y) = (
        (near.x + (far.x - near.x) * share) as i32,
        (near.y + (far.y - near.y) * share) as i32,
    );
    let title = format!("{name}: {}", scene.t.diagram.inferred);
    let tenth = |class, d| {
        let path = element("path", class).is("transform", "scale(.1)");
        path.with("d", d)
    };
    element("g", "segment")
        .is("data-testid", testid::SEGMENT)
        .is("data-segment", name)
        .child(element("title", "").words(title))
        .child(tenth("line", path))
        .child(tenth("head", head))
        .child(
            element("text", "")
                .numbers(&[("x", x), ("y", y)])
                .text(label),
        )
}
