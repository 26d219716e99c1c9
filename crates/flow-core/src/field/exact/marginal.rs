//! The marginal distribution at one time, and everything known about it at a point.

use super::gaussian_pair::{GaussianPair, Lump};
use super::overlap_pair::Overlaps;
use super::slab_pair::Slabs;
use crate::schedule::Coefficients;
use crate::{Error, Result};

/// The marginal `p_t` of an [`ExactField`](super::ExactField) at one time.
#[derive(Debug, Clone)]
pub struct Marginal<'a> {
    t: f64,
    /// Components of the target, those without weight included.
    target_count: usize,
    terms: Terms<'a>,
}

#[derive(Debug, Clone)]
enum Terms<'a> {
    Gaussians(Vec<GaussianPair>),
    Slabs(&'a Slabs, Coefficients),
    Overlaps(&'a Overlaps, Coefficients),
}

/// What is known at one point of one marginal.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Local {
    /// The marginal velocity, `E[alpha' x1 + sigma' x0 | x_t = x]`.
    pub velocity: [f64; 2],
    /// Gradient of the log density.
    pub score: [f64; 2],
    /// Natural logarithm of the density.
    pub log_density: f64,
    /// Divergence of the velocity.
    pub divergence: f64,
    /// `E[x1 | x_t = x]`, the denoiser.
    pub data_mean: [f64; 2],
    /// `E[x0 | x_t = x]`, the noise prediction.
    pub noise_mean: [f64; 2],
    /// `E|v - u|^2` of the conditional velocities v of the pairs that pass here, about their mean
    /// u: twice the loss per dimension that no network can avoid at this point.
    pub velocity_variance: f64,
}

/// What one pair of components says about a point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    /// The component of the target.
    pub target: usize,
    /// Log density, weights included, in two parts: of slabs one axis may be astronomically
    /// unlikely and the same for all, and must not swallow the other.
    pub log_density: [f64; 2],
    /// As in [`Local`], of this pair alone.
    pub velocity: [f64; 2],
    pub score: [f64; 2],
    pub divergence: f64,
    pub data_mean: [f64; 2],
    pub noise_mean: [f64; 2],
    pub velocity_variance: f64,
}

/// Terms less likely than the likeliest by this factor, exp(-100), change no digit.
const NEGLIGIBLE: f64 = -100.0;

impl<'a> Marginal<'a> {
    pub(super) fn of_gaussians(
        t: f64,
        target_count: usize,
        at: Coefficients,
        target: &[Lump],
        source: &[Lump],
    ) -> Result<Self> {
        let pairs = target.iter().flat_map(|target| source.iter().map(move |source| (target, source)));
        let pairs = pairs.map(|(target, source)| GaussianPair::new(target, source, at));
        let Some(pairs) = pairs.collect::<Option<Vec<_>>>() else {
            let reason = format!("at t = {t} the marginal is made of points, which have no density");
            return Err(Error::unavailable("the exact field", reason));
        };
        Ok(Self { t, target_count, terms: Terms::Gaussians(pairs) })
    }

    pub(super) fn of_slabs(t: f64, target_count: usize, at: Coefficients, slabs: &'a Slabs) -> Self {
        Self { t, target_count, terms: Terms::Slabs(slabs, at) }
    }

    pub(super) fn of_overlaps(t: f64, target_count: usize, at: Coefficients, overlaps: &'a Overlaps) -> Self {
        Self { t, target_count, terms: Terms::Overlaps(overlaps, at) }
    }

    /// Everything at `x`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the density is 0 or a quantity is infinite.
    pub fn at(&self, x: [f64; 2]) -> Result<Local> {
        let local = self.evaluate(x)?;
        self.check("the velocity", x, &local.velocity)?;
        self.check("the score", x, &local.score)?;
        self.check("the divergence", x, &[local.divergence])?;
        Ok(local)
    }

    /// The marginal velocity at `x`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the density is 0 or the velocity infinite.
    pub fn velocity(&self, x: [f64; 2]) -> Result<[f64; 2]> {
        let velocity = self.evaluate(x)?.velocity;
        self.check("the velocity", x, &velocity)?;
        Ok(velocity)
    }

    /// The gradient of the log density at `x`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the density is 0.
    pub fn score(&self, x: [f64; 2]) -> Result<[f64; 2]> {
        let score = self.evaluate(x)?.score;
        self.check("the score", x, &score)?;
        Ok(score)
    }

