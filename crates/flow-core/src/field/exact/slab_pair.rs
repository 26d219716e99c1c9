//! The paths between a rectangle and an axis-aligned Gaussian: on each axis a smeared interval.

use super::gaussian_pair::{Lump, scaled};
use super::marginal::Term;
use super::slab::Slab;
use crate::distribution::Rectangles;
use crate::schedule::Coefficients;
use crate::{Error, Result};

/// Rectangles at one end of the path and axis-aligned Gaussians at the other.
#[derive(Debug, Clone)]
pub(super) struct Slabs {
    rectangles: Vec<Rectangle>,
    /// The different intervals along each axis: a board repeats each one many times.
    intervals: [Vec<[f64; 2]>; 2],
    gaussians: Vec<Lump>,
    rectangles_are_target: bool,
}

#[derive(Debug, Clone)]
struct Rectangle {
    index: usize,
    log_weight: f64,
    /// Its two sides, as indices of intervals.
    sides: [usize; 2],
}

impl Slabs {
    /// # Errors
    /// [`Error::Unavailable`] for a Gaussian with a tilted covariance.
    pub(super) fn new(
        rectangles: &Rectangles,
        gaussians: Vec<Lump>,
        rectangles_are_target: bool,
    ) -> Result<Self> {
        if gaussians.iter().any(|gaussian| gaussian.covariance[0][1] != 0.0) {
            let reason = "rectangles need Gaussians whose axes are level at the other end";
            return Err(Error::unavailable("the exact field", reason));
        }
        let mut intervals = [Vec::new(), Vec::new()];
        let rectangles = rectangles
            .rectangles()
            .iter()
            .enumerate()
            .filter(|(_, rectangle)| rectangle.weight > 0.0)
            .map(|(index, rectangle)| Rectangle {
                index,
                log_weight: libm::log(rectangle.weight),
                sides: [0, 1].map(|axis| intern(&mut intervals[axis], rectangle.sides[axis])),
            })
            .collect();
        Ok(Self { rectangles, intervals, gaussians, rectangles_are_target })
    }

    pub(super) fn pair_count(&self) -> usize {
        self.rectangles.len() * self.gaussians.len()
    }

    /// What every pair says about `x`.
    pub(super) fn at(&self, x: [f64; 2], at: Coefficients) -> Vec<Term> {
        let (alpha, sigma) = ((at.alpha, at.d_alpha), (at.sigma, at.d_sigma));
        // (p, p') go with the rectangles, (q, q') with the Gaussians.
        let ((p, dp), (q, dq)) = if self.rectangles_are_target { (alpha, sigma) } else { (sigma, alpha) };
        let mut terms = Vec::with_capacity(self.pair_count());
        for gaussian in &self.gaussians {
            let axes = [0, 1].map(|axis| {
                let sd = libm::sqrt(gaussian.covariance[axis][axis]);
                let center = gaussian.mean[axis];
                let from_interval = |&interval| {
                    let slab = Slab::new(p, q * sd, interval, x[axis] - q * center);
                    Axis::new(&slab, [p, dp], [q, dq], center, sd)
                };
                self.intervals[axis].iter().map(from_interval).collect::<Vec<_>>()
            });
            terms.extend(self.rectangles.iter().map(|rectangle| {
                let both = [0, 1].map(|axis| axes[axis][rectangle.sides[axis]]);
                let log_weight = rectangle.log_weight + libm::log(gaussian.weight);
                let flat = both.map(|axis| axis.rectangle_mean);
                let round = both.map(|axis| axis.gaussian_mean);
                let target_first = self.rectangles_are_target;
                Term {
                    target: if target_first { rectangle.index } else { gaussian.index },
                    log_density: [both[0].log_density + log_weight, both[1].log_density],
                    velocity: both.map(|axis| axis.velocity),
                    score: both.map(|axis| axis.score),
                    divergence: both[0].slope + both[1].slope,
                    data_mean: if target_first { flat } else { round },
                    noise_mean: if target_first { round } else { flat },
                    velocity_variance: both[0].velocity_variance + both[1].velocity_variance,
                }
            }));
        }
        terms
    }
}

/// One axis of a [`Term`].
#[derive(Debug, Clone, Copy)]
struct Axis {
    log_density: f64,
    rectangle_mean: f64,
    gaussian_mean: f64,
    velocity: f64,
    score: f64,
    /// Derivative of the velocity along this axis.
    slope: f64,
    velocity_variance: f64,
}

impl Axis {
    /// `x = p y + q z` with y on the interval of `slab` and `z ~ N(center, sd^2)`.
    fn new(slab: &Slab, [p, dp]: [f64; 2], [q, dq]: [f64; 2], center: f64, sd: f64) -> Self {
        let s = q * sd;
        // The rest of x is noise, z = center + (x - p y)/q, whose mean is -sd times the pull.
        let gaussian_mean = center - sd * slab.pull;
        // z alone moves with x at the rate (1 - p dE[y]/dx)/q.
        let gaussian_slope = if slab.confinement == 0.0 { 0.0 } else { slab.confinement / q };
        // Given x, v = p' y + q' z varies with y alone, by (p' q - q' p)/q of it; or with w alone,
        // by the same over p and times sd. Each form is safe where the other divides by 0.
        let wronskian = dp * q - dq * p;
        let velocity_variance = if s > p {
            (wronskian / q).powi(2) * slab.variance
        } else {
            (wronskian * sd / p).powi(2) * (1.0 - slab.confinement)
        };
        Self {
            log_density: slab.log_density,
            rectangle_mean: slab.mean,
            gaussian_mean,
            velocity: scaled(dp, slab.mean) + scaled(dq, gaussian_mean),
            score: if slab.pull == 0.0 { 0.0 } else { slab.pull / s },
            slope: scaled(dp, slab.slope) + scaled(dq, gaussian_slope),
            velocity_variance,
        }
    }
}

/// The index of `interval` in the list, added if it is new.
fn intern(intervals: &mut Vec<[f64; 2]>, interval: [f64; 2]) -> usize {
    intervals.iter().position(|known| known.map(f64::to_bits) == interval.map(f64::to_bits)).unwrap_or_else(
        || {
            intervals.push(interval);
            intervals.len() - 1
        },
    )
}
