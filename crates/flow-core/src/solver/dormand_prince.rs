//! The coefficients of Dormand and Prince's 5(4) pair (1980), and what one of its steps knows.
//!
//! Hairer, Nørsett and Wanner, *Solving Ordinary Differential Equations I* (1993), table II.5.2, and
//! section II.6 for the continuous extension.

/// An accepted step of n particles with D coordinates each.
pub(crate) struct Step<'a, const D: usize> {
    pub from: f64,
    /// The time at the end of the step.
    pub to: f64,
    pub begin: &'a [[f64; D]],
    /// The state at the end of the step.
    pub end: &'a [[f64; D]],
    pub slopes: &'a [Vec<[f64; D]>; 7],
}

impl<const D: usize> Step<'_, D> {
    /// Whether time `t`, which lies ahead of the step's beginning, is within the step.
    pub fn reaches(&self, t: f64) -> bool {
        (t - self.to) * (self.to - self.from) <= 0.0
    }

    /// The state of particle `i` at time `t` within the step: Hairer et al., section II.6.
    pub fn at(&self, t: f64, i: usize) -> [f64; D] {
        let h = self.to - self.from;
        let theta = (t - self.from) / h;
        std::array::from_fn(|d| {
            let slope = |stage: usize| self.slopes[stage][i][d];
            let change = self.end[i][d] - self.begin[i][d];
            let bend = h * slope(0) - change;
            let twist = change - h * slope(6) - bend;
            let rest = h * (0..7).map(|stage| DENSE[stage] * slope(stage)).sum::<f64>();
            self.begin[i][d]
                + theta * (change + (1.0 - theta) * (bend + theta * (twist + (1.0 - theta) * rest)))
        })
    }
}

/// Times of the stages.
pub(super) const C: [f64; 7] = [0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];

/// Weights of the earlier slopes in each stage; the last row is the fifth-order result.
pub(super) const A: [[f64; 6]; 7] = [
    [0.0; 6],
    [0.2, 0.0, 0.0, 0.0, 0.0, 0.0],
    [3.0 / 40.0, 9.0 / 40.0, 0.0, 0.0, 0.0, 0.0],
    [44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0, 0.0, 0.0, 0.0],
    [19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0, 0.0, 0.0],
    [9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0, 0.0],
    [35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];

/// Fifth-order weights less fourth-order weights.
pub(super) const ERROR: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339_200.0, 22.0 / 525.0, -1.0 / 40.0];

/// Weights of the continuous extension's last term.
const DENSE: [f64; 7] = [
    -12_715_105_075.0 / 11_282_082_432.0,
    0.0,
    87_487_479_700.0 / 32_700_410_799.0,
    -10_690_763_975.0 / 1_880_347_072.0,
    701_980_252_875.0 / 199_316_789_632.0,
    -1_453_857_185.0 / 822_651_844.0,
    69_997_945.0 / 29_380_423.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_lie_at_the_sums_of_their_weights() {
        for (row, time) in A.iter().zip(C) {
            assert!((row.iter().sum::<f64>() - time).abs() < 1e-14, "{row:?}");
        }
        for weights in [ERROR, DENSE] {
            assert!(weights.iter().sum::<f64>().abs() < 1e-14, "a constant velocity leaves no error");
        }
    }

    #[test]
    fn the_result_is_exact_for_fourth_powers_of_time_and_the_estimate_sees_the_fifth() {
        let integral = |weights: &[f64], power: i32| {
            weights.iter().zip(C).map(|(weight, c)| weight * c.powi(power)).sum::<f64>()
        };
        for power in 0..5 {
            assert!((integral(&A[6], power) - 1.0 / f64::from(power + 1)).abs() < 1e-14, "t^{power}");
            let estimate = integral(&ERROR, power);
            assert_eq!(estimate.abs() < 1e-14, power < 4, "t^{power}: {estimate}");
        }
    }

    #[test]
    fn the_extension_joins_both_ends_smoothly() {
        // dx/dt = 5 t^4 - 2 from t = 0.5 to 0.9.
        let (from, to) = (0.5, 0.9);
        let (position, velocity) = (|t: f64| t.powi(5) - 2.0 * t, |t: f64| 5.0 * t.powi(4) - 2.0);
        let slopes = C.map(|c| vec![[velocity(from + c * (to - from))]]);
        let (begin, end) = ([[position(from)]], [[position(to)]]);
        let step = Step { from, to, begin: &begin, end: &end, slopes: &slopes };
        for t in [from, 0.55, 0.7, 0.85, to] {
            let error = step.at(t, 0)[0] - position(t);
            assert!(error.abs() < if t > from && t < to { 1e-4 } else { 1e-14 }, "at {t}: {error}");
        }
        assert!(step.reaches(0.6) && step.reaches(to) && !step.reaches(0.95));
    }
}
