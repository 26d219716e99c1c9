//! How long the steps of an adaptive solver are.
//!
//! The first step and the control follow Hairer, Nørsett and Wanner, *Solving Ordinary Differential
//! Equations I* (1993), section II.4, and their program DOPRI5. The error of a step is the *largest*
//! over the particles, so that each of them meets the tolerance whoever its neighbours are.

use super::{Tolerances, dormand_prince::ERROR, is_available};
use crate::Result;

/// The proportional-integral controller of Gustafsson as tuned in Hairer's DOPRI5, with its names:
/// an accepted step is followed by one `0.9 previous_error^BETA / error^ALPHA` times as long.
#[derive(Debug)]
pub(super) struct StepControl {
    previous_error: f64,
    rejected: bool,
}

impl StepControl {
    const BETA: f64 = 0.04;
    const ALPHA: f64 = 0.2 - 0.75 * Self::BETA;
    const SAFETY: f64 = 0.9;

    pub fn new() -> Self {
        Self { previous_error: 1e-4, rejected: false }
    }

    pub fn after_acceptance(&mut self, error: f64) -> f64 {
        let shrink = libm::pow(error, Self::ALPHA) / libm::pow(self.previous_error, Self::BETA);
        let most = if self.rejected { 1.0 } else { 10.0 };
        self.previous_error = error.max(1e-4);
        self.rejected = false;
        (Self::SAFETY / shrink).clamp(0.2, most)
    }

    pub fn after_rejection(&mut self, error: f64) -> f64 {
        self.rejected = true;
        // An error that is no number shortens the step as much as the largest one.
        let shrink = libm::pow(error, Self::ALPHA) / Self::SAFETY;
        if shrink.is_finite() { (1.0 / shrink).clamp(0.2, 1.0) } else { 0.2 }
    }
}

/// The largest scaled error of a step over the particles; above 1 is too large, NaN is infinite.
pub(super) fn step_error<const D: usize>(
    tolerances: Tolerances,
    h: f64,
    begin: &[[f64; D]],
    end: &[[f64; D]],
    slopes: &[Vec<[f64; D]>; 7],
) -> f64 {
    let error = |i: usize| {
        let estimate: [f64; D] =
            std::array::from_fn(|d| h * (0..7).map(|stage| ERROR[stage] * slopes[stage][i][d]).sum::<f64>());
        let size: [f64; D] = std::array::from_fn(|d| begin[i][d].abs().max(end[i][d].abs()));
        scaled_norm(tolerances, &estimate, &size)
    };
    largest((0..begin.len()).map(error))
}

/// Root mean square over the coordinates of `value` in units of the tolerance at `size`.
fn scaled_norm<const D: usize>(tolerances: Tolerances, value: &[f64; D], size: &[f64; D]) -> f64 {
    let square = |d: usize| {
        let scaled = value[d] / (tolerances.atol + tolerances.rtol * size[d].abs());
        scaled * scaled
    };
    ((0..D).map(square).sum::<f64>() / D as f64).sqrt()
}

/// The largest of `values`, or NaN if one of them is.
fn largest(values: impl Iterator<Item = f64>) -> f64 {
    // Not `f64::max`, which forgets a NaN.
    values.fold(0.0, |largest, value| if value <= largest || largest.is_nan() { largest } else { value })
}

