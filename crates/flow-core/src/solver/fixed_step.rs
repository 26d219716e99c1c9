//! What all solvers on the uniform grid share.

use super::{Keep, Trajectories, limits};
use crate::{Result, Scalar, field::VelocityField};

/// A run on the uniform grid: where the points are by now, and the states kept on the way.
#[derive(Debug)]
pub(super) struct FixedStepRun<S> {
    span: (f64, f64),
    steps: usize,
    done: usize,
    keep: Keep,
    x: Vec<[S; 2]>,
    trajectories: Trajectories<S>,
}

impl<S: Scalar> FixedStepRun<S> {
    /// Begins to move `starts` by `steps` equal steps from time `span.0` to time `span.1`.
    ///
    /// # Errors
    /// What [`integrate`](super::integrate) refuses before any work.
    pub fn new(keep: Keep, span: (f64, f64), steps: usize, starts: &[[S; 2]]) -> Result<Self> {
        limits::check_span(span)?;
        limits::check_starts(starts)?;
        let states = match keep {
            Keep::EveryState => steps.saturating_add(1),
            Keep::BothEnds => 2,
        };
        limits::check_steps::<S>(steps, states, starts.len())?;
        let mut trajectories = Trajectories {
            times: Vec::with_capacity(states),
            positions: Vec::with_capacity(states * starts.len()),
            evaluations: 0,
        };
        trajectories.push(span.0, starts);
        Ok(Self { span, steps, done: 0, keep, x: starts.to_vec(), trajectories })
    }

    /// Lets `step` take the next step, if one is left: it moves the points from the first time to the
    /// second, at the cost of `evaluations`. Returns the share that is done, 1 when nothing is left.
    ///
    /// # Errors
    /// As `step`; [`Error::Diverged`](crate::Error::Diverged) when a point is no longer finite.
    pub fn advance(
        &mut self,
        evaluations: usize,
        step: impl FnOnce(f64, f64, &mut Vec<[S; 2]>) -> Result<()>,
    ) -> Result<f64> {
        if self.done < self.steps {
            let (from, to) = (self.time(self.done), self.time(self.done + 1));
            step(from, to, &mut self.x)?;
            limits::check_finite(to, &self.x)?;
            self.done += 1;
            self.trajectories.evaluations += evaluations;
            if self.keep == Keep::EveryState || self.done == self.steps {
                self.trajectories.push(to, &self.x);
            }
        }
        Ok(self.done as f64 / self.steps as f64)
    }

    pub fn into_trajectories(self) -> Trajectories<S> {
        self.trajectories
    }

    /// The time of state `index`: `t_i = i/steps` from 0 to 1.
    fn time(&self, index: usize) -> f64 {
        let (start, end) = self.span;
        start + (end - start) * (index as f64 / self.steps as f64)
    }
}

/// How a solver takes one step along a field: from the first time to the second, from the first
/// points to the second.
pub(super) type StepFunction<S> =
    fn(&dyn VelocityField<Scalar = S>, f64, f64, &[[S; 2]], &mut [[S; 2]], &mut Stages<S>) -> Result<()>;

/// Working memory of a step, kept from one step to the next.
#[derive(Debug)]
pub(super) struct Stages<S> {
    /// Velocities at the stages.
    pub slopes: [Vec<[S; 2]>; 4],
    /// The position of the stage under way.
    pub position: Vec<[S; 2]>,
}

impl<S: Scalar> Stages<S> {
    pub fn new(stages: usize, count: usize) -> Self {
        let points = |needed: bool| vec![[S::zero(); 2]; if needed { count } else { 0 }];
        Self { slopes: std::array::from_fn(|stage| points(stage < stages)), position: points(stages > 1) }
    }
}
