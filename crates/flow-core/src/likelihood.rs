//! How likely is this point? Exact log-likelihood by the change of variables.
//!
//! Along a trajectory of the flow the log density changes by minus the divergence of the
//! velocity, so `log p_t(x) = log p_0(x_0) - integral of div u ds` from 0 to t, where `x_0` is
//! where the flow, run backward, brings x. Chen et al. 2018 (arXiv 1806.07366), theorem 1. On the
//! plane the divergence is exact, never estimated.

use crate::{
    Error, Result, Scalar,
    field::Divergence,
    solver::{Tolerances, dopri5},
};

/// The log density of each of `points` under the marginal of `field` at time `t`; 1 is the data.
///
/// `source_log_density` gives the log density at t = 0: that of the source or, for a schedule that
/// begins with a little data in the noise (VP), better that of the exact marginal there. The adaptive solver carries position and
/// integral together under the same tolerances, all points in one batch.
///
/// A target with hard edges has an infinite divergence at t = 1, and some schedules an infinite
/// velocity: ask for t slightly below 1 there.
///
/// # Errors
/// [`Error::Invalid`] for times outside (0, 1], no points or points that are not finite, and
/// tolerances out of range; whatever the field or the solver refuses on the way.
///
/// ```
/// use flow_core::{likelihood::log_likelihood, field::*, solver::Tolerances, Result};
/// /// The flow that doubles every distance by t = 1.
/// struct Doubling;
/// impl VelocityField for Doubling {
///     type Scalar = f64;
///     fn velocity(&self, t: f64, x: &[[f64; 2]], out: &mut [[f64; 2]]) -> Result<()> {
///         for (out, x) in out.iter_mut().zip(x) {
///             *out = x.map(|x| x / (1.0 + t));
///         }
///         Ok(())
///     }
/// }
/// impl Divergence for Doubling {
///     fn velocity_and_divergence(
///         &self, t: f64, x: &[[f64; 2]], velocity: &mut [[f64; 2]], divergence: &mut [f64],
///     ) -> Result<()> {
///         divergence.fill(2.0 / (1.0 + t));
///         self.velocity(t, x, velocity)
///     }
/// }
/// // Twice the distance in two directions: a quarter of the density.
/// let found = log_likelihood(&Doubling, |_| 0.0, Tolerances::DEFAULT, 1.0, &[[0.3, 0.4]])?;
/// assert!((found[0] + 4_f64.ln()).abs() < 1e-4);
/// # Ok::<(), flow_core::Error>(())
/// ```
pub fn log_likelihood<F: Divergence + ?Sized>(
    field: &F,
    source_log_density: impl Fn([f64; 2]) -> f64,
    tolerances: Tolerances,
    t: f64,
    points: &[[f64; 2]],
) -> Result<Vec<f64>> {
    if !(t > 0.0 && t <= 1.0) {
        return Err(Error::invalid("t", t, "above 0 and at most 1"));
    }
    if points.is_empty() {
        return Err(Error::invalid("points", "empty", "at least one point"));
    }
    if let Some(index) = points.iter().position(|x| !(x[0].is_finite() && x[1].is_finite())) {
        return Err(Error::invalid(format!("points[{index}]"), format!("{:?}", points[index]), "finite"));
    }
    tolerances.validate("solver")?;

    let mut x = vec![[F::Scalar::from_f64(0.0); 2]; points.len()];
    let mut velocity = x.clone();
    let mut divergence = vec![F::Scalar::from_f64(0.0); points.len()];
    // The third coordinate is the integral of the divergence, from t down to 0.
    let mut state: Vec<[f64; 3]> = points.iter().map(|x| [x[0], x[1], 0.0]).collect();
    dopri5::solve(
        |t, state, slopes| {
            for (x, state) in x.iter_mut().zip(state) {
                *x = [state[0], state[1]].map(Scalar::from_f64);
            }
            field.velocity_and_divergence(t, &x, &mut velocity, &mut divergence)?;
            for ((slope, velocity), divergence) in slopes.iter_mut().zip(&velocity).zip(&divergence) {
                *slope = [velocity[0].to_f64(), velocity[1].to_f64(), divergence.to_f64()];
            }
            Ok(())
        },
        tolerances,
        (t, 0.0),
        &mut state,
        |_| Ok(()),
    )?;
    Ok(state.iter().map(|&[x, y, integral]| source_log_density([x, y]) + integral).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Schedule, field::Rounded, testing::Gaussian};

    fn normal(x: [f64; 2], mean: [f64; 2], sd: f64) -> f64 {
        let square = (x[0] - mean[0]).powi(2) + (x[1] - mean[1]).powi(2);
        -0.5 * square / (sd * sd) - 2.0 * libm::log(sd) - libm::log(std::f64::consts::TAU)
    }

    const POINTS: [[f64; 2]; 3] = [[1.0, -0.5], [0.0, 0.3], [2.5, -2.0]];

    fn largest_error<F: Divergence>(field: &F, known: Gaussian, t: f64, tolerance: f64) -> f64 {
        let tolerances = Tolerances { rtol: tolerance, atol: tolerance };
        // VP begins with alpha(0) = 0.0066 of the data already in.
        let log_density = |t, x| normal(x, known.mean_at(t), known.sd_at(t));
        let found = log_likelihood(field, |x| log_density(0.0, x), tolerances, t, &POINTS).unwrap();
        let error = |(&x, found): (&[f64; 2], f64)| (log_density(t, x) - found).abs();
        POINTS.iter().zip(found).map(error).fold(0.0, f64::max)
    }

    #[test]
    fn the_density_of_every_marginal_is_found() {
        for entry in Schedule::ENTRIES {
            let field = Gaussian::along(entry.value);
            for t in [0.25, 0.9, 1.0] {
                let error = largest_error(&field, field, t, 1e-9);
                assert!(error < 1e-7, "{} at {t}: {error}", entry.name);
                let error = largest_error(&Rounded(field), field, t, 1e-6);
                assert!(error < 1e-4, "{} at {t} in f32: {error}", entry.name);
            }
        }
    }

    #[test]
    fn bad_requests_are_refused() {
        let field = Gaussian::along(Schedule::CondOt);
        let refused = |t, points: &[[f64; 2]]| {
            log_likelihood(&field, |_| 0.0, Tolerances::DEFAULT, t, points).unwrap_err().to_string()
        };
        assert!(refused(0.0, &POINTS).starts_with("t is 0"));
        assert!(refused(1.0, &[]).starts_with("points is empty"));
        assert!(refused(1.0, &[[0.0, 1.0], [f64::NAN, 0.0]]).starts_with("points[1] is"));
    }
}