    /// The marginal velocity and the gradient of the log density at `x`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the density is 0 or the velocity infinite.
    pub fn velocity_and_score(&self, x: [f64; 2]) -> Result<[[f64; 2]; 2]> {
        let Local { velocity, score, .. } = self.evaluate(x)?;
        self.check("the velocity", x, &velocity)?;
        self.check("the score", x, &score)?;
        Ok([velocity, score])
    }

    /// The posterior probability of each component (or point) of the target, given that a path
    /// passes `x`; they sum to 1.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the density is 0.
    pub fn target_weights(&self, x: [f64; 2]) -> Result<Vec<f64>> {
        let terms = self.terms(x);
        let (weights, _) = self.weigh(x, &terms)?;
        let mut sums = vec![0.0; self.target_count];
        for (term, weight) in terms.iter().zip(weights) {
            sums[term.target] += weight;
        }
        Ok(sums)
    }

    /// What the pairs say about `x`, but for those too unlikely to matter.
    fn terms(&self, x: [f64; 2]) -> Vec<Term> {
        match &self.terms {
            Terms::Gaussians(pairs) => {
                let log_densities: Vec<f64> = pairs.iter().map(|pair| pair.log_density(x)).collect();
                let peak = log_densities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let likely = |log: &f64| *log - peak >= NEGLIGIBLE;
                let pairs = pairs.iter().zip(&log_densities).filter(|(_, log)| likely(log));
                pairs.map(|(pair, _)| pair.at(x)).collect()
            }
            Terms::Slabs(slabs, coefficients) => slabs.at(x, *coefficients),
            Terms::Overlaps(overlaps, coefficients) => overlaps.at(x, *coefficients),
        }
    }

    /// The terms' posterior probabilities, and the log density.
    fn weigh(&self, x: [f64; 2], terms: &[Term]) -> Result<(Vec<f64>, f64)> {
        let largest =
            |part: usize| terms.iter().map(|term| term.log_density[part]).fold(f64::NEG_INFINITY, f64::max);
        let parts = [largest(0), largest(1)];
        let relative: Vec<f64> = terms
            .iter()
            .map(|term| (term.log_density[0] - parts[0]) + (term.log_density[1] - parts[1]))
            .collect();
        let peak = relative.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if !peak.is_finite() {
            let reason = format!("no path passes ({}, {}) at t = {}", x[0], x[1], self.t);
            return Err(Error::unavailable("the exact field", reason));
        }
        let mut weights: Vec<f64> = relative
            .iter()
            .map(|log| if log - peak < NEGLIGIBLE { 0.0 } else { libm::exp(log - peak) })
            .collect();
        let sum: f64 = weights.iter().sum();
        for weight in &mut weights {
            *weight /= sum;
        }
        Ok((weights, parts[0] + parts[1] + peak + libm::log(sum)))
    }

    fn evaluate(&self, x: [f64; 2]) -> Result<Local> {
        let terms = self.terms(x);
        let (weights, log_density) = self.weigh(x, &terms)?;
        let mut local = Local { log_density, ..Local::default() };
        let weighed = || terms.iter().zip(&weights).filter(|(_, weight)| **weight > 0.0);
        for (term, weight) in weighed() {
            for axis in [0, 1] {
                local.velocity[axis] += weight * term.velocity[axis];
                local.score[axis] += weight * term.score[axis];
                local.data_mean[axis] += weight * term.data_mean[axis];
                local.noise_mean[axis] += weight * term.noise_mean[axis];
            }
        }
        // The weights change with x too, along the difference of the scores: the divergence of a
        // weighted mean is the mean divergence plus the covariance of velocity and score.
        for (term, weight) in weighed() {
            let spread = |axis: usize| term.velocity[axis] - local.velocity[axis];
            let covariance: f64 =
                [0, 1].iter().map(|&axis| spread(axis) * (term.score[axis] - local.score[axis])).sum();
            local.divergence += weight * (term.divergence + covariance);
            local.velocity_variance +=
                weight * (term.velocity_variance + spread(0).powi(2) + spread(1).powi(2));
        }
        Ok(local)
    }

    fn check(&self, quantity: &str, x: [f64; 2], values: &[f64]) -> Result<()> {
        if values.iter().all(|value| value.is_finite()) {
            return Ok(());
        }
        let reason = format!("it is infinite at ({}, {}), t = {}", x[0], x[1], self.t);
        Err(Error::unavailable(quantity, reason))
    }
}
