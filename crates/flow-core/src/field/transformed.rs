//! Sampling a trained field along another schedule, without training again.

use super::{Divergence, VelocityField};
use crate::{Error, Result, Scalar, Schedule};

/// A field made for one schedule, moved to another by rescaling time and space.
///
/// Two schedules with the same pairs (x0, x1) pass through the same points up to a factor, at
/// different times: where `alpha/sigma` agrees, `x_new = s x_old`. The flow from noise to data is
/// therefore the same map, but its trajectories, and so the error of few solver steps, differ.
/// Holds for every source and coupling. Lipman et al. 2024 (arXiv 2412.06264), the
/// post-training change of an affine path's scheduler by a scale-time transformation; Pokle et al. 2023 (arXiv 2310.04432).
///
/// A schedule that begins with a little data in the noise (VP: alpha(0) is about 0.007) has no
/// earlier time to offer, so its first velocity is used there; the error is of that size.
#[derive(Debug, Clone)]
pub struct Transformed<F> {
    field: F,
    trained: Schedule,
    wanted: Schedule,
}

impl<F: VelocityField> Transformed<F> {
    /// `field`, which belongs to the schedule `trained`, as a field of the schedule `wanted`.
    pub fn new(field: F, trained: Schedule, wanted: Schedule) -> Self {
        Self { field, trained, wanted }
    }

    /// How the new velocity at `t` is made: `position x + velocity u(time, x / scale)`.
    fn at(&self, t: f64) -> Result<Change> {
        let new = self.wanted.at(t);
        if !new.d_sigma.is_finite() {
            let reason = format!("sigma of the schedule asked for falls infinitely fast at t = {t}");
            return Err(Error::unavailable("velocity", reason));
        }
        let time = self.time_of_ratio(new.alpha, new.sigma);
        let old = self.trained.at(time);
        // (alpha, sigma) of both schedules are parallel; the ratio of lengths is finite at both ends.
        let scale = libm::hypot(new.alpha, new.sigma) / libm::hypot(old.alpha, old.sigma);
        // u and x are two equations for E[x1|x] and E[x0|x]; the new velocity weighs these two
        // with the new rates. Where sigma' is infinite both sides are multiplied by sigma.
        let (row, d_sigma) =
            if old.d_sigma.is_finite() { (1.0, old.d_sigma) } else { (old.sigma, old.sigma_d_sigma) };
        let determinant = old.d_alpha * old.sigma * row - old.alpha * d_sigma;
        let velocity = (new.d_alpha * old.sigma - new.d_sigma * old.alpha) * row / determinant;
        let position = (new.d_sigma * old.d_alpha * row - new.d_alpha * d_sigma) / (determinant * scale);
        Ok(Change { time, scale, position, velocity })
    }

    /// The time at which the trained schedule has the ratio `alpha : sigma`, by bisection.
    fn time_of_ratio(&self, alpha: f64, sigma: f64) -> f64 {
        let too_early = |t: f64| {
            let at = self.trained.at(t);
            at.alpha * sigma < alpha * at.sigma
        };
        if !too_early(0.0) {
            return 0.0;
        }
        let (mut early, mut late) = (0.0, 1.0);
        // Each halving gains a bit; at 64 the two are neighbours.
        for _ in 0..64 {
            let middle = 0.5 * (early + late);
            if too_early(middle) { early = middle } else { late = middle }
        }
        late
    }
}

struct Change {
    time: f64,
    scale: f64,
    position: f64,
    velocity: f64,
}

impl Change {
    fn points<S: Scalar>(&self, x: &[[S; 2]]) -> Vec<[S; 2]> {
        let inverse = S::from_f64(1.0 / self.scale);
        x.iter().map(|x| x.map(|x| x * inverse)).collect()
    }

