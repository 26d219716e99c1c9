//! Rectangles as pairs of intervals, and what one axis of a pair knows.

use super::marginal::Term;
use crate::distribution::Rectangles;

/// Rectangles and the different intervals along each axis: a checkerboard repeats each one many
/// times, and what is worked out for an interval serves them all.
#[derive(Debug, Clone)]
pub(super) struct Board {
    pub rectangles: Vec<Rectangle>,
    pub intervals: [Vec<[f64; 2]>; 2],
}

#[derive(Debug, Clone)]
pub(super) struct Rectangle {
    pub index: usize,
    pub log_weight: f64,
    /// Its two sides, as indices of intervals.
    pub sides: [usize; 2],
}

impl Board {
    /// Those of the rectangles that have weight.
    pub(super) fn new(rectangles: &Rectangles) -> Self {
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
        Self { rectangles, intervals }
    }
}

/// The index of `interval` in the list, added if it is new.
fn intern(intervals: &mut Vec<[f64; 2]>, interval: [f64; 2]) -> usize {
    let same = |known: &[f64; 2]| known.map(f64::to_bits) == interval.map(f64::to_bits);
    intervals.iter().position(same).unwrap_or_else(|| {
        intervals.push(interval);
        intervals.len() - 1
    })
}

/// One axis of a [`Term`], for pairs whose axes know nothing of each other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub log_density: f64,
    pub data_mean: f64,
    pub noise_mean: f64,
    pub velocity: f64,
    pub score: f64,
    /// Derivative of the velocity along this axis.
    pub slope: f64,
    pub velocity_variance: f64,
}

impl Axis {
    /// The term of a pair with these axes.
    pub(super) fn term(both: [Self; 2], target: usize, log_weight: f64) -> Term {
        Term {
            target,
            log_density: [both[0].log_density + log_weight, both[1].log_density],
            velocity: both.map(|axis| axis.velocity),
            score: both.map(|axis| axis.score),
            divergence: both[0].slope + both[1].slope,
            data_mean: both.map(|axis| axis.data_mean),
            noise_mean: both.map(|axis| axis.noise_mean),
            velocity_variance: both[0].velocity_variance + both[1].velocity_variance,
        }
    }
}
