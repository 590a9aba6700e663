//! What the kernel holds now, below the last row: bytes that the peer has not acknowledged (Send-Q)
//! beside the socket that sent them, bytes that wait to be received (Recv-Q) beside the one that will.

use sockscope_frontend::model::{FarEnd, Socket};
use yew::prelude::*;

use super::bands::size;
use super::parts::Column;
use super::scene::Scene;
use super::shapes::thickness;
use crate::view::element::{Element, element};
use crate::view::testid;

const WIDTH: i32 = 26;
const HEIGHT: i32 = 38;
/// From a box's edge.
const GAP: i32 = 3;
/// From the present to the tank.
const BELOW: i32 = 16;

/// Where the tank of a lane stands: on its lifeline, or beside the call that waits there, on the side
/// of another lane.
fn left(scene: &Scene<'_>, place: usize, towards: usize) -> i32 {
    let column = scene.lanes.get(place).copied();
    let mut waiting = scene.layout.waiting.iter();
    let waits = waiting.any(|index| {
        let one = scene.layout.boxes.get(*index);
        one.is_some_and(|one| one.column == column)
    });
    if !waits {
        return scene.geometry.center(place) - WIDTH / 2;
    }
    let edge = scene.geometry.edge(place, towards);
    if towards > place {
        edge + GAP
    } else {
        edge - GAP - WIDTH
    }
}

/// Where bytes run into the tank of a lane from another one.
pub(super) fn mouth(scene: &Scene<'_>, place: usize, from: usize) -> (i32, f64) {
    let left = left(scene, place, from);
    let edge = if from > place { left + WIDTH } else { left };
    (edge, f64::from(scene.now + BELOW + 6))
}

pub(super) fn draw(scene: &Scene<'_>) -> Html {
    let tanks = scene.sockets().filter_map(|id| {
        let socket = scene.model.socket(id).filter(|one| one.is_open())?;
        let place = scene.place(Column::Socket(id))?;
        let (send, recv) = held(scene, socket);
        let towards = towards(scene, socket, place);
        let tank = |name: &'static str, bytes: u64, down: i32| {
            (bytes > 0).then(|| one(scene, (place, towards, down), (name, bytes, id)))
        };
        // Both stand on the same side of a lane, one above the other.
        let below = if recv > 0 { HEIGHT + 16 } else { 0 };
        Some([tank("Recv-Q", recv, 0), tank("Send-Q", send, below)])
    });
    tanks.flatten().flatten().map(Element::done).collect()
}

/// Send-Q and Recv-Q. Between two sockets of ours the sum of both is known exactly, by the offsets of
/// their streams; how it is divided was observed.
fn held(scene: &Scene<'_>, socket: &Socket) -> (u64, u64) {
    if socket.backlog().is_some() {
        return (0, 0);
    }
    let observed = |queue: Option<u32>| u64::from(queue.unwrap_or_default());
    let there = scene.model.in_kernel(socket.id);
    let send = there.map_or(observed(socket.kernel.send_queue), |there| {
        observed(socket.kernel.send_queue).min(there.bytes)
    });
    let here = socket.pair.and_then(|pair| scene.model.in_kernel(pair));
    let recv = here.map_or(observed(socket.kernel.recv_queue), |here| {
        here.bytes.saturating_sub(observed(here.send_queue))
    });
    (send, recv)
}

/// The side of the peer; the right one where there is none.
fn towards(scene: &Scene<'_>, socket: &Socket, place: usize) -> usize {
    let column = match scene.model.far_end(socket.id) {
        FarEnd::Own(other) | FarEnd::Queued(other) => Some(Column::Socket(other)),
        FarEnd::Outside(address) => Some(Column::Outside(address)),
        FarEnd::Unknown => None,
    };
    let peer = column.and_then(|column| scene.place(column));
    peer.unwrap_or(place + 1)
}

fn one(
    scene: &Scene<'_>,
    (place, towards, down): (usize, usize, i32),
    (name, bytes, id): (&'static str, u64, sockscope_protocol::SocketId),
) -> Element {
    let (left, top) = (left(scene, place, towards), scene.now + BELOW + down);
    // As full as a band of so many bytes is thick.
    #[expect(clippy::cast_possible_truncation, reason = "some pixels")]
    let fill = (thickness(bytes) as i32).clamp(4, HEIGHT - 4);
    let level = element("rect", "level")
        .numbers(&[("x", 1), ("width", WIDTH - 2)])
        .style(&format!("y:{}px;height:{fill}px", HEIGHT - fill));
    let (deep, wide) = (HEIGHT - 3, WIDTH - 6);
    let wall = format!("M0 0v{deep}q0 3 3 3h{wide}q3 0 3-3V0");
    let text = |class, y| element("text", class).numbers(&[("x", WIDTH / 2), ("y", y)]);
    element("g", "tank")
        .key(format!("{name}-{id}"))
        .is("data-testid", testid::TANK)
        .is("data-queue", name)
        .with("data-socket", id.to_string())
        .number("data-bytes", bytes)
        .with("transform", format!("translate({left} {top})"))
        .child(element("title", "").words(format!("{name}: {}", size(bytes))))
        .child(level)
        .child(element("path", "wall").with("d", wall))
        .child(text("name", -6).text(name))
        .child(text("", HEIGHT + 9).words(size(bytes)))
}
