//! What the bridge's relay shall reach.

use crate::{contender::Contender, measure::Measure};

/// Against what a figure is held.
#[derive(Clone, Copy)]
pub(super) enum Against {
    /// The same figure of another contender in the same round.
    Contender(Contender),
    /// A number.
    Nothing,
}

/// One thing to reach.
pub(super) struct Goal {
    pub(super) what: &'static str,
    pub(super) contender: Contender,
    pub(super) measure: Measure,
    pub(super) figure: &'static str,
    pub(super) against: Against,
    pub(super) bound: Bound,
}

#[derive(Clone, Copy)]
pub(super) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Bound {
    pub(super) fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }

    /// How far a value is from it, in parts of it.
    pub(super) fn short_by(self, value: f64) -> f64 {
        match self {
            Self::AtLeast(bound) => (bound - value) / bound,
            Self::AtMost(bound) => (value - bound) / bound,
        }
    }
}

const FORWARD: Against = Against::Contender(Contender::Forward);

/// All of them, in the order of the table.
pub(super) const GOALS: &[Goal] = &[
    wisp(
        "download",
        Measure::Download,
        RATE,
        FORWARD,
        Bound::AtLeast(1.1),
    ),
    wisp(
        "upload",
        Measure::Upload,
        RATE,
        FORWARD,
        Bound::AtLeast(1.25),
    ),
    wisp("echo", Measure::Echo, RATE, FORWARD, Bound::AtLeast(0.85)),
    wisp(
        "CPU per GiB, download",
        Measure::Download,
        CPU,
        FORWARD,
        Bound::AtMost(0.7),
    ),
    wisp(
        "CPU per GiB, upload",
        Measure::Upload,
        CPU,
        FORWARD,
        Bound::AtMost(0.7),
    ),
    wisp(
        "64-byte echo, p50",
        Measure::Ping,
        "p50_us",
        FORWARD,
        Bound::AtMost(1.1),
    ),
    wisp(
        "64-byte echo beside a download, p99, us",
        Measure::PingBeside,
        "p99_us",
        NONE,
        Bound::AtMost(3000.0),
    ),
    wisp(
        "streams per second, one at a time",
        Measure::OpenOne,
        "per_s",
        FORWARD,
        Bound::AtLeast(1.2),
    ),
    wisp(
        "streams per second, many in flight",
        Measure::OpenMany,
        "per_s",
        FORWARD,
        Bound::AtLeast(1.35),
    ),
    wisp(
        "KiB per idle stream",
        Measure::Idle,
        KIB,
        NONE,
        Bound::AtMost(6.0),
    ),
    wisp(
        "KiB per idle stream, very many",
        Measure::IdleMany,
        KIB,
        NONE,
        Bound::AtMost(6.0),
    ),
    wisp(
        "very many streams on one WebSocket",
        Measure::IdleMany,
        "count",
        NONE,
        Bound::AtLeast(10_000.0),
    ),
    wisp(
        "KiB per idle WebSocket",
        Measure::IdleSockets,
        KIB,
        NONE,
        Bound::AtMost(20.0),
    ),
    wisp(
        "client stops reading: grown by, MiB",
        Measure::StoppedReader,
        "grown_mib",
        NONE,
        Bound::AtMost(1.0),
    ),
    wisp(
        "target never reads: grown by, MiB",
        Measure::StoppedTarget,
        "grown_mib",
        NONE,
        Bound::AtMost(1.0),
    ),
    wisp(
        "beside a stuck stream, ms",
        Measure::StoppedTarget,
        "beside_ms",
        NONE,
        Bound::AtMost(3.0),
    ),
    wisp(
        "sent and closed: share that is whole",
        Measure::SentAndClosed,
        "share",
        NONE,
        Bound::AtLeast(1.0),
    ),
    wisp(
        "after the target's shutdown: share delivered",
        Measure::HalfClosed,
        "share",
        NONE,
        Bound::AtLeast(1.0),
    ),
    wisp(
        "before the target's close: share that is whole",
        Measure::LastBytes,
        "share",
        NONE,
        Bound::AtLeast(1.0),
    ),
    session("session's receive", Measure::Download),
    session("session's send", Measure::Upload),
];

const RATE: &str = "mib_per_s";
const CPU: &str = "cpu_s_per_gib";
const KIB: &str = "kib_each";
const NONE: Against = Against::Nothing;

const fn wisp(
    what: &'static str,
    measure: Measure,
    figure: &'static str,
    against: Against,
    bound: Bound,
) -> Goal {
    Goal {
        what,
        contender: Contender::Wisp,
        measure,
        figure,
        against,
        bound,
    }
}

const fn session(what: &'static str, measure: Measure) -> Goal {
    Goal {
        what,
        contender: Contender::Session,
        measure,
        figure: RATE,
        against: Against::Contender(Contender::Wisp),
        bound: Bound::AtLeast(0.85),
    }
}
