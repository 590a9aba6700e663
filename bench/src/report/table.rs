//! Tables in Markdown.

use super::{
    Machine, Record, Spread,
    goals::{Against, Bound, GOALS, Goal},
};
use crate::{contender::Contender, measure::Measure};

/// A column: its title, and the figure in it with its decimals.
struct Column {
    title: &'static str,
    measure: Measure,
    figure: &'static str,
    decimals: usize,
}

const fn column(
    title: &'static str,
    measure: Measure,
    figure: &'static str,
    decimals: usize,
) -> Column {
    Column {
        title,
        measure,
        figure,
        decimals,
    }
}

const SPEED: &[Column] = &[
    column("download, MiB/s", Measure::Download, "mib_per_s", 0),
    column("upload, MiB/s", Measure::Upload, "mib_per_s", 0),
    column("echo, MiB/s", Measure::Echo, "mib_per_s", 0),
    column("CPU s/GiB, down", Measure::Download, "cpu_s_per_gib", 2),
    column("CPU s/GiB, up", Measure::Upload, "cpu_s_per_gib", 2),
    column("CPU s/GiB, echo", Measure::Echo, "cpu_s_per_gib", 2),
];

const WAITING: &[Column] = &[
    column("64-byte echo p50, us", Measure::Ping, "p50_us", 0),
    column("p99, us", Measure::Ping, "p99_us", 0),
    column(
        "beside a download p50, us",
        Measure::PingBeside,
        "p50_us",
        0,
    ),
    column("p99, us", Measure::PingBeside, "p99_us", 0),
    column(
        "download beside, MiB/s",
        Measure::PingBeside,
        "download_mib_per_s",
        0,
    ),
];

const OPENING: &[Column] = &[
    column("streams/s, one at a time", Measure::OpenOne, "per_s", 0),
    column("many in flight", Measure::OpenMany, "per_s", 0),
    column(
        "WebSockets/s, one at a time",
        Measure::SocketOne,
        "per_s",
        0,
    ),
    column("many in flight", Measure::SocketMany, "per_s", 0),
    column("KiB per idle stream", Measure::Idle, "kib_each", 1),
    column("of very many", Measure::IdleMany, "kib_each", 1),
    column("how many", Measure::IdleMany, "count", 0),
    column(
        "KiB per idle WebSocket",
        Measure::IdleSockets,
        "kib_each",
        1,
    ),
];

const KEEPING: &[Column] = &[
    column(
        "client stops: grown, MiB",
        Measure::StoppedReader,
        "grown_mib",
        1,
    ),
    column("target sent, MiB", Measure::StoppedReader, "passed_mib", 1),
    column(
        "target stops: grown, MiB",
        Measure::StoppedTarget,
        "grown_mib",
        1,
    ),
    column("client sent, MiB", Measure::StoppedTarget, "passed_mib", 1),
    column("echo beside, ms", Measure::StoppedTarget, "beside_ms", 1),
    column("sent and closed: whole", Measure::SentAndClosed, "whole", 0),
    column("of", Measure::SentAndClosed, "tries", 0),
    column(
        "after shutdown: KiB",
        Measure::HalfClosed,
        "delivered_kib",
        0,
    ),
    column("of", Measure::HalfClosed, "sent_kib", 0),
    column("before close: whole", Measure::LastBytes, "whole", 0),
    column("of", Measure::LastBytes, "tries", 0),
];

/// Prints all that was measured.
pub(crate) fn print(record: &Record, machine: &Machine, contenders: &[Contender]) {
    println!(
        "Medians of all rounds, with their range. {}",
        machine.describe()
    );
    for columns in [SPEED, WAITING, OPENING, KEEPING] {
        print_figures(record, contenders, columns);
    }
    print_goals(record);
}

fn print_figures(record: &Record, contenders: &[Contender], columns: &[Column]) {
    let columns: Vec<&Column> = columns
        .iter()
        .filter(|column| {
            record
                .samples
                .iter()
                .any(|sample| sample.measure == column.measure)
        })
        .collect();
    if columns.is_empty() {
        return;
    }
    let titles: Vec<&str> = columns.iter().map(|column| column.title).collect();
    println!("\n| | {} |", titles.join(" | "));
    println!("| --- |{}", " ---: |".repeat(columns.len()));
    for contender in contenders {
        let cells: Vec<String> = columns
            .iter()
            .map(|column| cell(record, *contender, column))
            .collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            println!("| {} | {} |", contender.title(), cells.join(" | "));
        }
    }
}

fn cell(record: &Record, contender: Contender, column: &Column) -> String {
    let values = record.values(contender, column.measure, column.figure);
    match Spread::of(values.iter().map(|(_, value)| *value)) {
        Some(spread) => words(spread, column.decimals, values.len() > 1),
        None if fails(record, contender, column.measure) => "fails".into(),
        None => String::new(),
    }
}

fn words(spread: Spread, decimals: usize, range: bool) -> String {
    let Spread {
        median,
        least,
        greatest,
    } = spread;
    if range {
        format!("{median:.decimals$} ({least:.decimals$}-{greatest:.decimals$})")
    } else {
        format!("{median:.decimals$}")
    }
}

fn fails(record: &Record, contender: Contender, measure: Measure) -> bool {
    record.samples.iter().any(|sample| {
        sample.contender == contender && sample.measure == measure && sample.outcome.is_err()
    })
}

fn print_goals(record: &Record) {
    let rows: Vec<String> = GOALS.iter().filter_map(|goal| row(record, goal)).collect();
    if rows.is_empty() {
        return;
    }
    println!("\n| goal | reached | wanted | |\n| --- | ---: | ---: | --- |");
    for row in rows {
        println!("{row}");
    }
}

fn row(record: &Record, goal: &Goal) -> Option<String> {
    let spread = reached(record, goal);
    if spread.is_none() && !fails(record, goal.contender, goal.measure) {
        return None;
    }
    let times = match goal.against {
        Against::Contender(other) => format!(" x {}", other.name()),
        Against::Nothing => String::new(),
    };
    let wanted = match goal.bound {
        Bound::AtLeast(bound) => format!("at least {bound}{times}"),
        Bound::AtMost(bound) => format!("at most {bound}{times}"),
    };
    let (reached, verdict) = match spread {
        None => ("fails".into(), "not met".into()),
        Some(spread) => {
            let decimals = if spread.median < 20.0 { 2 } else { 0 };
            let range = spread.least < spread.greatest;
            let verdict = if goal.bound.is_met(spread.median) {
                "met".to_owned()
            } else {
                match (goal.bound.short_by(spread.median) * 100.0).round() {
                    0.0 => "short by less than 1 %".to_owned(),
                    percent => format!("short by {percent:.0} %"),
                }
            };
            (words(spread, decimals, range), verdict)
        }
    };
    Some(format!(
        "| {} | {reached} | {wanted} | {verdict} |",
        goal.what
    ))
}

/// What a goal's figure came to: against another contender, round by round, because rounds differ more
/// than contenders within one.
fn reached(record: &Record, goal: &Goal) -> Option<Spread> {
    let values = record.values(goal.contender, goal.measure, goal.figure);
    match goal.against {
        Against::Nothing => Spread::of(values.into_iter().map(|(_, value)| value)),
        Against::Contender(other) => {
            let others = record.values(other, goal.measure, goal.figure);
            Spread::of(values.into_iter().filter_map(|(round, value)| {
                let (_, other) = others.iter().find(|(of, _)| *of == round)?;
                Some(value / other)
            }))
        }
    }
}
