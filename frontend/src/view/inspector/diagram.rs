//! The states of TCP as RFC 9293 draws them (figure 5), and the way that a socket took through them.

use sockscope_frontend::model::{ARROWS, Cause, Socket, Visit};
use sockscope_protocol::TcpState;
use sockscope_protocol::TcpState::{
    CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck, Listen, SynReceived,
    SynSent, TimeWait,
};
use yew::prelude::*;

use crate::i18n::{Messages, States};
use crate::view::element::element;
use crate::view::markup::Markup;
use crate::view::{format, testid};

/// Where each state stands: its column and its row. CLOSED stands twice, as in the figure: where a
/// connection begins and where it ends.
const SPOTS: [(TcpState, i32, i32); 12] = [
    (Closed, 1, 0),
    (Listen, 0, 1),
    (SynReceived, 0, 2),
    (SynSent, 2, 2),
    (Established, 1, 3),
    (FinWait1, 0, 4),
    (CloseWait, 2, 4),
    (FinWait2, 0, 5),
    (Closing, 1, 5),
    (LastAck, 2, 5),
    (TimeWait, 1, 6),
    (Closed, 2, 6),
];
/// The second CLOSED.
const END: usize = SPOTS.len() - 1;

/// Kinds of arrows, which name their heads too.
const UNTAKEN: &str = "way";
const TAKEN: &str = "way-taken";
const INFERRED: &str = "way-inferred";
const MARKER: &str = " viewBox='0 0 6 6' refX=6 refY=3 markerWidth=7 markerHeight=7 \
    markerUnits=userSpaceOnUse orient=auto><path d='M0 0L6 3L0 6Z'/></marker>";

/// Half the width and half the height of a state.
const HALF: (i32, i32) = (45, 12);

fn middle(spot: usize) -> (i32, i32) {
    let (_, column, row) = SPOTS[spot];
    (47 + 113 * column, 14 + 41 * row)
}

fn spot(state: TcpState) -> usize {
    SPOTS
        .iter()
        .position(|(one, ..)| *one == state)
        .unwrap_or_default()
}

/// The two ends of an arrow.
fn ends(from: TcpState, to: TcpState) -> (usize, usize) {
    let begins_anew = matches!(from, Listen | SynSent | SynReceived);
    let end = if to == Closed && !begins_anew {
        END
    } else {
        spot(to)
    };
    (spot(from), end)
}

/// An arrow from edge to edge of two states.
fn arrow(svg: &mut Markup, (from, to): (usize, usize), class: &str) {
    let ((x1, y1), (x2, y2)) = (middle(from), middle(to));
    let (dx, dy) = (x2 - x1, y2 - y1);
    let (x, y) = if dx.abs() * HALF.1 > dy.abs() * HALF.0 {
        (HALF.0 * dx.signum(), dy * HALF.0 / dx.abs())
    } else {
        (dx * HALF.1 / dy.abs().max(1), HALF.1 * dy.signum())
    };
    svg.add(&["<path class=", class, " marker-end=url(#", class, ") d='M"]);
    for (sign, number) in [("", x1 + x), (" ", y1 + y), ("L", x2 - x), (" ", y2 - y)] {
        svg.add(&[sign]);
        svg.number(number);
    }
    svg.add(&["'/>"]);
}

