//! Velocity, data, noise and score: four answers to one question.
//!
//! Whoever knows one of the velocity u, the expected data `E1 = E[x1|x]`, the expected noise
//! `E0 = E[x0|x]` and the score at a point of a Gaussian path knows the others, since
//! `x = alpha E1 + sigma E0`, `u = alpha' E1 + sigma' E0` and `score = -E0 / sigma`.
//! The first two equations hold for every source and coupling; the third (Tweedie's formula) only
//! for a standard normal source, drawn independently of the data.
//! Lipman et al. 2024 (arXiv 2412.06264), the table that converts between the velocity, the
//! denoiser, the noise prediction and the score of an affine path.

use super::{Denoiser, Divergence, Score, VelocityField};
use crate::{
    Coefficients, Coupling, Error, Result, Schedule,
    distribution::{Distribution, Family},
    scalar::{rounded, widened},
};

/// One of the four equivalent quantities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// The marginal velocity u.
    Velocity,
    /// The expected data `E[x1 | x_t = x]`, also called the denoiser.
    Data,
    /// The expected noise `E[x0 | x_t = x]`, what a DDPM network predicts.
    Noise,
    /// The gradient of the log density of the marginal.
    Score,
}

/// Turns one quantity into another, where that is possible.
#[derive(Debug, Clone)]
pub struct Conversion {
    schedule: Schedule,
    /// E[x1], which is E[x1|x] where no data has arrived yet; known for independent pairs.
    data_mean: Option<[f64; 2]>,
    /// Why there is no score, if there is none.
    no_score: Option<&'static str>,
    /// Why nothing follows from anything, if the field belongs to no path.
    no_path: Option<&'static str>,
}

impl Conversion {
    /// The conversions of the path between `source` and `target` with this schedule and coupling;
    /// `None` for pairs that a network made.
    pub fn new(
        schedule: Schedule,
        source: &dyn Distribution,
        target: &dyn Distribution,
        coupling: impl Into<Option<Coupling>>,
    ) -> Self {
        let independent = coupling.into() == Some(Coupling::Independent);
        let no_score = if !independent {
            Some("noise and data are not paired independently, so the score is no function of the velocity")
        } else if !is_standard_normal(source) {
            Some("the source is not the standard normal distribution")
        } else {
            None
        };
        Self { schedule, data_mean: independent.then(|| target.mean()), no_score, no_path: None }
    }

    /// The same without the score, for the `reason` given.
    #[must_use]
    pub(crate) fn without_score(self, reason: &'static str) -> Self {
        Self { no_score: Some(reason), ..self }
    }

    /// The same without any conversion, for the `reason` given: of a field that belongs to no path.
    #[must_use]
    pub(crate) fn without_path(self, reason: &'static str) -> Self {
        Self { no_score: Some(reason), no_path: Some(reason), ..self }
    }

    /// The schedule of the path.
    pub fn schedule(&self) -> Schedule {
        self.schedule
    }

    /// Whether the score can be had.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with the reason when it cannot.
    pub fn check_score(&self) -> Result<()> {
        self.no_score.map_or(Ok(()), |reason| Err(Error::unavailable("score", reason)))
    }

    /// Whether the expected data and noise can be had.
    ///
    /// # Errors
    /// [`Error::Unavailable`] with the reason when they cannot.
    pub fn check_path(&self) -> Result<()> {
        let refuse = |reason| Err(Error::unavailable("what a particle comes from and goes to", reason));
        self.no_path.map_or(Ok(()), refuse)
    }

