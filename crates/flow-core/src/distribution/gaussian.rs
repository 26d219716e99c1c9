//! One Gaussian on the plane with a full covariance.

use std::f64::consts::TAU;

use flow_kernels::normal_pair;

use super::Outline;
use crate::{Error, Result};

/// The largest coordinate that a distribution may have, and the range of its variances.
pub(super) const LARGEST_COORDINATE: f64 = 1e6;
const VARIANCES: std::ops::RangeInclusive<f64> = 1e-12..=1e12;

/// Standard deviations from the centre that still count as a hit.
pub(super) const HIT_RADIUS: f64 = 3.0;

/// A normal distribution with mean and full covariance.
#[derive(Debug, Clone, PartialEq)]
pub struct Gaussian {
    mean: [f64; 2],
    covariance: [[f64; 2]; 2],
    /// Lower Cholesky factor `[l00, l10, l11]`.
    cholesky: [f64; 3],
    /// Its inverse, likewise: the hit test has no time for divisions.
    whitening: [f64; 3],
    /// Logarithm of the density at the mean.
    log_peak: f64,
}

impl Gaussian {
    /// The Gaussian with this mean and covariance; `field` names it in errors.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a mean beyond a million or not a number, a covariance that is not
    /// symmetric and positive definite, or a variance outside `1e-12..=1e12`.
    pub fn new(field: &str, mean: [f64; 2], covariance: [[f64; 2]; 2]) -> Result<Self> {
        check_point(field, mean)?;
        let [[a, b], [c, d]] = covariance;
        let refuse = |accepted: &str| Err(Error::invalid(field, format!("{covariance:?}"), accepted));
        if ![a, b, c, d].iter().all(|entry| entry.is_finite()) {
            return refuse("a covariance of finite numbers");
        }
        if (b - c).abs() > 1e-9 * b.abs().max(c.abs()) {
            return refuse("a symmetric covariance");
        }
        if !(VARIANCES.contains(&a) && VARIANCES.contains(&d)) {
            return refuse("a covariance whose variances lie between 1e-12 and 1e12");
        }
        // The last pivot is what is left of the second variance once the first is known.
        let l00 = libm::sqrt(a);
        let l10 = b / l00;
        let pivot = d - l10 * l10;
        if pivot <= 1e-14 * d {
            return refuse("a positive definite covariance");
        }
        let l11 = libm::sqrt(pivot);
        Ok(Self::of_factor(mean, [[a, b], [b, d]], [l00, l10, l11]))
    }

    /// A round Gaussian whose numbers the caller vouches for.
    pub(super) fn round(mean: [f64; 2], sd: f64) -> Self {
        Self::of_factor(mean, [[sd * sd, 0.0], [0.0, sd * sd]], [sd, 0.0, sd])
    }

    fn of_factor(mean: [f64; 2], covariance: [[f64; 2]; 2], cholesky: [f64; 3]) -> Self {
        let [l00, l10, l11] = cholesky;
        Self {
            mean,
            covariance,
            cholesky,
            whitening: [1.0 / l00, -l10 / (l00 * l11), 1.0 / l11],
            log_peak: -libm::log(TAU) - libm::log(l00) - libm::log(l11),
        }
    }

    /// The mean.
    pub fn mean(&self) -> [f64; 2] {
        self.mean
    }

    /// The covariance, row by row.
    pub fn covariance(&self) -> [[f64; 2]; 2] {
        self.covariance
    }

    /// The lower Cholesky factor of the covariance, `[l00, l10, l11]`.
    pub fn cholesky(&self) -> [f64; 3] {
        self.cholesky
    }

    /// The point that two numbers uniform on [0, 1) stand for.
    pub fn place(&self, uniform: [f64; 2]) -> [f64; 2] {
        self.shape(normal_pair(uniform))
    }

    /// The point that two standard normal numbers stand for.
    pub(super) fn shape(&self, [z0, z1]: [f64; 2]) -> [f64; 2] {
        let [l00, l10, l11] = self.cholesky;
        [self.mean[0] + l00 * z0, self.mean[1] + l10 * z0 + l11 * z1]
    }

