//! An integration that can be done piece by piece.

use super::{
    Keep, Solver, Trajectories,
    dopri5::AdaptiveRun,
    euler,
    fixed_step::{FixedStepRun, Stages, StepFunction},
    heun, midpoint, rk4,
};
use crate::{Result, Scalar, field::VelocityField};

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
pub struct Integration<S>(Run<S>);

#[derive(Debug)]
enum Run<S> {
    FixedStep {
        run: FixedStepRun<S>,
        step: StepFunction<S>,
        evaluations: usize,
        stages: Stages<S>,
        next: Vec<[S; 2]>,
    },
    Adaptive(AdaptiveRun<S>),
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
        let evaluations = solver.evaluations_per_step();
        let on_grid = |step: StepFunction<S>| -> Result<_> {
            let run = FixedStepRun::new(keep, span, steps, starts)?;
            let stages = Stages::new(evaluations, starts.len());
            Ok(Run::FixedStep { run, step, evaluations, stages, next: starts.to_vec() })
        };
        Ok(Self(match solver {
            Solver::Euler => on_grid(euler::step)?,
            Solver::Midpoint => on_grid(midpoint::step)?,
            Solver::Heun => on_grid(heun::step)?,
            Solver::Rk4 => on_grid(rk4::step)?,
            Solver::Dopri5(tolerances) => Run::Adaptive(AdaptiveRun::new(keep, tolerances, span, starts)?),
        }))
    }

    /// Takes one step; the adaptive solver tries one, which it may have to take back. Returns the
    /// share that is done, 1 when there is nothing left.
    ///
    /// # Errors
    /// What [`integrate`](super::integrate) refuses later.
    pub fn advance<F: VelocityField<Scalar = S> + ?Sized>(&mut self, field: &F) -> Result<f64> {
        match &mut self.0 {
            Run::FixedStep { run, step, evaluations, stages, next } => {
                run.advance(*evaluations, |from, to, x| {
                    step(&field, from, to, x, next, stages)?;
                    std::mem::swap(x, next);
                    Ok(())
                })
            }
            Run::Adaptive(run) => run.advance(field),
        }
    }

    /// What there is by now: all of it once [`advance`](Self::advance) has returned 1.
    pub fn into_trajectories(self) -> Trajectories<S> {
        match self.0 {
            Run::FixedStep { run, .. } => run.into_trajectories(),
            Run::Adaptive(run) => run.into_trajectories(),
        }
    }
}
