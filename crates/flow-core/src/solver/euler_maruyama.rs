//! The Euler-Maruyama method for the stochastic equation with the same marginals.

use serde::{Deserialize, Serialize};

use super::{Keep, Trajectories, fixed_step::FixedStepRun};
use crate::{Error, Result, Rng, Scalar, Schedule, field::Score, registry::Entry};

/// The noise strength g(t) of `dX = [u + (g^2/2) score] dt + g dW`.
///
/// Whatever g is, X has the marginals of the flow (Song et al. 2021, arXiv 2011.13456, section 4.3;
/// Albergo et al. 2023, arXiv 2303.08797, section 2.4): noise pushes the particles apart and the
/// score pulls them back just as much.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Diffusion {
    /// `g(t) = g`. For exact scores that stay smooth at t = 1.
    Constant {
        /// Strength, from 0 (the flow itself) to 100.
        g: f64,
    },
    /// `g(t) = g sqrt(sigma(t))`, which calms down as fast as the error of a learned score grows.
    SqrtSigma {
        /// Strength, from 0 (the flow itself) to 100.
        g: f64,
    },
}

impl Diffusion {
    /// Every kind of noise strength by name.
    pub const ENTRIES: &'static [Entry<Diffusion>] = &[
        Entry {
            name: "constant",
            label: "Constant",
            summary: "The same noise at every time; for exact scores.",
            value: Diffusion::Constant { g: 1.0 },
        },
        Entry {
            name: "sqrt-sigma",
            label: "Falling with sigma",
            summary: "Noise that fades as the data appears; for learned fields.",
            value: Diffusion::SqrtSigma { g: 1.0 },
        },
    ];

    /// Checks the strength.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is outside 0..=100.
    pub fn validate(self, field: &str) -> Result<()> {
        let (Self::Constant { g } | Self::SqrtSigma { g }) = self;
        if (0.0..=100.0).contains(&g) {
            return Ok(());
        }
        Err(Error::invalid(format!("{field}.g"), g, "from 0 to 100"))
    }

    /// g at time `t` of `schedule`.
    pub fn at(self, schedule: Schedule, t: f64) -> f64 {
        match self {
            Self::Constant { g } => g,
            Self::SqrtSigma { g } => g * schedule.at(t).sigma.sqrt(),
        }
    }
}

/// Moves `starts` by `steps` equal steps of the stochastic equation and keeps every state.
///
/// Backward in time the equation is `dX = [u - (g^2/2) score] dt + g dW`. The step that arrives at
/// t = 1 is a plain Euler step without noise: there is no time left for the score to undo it. A
/// step counts as one evaluation, since velocity and score come from one. With g = 0 the score is
/// never asked for and this is Euler's method.
///
/// # Errors
/// As [`integrate`](super::integrate); also when the strength is out of range, or the field has no
/// score.
pub fn euler_maruyama<F: Score + ?Sized>(
    field: &F,
    diffusion: Diffusion,
    schedule: Schedule,
    span: (f64, f64),
    steps: usize,
    starts: &[[F::Scalar; 2]],
    rng: &mut Rng,
) -> Result<Trajectories<F::Scalar>> {
    let mut integration =
        StochasticIntegration::new(Keep::EveryState, diffusion, schedule, span, steps, starts)?;
    while integration.advance(field, rng)? < 1.0 {}
    Ok(integration.into_trajectories())
}

/// [`euler_maruyama`] under way, one step at a time. The bits do not depend on when the steps are
/// taken, as long as they draw from one random stream.
#[derive(Debug)]
pub struct StochasticIntegration<S> {
    diffusion: Diffusion,
    schedule: Schedule,
    run: FixedStepRun<S>,
    velocity: Vec<[S; 2]>,
    score: Vec<[S; 2]>,
}

impl<S: Scalar> StochasticIntegration<S> {
    /// Begins to move `starts` from time `span.0` to time `span.1`, keeping the states that `keep` says.
    ///
    /// # Errors
    /// What [`euler_maruyama`] refuses before any work.
    pub fn new(
        keep: Keep,
        diffusion: Diffusion,
        schedule: Schedule,
        span: (f64, f64),
        steps: usize,
        starts: &[[S; 2]],
    ) -> Result<Self> {
        let run = FixedStepRun::new(keep, span, steps, starts)?;
        diffusion.validate("diffusion")?;
        Ok(Self { diffusion, schedule, run, velocity: starts.to_vec(), score: starts.to_vec() })
    }