    /// The squared Mahalanobis distance of `x` from the mean.
    pub fn squared_distance(&self, x: [f64; 2]) -> f64 {
        let [w00, w10, w11] = self.whitening;
        let (dx, dy) = (x[0] - self.mean[0], x[1] - self.mean[1]);
        let (z0, z1) = (w00 * dx, w10 * dx + w11 * dy);
        let square = z0 * z0 + z1 * z1;
        // Near the largest numbers there are, infinities cancel; such a place is far away.
        if square.is_nan() { f64::INFINITY } else { square }
    }

    /// Natural logarithm of the density at `x`.
    pub fn log_density(&self, x: [f64; 2]) -> f64 {
        self.log_peak - 0.5 * self.squared_distance(x)
    }

    /// The circle or ellipse at [`HIT_RADIUS`] standard deviations.
    pub(super) fn outline(&self) -> Outline {
        let [l00, l10, l11] = self.cholesky;
        // Round up to the rounding of a covariance written with few digits.
        if l10 == 0.0 && (l00 - l11).abs() <= 1e-9 * l00 {
            return Outline::Circle { center: self.mean, radius: HIT_RADIUS * l00 };
        }
        let corners = 96;
        let corner = |i: i32| {
            let (sin, cos) = libm::sincos(TAU * f64::from(i) / f64::from(corners));
            let (z0, z1) = (HIT_RADIUS * cos, HIT_RADIUS * sin);
            [self.mean[0] + l00 * z0, self.mean[1] + l10 * z0 + l11 * z1]
        };
        Outline::Polygon((0..corners).map(corner).collect())
    }
}

/// Checks that both coordinates are numbers of a size that squares without overflow.
pub(super) fn check_point(field: &str, point: [f64; 2]) -> Result<()> {
    if point.iter().all(|x| x.abs() <= LARGEST_COORDINATE) {
        return Ok(());
    }
    Err(Error::invalid(field, format!("{point:?}"), "two numbers between -1e6 and 1e6"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn density_and_distance_follow_the_covariance() {
        let gaussian = Gaussian::new("g", [1.0, -2.0], [[4.0, 1.2], [1.2, 1.0]]).unwrap();
        // By hand: determinant 2.56, inverse [[1, -1.2], [-1.2, 4]] / 2.56; offset (1, 1).
        let expected = (1.0 - 2.4 + 4.0) / 2.56;
        assert!((gaussian.squared_distance([2.0, -1.0]) - expected).abs() < 1e-14);
        let log_density = -libm::log(TAU * 1.6) - 0.5 * expected;
        assert!((gaussian.log_density([2.0, -1.0]) - log_density).abs() < 1e-14);
    }

    #[test]
    fn the_farthest_places_are_infinitely_far() {
        let gaussian = Gaussian::new("g", [0.0, 0.0], [[1e-6, 0.9e-6], [0.9e-6, 1e-6]]).unwrap();
        assert!(gaussian.squared_distance([f64::MAX, f64::MAX]) > f64::MAX);
        assert!(gaussian.log_density([f64::MAX, f64::MAX]) < f64::MIN);
    }

    #[test]
    fn outline_lies_at_three_standard_deviations() {
        let gaussian = Gaussian::new("g", [1.0, -2.0], [[4.0, 1.2], [1.2, 1.0]]).unwrap();
        let Outline::Polygon(corners) = gaussian.outline() else { panic!("an ellipse is not a circle") };
        assert!(corners.iter().all(|&corner| (gaussian.squared_distance(corner) - 9.0).abs() < 1e-9));
    }

    #[test]
    fn bad_covariances_are_named() {
        for covariance in [
            [[1.0, 2.0], [2.0, 1.0]],
            [[-1.0, 0.0], [0.0, 1.0]],
            [[1.0, 0.3], [0.2, 1.0]],
            [[f64::NAN, 0.0], [0.0, 1.0]],
            [[1.0, 1.0], [1.0, 1.0]],
        ] {
            let message = Gaussian::new("covs[3]", [0.0, 0.0], covariance).unwrap_err().to_string();
            assert!(message.starts_with("covs[3] is [["), "{message}");
            assert!(message.contains("covariance"), "{message}");
        }
        assert!(Gaussian::new("g", [f64::INFINITY, 0.0], [[1.0, 0.0], [0.0, 1.0]]).is_err());
    }
}
