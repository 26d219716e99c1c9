//! `flow reflow`: rectifies a trained flow.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use flow_core::{
    Schedule, Solver,
    config::{Lesson, Round, Sampler},
    registry,
};

use crate::{failure::Failure, field, numbers, training::train_rounds};

/// Options of `flow reflow`.
#[derive(Debug, Args)]
#[command(after_help = "\
Pairs of noise and the sample it flows to are joined by new paths, and a new network learns these.
Pairs made by DDIM from a network with the noise objective are teacher pairs.

Examples:
  flow reflow five.flow --out five-2.flow
  flow reflow five.flow --rounds 2 --pairs 50000 --steps 3000 --out five-3.flow
  flow train --schedule vp --objective noise --out teacher.flow
  flow reflow teacher.flow --sampler ddim --sampler-steps 100 --out student.flow")]
pub struct Options {
    /// File that `flow train` wrote
    model: PathBuf,
    /// File for the new model
    #[arg(long, value_name = "MODEL")]
    out: PathBuf,
    /// How often to rectify
    #[arg(long, value_name = "K", default_value = "1", value_parser = numbers::rounds)]
    rounds: usize,
    #[command(flatten)]
    pairs: PairOptions,
    /// Steps of the sampler
    #[arg(long, value_name = "N", default_value = "32", value_parser = numbers::steps)]
    sampler_steps: usize,
    /// How the pairs are made
    #[arg(long, value_enum, default_value_t = SamplerName::Ode)]
    sampler: SamplerName,
    /// Schedule of the new paths
    #[arg(long, value_name = "NAME", default_value = "cond-ot", value_parser = field::names(Schedule::ENTRIES))]
    schedule: String,
}

/// What reflow and distillation have in common.
#[derive(Debug, Args)]
pub struct PairOptions {
    /// Pairs of noise and sample to make in each round
    #[arg(long, value_name = "N", default_value = "20000", value_parser = numbers::count)]
    pub pairs: usize,
    /// Training steps of each round
    #[arg(long, value_name = "N", default_value = "2000", value_parser = numbers::steps)]
    pub steps: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SamplerName {
    /// Midpoint steps along the velocity
    Ode,
    /// The deterministic sampler of diffusion models
    Ddim,
}

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        let round = Round {
            pairs: self.pairs.pairs,
            sampler: match self.sampler {
                SamplerName::Ode => Sampler::Ode { solver: Solver::Midpoint },
                SamplerName::Ddim => Sampler::Ddim,
            },
            sampler_steps: self.sampler_steps,
            lesson: Lesson::Paths,
            schedule: registry::find(Schedule::ENTRIES, "--schedule", &self.schedule)?.value,
            ..Round::default()
        };
        let rounds = vec![round; self.rounds];
        train_rounds(&self.model, &rounds, self.pairs.steps as u64, &self.out)
    }
}
