//! The paths between two rectangles: on each axis the sum of two uniform variables.

use super::board::{Axis, Board};
use super::gaussian_pair::scaled;
use super::marginal::Term;
use crate::distribution::Rectangles;
use crate::schedule::Coefficients;

/// Rectangles at both ends of the path.
#[derive(Debug, Clone)]
pub(super) struct Overlaps {
    target: Board,
    source: Board,
}

impl Overlaps {
    pub(super) fn new(target: &Rectangles, source: &Rectangles) -> Self {
        Self { target: Board::new(target), source: Board::new(source) }
    }

    pub(super) fn pair_count(&self) -> usize {
        self.target.rectangles.len() * self.source.rectangles.len()
    }

    /// What every pair says about `x`.
    pub(super) fn at(&self, x: [f64; 2], at: Coefficients) -> Vec<Term> {
        let axes = [0, 1].map(|axis| {
            let (data, noise) = (&self.target.intervals[axis], &self.source.intervals[axis]);
            let one = |data: &[f64; 2]| {
                noise.iter().map(|noise| overlap(*data, *noise, x[axis], at)).collect::<Vec<_>>()
            };
            data.iter().map(one).collect::<Vec<_>>()
        });
        let mut terms = Vec::with_capacity(self.pair_count());
        for target in &self.target.rectangles {
            for source in &self.source.rectangles {
                let both = [0, 1].map(|axis| axes[axis][target.sides[axis]][source.sides[axis]]);
                terms.push(Axis::term(both, target.index, target.log_weight + source.log_weight));
            }
        }
        terms
    }
}

/// An interval whose ends move at these rates as x does.
#[derive(Debug, Clone, Copy)]
struct Moving {
    ends: [f64; 2],
    rates: [f64; 2],
}

impl Moving {
    /// The part of `[low, high]` that `x = scale y + other` leaves possible, where the other
    /// summand lies between `others`.
    fn possible([low, high]: [f64; 2], scale: f64, others: [f64; 2], x: f64) -> Self {
        if scale == 0.0 {
            let is_possible = others[0] <= x && x <= others[1];
            let ends = if is_possible { [low, high] } else { [high, low] };
            return Self { ends, rates: [0.0; 2] };
        }
        let (from, to) = ((x - others[1]) / scale, (x - others[0]) / scale);
        let rate = |is_free: bool| if is_free { 0.0 } else { 1.0 / scale };
        Self { ends: [low.max(from), high.min(to)], rates: [rate(low >= from), rate(high <= to)] }
    }

    fn length(self) -> f64 {
        self.ends[1] - self.ends[0]
    }

    fn middle(self) -> f64 {
        0.5 * (self.ends[0] + self.ends[1])
    }

    fn drift(self) -> f64 {
        0.5 * (self.rates[0] + self.rates[1])
    }
}

/// `x = alpha y + sigma z`, both uniform: given x they are uniform on what is left of a segment.
fn overlap(data: [f64; 2], noise: [f64; 2], x: f64, at: Coefficients) -> Axis {
    let Coefficients { alpha, sigma, d_alpha, d_sigma, .. } = at;
    let y = Moving::possible(data, alpha, noise.map(|z| sigma * z), x);
    let z = Moving::possible(noise, sigma, data.map(|y| alpha * y), x);
    let (data_length, noise_length) = (data[1] - data[0], noise[1] - noise[0]);
    // Through the summand that spreads less: its interval is the less cut, and its partner's
    // weight is not 0.
    let (narrow, wide_scale, wide_length, own_length) = if alpha * data_length >= sigma * noise_length {
        (z, alpha, data_length, noise_length)
    } else {
        (y, sigma, noise_length, data_length)
    };
    let length = narrow.length();
    let log_density = if length > 0.0 {
        libm::log(length / own_length / (wide_scale * wide_length))
    } else {
        f64::NEG_INFINITY
    };
    let sway = (d_alpha * sigma - d_sigma * alpha) / wide_scale;
    Axis {
        log_density,
        data_mean: y.middle(),
        noise_mean: z.middle(),
        velocity: scaled(d_alpha, y.middle()) + scaled(d_sigma, z.middle()),
        score: (narrow.rates[1] - narrow.rates[0]) / length,
        slope: scaled(d_alpha, y.drift()) + scaled(d_sigma, z.drift()),
        velocity_variance: sway * sway * length * length / 12.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Schedule;

    #[test]
    fn two_intervals_by_hand() {
        // y on [0, 2], z on [-1, 1], x = y/2 + z/2 = 0.25: z = 0.5 - y, so y in [0, 1.5].
        let axis = overlap([0.0, 2.0], [-1.0, 1.0], 0.25, Schedule::CondOt.at(0.5));
        assert_eq!((axis.data_mean, axis.noise_mean, axis.velocity), (0.75, -0.25, 1.0));
        // A triangle of base [-0.5, 1.5] and height 1, rising.
        assert!((axis.log_density - libm::log(0.75)).abs() < 1e-15);
        assert!((axis.score - 1.0 / 0.75).abs() < 1e-14);
        // v = y - z = 2 y - 0.5.
        assert!((axis.velocity_variance - 4.0 * 1.5 * 1.5 / 12.0).abs() < 1e-14);
    }
}
