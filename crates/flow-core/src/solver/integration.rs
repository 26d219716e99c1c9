//! An integration that can be done piece by piece.

use super::{Keep, Solver, Trajectories, dopri5, euler, fixed_step, heun, limits, midpoint, rk4};
use crate::{Result, Scalar, field::VelocityField};
use fixed_step::{Stages, time_at};

/// An integration under way: [`integrate`](super::integrate), one step at a time, so that whoever
/// has to answer others meanwhile can. The bits do not depend on when the pieces are done.
///
/// ```
/// use flow_core::solver::{Integration, Solver};
/// # use flow_core::{Result, field::VelocityField};
/// # struct Drift;
/// # impl VelocityField for Drift {
/// #     type Scalar = f64;
/// #     fn velocity(&self, _: f64, _: &[[f64; 2]], out: &mut [[f64; 2]]) -> Result<()> {
/// #         Ok(out.fill([1.0, 0.0]))
/// #     }
/// # }
/// let mut integration = Integration::new(Solver::Heun, (0.0, 1.0), 4, &[[0.0, 0.0]])?;
/// while integration.advance(&Drift)? < 1.0 {}
/// assert_eq!(integration.into_trajectories().end(), [[1.0, 0.0]]);
/// # Ok::<(), flow_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Integration<S> {
    solver: Solver,
    span: (f64, f64),
    steps: usize,
    done: usize,
    keep: Keep,
    x: Vec<[S; 2]>,
    next: Vec<[S; 2]>,
    stages: Stages<S>,
    adaptive: Option<dopri5::Solution<2>>,
    trajectories: Trajectories<S>,
}

impl<S: Scalar> Integration<S> {
    /// Begins to move the n points `starts` from time `span.0` to time `span.1`, keeping every state.
    ///
    /// # Errors
    /// What [`integrate`](super::integrate) refuses before any work.
    pub fn new(solver: Solver, span: (f64, f64), steps: usize, starts: &[[S; 2]]) -> Result<Self> {
        Self::keeping(Keep::EveryState, solver, span, steps, starts)
    }

    /// As [`new`](Self::new), keeping the states that `keep` says.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn keeping(
        keep: Keep,
        solver: Solver,
        span: (f64, f64),
        steps: usize,
        starts: &[[S; 2]],
    ) -> Result<Self> {
        limits::check_span(span)?;
        limits::check_starts(starts)?;
        solver.validate("solver")?;
        let states = if keep == Keep::EveryState { steps.saturating_add(1) } else { 2 };
        let capacity = if solver.is_adaptive() {
            1
        } else {
            limits::check_steps::<S>(steps, states, starts.len())?;
            states
        };
        let mut trajectories = Trajectories {
            times: Vec::with_capacity(capacity),
            positions: Vec::with_capacity(capacity * starts.len()),
            evaluations: 0,
        };
        trajectories.times.push(span.0);
        trajectories.positions.extend_from_slice(starts);
        let (stages, steps) =
            if solver.is_adaptive() { (0, 1) } else { (solver.evaluations_per_step(), steps) };
        let adaptive = match solver {
            Solver::Dopri5(tolerances) => Some(dopri5::begin(tolerances, span, starts)),
            Solver::Euler | Solver::Midpoint | Solver::Heun | Solver::Rk4 => None,
        };
        Ok(Self {
            solver,
            span,
            steps,
            done: 0,
            keep,
            x: starts.to_vec(),
            next: starts.to_vec(),
            stages: Stages::new(stages, starts.len()),
            adaptive,
            trajectories,
        })
    }

    /// Takes one step; the adaptive solver tries one, which it may have to take back. Returns the
    /// share that is done, 1 when there is nothing left.
    ///
    /// # Errors
    /// What [`integrate`](super::integrate) refuses later.
    pub fn advance<F: VelocityField<Scalar = S> + ?Sized>(&mut self, field: &F) -> Result<f64> {
        if let Some(solution) = &mut self.adaptive {
            return dopri5::advance(field, solution, self.keep, &mut self.trajectories);
        }
        if self.done == self.steps {
            return Ok(1.0);
        }
        let step = match self.solver {
            Solver::Euler => euler::step,
            Solver::Midpoint => midpoint::step,
            Solver::Heun => heun::step,
            Solver::Rk4 | Solver::Dopri5(_) => rk4::step,
        };
        let (from, to) =
            (time_at(self.span, self.done, self.steps), time_at(self.span, self.done + 1, self.steps));
        step(field, from, to, &self.x, &mut self.next, &mut self.stages)?;
        limits::check_finite(to, &self.next)?;
        std::mem::swap(&mut self.x, &mut self.next);
        self.done += 1;
        self.trajectories.evaluations += self.solver.evaluations_per_step();
        if self.keep == Keep::EveryState || self.done == self.steps {
            self.trajectories.times.push(to);
            self.trajectories.positions.extend_from_slice(&self.x);
        }
        Ok(self.done as f64 / self.steps as f64)
    }

    /// What there is by now: all of it once [`advance`](Self::advance) has returned 1.
    pub fn into_trajectories(self) -> Trajectories<S> {
        self.trajectories
    }
}
