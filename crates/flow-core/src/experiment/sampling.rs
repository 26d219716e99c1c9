//! Particles on their way through a field.

use super::{Experiment, ShownField};
use crate::{
    Error, Result, Rng, Scalar, Solver,
    config::SamplingConfig,
    field::{Conversion, Denoiser, Score, VelocityField},
    solver::{
        AncestralIntegration, Diffusion, Integration, Keep, StochasticIntegration, Trajectories, integrate,
    },
};

/// A way to move points along a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// Along the velocity, by a solver.
    Flow(Solver),
    /// By the stochastic equation with the same marginals, see
    /// [`euler_maruyama`](crate::solver::euler_maruyama).
    Noisy(Diffusion),
    /// From guess to guess of the data, without noise, see [`ancestral`](crate::solver::ancestral).
    Ddim,
    /// From guess to guess of the data, with fresh noise at each step.
    Ddpm,
}

/// How far and in which steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// How points move.
    pub method: Method,
    /// From which time to which, both in [0, 1].
    pub span: (f64, f64),
    /// Steps, unless the method chooses its own.
    pub steps: usize,
    /// Which states are remembered.
    pub keep: Keep,
}

/// A sample under way: points that are moved piece by piece.
pub struct Sampling<F: VelocityField = Box<dyn ShownField>> {
    field: F,
    progress: Progress<F::Scalar>,
    rng: Rng,
}

enum Progress<S> {
    Flow(Box<Integration<S>>),
    Noisy(Box<StochasticIntegration<S>>),
    Ancestral(Box<AncestralIntegration<S>>),
}

impl<S: Scalar, F: VelocityField<Scalar = S> + Score + Denoiser<Scalar = S>> Sampling<F> {
    /// Begins to move `starts` along `field`, which belongs to the path of `conversion`; noise comes
    /// from `rng`.
    ///
    /// # Errors
    /// Before any work, as [`integrate`]; [`Error::Unavailable`] with the reason when the method
    /// asks for what the field does not know.
    pub fn new(
        field: F,
        conversion: &Conversion,
        course: Course,
        starts: &[[S; 2]],
        rng: Rng,
    ) -> Result<Self> {
        let Course { method, span, steps, keep } = course;
        let schedule = conversion.schedule();
        let ancestral = |eta| -> Result<_> {
            conversion.check_path()?;
            let integration = AncestralIntegration::new(keep, schedule, eta, span, steps, starts)?;
            Ok(Progress::Ancestral(Box::new(integration)))
        };
        let progress = match method {
            Method::Flow(solver) => {
                Progress::Flow(Box::new(Integration::keeping(keep, solver, span, steps, starts)?))
            }
            Method::Noisy(diffusion) => {
                field.check_score()?;
                let integration = StochasticIntegration::new(keep, diffusion, schedule, span, steps, starts)?;
                Progress::Noisy(Box::new(integration))
            }
            Method::Ddim => ancestral(0.0)?,
            Method::Ddpm => {
                // Fresh noise takes the place of the old only where that was normal and independent.
                conversion.check_score().map_err(|error| match error {
                    Error::Unavailable { reason, .. } => Error::unavailable("ddpm", reason),
                    error => error,
                })?;
                ancestral(1.0)?
            }
        };
        Ok(Self { field, progress, rng })
    }

    /// Takes one step; the adaptive solver tries one, which it may have to take back. Returns the
    /// share that is done, 1 when there is nothing left.
    ///
    /// # Errors
    /// As [`integrate`].
    pub fn advance(&mut self) -> Result<f64> {
        match &mut self.progress {
            Progress::Flow(integration) => integration.advance(&self.field),
            Progress::Noisy(integration) => integration.advance(&self.field, &mut self.rng),
            Progress::Ancestral(integration) => integration.advance(&self.field, &mut self.rng),
        }
    }

    /// All the steps that are left, and then the trajectories.
    ///
    /// # Errors
    /// As [`advance`](Self::advance).
    pub fn finish(mut self) -> Result<Trajectories<S>> {
        while self.advance()? < 1.0 {}
        Ok(self.into_trajectories())
    }

    /// The trajectories, whole once [`advance`](Self::advance) has returned 1.
    pub fn into_trajectories(self) -> Trajectories<S> {
        match self.progress {
            Progress::Flow(integration) => integration.into_trajectories(),
            Progress::Noisy(integration) => integration.into_trajectories(),
            Progress::Ancestral(integration) => integration.into_trajectories(),
        }
    }
}

impl Experiment {
    /// Moves every particle from t = 0 to t = 1 as the configuration's sampling says.
    ///
    /// # Errors
    /// As [`integrate`].
    pub fn sample(&self) -> Result<Trajectories<f32>> {
        self.start_sampling(None)?.finish()
    }

    /// Moves every particle from t = 0 to t = 1 along the field on show, without noise, by another
    /// solver than the configuration's.
    ///
    /// # Errors
    /// As [`integrate`].
    pub fn sample_with(&self, solver: Solver, steps: usize) -> Result<Trajectories<f32>> {
        integrate(&self.shown_field(None)?, solver, (0.0, 1.0), steps, &self.starts)
    }

    /// Begins to move the first `count` particles, or with `None` all, from t = 0 to t = 1 as the
    /// configuration's sampling says.
    ///
    /// # Errors
    /// As [`integrate`] and [`shown_field`](Self::shown_field), before any work.
    pub fn start_sampling(&self, count: Option<usize>) -> Result<Sampling> {
        let SamplingConfig { solver, steps, diffusion, .. } = self.config.sampling;
        let method = diffusion.map_or(Method::Flow(solver), Method::Noisy);
        let course = Course { method, span: (0.0, 1.0), steps, keep: Keep::EveryState };
        let rng = Rng::stream(self.config.seed, "diffusion");
        let (field, starts) = (self.shown_field(count)?, self.first_starts(count)?);
        Sampling::new(field, &self.conversion(), course, starts, rng)
    }

    /// The first `count` particles at t = 0, or all.
    pub(super) fn first_starts(&self, count: Option<usize>) -> Result<&[[f32; 2]]> {
        let all = self.starts.len();
        let count = count.unwrap_or(all);
        let starts = self.starts.get(..count).filter(|starts| !starts.is_empty());
        starts.ok_or_else(|| Error::invalid("count", count, format!("from 1 to {all}")))
    }
}
#[cfg(test)]
mod tests;
