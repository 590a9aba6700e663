//! What the measures said, for machines and for people.

mod goals;
mod machine;
mod table;

use std::{
    fs::{self, File},
    io::Write as _,
    path::Path,
};

use anyhow::{Context as _, Result};
use serde_json::{Map, json};

pub(crate) use machine::Machine;
pub(crate) use table::print;

use crate::{
    contender::Contender,
    measure::{Figures, Measure},
};

/// What one measure said of one contender in one round.
pub(crate) struct Sample {
    pub(crate) measure: Measure,
    pub(crate) contender: Contender,
    pub(crate) round: u32,
    pub(crate) outcome: Result<Figures>,
}

/// All samples of a run, written down as they come.
pub(crate) struct Record {
    file: File,
    pub(crate) samples: Vec<Sample>,
}

impl Record {
    pub(crate) fn begin(path: &Path, machine: &Machine) -> Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        let mut record = Self {
            file,
            samples: Vec::new(),
        };
        record.write(&machine.json())?;
        Ok(record)
    }

    pub(crate) fn add(&mut self, sample: Sample) -> Result<()> {
        let mut line = json!({
            "measure": sample.measure.name(),
            "contender": sample.contender.name(),
            "round": sample.round,
        });
        match &sample.outcome {
            Ok(figures) => {
                let figures: Map<_, _> = figures
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), json!(value)))
                    .collect();
                line["figures"] = figures.into();
            }
            Err(error) => line["error"] = format!("{error:#}").into(),
        }
        self.samples.push(sample);
        self.write(&line)
    }

    fn write(&mut self, line: &serde_json::Value) -> Result<()> {
        writeln!(self.file, "{line}").context("cannot write the figures down")
    }

    /// A figure in each round that has it.
    pub(crate) fn values(
        &self,
        contender: Contender,
        measure: Measure,
        figure: &str,
    ) -> Vec<(u32, f64)> {
        self.samples
            .iter()
            .filter(|sample| sample.measure == measure && sample.contender == contender)
            .filter_map(|sample| {
                let figures = sample.outcome.as_ref().ok()?;
                let (_, value) = figures.iter().find(|(name, _)| *name == figure)?;
                Some((sample.round, *value))
            })
            .collect()
    }
}

/// The middle one of several numbers, the least and the greatest.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) greatest: f64,
}

impl Spread {
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_unstable_by(f64::total_cmp);
        let (least, greatest) = (*values.first()?, *values.last()?);
        let middle = values.len() / 2;
        let median = if values.len() % 2 == 1 {
            values[middle]
        } else {
            f64::midpoint(values[middle - 1], values[middle])
        };
        Some(Self {
            median,
            least,
            greatest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn the_median_is_in_the_middle() {
        let spread = Spread::of([3.0, 1.0, 10.0]).unwrap();
        assert_eq!(
            (spread.least, spread.median, spread.greatest),
            (1.0, 3.0, 10.0)
        );
        assert!(Spread::of([1.0, 2.0]).is_some_and(|it| it.median == 1.5));
        assert!(Spread::of([]).is_none());
    }
}
