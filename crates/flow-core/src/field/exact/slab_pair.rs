//! The paths between a rectangle and an axis-aligned Gaussian: on each axis a smeared interval.

use super::board::{Axis, Board};
use super::gaussian_pair::{Lump, scaled};
use super::marginal::Term;
use super::slab::Slab;
use crate::distribution::Rectangles;
use crate::schedule::Coefficients;
use crate::{Error, Result};

/// Rectangles at one end of the path and axis-aligned Gaussians at the other.
#[derive(Debug, Clone)]
pub(super) struct Slabs {
    board: Board,
    gaussians: Vec<Lump>,
    rectangles_are_target: bool,
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
        Ok(Self { board: Board::new(rectangles), gaussians, rectangles_are_target })
    }

    pub(super) fn pair_count(&self) -> usize {
        self.board.rectangles.len() * self.gaussians.len()
    }

    /// What every pair says about `x`.
    pub(super) fn at(&self, x: [f64; 2], at: Coefficients) -> Vec<Term> {
        let mut terms = Vec::with_capacity(self.pair_count());
        for gaussian in &self.gaussians {
            let axes = [0, 1].map(|axis| {
                let [data, noise] = [(at.alpha, at.d_alpha), (at.sigma, at.d_sigma)];
                let law = (gaussian.mean[axis], libm::sqrt(gaussian.covariance[axis][axis]));
                let intervals = self.board.intervals[axis].iter();
                if self.rectangles_are_target {
                    intervals
                        .map(|&interval| smeared(data, interval, noise, law, x[axis]))
                        .collect::<Vec<_>>()
                } else {
                    let mirrored =
                        |axis: Axis| Axis { data_mean: axis.noise_mean, noise_mean: axis.data_mean, ..axis };
                    intervals
                        .map(|&interval| mirrored(smeared(noise, interval, data, law, x[axis])))
                        .collect()
                }
            });
            terms.extend(self.board.rectangles.iter().map(|rectangle| {
                let both = [0, 1].map(|axis| axes[axis][rectangle.sides[axis]]);
                let target = if self.rectangles_are_target { rectangle.index } else { gaussian.index };
                Axis::term(both, target, rectangle.log_weight + libm::log(gaussian.weight))
            }));
        }
        terms
    }
}

/// `x = p y + q z` with y, the data, uniform on `interval` and `z ~ N(center, sd^2)`.
fn smeared(
    (p, dp): (f64, f64),
    interval: [f64; 2],
    (q, dq): (f64, f64),
    (center, sd): (f64, f64),
    x: f64,
) -> Axis {
    let s = q * sd;
    let slab = Slab::new(p, s, interval, x - q * center);
    // The rest of x is noise, z = center + (x - p y)/q, whose mean is -sd times the pull.
    let noise_mean = center - sd * slab.pull;
    // z alone moves with x at the rate (1 - p dE[y]/dx)/q.
    let noise_slope = if slab.confinement == 0.0 { 0.0 } else { slab.confinement / q };
    // Given x, v = p' y + q' z varies with y alone, by (p' q - q' p)/q of it; or with w alone, by
    // the same over p and times sd. Each form is safe where the other divides by 0.
    let wronskian = dp * q - dq * p;
    let velocity_variance = if s > p {
        (wronskian / q).powi(2) * slab.variance
    } else {
        (wronskian * sd / p).powi(2) * (1.0 - slab.confinement)
    };
    Axis {
        log_density: slab.log_density,
        data_mean: slab.mean,
        noise_mean,
        velocity: scaled(dp, slab.mean) + scaled(dq, noise_mean),
        score: if slab.pull == 0.0 { 0.0 } else { slab.pull / s },
        slope: scaled(dp, slab.slope) + scaled(dq, noise_slope),
        velocity_variance,
    }
}