    fn velocities<S: Scalar>(&self, x: &[[S; 2]], out: &mut [[S; 2]]) {
        let (position, velocity) = (S::from_f64(self.position), S::from_f64(self.velocity));
        for (out, x) in out.iter_mut().zip(x) {
            *out = std::array::from_fn(|d| position * x[d] + velocity * out[d]);
        }
    }
}

impl<F: VelocityField> VelocityField for Transformed<F> {
    type Scalar = F::Scalar;

    fn velocity(&self, t: f64, x: &[[F::Scalar; 2]], out: &mut [[F::Scalar; 2]]) -> Result<()> {
        let change = self.at(t)?;
        self.field.velocity(change.time, &change.points(x), out)?;
        change.velocities(x, out);
        Ok(())
    }
}

impl<F: Divergence> Divergence for Transformed<F> {
    fn velocity_and_divergence(
        &self,
        t: f64,
        x: &[[F::Scalar; 2]],
        velocity: &mut [[F::Scalar; 2]],
        divergence: &mut [F::Scalar],
    ) -> Result<()> {
        let change = self.at(t)?;
        self.field.velocity_and_divergence(change.time, &change.points(x), velocity, divergence)?;
        change.velocities(x, velocity);
        let position = F::Scalar::from_f64(2.0 * change.position);
        let inner = F::Scalar::from_f64(change.velocity / change.scale);
        for divergence in divergence {
            *divergence = position + inner * *divergence;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{DistributionSpec, distribution::Distribution, field::exact::ExactField};

    fn normal(mean: f64, sd: f64) -> Arc<dyn Distribution> {
        let covs = vec![[[sd * sd, 0.0], [0.0, sd * sd]]];
        let spec = DistributionSpec::GaussianMixture { weights: vec![1.0], means: vec![[mean; 2]], covs };
        spec.build("test").unwrap()
    }

    #[test]
    fn a_transformed_field_is_the_field_of_the_other_schedule() {
        let x = [[0.4, -1.3], [2.0, 0.1]];
        for source in [0.0, 0.7] {
            let (noise, data) = (normal(source, 1.0), normal(1.5, 0.3));
            let exact = |schedule| ExactField::new(schedule, &*noise, &*data).unwrap();
            for trained in Schedule::ENTRIES {
                for wanted in Schedule::ENTRIES {
                    let field = Transformed::new(exact(trained.value), trained.value, wanted.value);
                    for t in [0.0_f64, 0.02, 0.3, 0.5, 0.9, 0.999, 1.0] {
                        let name = format!("{} to {} at {t}", trained.name, wanted.name);
                        let (mut v, mut div) = ([[0.0; 2]; 2], [0.0; 2]);
                        // A velocity of VP is infinite at t = 1, its own when the source has a mean.
                        let is_singular = wanted.name == "vp" || (trained.name == "vp" && source != 0.0);
                        if field.velocity_and_divergence(t, &x, &mut v, &mut div).is_err() {
                            assert!(is_singular && t >= 1.0, "{name}");
                            continue;
                        }
                        let (mut truth, mut div_truth) = ([[0.0; 2]; 2], [0.0; 2]);
                        let other = exact(wanted.value);
                        other.velocity_and_divergence(t, &x, &mut truth, &mut div_truth).unwrap();
                        // VP has no time for less data than alpha(0) = 0.0066 (documented).
                        let near_noise = trained.name == "vp" && wanted.name != "vp" && t == 0.0;
                        let accuracy = if near_noise { 0.05 } else { 1e-7 };
                        for i in 0..2 {
                            let error = libm::hypot(v[i][0] - truth[i][0], v[i][1] - truth[i][1]);
                            assert!(error < accuracy * (1.0 + truth[i][0].abs()), "{name}: {error}");
                            let error = (div[i] - div_truth[i]).abs();
                            assert!(
                                error < accuracy * (1.0 + div_truth[i].abs()),
                                "{name}: divergence {error}"
                            );
                        }
                    }
                }
            }
        }
    }
}