    /// The quantity `to` at time `t` and point `x`, where the quantity `from` is `value`.
    ///
    /// At t = 0 the noise says nothing of the data, which then is its mean, whatever x is. At t = 1,
    /// where sigma is 0, the data says nothing of the noise and nothing tells the score, so both are
    /// refused; the velocity still gives the noise (and the noise the velocity) where sigma' is
    /// finite, and the score a noise of 0.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the formula does not hold or divides by zero.
    pub fn apply(
        &self,
        t: f64,
        from: Quantity,
        to: Quantity,
        x: [f64; 2],
        value: [f64; 2],
    ) -> Result<[f64; 2]> {
        if from == Quantity::Score || to == Quantity::Score {
            self.check_score()?;
        }
        if from == to {
            return Ok(value);
        }
        self.check_path()?;
        let at = self.schedule.at(t);
        match to {
            Quantity::Data => self.data(t, &at, from, x, value),
            Quantity::Noise => noise(t, &at, from, x, value),
            Quantity::Velocity => self.velocity(t, &at, from, x, value),
            Quantity::Score => {
                let noise = noise(t, &at, from, x, value)?;
                if at.sigma == 0.0 {
                    return Err(Error::unavailable("score", no_noise_left(t)));
                }
                Ok(noise.map(|noise| -noise / at.sigma))
            }
        }
    }

    fn data(
        &self,
        t: f64,
        at: &Coefficients,
        from: Quantity,
        x: [f64; 2],
        value: [f64; 2],
    ) -> Result<[f64; 2]> {
        match from {
            Quantity::Data => Ok(value),
            Quantity::Velocity if at.sigma == 0.0 => Ok(x),
            Quantity::Velocity => {
                let determinant = at.d_alpha * at.sigma - at.alpha * at.d_sigma;
                Ok(combine(at.sigma / determinant, value, -at.d_sigma / determinant, x))
            }
            Quantity::Noise | Quantity::Score if at.alpha == 0.0 => self.data_mean.ok_or_else(|| {
                let reason = format!("no data has arrived at t = {t} and the pairs are not independent");
                Error::unavailable("expected data", reason)
            }),
            Quantity::Noise => Ok(combine(1.0 / at.alpha, x, -at.sigma / at.alpha, value)),
            Quantity::Score => Ok(combine(1.0 / at.alpha, x, at.sigma * at.sigma / at.alpha, value)),
        }
    }

    fn velocity(
        &self,
        t: f64,
        at: &Coefficients,
        from: Quantity,
        x: [f64; 2],
        value: [f64; 2],
    ) -> Result<[f64; 2]> {
        let data = self.data(t, at, from, x, value)?;
        // sigma' E0 = -sigma sigma' score stays finite where sigma' does not.
        if from == Quantity::Score {
            return Ok(combine(at.d_alpha, data, -at.sigma_d_sigma, value));
        }
        if !at.d_sigma.is_finite() {
            let reason = format!("sigma falls infinitely fast at t = {t}");
            return Err(Error::unavailable("velocity", reason));
        }
        Ok(combine(at.d_alpha, data, at.d_sigma, noise(t, at, from, x, value)?))
    }
}

fn noise(t: f64, at: &Coefficients, from: Quantity, x: [f64; 2], value: [f64; 2]) -> Result<[f64; 2]> {
    match from {
        Quantity::Noise => Ok(value),
        Quantity::Score => Ok(value.map(|score| -at.sigma * score)),
        Quantity::Velocity if at.d_sigma.is_finite() => {
            let determinant = at.d_alpha * at.sigma - at.alpha * at.d_sigma;
            Ok(combine(at.d_alpha / determinant, x, -at.alpha / determinant, value))
        }
        Quantity::Data if at.sigma > 0.0 => Ok(combine(1.0 / at.sigma, x, -at.alpha / at.sigma, value)),
        Quantity::Velocity | Quantity::Data => Err(Error::unavailable("expected noise", no_noise_left(t))),
    }
}

fn no_noise_left(t: f64) -> String {
    format!("no noise is left at t = {t}, where the formula divides by sigma = 0; ask for an earlier time")
}

fn combine(a: f64, x: [f64; 2], b: f64, y: [f64; 2]) -> [f64; 2] {
    [a * x[0] + b * y[0], a * x[1] + b * y[1]]
}

pub(crate) fn is_standard_normal(distribution: &dyn Distribution) -> bool {
    let Family::GaussianMixture(mixture) = distribution.family() else { return false };
    let near = |x: f64, y: f64| (x - y).abs() < 1e-12;
    mixture.components().iter().filter(|component| component.weight > 0.0).all(|component| {
        let ([x, y], [[a, b], [_, d]]) = (component.gaussian.mean(), component.gaussian.covariance());
        near(x, 0.0) && near(y, 0.0) && near(a, 1.0) && near(b, 0.0) && near(d, 1.0)
    })
}

