//! The loop that all solvers on the uniform grid share.

use super::{Keep, Trajectories, limits};
use crate::{Result, Scalar, field::VelocityField};

/// One step of a solver: from the points `x` at time `from` to `next` at time `to`.
pub(super) type Step<F, S> = fn(&F, f64, f64, &[[S; 2]], &mut [[S; 2]], &mut Stages<S>) -> Result<()>;

/// Working memory of a step, kept from one step to the next.
pub(super) struct Stages<S> {
    /// Velocities at the stages.
    pub slopes: [Vec<[S; 2]>; 4],
    /// The position of the stage under way.
    pub position: Vec<[S; 2]>,
}

impl<S: Scalar> Stages<S> {
    fn new(stages: usize, count: usize) -> Self {
        let points = |needed: bool| vec![[S::zero(); 2]; if needed { count } else { 0 }];
        Self { slopes: std::array::from_fn(|stage| points(stage < stages)), position: points(stages > 1) }
    }
}

pub(super) fn run<F: VelocityField + ?Sized>(
    field: &F,
    step: Step<F, F::Scalar>,
    stages: usize,
    (start, end): (f64, f64),
    steps: usize,
    starts: &[[F::Scalar; 2]],
    keep: Keep,
) -> Result<Trajectories<F::Scalar>> {
    let count = starts.len();
    let states = if keep == Keep::EveryState { steps.saturating_add(1) } else { 2 };
    limits::check_steps::<F::Scalar>(steps, states, count)?;

    let time = |index: usize| start + (end - start) * (index as f64 / steps as f64);
    let mut scratch = Stages::new(stages, count);
    let mut times = Vec::with_capacity(states);
    let mut positions = Vec::with_capacity(states * count);
    times.push(start);
    positions.extend_from_slice(starts);
    let mut x = starts.to_vec();
    let mut next = x.clone();
    for index in 0..steps {
        let (from, to) = (time(index), time(index + 1));
        step(field, from, to, &x, &mut next, &mut scratch)?;
        limits::check_finite(to, &next)?;
        std::mem::swap(&mut x, &mut next);
        if keep == Keep::EveryState || index + 1 == steps {
            times.push(to);
            positions.extend_from_slice(&x);
        }
    }
    Ok(Trajectories { times, positions, evaluations: stages * steps })
}
