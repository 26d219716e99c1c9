//! The paths between two Gaussians: at every time Gaussian themselves.

use std::f64::consts::TAU;

use super::marginal::Term;
use crate::distribution::Family;
use crate::schedule::Coefficients;

/// A 2 x 2 matrix, row by row.
type Matrix = [[f64; 2]; 2];

/// A weighted Gaussian; a point if its covariance is zero.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lump {
    pub index: usize,
    pub weight: f64,
    pub mean: [f64; 2],
    pub covariance: Matrix,
}

impl Lump {
    /// The lumps of a family that has them; none of rectangles. Those without weight are left out.
    pub(super) fn all(family: Family<'_>) -> Vec<Self> {
        match family {
            Family::GaussianMixture(mixture) => mixture
                .components()
                .iter()
                .enumerate()
                .filter(|(_, component)| component.weight > 0.0)
                .map(|(index, component)| Self {
                    index,
                    weight: component.weight,
                    mean: component.gaussian.mean(),
                    covariance: component.gaussian.covariance(),
                })
                .collect(),
            Family::Points(points) => {
                let weight = 1.0 / points.points().len() as f64;
                let lump = |(index, &mean)| Self { index, weight, mean, covariance: [[0.0; 2]; 2] };
                points.points().iter().enumerate().map(lump).collect()
            }
            Family::Rectangles(_) => Vec::new(),
        }
    }
}

/// `x_t = alpha x1 + sigma x0` of two Gaussians, prepared for one time.
///
/// With `x1 ~ N(m, S)`, `x0 ~ N(n, T)`: `x_t ~ N(mu, C)`, `mu = alpha m + sigma n`,
/// `C = alpha^2 S + sigma^2 T`, and given `x_t` everything is linear in `C^-1 (x - mu)`. Only the
/// product `sigma sigma'` appears with T, so a VP schedule's infinite `sigma'` does no harm as
/// long as the source's mean is 0.
#[derive(Debug, Clone)]
pub(super) struct GaussianPair {
    target: usize,
    log_peak: f64,
    center: [f64; 2],
    /// Inverse of the lower Cholesky factor of C.
    whitening: [f64; 3],
    drift: [f64; 2],
    data: [f64; 2],
    noise: [f64; 2],
    /// What each mean gains per unit of `x - mu`.
    velocity_gain: Matrix,
    data_gain: Matrix,
    noise_gain: Matrix,
    velocity_variance: f64,
}

impl GaussianPair {
    /// `None` when the pair has no spread at this time.
    pub(super) fn new(target: &Lump, source: &Lump, at: Coefficients) -> Option<Self> {
        let Coefficients { alpha, sigma, d_alpha, d_sigma, sigma_d_sigma } = at;
        let (m, n) = (target.mean, source.mean);
        let mix = |a: f64, s: f64| -> Matrix {
            [0, 1].map(|i| [0, 1].map(|j| a * target.covariance[i][j] + s * source.covariance[i][j]))
        };
        let covariance = mix(alpha * alpha, sigma * sigma);
        let [[a, b], [_, d]] = covariance;
        // Not a > 0 is also what a NaN would be.
        let pivot = d - b * (b / a);
        if !(a > 0.0 && pivot > 0.0) {
            return None;
        }
        let (l00, l11) = (libm::sqrt(a), libm::sqrt(pivot));
        let l10 = b / l00;
        let whitening = [1.0 / l00, -l10 / (l00 * l11), 1.0 / l11];
        let [w00, w10, w11] = whitening;
        let precision = [[w00 * w00 + w10 * w10, w10 * w11], [w10 * w11, w11 * w11]];
        let velocity_gain = product(mix(alpha * d_alpha, sigma_d_sigma), precision);
        Some(Self {
            target: target.index,
            log_peak: libm::log(target.weight) + libm::log(source.weight)
                - libm::log(TAU)
                - libm::log(l00)
                - libm::log(l11),
            center: [0, 1].map(|i| alpha * m[i] + sigma * n[i]),
            whitening,
            drift: [0, 1].map(|i| d_alpha * m[i] + scaled(d_sigma, n[i])),
            data: m,
            noise: n,
            velocity_gain,
            data_gain: product(mix(alpha, 0.0), precision),
            noise_gain: product(mix(0.0, sigma), precision),
            velocity_variance: Self::velocity_variance(target, source, at, precision),
        })
    }

    /// The trace of the conditional covariance of `v = alpha' x1 + sigma' x0` given `x_t`.
    ///
    /// v and `x_t` are two combinations of two independent Gaussians. Eliminating `x_t`, with
    /// W = `alpha sigma' - sigma alpha'`, leaves `W^2 tr(S C^-1 T)`, which loses no digits.
    fn velocity_variance(target: &Lump, source: &Lump, at: Coefficients, precision: Matrix) -> f64 {
        let wronskian = at.alpha * at.d_sigma - at.sigma * at.d_alpha;
        let shared = product(product(target.covariance, precision), source.covariance);
        scaled(wronskian * wronskian, shared[0][0] + shared[1][1])
    }

    /// Log density of `x`, weights included.
    pub(super) fn log_density(&self, x: [f64; 2]) -> f64 {
        let (_, [z0, z1]) = self.offset(x);
        self.log_peak - 0.5 * (z0 * z0 + z1 * z1)
    }

    /// The way from the centre to `x`, and the same in units in which the pair is round.
    fn offset(&self, x: [f64; 2]) -> ([f64; 2], [f64; 2]) {
        let d = [x[0] - self.center[0], x[1] - self.center[1]];
        let [w00, w10, w11] = self.whitening;
        (d, [w00 * d[0], w10 * d[0] + w11 * d[1]])
    }

    pub(super) fn at(&self, x: [f64; 2]) -> Term {
        let (d, [z0, z1]) = self.offset(x);
        let [w00, w10, w11] = self.whitening;
        // C^-1 d, through the factor: exact symmetry matters less than the digits it keeps.
        let pull = [w00 * z0 + w10 * z1, w11 * z1];
        let along = |base: [f64; 2], gain: Matrix| affine(base, gain, d);
        Term {
            target: self.target,
            log_density: [self.log_peak - 0.5 * (z0 * z0 + z1 * z1), 0.0],
            velocity: along(self.drift, self.velocity_gain),
            score: [-pull[0], -pull[1]],
            divergence: self.velocity_gain[0][0] + self.velocity_gain[1][1],
            data_mean: along(self.data, self.data_gain),
            noise_mean: along(self.noise, self.noise_gain),
            velocity_variance: self.velocity_variance,
        }
    }
}

/// `rate * value`, and 0 for a value of 0 even where the rate is infinite.
pub(super) fn scaled(rate: f64, value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { rate * value }
}

fn product(a: Matrix, b: Matrix) -> Matrix {
    [0, 1].map(|i| [0, 1].map(|j| a[i][0] * b[0][j] + a[i][1] * b[1][j]))
}

fn affine(base: [f64; 2], gain: Matrix, d: [f64; 2]) -> [f64; 2] {
    [0, 1].map(|i| base[i] + gain[i][0] * d[0] + gain[i][1] * d[1])
}
