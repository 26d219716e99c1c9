//! Exact fields: what a network would learn with endless data, capacity and patience.
//!
//! For independently coupled source and target of a closed-form family, the marginal at every time
//! is a mixture over pairs (target component, source component), and everything about it is a
//! weighted mean over those pairs:
//!
//! | target | source | term |
//! |---|---|---|
//! | Gaussian mixture, points | Gaussian mixture, points | a Gaussian |
//! | rectangles | axis-aligned Gaussian mixture, points (or the reverse) | a smeared rectangle |
//! | rectangles | rectangles | two rectangles' overlap |
//!
//! Points are Gaussians without spread: they need some at the other end. For rectangles with a
//! tilted Gaussian there is no field here.

mod board;
mod gaussian_pair;
mod marginal;
mod overlap_pair;
mod slab;
mod slab_pair;

use gaussian_pair::Lump;
pub use marginal::{Local, Marginal};
use overlap_pair::Overlaps;
use slab_pair::Slabs;

use super::{Denoiser, Divergence, Score, VelocityField};
use crate::distribution::{Distribution, Family};
use crate::{Error, Result, Schedule};

/// The most pairs of components; each takes about 300 bytes.
const LARGEST_PAIR_COUNT: usize = 1 << 20;

/// The marginal velocity field of two known distributions under independent coupling, in f64.
///
/// By the marginalization trick of Lipman et al. 2024 (arXiv 2412.06264) the marginal velocity is
/// the conditional one averaged over the pairs whose paths pass the point.
///
/// ```
/// use flow_core::{Schedule, distribution::DistributionSpec, field::exact::ExactField};
/// let target = DistributionSpec::preset("five-modes").build("target")?;
/// let source = DistributionSpec::preset("gaussian").build("source")?;
/// let field = ExactField::new(Schedule::CondOt, &*source, &*target)?;
/// // At the start every particle heads for the mean of the data, here the origin.
/// let local = field.marginal(0.0)?.at([0.3, -0.4])?;
/// assert!((local.velocity[0] + 0.3).abs() < 1e-12 && (local.velocity[1] - 0.4).abs() < 1e-12);
/// # Ok::<(), flow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ExactField {
    pairs: Pairs,
    target_count: usize,
    schedule: Schedule,
}

#[derive(Debug, Clone)]
enum Pairs {
    Gaussians {
        target: Vec<Lump>,
        source: Vec<Lump>,
    },
    /// Rectangles at one end and Gaussians at the other.
    Slabs(Slabs),
    /// Rectangles at both ends.
    Overlaps(Overlaps),
}

impl ExactField {
    /// The field that carries `source` to `target` along `schedule`.
    ///
    /// # Errors
    /// [`Error::Unavailable`] for rectangles at one end and a tilted Gaussian at the other, for bare
    /// points at both, and for more than 2^20 pairs; [`Error::Invalid`] for a bad schedule.
    pub fn new(schedule: Schedule, source: &dyn Distribution, target: &dyn Distribution) -> Result<Self> {
        schedule.validate("schedule")?;
        let pairs = match (target.family(), source.family()) {
            (Family::Rectangles(target), Family::Rectangles(source)) => {
                Pairs::Overlaps(Overlaps::new(target, source))
            }
            (Family::Rectangles(target), source) => {
                Pairs::Slabs(Slabs::new(target, Lump::all(source), true)?)
            }
            (target, Family::Rectangles(source)) => {
                Pairs::Slabs(Slabs::new(source, Lump::all(target), false)?)
            }
            (Family::Points(_), Family::Points(_)) => {
                let reason =
                    "noise and data are both made of points, and what flows between them has no density";
                return Err(Error::unavailable("the exact field", reason));
            }
            (target, source) => Pairs::Gaussians { target: Lump::all(target), source: Lump::all(source) },
        };
        let target_count = match target.family() {
            Family::GaussianMixture(mixture) => mixture.components().len(),
            Family::Rectangles(rectangles) => rectangles.rectangles().len(),
            Family::Points(points) => points.points().len(),
        };
        let field = Self { pairs, target_count, schedule };
        if field.pair_count() > LARGEST_PAIR_COUNT {
            let count = field.pair_count();
            let reason = format!(
                "it sums over all pairs of components, of which there are {count}, more than {LARGEST_PAIR_COUNT}"
            );
            return Err(Error::unavailable("the exact field", reason));
        }
        Ok(field)
    }

