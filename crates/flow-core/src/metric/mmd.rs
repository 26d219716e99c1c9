//! The maximum mean discrepancy between two sets of samples.

use super::wasserstein::check;
use crate::{Error, Result};

/// The maximum mean discrepancy under the Gaussian kernel `exp(-|x - y|^2 / (2 bandwidth^2))`
/// (Gretton et al. 2012, *JMLR* 13:723, equation 5), not squared: at least 0, at most the square
/// root of 2. Every pair counts, a point with itself too.
///
/// # Errors
/// [`Error::Invalid`] for empty samples, coordinates that are not finite, and a bandwidth that is
/// not above 0.
pub fn mmd(a: &[[f32; 2]], b: &[[f32; 2]], bandwidth: f64) -> Result<f64> {
    check("a", a)?;
    check("b", b)?;
    if !(bandwidth > 0.0 && bandwidth.is_finite()) {
        return Err(Error::invalid("bandwidth", bandwidth, "a finite number above 0"));
    }
    let scale = -0.5 / (bandwidth * bandwidth);
    let mean = |a: &[[f32; 2]], b: &[[f32; 2]]| mean_kernel(a, b, scale);
    Ok(libm::sqrt((mean(a, a) + mean(b, b) - 2.0 * mean(a, b)).max(0.0)))
}

fn mean_kernel(a: &[[f32; 2]], b: &[[f32; 2]], scale: f64) -> f64 {
    let kernel = |p: &[f32; 2], q: &[f32; 2]| {
        let (dx, dy) = (f64::from(p[0]) - f64::from(q[0]), f64::from(p[1]) - f64::from(q[1]));
        libm::exp(scale * (dx * dx + dy * dy))
    };
    let row = |p: &[f32; 2]| b.iter().map(|q| kernel(p, q)).sum::<f64>();
    a.iter().map(row).sum::<f64>() / (a.len() as f64 * b.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_points_by_hand() {
        // k(a, a) = k(b, b) = 1, k(a, b) = exp(-25 / 50).
        let found = mmd(&[[0.0, 0.0]], &[[3.0, 4.0]], 5.0).unwrap();
        assert!((found - libm::sqrt(2.0 - 2.0 * libm::exp(-0.5))).abs() < 1e-15);
        assert!(mmd(&[[0.0, 0.0]], &[[3.0, 4.0]], 0.0).is_err());
    }
}
