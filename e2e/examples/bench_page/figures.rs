//! What was measured, as a table and as JSON lines.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::json;

/// One number.
struct Figure {
    measure: String,
    what: &'static str,
    value: f64,
    unit: &'static str,
    /// What it should stay under.
    goal: Option<f64>,
}

#[derive(Default)]
pub(crate) struct Figures(Vec<Figure>);

impl Figures {
    pub(crate) fn add(
        &mut self,
        measure: &str,
        what: &'static str,
        value: f64,
        unit: &'static str,
    ) {
        self.put(measure, what, value, unit, None);
    }

    /// A figure that should stay under `goal`.
    pub(crate) fn under(
        &mut self,
        goal: f64,
        measure: &str,
        what: &'static str,
        value: f64,
        unit: &'static str,
    ) {
        self.put(measure, what, value, unit, Some(goal));
    }

    fn put(
        &mut self,
        measure: &str,
        what: &'static str,
        value: f64,
        unit: &'static str,
        goal: Option<f64>,
    ) {
        eprintln!("  {measure}: {what} {value:.1} {unit}");
        self.0.push(Figure {
            measure: measure.to_owned(),
            what,
            value,
            unit,
            goal,
        });
    }

    /// Prints all of it in Markdown.
    pub(crate) fn print(&self, browser: &str) {
        println!("{browser}; {}", machine());
        println!();
        println!("| | | | goal |");
        println!("| --- | --- | ---: | ---: |");
        for figure in &self.0 {
            let goal = figure
                .goal
                .map_or_else(String::new, |goal| format!("under {goal} {}", figure.unit));
            println!(
                "| {} | {} | {:.1} {} | {goal} |",
                figure.measure, figure.what, figure.value, figure.unit
            );
        }
    }

    /// Writes a line of JSON for each.
    pub(crate) fn write(&self, browser: &str, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        let machine = machine();
        for figure in &self.0 {
            let line = json!({
                "measure": figure.measure,
                "what": figure.what,
                "value": figure.value,
                "unit": figure.unit,
                "under": figure.goal,
                "browser": browser,
                "machine": machine,
            });
            writeln!(file, "{line}")?;
        }
        Ok(())
    }
}

/// The sources, the processors, and how busy they are with other things as well.
fn machine() -> String {
    let head = Command::new("git")
        .args(["describe", "--always", "--dirty"])
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("sources {head}, {cores} cores, load {load}")
}

/// The middle of some numbers; 0 of none.
pub(crate) fn median(numbers: &[f64]) -> f64 {
    quantile(numbers, 50)
}

/// What so many of a hundred stay within; 0 of none.
pub(crate) fn quantile(numbers: &[f64], percent: usize) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * percent / 100).copied().unwrap_or(0.0)
}
