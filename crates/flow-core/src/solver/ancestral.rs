//! DDIM and DDPM: sampling by guessing the data and adding the right noise back.

use super::{Keep, Trajectories, fixed_step::FixedStepRun};
use crate::{Error, Result, Rng, Scalar, Schedule, field::Denoiser};

/// Moves `starts` by `steps` equal steps in time, each of which asks `model` for the data and the
/// noise behind the present point and puts them together again for the next time:
/// `x' = alpha' E1 + sqrt(sigma'^2 - gamma^2) E0 + gamma z`.
///
/// `gamma = eta sigma'/sigma sqrt(sigma^2 - (alpha/alpha')^2 sigma'^2)`. With `eta` = 0 no noise is added:
/// DDIM (Song, Meng and Ermon 2021, arXiv 2010.02502, equation 12). With `eta` = 1 each step is the
/// ancestral step of DDPM with the smaller of its two variances (Ho, Jain and Abbeel 2020,
/// arXiv 2006.11239, equation 7).
///
/// Time runs forward from `span.0` to `span.1`. A model that predicts only noise cannot know the
/// data where alpha = 0: begin such a run a little after t = 0, at 0.001 say, or use the VP
/// schedule. Backward (`span.1 < span.0`, from data to noise) only DDIM is defined.
///
/// # Errors
/// As [`integrate`](super::integrate); also when `eta` is outside 0..=1, or not 0 for a
/// backward run.
pub fn ancestral<M: Denoiser + ?Sized>(
    model: &M,
    schedule: Schedule,
    eta: f64,
    span: (f64, f64),
    steps: usize,
    starts: &[[M::Scalar; 2]],
    rng: &mut Rng,
) -> Result<Trajectories<M::Scalar>> {
    let mut integration = AncestralIntegration::new(Keep::EveryState, schedule, eta, span, steps, starts)?;
    while integration.advance(model, rng)? < 1.0 {}
    Ok(integration.into_trajectories())
}

/// [`ancestral`] under way, one step at a time. The bits do not depend on when the steps are taken,
/// as long as they draw from one random stream.
#[derive(Debug)]
pub struct AncestralIntegration<S> {
    schedule: Schedule,
    eta: f64,
    run: FixedStepRun<S>,
    data: Vec<[S; 2]>,
    noise: Vec<[S; 2]>,
}

impl<S: Scalar> AncestralIntegration<S> {
    /// Begins to move `starts` from time `span.0` to time `span.1`, keeping the states that `keep` says.
    ///
    /// # Errors
    /// What [`ancestral`] refuses before any work.
    pub fn new(
        keep: Keep,
        schedule: Schedule,
        eta: f64,
        span: (f64, f64),
        steps: usize,
        starts: &[[S; 2]],
    ) -> Result<Self> {
        let run = FixedStepRun::new(keep, span, steps, starts)?;
        if !(0.0..=1.0).contains(&eta) {
            return Err(Error::invalid("eta", eta, "from 0 (DDIM) to 1 (DDPM)"));
        }
        if eta > 0.0 && span.1 < span.0 {
            return Err(Error::invalid("eta", eta, "0 when time runs backward"));
        }
        Ok(Self { schedule, eta, run, data: starts.to_vec(), noise: starts.to_vec() })
    }

    /// Takes one step. Returns the share that is done, 1 when there is nothing left.
    ///
    /// # Errors
    /// What [`ancestral`] refuses later.
    pub fn advance<M: Denoiser<Scalar = S> + ?Sized>(&mut self, model: &M, rng: &mut Rng) -> Result<f64> {
        let Self { schedule, eta, run, data, noise } = self;
        run.advance(1, |from, to, x| {
            model.denoise(from, x, data, noise)?;
            let (now, next) = (schedule.at(from), schedule.at(to));
            let gamma = if *eta > 0.0 {
                let kept = now.alpha / next.alpha * next.sigma;
                *eta * next.sigma / now.sigma * (now.sigma * now.sigma - kept * kept).max(0.0).sqrt()
            } else {
                0.0
            };
            let keep = S::from_f64((next.sigma * next.sigma - gamma * gamma).max(0.0).sqrt());
            let alpha = S::from_f64(next.alpha);
            for (x, (data, noise)) in x.iter_mut().zip(data.iter().zip(&*noise)) {
                *x = std::array::from_fn(|d| alpha * data[d] + keep * noise[d]);
                if gamma > 0.0 {
                    let z = rng.normal_pair();
                    *x = std::array::from_fn(|d| x[d] + S::from_f64(gamma * z[d]));
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
    use crate::testing::Gaussian;

    #[test]
    fn ddim_approaches_the_flow_with_order_one_and_runs_backward() {
        let start = [0.8, -1.1];
        for entry in Schedule::ENTRIES {
            let model = Gaussian::along(entry.value);
            let truth = model.flow(0.0, 1.0, start);
            let mut rng = Rng::stream(1, "test");
            let mut run = |steps, span, start| {
                ancestral(&model, entry.value, 0.0, span, steps, &[start], &mut rng).unwrap().end()[0]
            };
            let mut error = |steps| {
                let x = run(steps, (0.0, 1.0), start);
                libm::hypot(x[0] - truth[0], x[1] - truth[1])
            };
            let (coarse, fine) = (error(200), error(400));
            assert!(fine < 0.01 && (1.8..2.2).contains(&(coarse / fine)), "{}: {coarse} {fine}", entry.name);
            if entry.name != "vp" {
                let back = run(400, (0.999, 0.0), truth);
                assert!(
                    libm::hypot(back[0] - start[0], back[1] - start[1]) < 0.05,
                    "{}: {back:?}",
                    entry.name
                );
            }
        }
    }

    #[test]
    fn ddpm_has_the_marginals_at_every_step() {
        let mut rng = Rng::stream(1, "test");
        let starts: Vec<_> = (0..20_000).map(|_| rng.normal_pair()).collect();
        for entry in Schedule::ENTRIES {
            let model = Gaussian::along(entry.value);
            for eta in [0.5, 1.0] {
                let run = ancestral(&model, entry.value, eta, (0.0, 1.0), 200, &starts, &mut rng).unwrap();
                for index in [100, 200] {
                    let t = run.times[index];
                    let (center, truth) = (model.mean_at(t), model.sd_at(t));
                    let state = run.state(index);
                    for d in 0..2 {
                        let mean = state.iter().map(|x| x[d]).sum::<f64>() / 20_000.0;
                        let variance = state.iter().map(|x| (x[d] - mean).powi(2)).sum::<f64>() / 20_000.0;
                        let name = format!("{} eta {eta} state {index}", entry.name);
                        assert!(
                            (variance.sqrt() - truth).abs() < 0.02,
                            "{name}: {} {truth}",
                            variance.sqrt()
                        );
                        assert!((mean - center[d]).abs() < 0.02, "{name}: mean {mean}");
                    }
                }
            }
        }
    }

    #[test]
    fn bad_requests_are_refused() {
        let model = Gaussian::along(Schedule::CondOt);
        let refused = |eta, span| {
            let mut rng = Rng::stream(1, "test");
            ancestral(&model, Schedule::CondOt, eta, span, 4, &[[0.0; 2]], &mut rng).unwrap_err().to_string()
        };
        assert!(refused(1.5, (0.0, 1.0)).starts_with("eta is 1.5"));
        assert!(refused(1.0, (1.0, 0.0)).starts_with("eta is 1"));
    }
}