/// A velocity field, such as a trained network, that answers for the other quantities too.
#[derive(Debug, Clone)]
pub struct Converted<F> {
    field: F,
    conversion: Conversion,
}

impl<F: VelocityField> Converted<F> {
    /// `field` with the conversions of the path it belongs to.
    pub fn new(field: F, conversion: Conversion) -> Self {
        Self { field, conversion }
    }

    /// The conversions it makes.
    pub fn conversion(&self) -> &Conversion {
        &self.conversion
    }

    /// Replaces the velocities in `values` by the quantity `to`.
    fn convert(
        &self,
        t: f64,
        to: Quantity,
        x: &[[F::Scalar; 2]],
        values: &mut [[F::Scalar; 2]],
    ) -> Result<()> {
        for (value, x) in values.iter_mut().zip(x) {
            let (x, velocity) = (widened(*x), widened(*value));
            *value = rounded(self.conversion.apply(t, Quantity::Velocity, to, x, velocity)?);
        }
        Ok(())
    }
}

impl<F: VelocityField> VelocityField for Converted<F> {
    type Scalar = F::Scalar;

    fn velocity(&self, t: f64, x: &[[F::Scalar; 2]], out: &mut [[F::Scalar; 2]]) -> Result<()> {
        self.field.velocity(t, x, out)
    }
}

impl<F: Divergence> Divergence for Converted<F> {
    fn velocity_and_divergence(
        &self,
        t: f64,
        x: &[[F::Scalar; 2]],
        velocity: &mut [[F::Scalar; 2]],
        divergence: &mut [F::Scalar],
    ) -> Result<()> {
        self.field.velocity_and_divergence(t, x, velocity, divergence)
    }
}

impl<F: VelocityField> Score for Converted<F> {
    fn check_score(&self) -> Result<()> {
        self.conversion.check_score()
    }

    fn score(&self, t: f64, x: &[[F::Scalar; 2]], out: &mut [[F::Scalar; 2]]) -> Result<()> {
        self.conversion.check_score()?;
        self.field.velocity(t, x, out)?;
        self.convert(t, Quantity::Score, x, out)
    }

    fn velocity_and_score(
        &self,
        t: f64,
        x: &[[F::Scalar; 2]],
        velocity: &mut [[F::Scalar; 2]],
        score: &mut [[F::Scalar; 2]],
    ) -> Result<()> {
        self.conversion.check_score()?;
        self.field.velocity(t, x, velocity)?;
        score.copy_from_slice(velocity);
        self.convert(t, Quantity::Score, x, score)
    }
}

impl<F: VelocityField> Denoiser for Converted<F> {
    type Scalar = F::Scalar;

