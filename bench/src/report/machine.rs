//! Where and when it was measured.

use std::{
    env, fs,
    thread::available_parallelism,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

/// Where and when it was measured.
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    kernel: String,
    date: String,
    command: String,
}

impl Machine {
    pub(crate) fn here(command: Option<String>) -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let processor = cpuinfo
            .lines()
            .find_map(|line| line.strip_prefix("model name"))
            .map_or("unknown", |rest| rest.trim_start_matches([' ', '\t', ':']));
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let arguments = || env::args().skip(1).collect::<Vec<_>>().join(" ");
        Self {
            processor: processor.to_owned(),
            cores: available_parallelism().map_or(1, usize::from),
            kernel: format!("{} {}", env::consts::OS, kernel.trim()),
            date: date(),
            command: command.unwrap_or_else(|| format!("sockscope-bench {}", arguments())),
        }
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "processor": self.processor,
            "cores": self.cores,
            "kernel": self.kernel,
            "date": self.date,
            "command": self.command,
        })
    }

    /// In a line.
    pub(crate) fn describe(&self) -> String {
        let Self {
            processor,
            cores,
            kernel,
            date,
            command,
        } = self;
        format!("{processor}, {cores} cores, {kernel}, {date}: `{command}`")
    }
}

fn date() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let days = now.map_or(0, |now| now.as_secs() / 86_400);
    let (year, month, day) = civil(days);
    format!("{year}-{month:02}-{day:02}")
}

/// Days since 1970-01-01 as a date: counted from 1 March of the year 0, in which leap days come last.
fn civil(days: u64) -> (u64, u64, u64) {
    const ERA: u64 = 146_097;
    let days = days + 719_468;
    let (era, day) = (days / ERA, days % ERA);
    let year = (day - day / 1460 + day / 36_524 - day / (ERA - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (era * 400 + year + carry, month, date)
}

#[cfg(test)]
mod tests {
    use super::civil;

    #[test]
    fn days_are_dates() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_453), (2025, 12, 31));
        assert_eq!(civil(20_454), (2026, 1, 1));
    }
}