/// A first step for which an Euler step would be safe: Hairer et al., section II.4.
pub(super) fn first_step<const D: usize>(
    evaluate: &mut impl FnMut(f64, &[[f64; D]], &mut [[f64; D]]) -> Result<()>,
    tolerances: Tolerances,
    (start, end): (f64, f64),
    state: &[[f64; D]],
    slope: &[[f64; D]],
    probe: &mut [[f64; D]],
) -> Result<f64> {
    let span = (end - start).abs();
    let norm = |values: &[[f64; D]]| {
        largest(values.iter().zip(state).map(|(value, size)| scaled_norm(tolerances, value, size)))
    };
    let (position, speed) = (norm(state), norm(slope));
    let guess = if position < 1e-5 || speed < 1e-5 { 1e-6 } else { 0.01 * position / speed }.min(span);
    let signed = guess * (end - start).signum();
    for (probe, (x, slope)) in probe.iter_mut().zip(state.iter().zip(slope)) {
        *probe = std::array::from_fn(|d| x[d] + signed * slope[d]);
    }
    let mut ahead = slope.to_vec();
    if !is_available(evaluate(start + signed, probe, &mut ahead), start + signed)? {
        return Ok(1e-3 * span);
    }
    for (ahead, slope) in ahead.iter_mut().zip(slope) {
        *ahead = std::array::from_fn(|d| (ahead[d] - slope[d]) / guess);
    }
    let steepest = speed.max(norm(&ahead));
    let second = if steepest <= 1e-15 { (guess * 1e-3).max(1e-6) } else { libm::pow(0.01 / steepest, 0.2) };
    let size = (100.0 * guess).min(second).min(span);
    // A field that is not finite here is found out by the first step, which then fails.
    Ok(if size > 0.0 { size } else { 1e-6 * span })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_errors_lengthen_steps_and_large_ones_shorten_them() {
        let is = |factor: f64, expected: f64| (factor - expected).abs() < 1e-12;
        let mut control = StepControl::new();
        assert!(is(control.after_acceptance(0.0), 10.0), "never more than tenfold");
        let steady = control.after_acceptance(0.5);
        assert!(is(steady, 0.9 * libm::pow(1e-4, 0.04) / libm::pow(0.5, 0.17)), "{steady}");
        assert!(control.after_rejection(2.0) < 1.0);
        assert!(is(control.after_acceptance(0.0), 1.0), "no growth just after a rejection");
        for error in [1e9, f64::INFINITY, f64::NAN] {
            assert!(is(control.after_rejection(error), 0.2), "{error}");
        }
    }

    #[test]
    fn the_worst_particle_and_no_mean_decides() {
        assert_eq!(largest([0.5, 2.0, 1.0].into_iter()).to_bits(), 2_f64.to_bits());
        assert!(largest([0.5, f64::NAN, 1.0].into_iter()).is_nan());
        assert_eq!(largest([].into_iter()).to_bits(), 0);
        let tolerances = Tolerances { rtol: 0.1, atol: 0.01 };
        // In units of 0.01 + 0.1 * 1 and of 0.01: 3 and 4.
        let norm = scaled_norm(tolerances, &[0.33, 0.04], &[-1.0, 0.0]);
        assert!((norm - libm::sqrt(12.5)).abs() < 1e-12, "{norm}");
    }

    #[test]
    fn a_step_of_constant_velocity_has_no_error() {
        let slopes = [(); 7].map(|()| vec![[2.0, -1.0]; 2]);
        let (begin, end) = (vec![[0.0, 0.0]; 2], vec![[0.2, -0.1]; 2]);
        assert!(step_error(Tolerances::DEFAULT, 0.1, &begin, &end, &slopes) < 1e-9);
        let mut bent = slopes;
        bent[6][1] = [3.0, -1.0];
        let error = step_error(Tolerances::DEFAULT, 0.1, &begin, &end, &bent);
        let expected = 0.1 / 40.0 / (1e-5 * 1.2) / libm::sqrt(2.0);
        assert!((error / expected - 1.0).abs() < 1e-6, "{error} {expected}");
    }

    #[test]
    fn a_first_step_is_within_the_span_and_shorter_for_faster_change() {
        let first = |rate: f64, span| {
            let mut field = |_: f64, x: &[[f64; 1]], out: &mut [[f64; 1]]| {
                out[0] = [-rate * x[0][0]];
                Ok(())
            };
            first_step(&mut field, Tolerances::DEFAULT, span, &[[1.0]], &[[-rate]], &mut [[0.0]]).unwrap()
        };
        assert!(first(1.0, (0.0, 1.0)) > 2.0 * first(10.0, (0.0, 1.0)));
        assert!(first(1.0, (1.0, 0.999)) <= 0.001 + 1e-15);
        assert!(first(0.0, (0.0, 1.0)) > 0.0);
    }
}