    /// Takes one step. Returns the share that is done, 1 when there is nothing left.
    ///
    /// # Errors
    /// What [`euler_maruyama`] refuses later.
    pub fn advance<F: Score<Scalar = S> + ?Sized>(&mut self, field: &F, rng: &mut Rng) -> Result<f64> {
        let Self { diffusion, schedule, run, velocity, score } = self;
        run.advance(1, |from, to, x| {
            let dt = to - from;
            let g = if to >= 1.0 { 0.0 } else { diffusion.at(*schedule, from) };
            if g > 0.0 {
                field.velocity_and_score(from, x, velocity, score)?;
            } else {
                field.velocity(from, x, velocity)?;
            }
            let drift = S::from_f64(dt);
            let pull = S::from_f64(0.5 * g * g * dt.abs());
            let kick = g * dt.abs().sqrt();
            for ((x, velocity), score) in x.iter_mut().zip(&*velocity).zip(&*score) {
                *x = std::array::from_fn(|d| x[d] + drift * velocity[d]);
                if g > 0.0 {
                    let noise = rng.normal_pair();
                    *x = std::array::from_fn(|d| x[d] + pull * score[d] + S::from_f64(kick * noise[d]));
                }
            }
            Ok(())
        })
    }

    /// What there is by now: all of it once [`advance`](Self::advance) has returned 1.
    pub fn into_trajectories(self) -> Trajectories<S> {
        self.run.into_trajectories()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        solver::{Solver, integrate},
        testing::Gaussian,
    };

    const SCHEDULE: Schedule = Schedule::CondOt;

    fn moments(points: &[[f64; 2]]) -> ([f64; 2], f64) {
        let count = points.len() as f64;
        let mean: [f64; 2] = std::array::from_fn(|d| points.iter().map(|x| x[d]).sum::<f64>() / count);
        let square = |x: &[f64; 2]| (x[0] - mean[0]).powi(2) + (x[1] - mean[1]).powi(2);
        (mean, (points.iter().map(square).sum::<f64>() / (2.0 * count)).sqrt())
    }

    #[test]
    fn noise_changes_the_paths_but_not_the_marginals() {
        let mut rng = Rng::stream(1, "test");
        let gaussian = Gaussian::along(SCHEDULE);
        let starts: Vec<_> = (0..20_000).map(|_| rng.normal_pair()).collect();
        let kinds: [fn(f64) -> Diffusion; 2] =
            [|g| Diffusion::Constant { g }, |g| Diffusion::SqrtSigma { g }];
        for kind in kinds {
            for g in [0.0, 0.5, 1.0, 2.0] {
                let run = euler_maruyama(&gaussian, kind(g), SCHEDULE, (0.0, 1.0), 200, &starts, &mut rng);
                let run = run.unwrap();
                for (index, t) in [(100, 0.5), (200, 1.0)] {
                    let (mean, sd) = moments(run.state(index));
                    let truth = gaussian.sd_at(t);
                    assert!((sd - truth).abs() < 0.015, "{:?} at {t}: sd {sd}, not {truth}", kind(g));
                    let center = gaussian.mean_at(t);
                    let off = libm::hypot(mean[0] - center[0], mean[1] - center[1]);
                    assert!(off < 0.015, "{:?} at {t}: mean {mean:?}", kind(g));
                }
            }
        }
    }

    #[test]
    fn backward_noise_leads_back_to_the_source() {
        let mut rng = Rng::stream(2, "test");
        let gaussian = Gaussian::along(SCHEDULE);
        let normal = |rng: &mut Rng| rng.normal_pair();
        let starts: Vec<[f64; 2]> = (0..20_000)
            .map(|_| normal(&mut rng))
            .map(|z| std::array::from_fn(|d| gaussian.mean[d] + gaussian.sd * z[d]))
            .collect();
        let constant = Diffusion::Constant { g: 1.0 };
        let run = euler_maruyama(&gaussian, constant, SCHEDULE, (1.0, 0.0), 400, &starts, &mut rng);
        let (mean, sd) = moments(run.unwrap().end());
        assert!((sd - 1.0).abs() < 0.02 && libm::hypot(mean[0], mean[1]) < 0.02, "mean {mean:?}, sd {sd}");
    }

    #[test]
    fn without_noise_it_is_eulers_method() {
        let gaussian = Gaussian::along(SCHEDULE);
        let starts = [[0.1, 0.2], [-1.0, 2.0]];
        let still = Diffusion::Constant { g: 0.0 };
        let mut rng = Rng::stream(1, "test");
        let run = euler_maruyama(&gaussian, still, SCHEDULE, (0.0, 1.0), 8, &starts, &mut rng);
        assert_eq!(run, integrate(&gaussian, Solver::Euler, (0.0, 1.0), 8, &starts));
        assert_eq!(rng, Rng::stream(1, "test"), "no random number was drawn");
    }

    #[test]
    fn strengths_out_of_range_are_refused() {
        for g in [-1.0, 101.0, f64::NAN] {
            let error = euler_maruyama(
                &Gaussian::along(SCHEDULE),
                Diffusion::SqrtSigma { g },
                SCHEDULE,
                (0.0, 1.0),
                8,
                &[[0.0; 2]],
                &mut Rng::stream(1, "test"),
            );
            assert!(error.unwrap_err().to_string().starts_with("diffusion.g is"));
        }
    }
}