    /// The schedule of the conditional paths.
    pub fn schedule(&self) -> Schedule {
        self.schedule
    }

    /// How many pairs of components every evaluation sums over.
    pub fn pair_count(&self) -> usize {
        match &self.pairs {
            Pairs::Gaussians { target, source } => target.len() * source.len(),
            Pairs::Slabs(slabs) => slabs.pair_count(),
            Pairs::Overlaps(overlaps) => overlaps.pair_count(),
        }
    }

    /// The marginal at time `t` in [0, 1].
    ///
    /// # Errors
    /// [`Error::Invalid`] for a time outside [0, 1]; [`Error::Unavailable`] where the marginal has
    /// no density, such as points at their own end of time.
    pub fn marginal(&self, t: f64) -> Result<Marginal<'_>> {
        if !(0.0..=1.0).contains(&t) {
            return Err(Error::invalid("t", t, "from 0 to 1"));
        }
        let coefficients = self.schedule.at(t);
        match &self.pairs {
            Pairs::Gaussians { target, source } => {
                Marginal::of_gaussians(t, self.target_count, coefficients, target, source)
            }
            Pairs::Slabs(slabs) => Ok(Marginal::of_slabs(t, self.target_count, coefficients, slabs)),
            Pairs::Overlaps(overlaps) => {
                Ok(Marginal::of_overlaps(t, self.target_count, coefficients, overlaps))
            }
        }
    }
}

impl VelocityField for ExactField {
    type Scalar = f64;

    fn velocity(&self, t: f64, x: &[[f64; 2]], out: &mut [[f64; 2]]) -> Result<()> {
        let marginal = self.marginal(t)?;
        for (x, out) in x.iter().zip(out) {
            *out = marginal.velocity(*x)?;
        }
        Ok(())
    }
}

impl Divergence for ExactField {
    fn velocity_and_divergence(
        &self,
        t: f64,
        x: &[[f64; 2]],
        velocity: &mut [[f64; 2]],
        divergence: &mut [f64],
    ) -> Result<()> {
        let marginal = self.marginal(t)?;
        for (x, (velocity, divergence)) in x.iter().zip(velocity.iter_mut().zip(divergence)) {
            let local = marginal.at(*x)?;
            (*velocity, *divergence) = (local.velocity, local.divergence);
        }
        Ok(())
    }
}

impl Score for ExactField {
    fn score(&self, t: f64, x: &[[f64; 2]], out: &mut [[f64; 2]]) -> Result<()> {
        let marginal = self.marginal(t)?;
        for (x, out) in x.iter().zip(out) {
            *out = marginal.score(*x)?;
        }
        Ok(())
    }

    fn velocity_and_score(
        &self,
        t: f64,
        x: &[[f64; 2]],
        velocity: &mut [[f64; 2]],
        score: &mut [[f64; 2]],
    ) -> Result<()> {
        let marginal = self.marginal(t)?;
        for (x, (velocity, score)) in x.iter().zip(velocity.iter_mut().zip(score)) {
            [*velocity, *score] = marginal.velocity_and_score(*x)?;
        }
        Ok(())
    }
}

impl Denoiser for ExactField {
    type Scalar = f64;

    fn denoise(&self, t: f64, x: &[[f64; 2]], data: &mut [[f64; 2]], noise: &mut [[f64; 2]]) -> Result<()> {
        let marginal = self.marginal(t)?;
        for (x, (data, noise)) in x.iter().zip(data.iter_mut().zip(noise)) {
            let local = marginal.at(*x)?;
            (*data, *noise) = (local.data_mean, local.noise_mean);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
