//! Lessons: training pairs that one network makes for the next.

use crate::{
    Result, Rng, Schedule,
    config::{Lesson, Round, Sampler},
    coupling::Pairs,
    distribution::Distribution,
    field::{Conversion, Converted, NetworkField},
    solver::{Trajectories, ancestral, integrate},
};

/// Particles moved at a time, so that whole trajectories of them fit in little memory.
const CHUNK: usize = 1_024;

/// The pairs that `round` learns from: noise of `source`, moved by `field`.
///
/// For [`Lesson::Paths`] a pair is the two ends of a trajectory, and its label 0. For
/// [`Lesson::Steps`] it is the two ends of one of the lesson's steps, and its label the step's
/// number.
///
/// # Errors
/// As [`integrate`] and [`ancestral`].
pub fn prepare(
    round: &Round,
    field: &NetworkField,
    schedule: Schedule,
    conversion: Conversion,
    source: &dyn Distribution,
    rng: &mut Rng,
) -> Result<Pairs> {
    let field = Converted::new(field, conversion);
    let mut pairs = Pairs::default();
    let mut missing = round.pairs;
    while missing > 0 {
        let starts = source.sample(rng, missing.min(CHUNK));
        missing -= starts.len();
        let steps = round.sampler_steps;
        let trajectories = match round.sampler {
            Sampler::Ode { solver } => integrate(&field, solver, (0.0, 1.0), steps, &starts)?,
            Sampler::Ddim => ancestral(&field, schedule, 0.0, (0.0, 1.0), steps, &starts, rng)?,
        };
        match round.lesson {
            Lesson::Paths => append(&mut pairs, trajectories.start(), trajectories.end(), 0),
            Lesson::Steps { steps } => append_steps(&mut pairs, &trajectories, steps),
        }
    }
    Ok(pairs)
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
