//! Solvers: from a velocity field and starting points to trajectories.
//!
//! [`integrate`] solves dx/dt = u(t, x) from one time to another, forward or backward, and keeps
//! every state the solver really visited; [`integrate_to_end`] keeps only the two ends.
//! [`euler_maruyama`] solves the stochastic equation with the same marginals, and [`ancestral`]
//! samples a noise-predicting model as DDIM and DDPM do. Compare solvers at equal *function
//! evaluations* ([`Trajectories::evaluations`]), never at equal steps.

mod ancestral;
pub(crate) mod dopri5;
mod dormand_prince;
mod euler;
mod euler_maruyama;
mod fixed_step;
mod heun;
mod integration;
pub(crate) mod limits;
mod midpoint;
mod rk4;
mod step_control;
mod tolerances;
mod trajectories;

use serde::{Deserialize, Serialize};

use crate::{Error, Result, Scalar, field::VelocityField, registry::Entry};
pub use ancestral::{AncestralIntegration, ancestral};
pub use dopri5::integrate_at;
pub use euler_maruyama::{Diffusion, StochasticIntegration, euler_maruyama};
pub use integration::Integration;
pub use limits::{MEMORY_LIMIT_BYTES, STEP_LIMIT};
pub use tolerances::Tolerances;
pub use trajectories::Trajectories;

/// A method that solves the ordinary differential equation of a velocity field.
///
/// ```
/// use flow_core::Solver;
/// let solver: Solver = serde_json::from_str(r#"{"type":"heun"}"#)?;
/// assert_eq!((solver, solver.order(), solver.evaluations_per_step()), (Solver::Heun, 2, 2));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Solver {
    /// `x + dt u(t, x)` on the grid `t_i = i/N`.
    #[default]
    Euler,
    /// Euler's half step, then a whole step with the velocity found there.
    Midpoint,
    /// The mean of the velocities at both ends of an Euler step (explicit trapezoid). A last step
    /// to a place where the field has no velocity is Euler's.
    Heun,
    /// The classical fourth-order method of Runge and Kutta. A last step to a place where the
    /// field has no velocity is the midpoint method's.
    Rk4,
    /// Dormand and Prince's 5(4) pair, which chooses its own steps.
    Dopri5(Tolerances),
}

impl Solver {
    /// Every solver by name.
    pub const ENTRIES: &'static [Entry<Solver>] = &[
        Entry {
            name: "euler",
            label: "Euler",
            summary: "One evaluation a step: go where the velocity points now.",
            value: Solver::Euler,
        },
        Entry {
            name: "midpoint",
            label: "Midpoint",
            summary: "Two evaluations a step: use the velocity half a step ahead.",
            value: Solver::Midpoint,
        },
        Entry {
            name: "heun",
            label: "Heun",
            summary: "Two evaluations a step: average the velocities at both ends.",
            value: Solver::Heun,
        },
        Entry {
            name: "rk4",
            label: "Runge-Kutta 4",
            summary: "Four evaluations a step, fourth order.",
            value: Solver::Rk4,
        },
        Entry {
            name: "dopri5",
            label: "Dormand-Prince 5",
            summary: "Fifth order, chooses its own steps to meet a tolerance.",
            value: Solver::Dopri5(Tolerances::DEFAULT),
        },
    ];

    /// The order p: halving the step divides the error at the end by about 2^p.
    pub fn order(self) -> usize {
        match self {
            Self::Euler => 1,
            Self::Midpoint | Self::Heun => 2,
            Self::Rk4 => 4,
            Self::Dopri5(_) => 5,
        }
    }

    /// Velocity evaluations of one step. The adaptive solver spends two more to begin, and as
    /// many again on every step it rejects.
    pub fn evaluations_per_step(self) -> usize {
        match self {
            Self::Euler => 1,
            Self::Midpoint | Self::Heun => 2,
            Self::Rk4 => 4,
            Self::Dopri5(_) => 6,
        }
    }

    /// Whether the solver chooses its own steps, so that a number of steps means nothing to it.
    pub fn is_adaptive(self) -> bool {
        matches!(self, Self::Dopri5(_))
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a tolerance is out of range.
    pub fn validate(self, field: &str) -> Result<()> {
        match self {
            Self::Dopri5(tolerances) => tolerances.validate(field),
            Self::Euler | Self::Midpoint | Self::Heun | Self::Rk4 => Ok(()),
        }
    }
}

/// Moves the n points `starts` along `field` from time `span.0` to time `span.1`, both in [0, 1],
/// and keeps every state.
///
/// Fixed-step solvers take `steps` equal steps, so that going from 0 to 1 visits `t_i = i/steps`;
/// going from 1 to 0 runs the flow backward. The adaptive solver ignores `steps` and keeps the
/// states it accepted.
///
/// # Errors
/// Before any work, [`Error::Invalid`] when the span leaves [0, 1], there
/// are no points, a point is not finite, `steps` is 0 or above [`STEP_LIMIT`], or the
/// trajectories would need more than [`MEMORY_LIMIT_BYTES`].
/// Later, [`Error::Diverged`] when a position is no longer finite, and
/// whatever the field itself refuses.
pub fn integrate<F: VelocityField + ?Sized>(
    field: &F,
    solver: Solver,
    span: (f64, f64),
    steps: usize,
    starts: &[[F::Scalar; 2]],
) -> Result<Trajectories<F::Scalar>> {
    run(field, solver, span, steps, starts, Keep::EveryState)
}

/// As [`integrate`], but keeps only the first and the last state, so that the memory needed does
/// not grow with the number of steps.
///
/// # Errors
/// As [`integrate`].
pub fn integrate_to_end<F: VelocityField + ?Sized>(
    field: &F,
    solver: Solver,
    span: (f64, f64),
    steps: usize,
    starts: &[[F::Scalar; 2]],
) -> Result<Trajectories<F::Scalar>> {
    run(field, solver, span, steps, starts, Keep::BothEnds)
}

/// Which states a run remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// All of them, which takes memory for each step.
    EveryState,
    /// The first and the last.
    BothEnds,
}

fn run<F: VelocityField + ?Sized>(
    field: &F,
    solver: Solver,
    span: (f64, f64),
    steps: usize,
    starts: &[[F::Scalar; 2]],
    keep: Keep,
) -> Result<Trajectories<F::Scalar>> {
    let mut integration = Integration::keeping(keep, solver, span, steps, starts)?;
    while integration.advance(field)? < 1.0 {}
    Ok(integration.into_trajectories())
}

/// `out = x + h slope` for every point.
fn advance<S: Scalar>(x: &[[S; 2]], h: f64, slope: &[[S; 2]], out: &mut [[S; 2]]) {
    let h = S::from_f64(h);
    for ((out, x), slope) in out.iter_mut().zip(x).zip(slope) {
        *out = [x[0] + h * slope[0], x[1] + h * slope[1]];
    }
}

/// Whether an evaluation at the time `to`, where a step ends, gave a velocity.
///
/// At the very ends of time a velocity may not exist: no path to data with hard edges passes a
/// point outside them at t = 1. There a solver that looks ahead does without, as Karras et al.
/// 2022 (arXiv 2206.00364, algorithm 1) do in their last step; anywhere else it is an error.
fn is_available(evaluation: Result<()>, to: f64) -> Result<bool> {
    match evaluation {
        Ok(()) => Ok(true),
        Err(Error::Unavailable { .. }) if to <= 0.0 || to >= 1.0 => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
