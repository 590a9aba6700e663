//! One run: every measure, of every contender, in interleaved rounds.

use anyhow::Result;
use clap::ValueEnum as _;

use crate::{
    contender::{Contender, Programs},
    limits,
    measure::{Figures, Measure, Scene, Settings},
    options::RelayOptions,
    report::{self, Machine, Record, Sample},
    target::Target,
};

/// Takes all measures that are asked for, and prints what they said.
pub(crate) async fn run(options: &RelayOptions) -> Result<()> {
    let settings = options.settings(limits::raise());
    let programs = Programs {
        bridge: options.bridge.clone(),
        bridge_arguments: options.bridge_arguments.clone(),
        peers: options.peers.clone(),
    };
    let contenders = contenders(options, &programs);
    let measures: Vec<Measure> = Measure::value_variants()
        .iter()
        .copied()
        .filter(|measure| options.only.is_empty() || options.only.contains(measure))
        .collect();
    let machine = Machine::here(options.command.clone());
    let mut bench = Bench {
        settings,
        programs,
        target: Target::start()?,
        record: Record::begin(&options.json, &machine)?,
    };
    bench
        .repeated(options.rounds(), &measures, &contenders)
        .await?;
    bench.once(&measures, &contenders).await?;
    report::print(&bench.record, &machine, &contenders);
    eprintln!("bench: the figures are in {}", options.json.display());
    Ok(())
}

/// Those that are asked for and can be measured here.
fn contenders(options: &RelayOptions, programs: &Programs) -> Vec<Contender> {
    let mut contenders = Contender::ALL.to_vec();
    contenders.retain(|contender| {
        if !options.contenders.is_empty() && !options.contenders.contains(contender) {
            return false;
        }
        let missing = programs.missing(*contender);
        if let Some(why) = &missing {
            eprintln!("bench: without {}: {why}", contender.name());
        }
        missing.is_none()
    });
    contenders
}

struct Bench {
    settings: Settings,
    programs: Programs,
    target: Target,
    record: Record,
}

impl Bench {
    /// Measures that swing, in rounds: each contender once in a round, in another order each time.
    async fn repeated(
        &mut self,
        rounds: u32,
        measures: &[Measure],
        contenders: &[Contender],
    ) -> Result<()> {
        let mut contenders = contenders.to_vec();
        for round in 1..=rounds {
            for measure in measures.iter().filter(|measure| measure.is_repeated()) {
                for contender in &contenders {
                    self.take(*measure, *contender, round).await?;
                }
                let by = usize::from(contenders.len() > 1);
                contenders.rotate_left(by);
            }
        }
        Ok(())
    }

    /// Measures that show the same each time.
    async fn once(&mut self, measures: &[Measure], contenders: &[Contender]) -> Result<()> {
        for measure in measures.iter().filter(|measure| !measure.is_repeated()) {
            for contender in contenders {
                self.take(*measure, *contender, 1).await?;
            }
        }
        Ok(())
    }

    /// Takes a measure of a relay that has just started: what another one left behind in it would count.
    async fn take(&mut self, measure: Measure, contender: Contender, round: u32) -> Result<()> {
        if !measure.suits(contender) {
            return Ok(());
        }
        let outcome = match tokio::time::timeout(PATIENCE, self.figures(measure, contender)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(anyhow::anyhow!("it took longer than {PATIENCE:?}")),
        };
        self.add(measure, contender, round, outcome)
    }

    async fn figures(&self, measure: Measure, contender: Contender) -> Result<Figures> {
        let running = self.programs.start(contender, self.target.address).await?;
        let scene = Scene {
            running: &running,
            target: &self.target,
            settings: &self.settings,
        };
        measure.take(&scene).await
    }

    fn add(
        &mut self,
        measure: Measure,
        contender: Contender,
        round: u32,
        outcome: Result<Figures>,
    ) -> Result<()> {
        let words = match &outcome {
            Ok(figures) => figures
                .iter()
                .map(|(name, value)| format!("{name} {value:.2}"))
                .collect::<Vec<_>>()
                .join(", "),
            Err(error) => format!("fails: {error:#}"),
        };
        let (name, who) = (measure.name(), contender.name());
        eprintln!("bench: {round} {name} {who}: {words}");
        self.record.add(Sample {
            measure,
            contender,
            round,
            outcome,
        })
    }
}

/// No measure takes so long unless it hangs.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(180);
