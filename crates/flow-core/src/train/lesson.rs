//! Lessons: training pairs that one network makes for the next.

use std::sync::Arc;

use crate::{
    Result, Rng,
    config::{Lesson, Round, Sampler},
    coupling::Pairs,
    distribution::Distribution,
    field::{Conversion, Converted, NetworkField},
    solver::{Trajectories, ancestral, integrate},
};

/// Particles moved at a time: few enough that a worker can answer between two chunks.
const CHUNK: usize = 512;

/// The making of the pairs that a round learns from, chunk by chunk: noise of the source, moved by
/// the network so far.
///
/// For [`Lesson::Paths`] a pair is the two ends of a trajectory, and its label 0. For
/// [`Lesson::Steps`] it is the two ends of one of the lesson's steps, and its label the step's
/// number. The bits do not depend on when the chunks are made.
pub struct Preparation {
    round: Round,
    field: Converted<NetworkField>,
    source: Arc<dyn Distribution>,
    rng: Rng,
    /// Trajectories made so far.
    made: usize,
    pairs: Pairs,
}

impl Preparation {
    /// Begins to make the pairs of `round` with `field`, whose path has the given `conversion`.
    pub fn new(
        round: Round,
        field: NetworkField,
        conversion: Conversion,
        source: Arc<dyn Distribution>,
        rng: Rng,
    ) -> Self {
        let field = Converted::new(field, conversion);
        Self { round, field, source, rng, made: 0, pairs: Pairs::default() }
    }

    /// Makes one chunk of pairs. Returns the share that is made, 1 when there is nothing left.
    ///
    /// # Errors
    /// As [`integrate`] and [`ancestral`].
    pub fn advance(&mut self) -> Result<f64> {
        let Round { pairs, sampler_steps: steps, .. } = self.round;
        if self.made < pairs {
            let starts = self.source.sample(&mut self.rng, (pairs - self.made).min(CHUNK));
            let trajectories = match self.round.sampler {
                Sampler::Ode { solver } => integrate(&self.field, solver, (0.0, 1.0), steps, &starts)?,
                Sampler::Ddim => {
                    let schedule = self.field.conversion().schedule();
                    ancestral(&self.field, schedule, 0.0, (0.0, 1.0), steps, &starts, &mut self.rng)?
                }
            };
            match self.round.lesson {
                Lesson::Paths => append(&mut self.pairs, trajectories.start(), trajectories.end(), 0),
                Lesson::Steps { steps } => append_steps(&mut self.pairs, &trajectories, steps),
            }
            self.made += starts.len();
        }
        Ok(self.made as f64 / pairs as f64)
    }

    /// The pairs made so far: all of them once [`advance`](Self::advance) has returned 1.
    pub fn into_pairs(self) -> Pairs {
        self.pairs
    }
}

fn append(pairs: &mut Pairs, x0: &[[f32; 2]], x1: &[[f32; 2]], label: usize) {
    pairs.x0.extend_from_slice(x0);
    pairs.x1.extend_from_slice(x1);
    pairs.labels.resize(pairs.x0.len(), label);
}

/// Cuts trajectories, whose states are a multiple of `steps` steps, into `steps` pieces.
fn append_steps(pairs: &mut Pairs, trajectories: &Trajectories<f32>, steps: usize) {
    let stride = (trajectories.times.len() - 1) / steps;
    for step in 0..steps {
        let [begin, end] = [step, step + 1].map(|index| trajectories.state(index * stride));
        append(pairs, begin, end, step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trajectories_are_cut_at_whole_steps() {
        let trajectories = Trajectories {
            times: (0..=4).map(|i| f64::from(i) / 4.0).collect(),
            positions: (0..10_u8).map(|i| [f32::from(i), 0.0]).collect(),
            evaluations: 4,
        };
        let mut pairs = Pairs::default();
        append_steps(&mut pairs, &trajectories, 2);
        let first = |points: &[[f32; 2]]| points.iter().map(|p| p[0] as u8).collect::<Vec<_>>();
        assert_eq!((first(&pairs.x0), first(&pairs.x1)), (vec![0, 1, 4, 5], vec![4, 5, 8, 9]));
        assert_eq!(pairs.labels, [0, 0, 1, 1]);
    }
}