pub(super) fn diagram(socket: &Socket, t: &Messages) -> Html {
    let texts = &t.states;
    let visits = socket.path.visits();
    let Some(last) = visits.last() else {
        return Html::default();
    };
    let taken: Vec<((usize, usize), bool)> = visits
        .windows(2)
        .map(|pair| (ends(pair[0].state, pair[1].state), pair[1].seen))
        .collect();
    // Of a closed descriptor the present state is known where the kernel was asked.
    let known = last.state == Closed || socket.is_open() || socket.afterlife.is_some();
    let present = taken.last().map_or(spot(last.state), |((_, to), _)| *to);
    let mut svg = Markup::default();
    svg.add(&["<svg viewBox='0 0 320 274' aria-hidden=true><defs>"]);
    for class in [UNTAKEN, TAKEN, INFERRED] {
        svg.add(&["<marker id=", class, MARKER]);
    }
    svg.add(&["</defs>"]);
    let all = ARROWS.iter().map(|one| ends(one.from, one.to));
    for ends in all.filter(|ends| taken.iter().all(|(way, _)| way != ends)) {
        arrow(&mut svg, ends, UNTAKEN);
    }
    for (ends, seen) in &taken {
        arrow(&mut svg, *ends, if *seen { TAKEN } else { INFERRED });
    }
    for (at, (state, ..)) in SPOTS.iter().enumerate() {
        let visited = |seen: bool| {
            let first = visits.first();
            taken
                .iter()
                .any(|((_, to), known)| *to == at && *known == seen)
                || first.is_some_and(|first| spot(first.state) == at && first.seen == seen)
        };
        let class = if at == present && known {
            "present"
        } else if visited(true) {
            "seen"
        } else if visited(false) {
            "inferred"
        } else {
            "other"
        };
        let (x, y) = middle(at);
        svg.add(&["<g class=", class, "><rect width=90 height=24 rx=4 x="]);
        svg.number(x - HALF.0);
        svg.add(&[" y="]);
        svg.number(y - HALF.1);
        svg.add(&["></rect><text x="]);
        svg.number(x);
        svg.add(&[" y="]);
        svg.number(y);
        svg.add(&[">", state.name(), "</text></g>"]);
    }
    svg.add(&["</svg><p class=states-now>"]);
    if known {
        svg.add(&[
            "<strong>",
            last.state.name(),
            "</strong> · ",
            texts.text(last.state),
        ]);
    } else {
        svg.add(&[texts.unknown]);
    }
    svg.add(&["</p><ol aria-label='", texts.path, "'>"]);
    steps(&mut svg, visits, t);
    svg.add(&["</ol><p class=hint>", texts.inferred_hint, "</p>"]);
    element("div", "states")
        .is("data-testid", testid::TCP_PATH)
        .is("data-state", last.state.name())
        .html(svg.html())
        .done()
}

/// The way as a list: when, which state, and what led to it.
fn steps(list: &mut Markup, visits: &[Visit], t: &Messages) {
    let mut before = None;
    for visit in visits {
        // What a segment brought about was there when the next state was seen, or earlier.
        let called = matches!(
            visit.cause,
            Some(Cause::Close | Cause::Shutdown | Cause::Connect)
        );
        let sign = if visit.seen || called { "" } else { "≤ " };
        let (class, seen, mark) = if visit.seen {
            ("seen", "true", "")
        } else {
            ("inferred", "false", t.states.inferred)
        };
        let (name, time) = (visit.state.name(), format::clock(visit.time));
        let why = visit.cause.map_or("", |one| cause(one, before, t));
        list.add(&["<li class=", class, " data-testid=", testid::TCP_PATH_STATE]);
        list.add(&[
            " data-state=",
            name,
            " data-seen=",
            seen,
            "><span class=when>",
        ]);
        list.add(&[sign, &time, " s</span> <span class=which>", name]);
        list.add(&["</span> <span class=why>", why, "</span> <span class=mark>"]);
        list.add(&[mark, "</span></li>"]);
        before = Some(visit.state);
    }
}

/// What led to a state, as a call and a segment: an arrow to the right goes to the peer.
fn cause(cause: Cause, before: Option<TcpState>, t: &Messages) -> &'static str {
    match cause {
        Cause::Listen => "listen()",
        Cause::Connect => "connect()  SYN →",
        Cause::Shutdown => "shutdown()  FIN →",
        Cause::Close if matches!(before, Some(Listen | SynSent)) => "close()",
        Cause::Close => "close()  FIN →",
        Cause::Abort => "close()  RST →",
        Cause::Syn => "← SYN",
        Cause::SynAck => "← SYN, ACK",
        Cause::Ack => "← ACK",
        Cause::Fin => "← FIN",
        Cause::FinAck => "← FIN, ACK",
        Cause::Reset => "← RST",
        Cause::Timeout if before == Some(TimeWait) => "2 MSL",
        Cause::Timeout => t.stage.timed_out,
    }
}

impl States {
    /// What a state is, in a sentence.
    fn text(&self, state: TcpState) -> &'static str {
        match state {
            Closed => self.closed,
            Listen => self.listen,
            SynSent => self.syn_sent,
            SynReceived => self.syn_received,
            Established => self.established,
            FinWait1 => self.fin_wait_1,
            FinWait2 => self.fin_wait_2,
            CloseWait => self.close_wait,
            Closing => self.closing,
            LastAck => self.last_ack,
            TimeWait => self.time_wait,
        }
    }
}