    fn denoise(
        &self,
        t: f64,
        x: &[[F::Scalar; 2]],
        data: &mut [[F::Scalar; 2]],
        noise: &mut [[F::Scalar; 2]],
    ) -> Result<()> {
        self.field.velocity(t, x, data)?;
        noise.copy_from_slice(data);
        self.convert(t, Quantity::Data, x, data)?;
        self.convert(t, Quantity::Noise, x, noise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DistributionSpec;

    const ALL: [Quantity; 4] = [Quantity::Velocity, Quantity::Data, Quantity::Noise, Quantity::Score];

    fn conversion(schedule: Schedule, source: &str, coupling: Coupling) -> Conversion {
        let build = |name: &str| DistributionSpec::preset(name).build("test").unwrap();
        Conversion::new(schedule, &*build(source), &*build("five-modes"), coupling)
    }

    /// The four quantities for x0 ~ N(0, I) and x1 ~ N(m, q^2 I), by the formulas for Gaussians.
    fn truth(schedule: Schedule, t: f64, x: [f64; 2]) -> [[f64; 2]; 4] {
        let (mean, variance) = ([0.7, -1.0], 0.09);
        let c = schedule.at(t);
        let total = c.alpha * c.alpha * variance + c.sigma * c.sigma;
        let rate = (c.alpha * c.d_alpha * variance + c.sigma_d_sigma) / total;
        let rest: [f64; 2] = std::array::from_fn(|d| x[d] - c.alpha * mean[d]);
        let each = |f: &dyn Fn(usize) -> f64| [f(0), f(1)];
        [
            each(&|d| c.d_alpha * mean[d] + rate * rest[d]),
            each(&|d| mean[d] + c.alpha * variance / total * rest[d]),
            each(&|d| c.sigma / total * rest[d]),
            each(&|d| -rest[d] / total),
        ]
    }

    #[test]
    fn every_quantity_gives_every_other() {
        for entry in Schedule::ENTRIES {
            let conversion = conversion(entry.value, "gaussian", Coupling::Independent);
            for t in [0.01, 0.3, 0.77, 0.99] {
                let x = [0.3, -2.1];
                let values = truth(entry.value, t, x);
                for (i, from) in ALL.into_iter().enumerate() {
                    for (j, to) in ALL.into_iter().enumerate() {
                        let found = conversion.apply(t, from, to, x, values[i]).unwrap();
                        for d in 0..2 {
                            let error = (found[d] - values[j][d]).abs();
                            assert!(
                                error < 1e-9 * (1.0 + values[j][d].abs()),
                                "{} {from:?} to {to:?} at {t}: {error}",
                                entry.name
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_limit_at_the_source_is_used_and_the_data_end_is_refused() {
        let x = [0.3, -2.1];
        let score = x.map(|x| -x);
        for schedule in [Schedule::CondOt, Schedule::Cosine] {
            let conversion = conversion(schedule, "gaussian", Coupling::Independent);
            let at = schedule.at(0.0);
            let velocity = conversion.apply(0.0, Quantity::Score, Quantity::Velocity, x, score).unwrap();
            // Five modes are centred, so only sigma'(0) x is left.
            for d in 0..2 {
                assert!((velocity[d] - at.d_sigma * x[d]).abs() < 1e-12);
            }
            for from in [Quantity::Velocity, Quantity::Data, Quantity::Noise] {
                let refused = conversion.apply(1.0, from, Quantity::Score, x, x);
                assert!(matches!(refused, Err(Error::Unavailable { .. })), "{from:?}");
            }
            assert_eq!(conversion.apply(1.0, Quantity::Velocity, Quantity::Data, x, [5.0, 5.0]), Ok(x));
            assert_eq!(conversion.apply(1.0, Quantity::Score, Quantity::Noise, x, x), Ok([0.0, 0.0]));
            let end = schedule.at(1.0);
            let velocity = combine(end.d_alpha, x, end.d_sigma, score);
            let noise = conversion.apply(1.0, Quantity::Velocity, Quantity::Noise, x, velocity).unwrap();
            assert!((0..2).all(|d| (noise[d] - score[d]).abs() < 1e-12), "{noise:?}");
        }
    }

    #[test]
    fn the_score_is_refused_where_it_does_not_follow() {
        let paired = Coupling::ENTRIES.iter().find(|entry| entry.name == "minibatch-ot").unwrap().value;
        for (source, coupling, word) in [
            ("gaussian", paired, "paired"),
            ("uniform", Coupling::Independent, "source"),
            ("eight-gaussians", Coupling::Independent, "source"),
        ] {
            let conversion = conversion(Schedule::CondOt, source, coupling);
            let refused = conversion.apply(0.5, Quantity::Velocity, Quantity::Score, [0.0; 2], [0.0; 2]);
            let message = refused.unwrap_err().to_string();
            assert!(message.contains("score is not available") && message.contains(word), "{message}");
            // The expected ends of the path remain well defined.
            let data = conversion.apply(0.5, Quantity::Velocity, Quantity::Data, [0.4; 2], [1.0; 2]).unwrap();
            assert!((data[0] - 0.9).abs() < 1e-15);
        }
    }
}
