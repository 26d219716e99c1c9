//! `flow distil`: few steps that do what many did.

use std::path::PathBuf;

use clap::Args;
use flow_core::{
    Solver,
    config::{Lesson, Round, Sampler},
};

use super::reflow::PairOptions;
use crate::{failure::Failure, numbers, training::train_rounds};

/// Options of `flow distil`.
#[derive(Debug, Args)]
#[command(after_help = "\
The result is made for Euler with exactly the student's number of steps.

Examples:
  flow distil five.flow --out five-1.flow
  flow distil five.flow --student-steps 2 --pairs 50000 --out five-2.flow
  flow distil five.flow --progressive --steps 1000 --out five-1.flow")]
pub struct Options {
    /// File that `flow train` wrote
    model: PathBuf,
    /// File for the new model
    #[arg(long, value_name = "MODEL")]
    out: PathBuf,
    /// Euler steps of the student, a power of two
    #[arg(long, value_name = "N", default_value = "1", value_parser = numbers::student_steps)]
    student_steps: usize,
    /// Halve the number of steps round by round instead of all at once
    #[arg(long)]
    progressive: bool,
    #[command(flatten)]
    pairs: PairOptions,
}

/// Midpoint steps of the first teacher.
const TEACHER_STEPS: usize = 64;

/// Euler steps of the first student that is on the way to a later one.
const FIRST_STUDENT_STEPS: usize = 16;

impl Options {
    pub fn run(self) -> Result<(), Failure> {
        train_rounds(&self.model, &self.rounds(), self.pairs.steps as u64, &self.out)
    }

    fn rounds(&self) -> Vec<Round> {
        let round = |solver, sampler_steps, steps| Round {
            pairs: self.pairs.pairs,
            sampler: Sampler::Ode { solver },
            sampler_steps,
            lesson: Lesson::Steps { steps },
            ..Round::default()
        };
        if !self.progressive {
            return vec![round(Solver::Midpoint, TEACHER_STEPS, self.student_steps)];
        }
        let mut steps = FIRST_STUDENT_STEPS.max(self.student_steps);
        let mut rounds = vec![round(Solver::Midpoint, TEACHER_STEPS, steps)];
        while steps > self.student_steps {
            // A student knows Euler steps of its own size and no others.
            rounds.push(round(Solver::Euler, steps, steps / 2));
            steps /= 2;
        }
        rounds
    }
}
